"""Great Expectations after whole nights: it counts what we count, and its pages hold no value."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from etl import second_opinion
from etl.errors import InputUnreadableError, WarehouseBusyError
from etl.publish.night import Night
from etl.publish.shelf import Published, Shelf
from etl.second_opinion import DisagreementError, SecondOpinion, must_agree, waits_for_opinion
from etl.settings import Settings
from etl.warehouse import open_memory
from expectations.catalogue import load_catalogue
from expectations.second_opinion.agreement import Opinion, ask
from tests.pipeline.nights import SyntheticNight, run_night, synthetic_night
from tests.pipeline.test_tcga_ingest import FOLDER as TCGA

pytestmark = pytest.mark.slow
CATALOGUE = load_catalogue()
SNAPSHOT = "abc123def456"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyntheticNight]:
    """A night over a registry as in the demonstration, with its planted faults."""
    with synthetic_night(tmp_path_factory.mktemp("night"), "dmtr", patients=600, seed=4) as faulty:
        yield faulty


@pytest.fixture(scope="module")
def opinion(night: SyntheticNight) -> Opinion:
    return ask(night.con, CATALOGUE)


@pytest.fixture(scope="module")
def site(opinion: Opinion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of that night."""
    from expectations.second_opinion.data_docs import write_site

    folder = tmp_path_factory.mktemp("site") / "pages"
    write_site(folder, opinion, SNAPSHOT)
    return folder


def test_both_count_the_same_on_a_registry_with_planted_faults(
    night: SyntheticNight, opinion: Opinion
) -> None:
    assert opinion.sentences() == []
    counts = opinion.counts()
    assert counts["agree"] + counts["not_asked"] == counts["rules"]
    planted = {fault["rule_id"] for fault in night.truth["faults"]}
    caught = {one.rule.id for one in opinion.rules if one.unexpected}
    assert planted <= caught
    assert len(caught) > 80


@pytest.mark.skipif(not TCGA.is_dir(), reason="the TCGA files are not here")
def test_both_count_the_same_on_real_files() -> None:
    with open_memory() as con:
        run_night(con, TCGA, "tcga_skcm")
        found = ask(con, CATALOGUE)
    assert found.sentences() == []
    by_id = {one.rule.id: one for one in found.rules}
    assert {rule: by_id[rule].unexpected for rule in ("PAT-T15", "EPI-T02", "REP-N25")} == {
        "PAT-T15": 2,
        "EPI-T02": 2,
        "REP-N25": 8,
    }
    reason = "the source declares calendar_dates = no, not yes"
    assert by_id["EPI-T03"].as_dict()["not_asked_because"] == reason


def test_a_verdict_that_was_tampered_with_is_caught(night: SyntheticNight) -> None:
    night.con.execute("begin")
    night.con.execute("update quality.judged set violated = violated - 1 where rule_id = 'AE-T19'")
    try:
        found = ask(night.con, CATALOGUE)
    finally:
        night.con.execute("rollback")
    [caught] = found.disagreements
    assert (caught.rule.id, caught.unexpected) == ("AE-T19", caught.violated + 1)
    with pytest.raises(DisagreementError, match=r"disagrees with us on 1 of .* AE-T19 .* we count"):
        must_agree(SecondOpinion(SNAPSHOT, found, None))


class _Page(HTMLParser):
    """What a page loads, links to and says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.links.append(value)
            if name == "id" and value is not None:
                self.ids.add(value)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_pages_open_offline_and_their_links_lead_somewhere(site: Path) -> None:
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) > 20
    for path, page in pages.items():
        assert not page.tags & {"script", "img", "iframe"}, path.name
        for link in page.links:
            if link == "data:,":
                continue
            assert "//" not in link, f"{path.name} reaches out to {link}"
            target, _, place = link.partition("#")
            found = path if not target else (path.parent / target).resolve()
            assert found.exists(), f"{path.name} links to {link}"
            if place and place != "main":
                assert place in pages[found].ids, f"{path.name} links to {link}"


def test_every_rule_stands_on_the_index_with_both_counts(site: Path, opinion: Opinion) -> None:
    said = (site / "index.html").read_text(encoding="utf-8")
    written = json.loads((site / "agreement.json").read_text(encoding="utf-8"))
    assert written["snapshot_id"] == SNAPSHOT
    assert [one["rule_id"] for one in written["rules"]] == [rule.id for rule in CATALOGUE.rules]
    for one in opinion.rules:
        assert f">{one.rule.id}<" in said
        if one.suite is not None:
            page = (site / "validations" / f"{one.suite}.html").read_text(encoding="utf-8")
            assert f'id="{one.rule.id}"' in page
            assert str(one.rule.fix).split("'")[0][:30] in page.replace("&#39;", "'")


def test_no_value_of_the_registry_stands_on_a_page(night: SyntheticNight, site: Path) -> None:
    """Ids of patients and records, and every day that a record holds."""
    texts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*") if path.is_file()}
    words = {
        path: set(re.findall(r"[\w./:|-]+", text.removeprefix("\ufeff")))
        for path, text in texts.items()
    }
    limits = {value for rule in CATALOGUE.rules for value in rule.limits.values()}
    limits |= set(
        re.findall(
            r"\d{4}-\d{2}-\d{2}",
            (Path(__file__).parents[2] / "expectations" / "rules")
            .joinpath("patients.yaml")
            .read_text(encoding="utf-8"),
        )
    )
    values = _values(night.con) - limits
    assert len(values) > 2_000
    for path, found in words.items():
        assert not found & values, f"{path.name} holds {len(found & values)} values"


def _values(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Record keys, patients, treatments, dates as written, of every staging table."""
    columns = con.execute("""
        select table_name, column_name from duckdb_columns()
        where schema_name = 'staging' and (
            column_name in ('record_key', 'patient_id', 'treatment_id', 'person_key')
            or column_name like '%date_text'
        )
    """).fetchall()
    values: set[str] = set()
    for table, column in columns:
        rows = con.execute(f"select distinct {column} from staging.{table}").fetchall()
        values |= {str(value) for (value,) in rows if value is not None and len(str(value)) > 4}
    return values


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def _publish(settings: Settings, monkeypatch: pytest.MonkeyPatch, *snapshots: str) -> None:
    """Let these snapshots stand on the shelf, the last one head."""
    folder = settings.published
    shelved = [Published(one, folder / one, {"sequence": n}) for n, one in enumerate(snapshots)]
    monkeypatch.setattr(Shelf, "all", lambda _: shelved)


def _plan(
    con: duckdb.DuckDBPyConnection, snapshot_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the night in the warehouse be the one of this snapshot."""
    con.execute("create or replace table raw.night (plan varchar)")
    night = object.__new__(Night)
    object.__setattr__(night, "snapshot_id", snapshot_id)
    monkeypatch.setattr(Night, "read", lambda _: night)


def test_pages_live_as_long_as_their_snapshot(
    night: SyntheticNight, opinion: Opinion, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_opinion, "ask", lambda *_: opinion)
    shelf = settings.data_docs
    for day, snapshots in enumerate([("one",), ("one", "two"), ("two", "three")]):
        _publish(settings, monkeypatch, *snapshots)
        assert waits_for_opinion(settings) == snapshots[-1]
        _plan(night.con, snapshots[-1], monkeypatch)
        (shelf / ".building-old").mkdir(parents=True, exist_ok=True)
        found = second_opinion.ask_session(night.con, settings, CATALOGUE)
        assert found.folder == shelf / snapshots[-1], day
        assert {path.name for path in shelf.iterdir()} == {*snapshots, "current"}
        assert (shelf / "current").readlink() == Path(snapshots[-1])
        assert waits_for_opinion(settings) is None
    again = second_opinion.ask_session(night.con, settings, CATALOGUE)
    assert again.folder is not None
    assert (again.folder / "index.html").exists()


def test_a_night_whose_gate_held_is_compared_and_has_no_pages(
    night: SyntheticNight, opinion: Opinion, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_opinion, "ask", lambda *_: opinion)
    _publish(settings, monkeypatch, "one")
    _plan(night.con, "held", monkeypatch)
    found = second_opinion.ask_session(night.con, settings, CATALOGUE)
    assert (found.snapshot_id, found.folder) == ("held", None)
    assert not settings.data_docs.exists()


def test_a_run_that_holds_the_warehouse_is_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def busy(_: Settings) -> None:
        raise WarehouseBusyError("the warehouse is held by another run.")

    monkeypatch.setattr(second_opinion, "open_session_read_only", busy)
    with pytest.raises(WarehouseBusyError):
        second_opinion.second_opinion(settings, CATALOGUE, patience_seconds=12, sleep=waited.append)
    assert waited == [5, 5, 5]
    with pytest.raises(WarehouseBusyError):
        second_opinion.second_opinion(settings, CATALOGUE, sleep=waited.append)
    assert len(waited) == 3
    assert WarehouseBusyError.exit_code == 4


def test_without_a_night_there_is_nothing_to_compare(settings: Settings) -> None:
    with pytest.raises(InputUnreadableError, match="does not exist yet"):
        second_opinion.second_opinion(settings, CATALOGUE)
    with open_memory() as con, pytest.raises(InputUnreadableError, match="No night has judged"):
        second_opinion.ask_session(con, settings, CATALOGUE)


def test_a_rule_changed_since_the_night_is_not_compared(
    night: SyntheticNight,
) -> None:
    changed = CATALOGUE.by_id["AE-T19"].model_copy(update={"applies_when": "grade = 1"})
    catalogue = replace(CATALOGUE, rules=(changed,))
    [one] = ask(night.con, catalogue).rules
    assert one.agrees is None
    assert "changed since the last night" in str(one.not_asked_because)
