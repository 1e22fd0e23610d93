"""A refresh from raw files to published ones, run as a person runs it."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from tests.pipeline.support_refresh import (
    DAY,
    PATIENTS,
    ask,
    current,
    edit,
    rechallenge,
    refresh,
)


def test_a_refresh_publishes_marts_findings_parquet_and_outputs(refreshed: Path) -> None:
    folder = refreshed / "published" / current(refreshed)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["snapshot_id"] == current(refreshed)
    assert (manifest["sequence"], manifest["as_of"], manifest["source"]) == (1, DAY, "native")
    assert manifest["tables"]["marts.patients"] == PATIENTS
    assert ask(refreshed, "select count(*) from marts.patients") == [(PATIENTS,)]
    assert (folder / "outputs" / "van-dijk-2025" / "report.html").stat().st_size > 1_000
    assert (folder / "outputs" / "quality" / "rule_results.csv").exists()
    for table, rows in manifest["tables"].items():
        parquet = folder / "parquet" / f"{table}.parquet"
        counted = duckdb.connect().execute(f"select count(*) from '{parquet}'").fetchone()
        assert counted == (rows,), table


def test_the_published_file_says_what_it_holds_and_nothing_else(refreshed: Path) -> None:
    schemas = ask(
        refreshed, "select distinct schema_name from duckdb_tables() order by schema_name"
    )
    assert schemas == [("marts",), ("quality",)]
    bare = ask(
        refreshed,
        "select table_name, column_name from duckdb_columns() where comment is null "
        "and schema_name in ('marts', 'quality') and table_name not in ('unplaced_rows')",
    )
    assert bare == []
    version = ask(refreshed, "select tags from duckdb_databases() where not internal")
    assert version == [({"storage_version": "v1.2.0+"},)]
    [(snapshot, state)] = ask(refreshed, "select snapshot_id, state from quality.snapshots")
    assert (snapshot, state) == (current(refreshed), "published")


def test_every_rule_has_a_result_and_the_sums_hold(refreshed: Path) -> None:
    [(rules, results)] = ask(
        refreshed,
        "select (select count(*) from quality.rules), (select count(*) from quality.rule_results)",
    )
    assert rules == results
    assert rules > 40
    wrong = ask(
        refreshed,
        "select rule_id from quality.rule_results "
        "where applicable <> judged + cannot_judge or accepted > violated",
    )
    assert wrong == []


def test_the_same_export_again_publishes_nothing_new(home: Path, export: Path) -> None:
    before = current(home)
    again = refresh(export, home)
    assert (again.code, again.err) == (0, "")
    assert f"published already as snapshot {before}" in again.out
    next_day = refresh(export, home, "--as-of", "2025-03-11")
    assert f"published already as snapshot {before}" in next_day.out
    assert [path.name for path in (home / "published").glob("[!.]*")].count(before) == 1
    assert len(json.loads(rechallenge("versions", "--json", home=home).out)) == 1


def test_the_data_are_published_without_what_people_look_at(pristine: Path, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "home" / "published"
    bare = refresh(pristine, home)
    assert (bare.code, bare.err) == (0, "")
    assert "--no-readers" in bare.out
    first = current(home)
    files = json.loads((folder / first / "manifest.json").read_text())["files"]
    assert {Path(name).suffix for name in files} == {".duckdb", ".parquet", ".csv"}
    assert [name for name in files if name.startswith("outputs/")] == [
        "outputs/quality/rule_results.csv"
    ]
    assert not (home / "worklists").exists()
    again = refresh(pristine, home)
    assert f"published already as snapshot {first}" in again.out

    whole = refresh(pristine, home, readers=True)
    assert (whole.code, whole.err) == (0, "")
    assert current(home) != first
    assert (folder / "current" / "outputs" / "van-dijk-2025" / "report.html").exists()
    assert (home / "worklists" / "current").readlink().name == current(home)
    changed = [
        table.stem
        for table in (folder / first / "parquet").glob("*.parquet")
        if table.read_bytes() != (folder / "current" / "parquet" / table.name).read_bytes()
    ]
    assert not [name for name in changed if name.startswith("marts.")]
    assert "quality.finding_references" not in changed
    less = refresh(pristine, home)
    assert f"published already as snapshot {current(home)}" in less.out


def test_what_was_not_read_of_a_delivery_is_said(export: Path, tmp_path: Path) -> None:
    (export / "manifest.json").unlink()
    drugs = export / "drugs.csv"
    text = (
        drugs.read_text().replace("\n", ",shoe\n", 1).replace("\n", ",\n").replace("shoe,", "shoe")
    )
    drugs.write_text(text + "one,two\n")
    (export / "beside.csv").write_text("a\n")
    ended = refresh(export, tmp_path / "home", "--as-of", "2999-01-01")
    assert ended.code == 0, ended.err
    assert "drugs.csv: columns kept in raw and not read: shoe." in ended.err
    assert "drugs.csv: 1 of " in ended.err
    assert "records rejected" in ended.err
    assert "beside.csv: not part of the mapping, not read." in ended.err


def test_a_corrected_and_a_returning_error_are_followed_over_the_nights(
    home: Path, export: Path, pristine: Path
) -> None:
    def misspell(rows: list[dict[str, str]]) -> None:
        rows[0].update(death_date="31-31-1999")

    edit(export, "patients", misspell)
    faulty = refresh(export, home)
    assert faulty.code == 0, faulty.err
    [(fault, line, status)] = ask(
        home,
        "select min(rule_id), min(source_line), min(status) from quality.findings "
        "where severity = 'error' and subject = 'patients' and source_line = 2",
    )
    assert (line, status) == (2, "new")

    assert refresh(pristine, home).code == 0
    statuses = f"select status from quality.findings where rule_id = '{fault}' and source_line = 2"
    assert ask(home, statuses) == [("corrected",)]

    back = refresh(export, home)
    assert back.code == 0, back.err
    assert ask(home, statuses) == [("reopened",)]
    events = ask(
        home,
        f"select event from quality.finding_events where rule_id = '{fault}' "
        "and finding_id in (select finding_id from quality.findings where source_line = 2)",
    )
    assert sorted(status for (status,) in events) == ["corrected", "new", "reopened"]


def test_an_export_that_cannot_be_read_is_exit_3_and_changes_nothing(
    home: Path, export: Path
) -> None:
    before = current(home)
    (export / "responses.csv").unlink()
    ended = refresh(export, home)
    assert ended.code == 3
    assert "responses.csv" in ended.err
    assert "Traceback" not in ended.err
    assert current(home) == before


def test_a_table_that_became_empty_holds_the_gate(home: Path, export: Path) -> None:
    before = current(home)
    edit(export, "adverse_events", lambda rows: rows.clear())
    ended = refresh(export, home)
    assert ended.code == 1
    assert "The gate held and nothing was published" in ended.err
    assert "staging.adverse_events became empty" in ended.err
    assert current(home) == before
    assert len(ask(home, "select * from quality.snapshots")) == 1
    again = rechallenge("publish", home=home)
    assert (again.code, current(home)) == (1, before)


def test_another_run_that_holds_the_warehouse_is_exit_4(home: Path, export: Path) -> None:
    edit(export, "patients", lambda rows: rows.pop())
    with duckdb.connect(str(home / "warehouse.duckdb")):
        ended = refresh(export, home)
    assert ended.code == 4
    assert "held by another run" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--source", "nowhere"], "nowhere"),
        (["--study", "nobody-2020"], "There is no study nobody-2020"),
        (["--as-of", "yesterday"], "'yesterday' is not a day"),
    ],
)
def test_wrong_use_is_exit_2(
    refreshed: Path, pristine: Path, arguments: list[str], said: str
) -> None:
    ended = rechallenge("refresh", "--export", pristine, *arguments, home=refreshed)
    assert ended.code == 2
    assert said in ended.err


def test_no_patient_is_in_dagsters_files(refreshed: Path) -> None:
    """Neither ids nor values: the event log is kept for ever and shown without a login."""
    patients = {str(row[0]) for row in ask(refreshed, "select patient_id from marts.patients")}
    births = {
        str(row[0])
        for row in ask(refreshed, "select distinct raw_values from quality.findings")
        if len(str(row[0])) > 4
    }
    assert len(patients) == PATIENTS
    written = b""
    for path in (refreshed / "dagster").rglob("*"):
        if path.is_file():
            written += path.read_bytes()
    assert len(written) > 100_000
    text = written.decode("utf-8", errors="ignore")
    found = {word for word in re.findall(r"[A-Za-z0-9_-]+", text) if word in patients}
    assert found == set()
    assert [value for value in births if value in text] == []


def test_the_warehouse_is_not_what_analysts_read(refreshed: Path) -> None:
    with duckdb.connect(str(refreshed / "warehouse.duckdb"), read_only=True) as con:
        raw = con.execute("select count(*) from raw.files").fetchone()
    assert raw is not None
    assert raw[0] >= 7
    with pytest.raises(duckdb.CatalogException):
        ask(refreshed, "select * from raw.files")
