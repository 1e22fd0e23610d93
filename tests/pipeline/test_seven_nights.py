"""Seven nights from raw files to published ones: the ledger, acceptances and queries, told apart.

The story stands in `seven_nights`; here it is lived through, by the job that runs every night.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.execute import export_config, run_job
from etl import refresh, stewards
from etl.settings import Settings
from expectations import acceptances, queries
from expectations.as_of import FINDINGS_AS_OF, find_night
from expectations.catalogue import Catalogue, load_catalogue
from expectations.errors import LedgerError
from expectations.rule_kinds import OrderedSpec
from tests.pipeline import seven_nights as story
from tests.pipeline.seven_nights_delivery import deliver
from tests.pipeline.support_refresh import STUDY, rechallenge

RULE = "AE-T19"
STEWARD = "J. Steward"
NIGHTS = range(1, 8)
SETTINGS = {"STUDIES__SENSITIVITY": "false", "PUBLISH_SAV": "false", "KEEP_SNAPSHOTS": "2"}


def day_of(night: int) -> date:
    return date(2025, 3, night)


@dataclass(frozen=True)
class Lived:
    """The home after the seven nights, and what each night published, as it published it."""

    home: Path
    snapshots: Mapping[int, str]
    tables: Mapping[int, Mapping[str, list[dict[str, Any]]]]

    def rows(self, night: int, table: str) -> list[dict[str, Any]]:
        return self.tables[night][table]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Live through the seven nights once."""
    home = tmp_path_factory.mktemp("seven_nights") / "home"
    snapshots, tables = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "load_catalogue", load_catalogue)  # put back when the story ends
        for name, value in SETTINGS.items():
            patch.setenv(f"RECHALLENGE_{name}", value)
        settings = Settings(home=home)
        settings.inbox.mkdir(parents=True)
        for night in NIGHTS:
            say(Voices(settings, day_of(max(night - 1, 1))), night)
            if night == 6:
                patch.setattr(refresh, "load_catalogue", milder_catalogue)
                refresh.the_catalogue.cache_clear()
            export = deliver(settings.inbox / f"march-{night}", night)
            delivery = export_config(export, "native", str(day_of(night)), [STUDY])
            run_job("nightly", settings, lambda *_: None, delivery=delivery)
            snapshots[night] = (settings.published / "current").readlink().name
            tables[night] = published(settings)
    refresh.the_catalogue.cache_clear()
    return Lived(home, snapshots, tables)


@dataclass(frozen=True)
class Voices:
    """Stewards and hospitals, speaking on one day."""

    settings: Settings
    on: date

    @property
    def path(self) -> Path:
        return self.settings.acceptances_path

    def release(self, *records: str) -> None:
        for record in records:
            found = stewards.find_candidates(self.settings, rule=RULE, record=record)
            queries.release(self.path, found, author=STEWARD, on=self.on)

    def accept(self, target: str, record: str, until: date | None = None) -> None:
        stewards.accept(
            self.settings, target, record, author=STEWARD, reason="in the chart", until=until
        )

    def answer(self, query: str, said: str) -> None:
        queries.answer(self.path, query, answer=said, comment="", who="Dr. A", on=self.on)


def say(voices: Voices, night: int) -> None:
    """What stewards and hospitals say on the day before a night; see `story.NIGHTS`."""
    if night == 2:
        voices.release("typo", "near", "confirmed")
        voices.accept(RULE, "ending", until=day_of(3))
        voices.accept(RULE, "undone")
        voices.accept(RULE, "moved")
        voices.accept("ae-dates", "foretold")
    elif night == 3:
        voices.answer("Q00001", "corrected at source")
        voices.answer("Q00003", "value confirmed")
    elif night == 4:
        acceptances.approve(voices.path, "A00005", author=STEWARD)
        voices.answer("Q00002", "rule is wrong")
    elif night == 5:
        acceptances.withdraw(voices.path, "A00002", author=STEWARD, reason="the wrong chart")
    elif night == 6:
        voices.release("typo")
    elif night == 7:
        queries.add_comment(voices.path, "Q00001", author=STEWARD, text="asked again", on=voices.on)


def milder_catalogue() -> Catalogue:
    """The catalogue with AE-T19 tolerating 14 days."""
    whole = load_catalogue()
    rule = whole.by_id[RULE]
    spec = OrderedSpec(columns=("onset_date", "resolved_date"), tolerance_days="14")
    # Its example of a resolution some time in the month of the onset holds now.
    examples = tuple(one for one in rule.examples if one.verdict != "cannot be judged")
    milder = rule.model_copy(update={"ordered": spec, "examples": examples})
    assert milder.hash != rule.hash
    return Catalogue(tuple(milder if one is rule else one for one in whole.rules), whole.subjects)


def published(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """What the current snapshot says, as an analyst reads it."""
    asked = {
        "all_findings": "select finding_id, status, days_open from quality.findings",
        "findings": f"from quality.findings where rule_id = '{RULE}' order by first_seen, status",
        "events": f"from quality.finding_events where rule_id = '{RULE}'",
        "queries": f"from quality.queries where rule_id = '{RULE}'",
        "comments": "from quality.query_comments",
        "acceptances": "from quality.acceptances",
        "precision": "from quality.rule_precision",
        "results": f"from quality.rule_results where rule_id = '{RULE}'",
        "lines": "select patient_id, toxicity_doubtful_because from marts.treatment_lines",
    }
    path = settings.published / "current" / "registry.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        return {name: dicts(con, sql) for name, sql in asked.items()}


def dicts(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def drawn(text: str, keys: Sequence[Sequence[str]], cell: Any) -> list[list[str]]:
    """The table that the nights make, with the heading of an expected one."""
    heading = story.cells(text)[0]
    return [heading, *([*key, *(cell(night, *key) for night in NIGHTS)] for key in keys)]


def records() -> list[str]:
    return [row[0] for row in story.cells(story.RECORDS)[1:]]


def test_every_finding_comes_to_what_the_story_says(lived: Lived) -> None:
    def status(night: int, record: str) -> str:
        found = [one for one in lived.rows(night, "findings") if one["record_key"] == record]
        tonight = [one for one in found if one["closed_on"] in (None, day_of(night))]
        tonight.sort(key=lambda one: one["closed_on"] is None)
        if tonight:
            return " + ".join(one["status"] for one in tonight)
        return f"({found[-1]['status']})" if found else "."

    keys = [[record] for record in records()]
    assert drawn(story.STATUSES, keys, status) == story.cells(story.STATUSES)
    told = {word for row in story.cells(story.STATUSES)[1:] for word in row[1:]}
    all_of_them = "new persisting corrected vanished reopened accepted rule_changed superseded"
    assert set(all_of_them.split()) <= {one for word in told for one in word.split(" + ")}


def test_every_event_says_why(lived: Lived) -> None:
    expected = story.cells(story.EVENTS)[1:]
    said = [
        [str(one["sequence"]), one["record_key"], one["event"], one["detail"] or ""]
        for one in lived.rows(7, "events")
    ]
    assert sorted(said) == sorted(expected)


def test_a_correction_keeps_the_value_before_and_after(lived: Lived) -> None:
    [corrected] = [one for one in lived.rows(7, "events") if one["event"] == "corrected"]
    assert json.loads(corrected["values_before"])["resolved_date"] == story.RESOLVED["far"]
    assert json.loads(corrected["values_after"])["resolved_date"] == story.RESOLVED["fine"]
    vanished = [one for one in lived.rows(7, "events") if one["event"] == "vanished"]
    assert [one["values_after"] for one in vanished] == [None]


def test_days_open_are_counted_from_the_last_opening(lived: Lived) -> None:
    days = {
        (one["record_key"], one["status"]): one["days_open"] for one in lived.rows(7, "findings")
    }
    assert days["typo", "persisting"] == 7 - 5
    assert days["gone", "reopened"] == 0
    assert days["near", "rule_changed"] == 6 - 1
    assert days["retyped", "superseded"] == 2 - 1
    assert days["retyped", "persisting"] == 7 - 2


@pytest.mark.parametrize("night", NIGHTS)
def test_an_accepted_error_is_not_doubtful_and_an_open_one_is(lived: Lived, night: int) -> None:
    heading, *body = story.cells(story.STATUSES)
    open_now = ("new", "persisting", "reopened", "superseded + new")
    expected = {f"P-{row[0]}" for row in body if row[heading.index(str(night))] in open_now}
    doubtful = {
        one["patient_id"]: one["toxicity_doubtful_because"]
        for one in lived.rows(night, "lines")
        if one["toxicity_doubtful_because"] is not None
    }
    assert set(doubtful) == expected
    assert all(RULE in because for because in doubtful.values())


def test_every_query_lives_as_the_story_says(lived: Lived) -> None:
    def state(night: int, query: str, record: str) -> str:
        shown = [one for one in lived.rows(night, "queries") if one["record_key"] == record]
        [one] = [one for one in shown if one["query_id"] in (query, None)]
        assert one["query_id"] == (None if night == 1 else query)
        closed = f": {one['closed_because']}" if one["state"] == "closed" else ""
        return f"{one['state']}{closed}"

    keys = [row[:2] for row in story.cells(story.QUERIES)[1:]]
    assert drawn(story.QUERIES, keys, state) == story.cells(story.QUERIES)


def test_days_since_asked_are_counted_by_the_ledgers_day(lived: Lived) -> None:
    def days(night: int, query: str) -> int | None:
        [one] = [one for one in lived.rows(night, "queries") if one["query_id"] == query]
        found: int | None = one["days_since_asked"]
        return found

    near = [days(night, "Q00002") for night in range(2, 8)]
    assert near == [1, 2, 3, 4, 6 - 1, 6 - 1]
    assert [days(night, "Q00001") for night in (3, 4, 5, 6, 7)] == [3 - 1, 3 - 1, None, 1, 2]


def test_comments_are_kept_when_a_snapshot_is_replaced(lived: Lived) -> None:
    assert [one["text"] for one in lived.rows(7, "comments")] == ["asked again"]
    assert lived.snapshots[7] != lived.snapshots[6]
    assert lived.rows(6, "comments") == []


def test_every_acceptance_is_used_or_lapses_as_the_story_says(lived: Lived) -> None:
    def usage(night: int, acceptance: str, record: str) -> str:
        for one in lived.rows(night, "acceptances"):
            if one["acceptance_id"] == acceptance:
                assert one["record_key"] == record
                because = f": {one['lapsed_because']}" if one["usage"] == "lapsed" else ""
                proposed = ", proposed" if one["status"] == "proposed" else ""
                return f"{one['usage']}{because}{proposed}"
        return "."

    keys = [row[:2] for row in story.cells(story.ACCEPTANCES)[1:]]
    assert drawn(story.ACCEPTANCES, keys, usage) == story.cells(story.ACCEPTANCES)


def test_answers_that_call_the_rule_wrong_count_against_it_as_it_is(lived: Lived) -> None:
    def counted(night: int, rule: str) -> str:
        for one in lived.rows(night, "precision"):
            if one["rule_id"] == rule:
                assert one["precision"] == 1 - one["rule_is_wrong"] / one["answered"]
                return f"{one['rule_is_wrong']} of {one['answered']}"
        return "."

    assert drawn(story.PRECISION, [[RULE]], counted) == story.cells(story.PRECISION)


def test_the_counts_of_every_night_are_those_of_its_events(lived: Lived) -> None:
    counted = ("new", "corrected", "vanished", "reopened", "rule_changed", "superseded")
    events = story.cells(story.EVENTS)[1:]
    by_snapshot = {one["snapshot_id"]: one for one in lived.rows(7, "results")}
    for night in NIGHTS:
        result = by_snapshot[lived.snapshots[night]]
        said = {
            status: sum(row[0] == str(night) and row[2] == status for row in events)
            for status in counted
        }
        assert {status: result[status] for status in counted} == said


@pytest.mark.parametrize("night", NIGHTS)
def test_as_of_a_night_the_ledger_says_what_that_night_published(lived: Lived, night: int) -> None:
    path = lived.home / "published" / "current" / "registry.duckdb"
    assert len(list((lived.home / "published").glob("[!.]*"))) <= 3  # two snapshots and the link
    with duckdb.connect(str(path), read_only=True) as con:
        answers = []
        for asked in (lived.snapshots[night], str(day_of(night))):
            sequence, day, snapshot_id = find_night(con, asked)
            assert (sequence, day, snapshot_id) == (night, day_of(night), lived.snapshots[night])
            rows = con.execute(FINDINGS_AS_OF, {"sequence": sequence, "as_of": day}).fetchall()
            names = [column[0] for column in con.description or []]
            answers.append([dict(zip(names, row, strict=True)) for row in rows])
    said = {one["finding_id"]: (one["status"], one["days_open"]) for one in answers[0]}
    published = {
        one["finding_id"]: (one["status"], one["days_open"])
        for one in lived.rows(night, "all_findings")
    }
    assert said == published
    assert len(said) > len(records()) - 2
    assert answers[0] == answers[1]


def test_the_command_tells_what_was_open_on_a_night_that_was_pruned(lived: Lived) -> None:
    assert not (lived.home / "published" / lived.snapshots[2]).exists()
    asked = ("findings", "--as-of", "2025-03-02", "--rule", RULE, "--json")
    told = rechallenge(*asked, home=lived.home)
    assert told.code == 0, told.err
    found = {one["record_key"]: one["status"] for one in json.loads(told.out)}
    assert found == {
        "typo": "persisting",
        "retyped": "new",
        "confirmed": "persisting",
        "near": "persisting",
    }
    shown = rechallenge("findings", "--as-of", lived.snapshots[2][:8], home=lived.home)
    assert f"As of snapshot {lived.snapshots[2]} of 2025-03-02" in shown.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2025-02-28", r"Nothing had been published by 2025-02-28\. It holds 7 nights, from"),
        ("zzz", "The ledger knows no snapshot 'zzz'; a day is written as 2025-03-03"),
        ("2025-3-1", "knows no snapshot '2025-3-1'"),
        ("", "Several snapshots begin with"),
    ],
)
def test_a_night_the_ledger_does_not_hold_gets_a_sentence(
    lived: Lived, asked: str, said: str
) -> None:
    path = lived.home / "published" / "current" / "registry.duckdb"
    with (
        duckdb.connect(str(path), read_only=True) as con,
        pytest.raises(LedgerError, match=said),
    ):
        find_night(con, asked)


def test_the_page_is_up_to_date() -> None:
    assert story.PAGE.read_text(encoding="utf-8") == story.page(), (
        "run: python -m tests.pipeline.seven_nights"
    )
