"""Opt-outs and merged pseudonyms over two nights, as the files reach analysts and stewards."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest

from tests.pipeline.support_refresh import STUDY, Ended, ask, current, rechallenge

NEXT_DAY = "2025-03-11"
OF_A_RECORD_ALONE = (
    "subject in ('treatments', 'responses', 'adverse_events') and compared_with = '{}' "
    "and not contains(raw_values, patient_id)"
)
"""Findings whose verdict has nothing to do with who the patient is."""


@dataclass(frozen=True)
class Story:
    """Two nights over one export: between them one patient opted out, and two became one.

    The id of `merged` comes after the id of `stays` in the file when `merged` is the later.
    """

    home: Path
    opted_out: str
    treatments: tuple[str, ...]
    findings: tuple[str, ...]
    merged: str
    stays: str
    kept: tuple[str, ...]
    second_night: Ended


def next_night(export: Path, home: Path) -> Ended:
    return rechallenge(
        "refresh", "--export", export, "--as-of", NEXT_DAY, "--study", STUDY, home=home
    )


def column(home: Path, sql: str) -> tuple[str, ...]:
    return tuple(str(value) for (value,) in ask(home, sql))


@pytest.fixture(scope="module")
def story(refreshed: Path, pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("governed") / "home"
    shutil.copytree(refreshed, home, symlinks=True)
    (opted_out,) = column(
        home,
        "select patient_id from quality.findings "
        "where patient_id in (select patient_id from marts.treatment_lines) "
        "group by patient_id order by count(distinct subject) desc, patient_id limit 1",
    )
    # The row of the id that stays is the later one in the file: it must take the key all the same.
    merged, stays = column(
        home,
        f"select patient_id from quality.findings where {OF_A_RECORD_ALONE} "
        "and patient_id in (select patient_id from marts.treatment_lines) "
        f"and patient_id <> '{opted_out}' group by patient_id order by patient_id limit 2",
    )
    told = Story(
        home=home,
        opted_out=opted_out,
        treatments=column(
            home,
            "select trim(unnest(string_split(treatment_ids, ','))) from marts.treatment_lines "
            f"where patient_id = '{opted_out}'",
        ),
        findings=column(
            home, f"select finding_id from quality.findings where patient_id = '{opted_out}'"
        ),
        merged=merged,
        stays=stays,
        kept=column(
            home,
            f"select finding_id from quality.findings where {OF_A_RECORD_ALONE} "
            f"and patient_id = '{merged}'",
        ),
        second_night=Ended(0, "", ""),
    )
    assert told.treatments
    assert told.findings
    assert told.kept
    folder = home / "governance"
    folder.mkdir()
    (folder / "opt_outs.csv").write_text(
        f"patient_id,since,reason\n{opted_out},{NEXT_DAY},objection\n"
    )
    (folder / "merges.csv").write_text(f"patient_id,becomes,since\n{merged},{stays},2025-01-01\n")
    ended = next_night(pristine, home)
    assert ended.code == 0, ended.err
    return Story(**{**vars(told), "second_night": ended})


def cells_with(home: Path, text: str) -> list[str]:
    """The published columns in which a text stands."""
    path = home / "published" / "current" / "registry.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        columns = con.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where schema_name in ('marts', 'quality') order by all"
        ).fetchall()
        assert len(columns) > 200
        return [
            f"{table}.{name}"
            for table, name in columns
            if con.execute(
                f'select 1 from {table} where contains(cast("{name}" as varchar), ?) limit 1',
                [text],
            ).fetchone()
        ]


def files_with(folder: Path, text: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and text.encode() in path.read_bytes()
    ]


def manifest_of(home: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        (home / "published" / "current" / "manifest.json").read_text()
    )
    return read


def among(findings: tuple[str, ...]) -> str:
    return "finding_id in (" + ", ".join(f"'{one}'" for one in findings) + ")"


def test_who_opted_out_is_in_nothing_that_is_published(story: Story, refreshed: Path) -> None:
    assert cells_with(refreshed, story.opted_out)
    assert current(story.home) != current(refreshed)
    for text in (story.opted_out, *story.treatments):
        assert cells_with(story.home, text) == []
    assert files_with(story.home / "published" / current(story.home), story.opted_out) == []
    worklists = sorted((story.home / "worklists" / current(story.home)).glob("*.xlsx"))
    assert worklists
    for path in worklists:
        with ZipFile(path) as book:
            held = b"".join(book.read(name) for name in book.namelist())
        for text in (story.opted_out, *story.treatments):
            assert text.encode() not in held, path.name


def test_no_patient_is_named_on_the_way(story: Story) -> None:
    said = story.second_night.out + story.second_night.err
    for patient in (story.opted_out, story.merged, story.stays):
        assert patient not in said
        assert files_with(story.home / "dagster", patient) == []


def test_lines_still_add_up(story: Story) -> None:
    delivered = manifest_of(story.home)["delivered"]
    assert all(
        one["lines"] == one["loaded"] + one["rejected"] + one["opted_out"] for one in delivered
    )
    taken_away = {one["file"]: one["opted_out"] for one in delivered}
    assert taken_away["patients.csv"] == 1
    assert taken_away["treatments.csv"] >= len(set(story.treatments))
    assert taken_away["drugs.csv"] >= 1
    assert manifest_of(story.home)["inputs"]["governance_hash"]


def test_the_findings_of_who_opted_out_close_and_are_forgotten(story: Story) -> None:
    rows = ask(
        story.home,
        "select distinct status, patient_id, record_key, raw_values, compared_with "
        f"from quality.findings where {among(story.findings)}",
    )
    assert rows == [("vanished", None, "opted out", "{}", "{}")]
    events = ask(
        story.home,
        "select event, detail, record_key, values_before, values_after, count(*) "
        f"from quality.finding_events where {among(story.findings)} group by all order by event",
    )
    assert events == [
        ("new", None, "opted out", None, None, len(story.findings)),
        ("vanished", "the patient opted out", "opted out", None, None, len(story.findings)),
    ]


def test_nobody_is_asked_where_they_are(story: Story) -> None:
    judged = ask(
        story.home,
        "select rule_id, violated, judged > 0 from quality.rule_results where rule_id in "
        "('DEL-T60', 'DEL-T60a') and snapshot_id = "
        "(select arg_max(snapshot_id, sequence) from quality.snapshots) order by rule_id",
    )
    assert judged == [("DEL-T60", 0, True), ("DEL-T60a", 0, True)]


def test_merged_pseudonyms_are_one_patient(story: Story, refreshed: Path) -> None:
    two = f"('{story.merged}', '{story.stays}')"
    count = "select count(*) from marts.patients"
    assert int(column(story.home, count)[0]) == int(column(refreshed, count)[0]) - 2
    # Only the history of findings on the patient's own record, closed now, holds the id that went.
    history = ("quality.finding_events.", "quality.findings.")
    assert [
        name for name in cells_with(story.home, story.merged) if not name.startswith(history)
    ] == []
    still_open = ask(
        story.home,
        "select rule_id from quality.findings where status in ('new', 'persisting', 'reopened') "
        f"and '{story.merged}' in (patient_id, record_key)",
    )
    assert still_open == []
    rows = f"select count(*) from marts.responses where patient_id in {two}"
    assert ask(story.home, rows) == ask(refreshed, rows)
    own = f"select sex, stage, ecog from marts.patients where patient_id = '{story.stays}'"
    assert ask(story.home, own) == ask(refreshed, own)
    with duckdb.connect(str(story.home / "warehouse.duckdb"), read_only=True) as con:
        kept = con.execute(
            "select (select count(*) from raw.patients where patient_id = $id), "
            "(select count(*) from source.patients where patient_id__raw = $id)",
            {"id": story.merged},
        ).fetchone()
    assert kept == (1, 1)


def test_the_second_row_under_the_key_is_unplaced_with_a_finding(story: Story) -> None:
    [(reason, line)] = ask(
        story.home,
        "select reason, source_line from quality.unplaced_rows "
        f"where table_name = 'patients' and record_key = '{story.stays}'",
    )
    assert reason == "duplicate_key"
    found = ask(
        story.home,
        "select status from quality.findings "
        f"where subject = 'patients' and severity = 'error' and source_line = {line} "
        f"and record_key = '{story.stays}'",
    )
    assert ("new",) in found


def test_findings_of_a_merged_patient_stay_the_same_findings(story: Story) -> None:
    rows = ask(
        story.home,
        "select distinct status, patient_id from quality.findings "
        f"where {among(story.kept)} and status <> 'superseded'",
    )
    assert rows == [("persisting", story.stays)]


def test_the_same_lists_again_publish_nothing_new(story: Story, pristine: Path) -> None:
    again = next_night(pristine, story.home)
    assert again.code == 0
    assert "Nothing new" in again.out


def test_older_snapshots_are_marked_and_removed_only_when_told(
    story: Story, refreshed: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(story.home, tmp_path / "home", symlinks=True))
    older = current(refreshed)
    (home / "published" / "paper").symlink_to(older)
    counts = rechallenge("governance", "--as-of", NEXT_DAY, "--json", home=home)
    assert counts.code == 0
    assert json.loads(counts.out) == {
        "opt_outs": 1,
        "merges": 1,
        "not_yet_in_force": 0,
        "last_opt_out": NEXT_DAY,
        "snapshots_that_hold_them": 1,
    }
    rows = json.loads(rechallenge("versions", "--json", home=home).out)
    assert [row["holds_opted_out"] for row in rows] == [1, 0]

    def prune(*more: str) -> Ended:
        return rechallenge("prune", "--before-opt-outs", *more, home=home)

    frozen = prune("--yes")
    assert frozen.code == 1
    assert f"{older} (as of 2025-03-10, frozen as paper): stays: it is frozen" in frozen.out
    listed = prune("--frozen")
    assert (listed.code, (home / "published" / older).exists()) == (0, True)
    assert "would be removed with --yes" in listed.out
    removed = prune("--frozen", "--yes")
    assert (removed.code, (home / "published" / older).exists()) == (0, False)
    assert not (home / "published" / "paper").is_symlink()
    assert "No published snapshot holds" in prune().out


def test_the_current_snapshot_is_never_removed(story: Story, tmp_path: Path) -> None:
    home = Path(shutil.copytree(story.home, tmp_path / "home", symlinks=True))
    path = home / "governance" / "opt_outs.csv"
    path.write_text(f"{path.read_text()}{story.stays},2025-03-01,objection\n")
    kept = rechallenge("prune", "--before-opt-outs", "--yes", home=home)
    assert kept.code == 1
    assert f"{current(home)} (as of {NEXT_DAY}): stays: it is current" in kept.out
    assert (home / "published" / "current" / "manifest.json").exists()


def test_a_list_that_cannot_be_read_publishes_nothing(home: Path, pristine: Path) -> None:
    before = current(home)
    (home / "governance").mkdir()
    (home / "governance" / "opt_outs.csv").write_text("who,when\nP1,today\n")
    ended = next_night(pristine, home)
    assert ended.code == 3
    assert "opt_outs.csv, line 1: expected the columns patient_id, since, reason" in ended.err
    assert current(home) == before
