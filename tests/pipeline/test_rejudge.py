"""A past snapshot judged again: what a change of rules would do, before it is merged.

Belongs here: a published night, a changed rule file, and what is shown; and that nothing of the
site changes. Does not belong here: single verdicts (tests/rules).
"""

import json
import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from etl import kept_sources
from etl.errors import InputUnreadableError, WrongUseError
from etl.publish import files
from etl.publish.shelf import Shelf
from etl.publish.snapshot import DATABASE
from etl.rejudge import Compared, read_rules, rejudge
from etl.settings import Settings
from expectations.catalogue import RULES_FOLDER
from tests.pipeline.support_refresh import ask, current, edit, rechallenge, refresh

MILDER = ("patients", "in_codelist: [sex]", "required: sex")


def branch(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the rules with some texts of some files replaced."""
    rules = folder / "branch" / "rules"
    shutil.copytree(RULES_FOLDER, rules)
    for name, before, after in changes:
        path = rules / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return rules


def differing(compared: tuple[Compared, ...]) -> dict[str, Compared]:
    return {one.rule_id: one for one in compared if one.differs}


def test_todays_rules_find_what_the_snapshot_found(refreshed: Path) -> None:
    settings = Settings(home=refreshed)
    result = rejudge(settings, "current", read_rules(None))
    assert differing(result.compared) == {}
    assert {one.rule for one in result.compared} == {"same"}
    found = ask(
        refreshed,
        "select count(*) from (select rule_id, record_key from quality.findings where status in "
        "('new', 'persisting', 'reopened', 'accepted') union select rule_id, record_key "
        "from quality.shadowed_tonight) where rule_id not in "
        f"({', '.join(repr(one) for one in result.left_out)})",
    )
    assert found == [(sum(one.now for one in result.compared),)]
    assert sum(one.now for one in result.compared) > 50


def test_a_changed_rule_shows_what_it_would_lose_and_find(refreshed: Path, tmp_path: Path) -> None:
    """A milder rule loses its findings; a code no longer listed is found where it was sound."""
    rules = branch(
        tmp_path,
        (
            "patients",
            "sql: last_contact_date is not null or vital_status_date is not null",
            "sql: vital_status = 'dead' or vital_status_date is null",
        ),
        MILDER,
    )
    before = _state_of(refreshed)
    result = rejudge(Settings(home=refreshed), "current", read_rules(rules))
    changed = {one.rule_id: one for one in result.compared if one.rule == "changed"}
    assert set(differing(result.compared)) <= set(changed)
    assert set(changed) == {"PAT-N02", "PAT-C09"}
    lost, found = changed["PAT-C09"], changed["PAT-N02"]
    assert (lost.then, lost.now, lost.only_then, lost.only_now) == (lost.then, 0, lost.then, 0)
    assert lost.then > 0
    assert found.only_now == found.now > 0
    assert _state_of(refreshed) == before


def _state_of(home: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of everything under a home."""
    return {
        str(path.relative_to(home)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_the_command_shows_rules_that_differ_and_gives_all_as_json(
    home: Path, tmp_path: Path
) -> None:
    rules = branch(tmp_path, MILDER)
    shown = rechallenge("rejudge", "current", "--rules", rules, home=home)
    assert (shown.code, shown.err) == (0, "")
    assert "PAT-C09" in shown.out
    assert "PAT-C06 " not in shown.out
    assert "Nothing was written" in shown.out
    data = json.loads(rechallenge("rejudge", "current", "--json", home=home).out)
    assert data["snapshot_id"] == current(home)
    assert {one["rule_id"] for one in data["compared"]} >= {"PAT-C06", "PAT-C09"}


def test_source_rows_are_the_operators_alone_and_go_with_their_last_snapshot(
    home: Path, export: Path
) -> None:
    settings = Settings(home=home)
    [kept] = settings.sources.iterdir()
    assert stat.S_IMODE(settings.sources.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    published = home / "published"
    assert not [path for path in published.rglob("*") if "source" in path.name]
    edit(export, "patients", lambda rows: rows[0].update(sex="x"))
    assert refresh(export, home, "--as-of", "2025-03-11").code == 0
    assert len(list(settings.sources.iterdir())) == 2
    for snapshot in Shelf(settings.published).all():
        if snapshot.manifest["export_id"] == kept.name:
            files.remove_tree(snapshot.folder)
    assert kept_sources.prune(settings) == [kept.name]
    [last] = settings.sources.iterdir()
    files.remove_tree(last)
    with pytest.raises(InputUnreadableError, match="were not kept"):
        rejudge(settings, "current", read_rules(None))


def test_a_snapshot_or_folder_of_rules_that_is_not_there_is_said(
    refreshed: Path, tmp_path: Path
) -> None:
    with pytest.raises(WrongUseError, match="no published snapshot"):
        rejudge(Settings(home=refreshed), "nightly", read_rules(None))
    with pytest.raises(WrongUseError, match="holds no rules"):
        read_rules(tmp_path)


def test_an_encrypted_site_keeps_no_rows_in_plain_files(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute("create schema source")
        con.execute("create table source.patients as select 1 as a")
        key = Settings(home=tmp_path, encryption_key="secret")  # type: ignore[arg-type]
        assert kept_sources.keep(con, key, "e1") is None
        assert kept_sources.keep(con, Settings(home=tmp_path, keep_sources=False), "e1") is None
        assert not (tmp_path / "sources").exists()
        folder = kept_sources.keep(con, Settings(home=tmp_path), "e1")
        assert folder == tmp_path / "sources" / "e1"
        assert [path.name for path in folder.iterdir()] == ["patients.parquet"]


def test_records_that_an_earlier_release_knew_by_their_line_are_the_same(
    refreshed: Path, tmp_path: Path
) -> None:
    """Neither the part nor the content told a row then; file and line do."""
    home = tmp_path / "home"
    shutil.copytree(refreshed, home, symlinks=True)
    settings = Settings(home=home)
    database = settings.published / "current" / DATABASE
    with duckdb.connect(str(database)) as con:
        con.execute("create table quality.earlier as from quality.findings")
        con.execute("drop table quality.findings")
        con.execute("alter table quality.earlier drop source_part")
        con.execute("alter table quality.earlier rename to findings")
        changed = con.execute(
            "update quality.findings set record_key = source_file || ':' || source_line "
            "where subject in ('adverse_events', 'responses', 'drugs') and source_line is not null"
        ).fetchone()
    assert changed is not None
    assert changed[0] > 10
    assert differing(rejudge(settings, "current", read_rules(None)).compared) == {}
