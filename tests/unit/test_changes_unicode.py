"""A text that only changed its form of Unicode is no change between two snapshots."""

import shutil
from pathlib import Path

import duckdb

from etl import kept_sources
from etl.changes import records, tables
from etl.ingest import load_export
from etl.models import run_layer
from etl.parameters import Parameters
from etl.publish.shelf import Published
from etl.settings import Settings
from etl.sql_macros import create_macros
from expectations.codelists import load_codelists

OLD = Path(__file__).parent.parent / "data" / "last_release"


def test_rows_kept_by_the_last_release_hold_the_same_records(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for path in OLD.glob("source.*.parquet"):
        shutil.copy(path, kept / path.name.removeprefix("source."))
    decomposed = con.execute(
        f"select count(*) from '{kept}/patients.parquet' "
        "where patient_id <> nfc_normalize(patient_id)"
    ).fetchone()
    assert decomposed is not None
    assert decomposed[0] > 0
    load_codelists(con)
    create_macros(con)
    load_export(con, OLD / "delivery", "native")
    run_layer(con, "staging", Parameters().as_sql())
    con.execute(
        "create temp table changes_patients as select distinct patient_id from staging.patients"
    )
    for name in ("export", "collected", "cutoffs", "declarations"):
        con.execute(f"copy source.{name} to '{kept}/{name}.parquet'")
    records.read_kept(con, "before", kept)
    records.read_staged(con, "after")
    records.compare_records(con, None)
    count = (
        "select count(distinct patient_id) from changes_records_before where subject = 'patients'"
    )
    assert (
        con.execute(count).fetchone()
        == con.execute("select count(patient_id) from changes_patients").fetchone()
    )
    assert con.execute("from changes_records").fetchall() == []
    # What says another thing is found still.
    con.execute("update staging.patients set sex = 'other' where patient_id = 'P\u00e9-7'")
    records.read_staged(con, "after")
    records.compare_records(con, None)
    assert con.execute("select record_key, columns from changes_records").fetchall() == [
        ("P\u00e9-7", ["sex"])
    ]


def test_published_tables_in_another_form_are_the_same(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("attach ':memory:' as earlier")
    con.execute("create temp table changes_patients as select 'P\u00e9' as patient_id")
    for database, patient, text in (
        ("earlier.", "Pe\u0301\u200b", "Zu\u0308rich"),
        ("", "P\u00e9", "Z\u00fcrich"),
    ):
        con.execute(f"create schema if not exists {database}marts")
        con.execute(
            f"create table {database}marts.patients as select ? as patient_id, ? as hospital_id",
            [patient, text],
        )
        con.execute(
            f"create table {database}marts.rechallenges as select 's' as study, ? as patient_id, "
            "? as initial_line_id",
            [patient, f"{patient}-1"],
        )
        con.execute(
            f"create table {database}marts.estimates as select 's' as study, 'all' as stratum"
        )
        findings = "findings" if database else "findings_tonight"
        con.execute(f"create schema if not exists {database}quality")
        con.execute(
            f"create table {database}quality.{findings} as select 'R' as rule_id, "
            "'patients' as subject, $patient as record_key, $patient as patient_id, "
            "null::varchar as source_file, null::bigint as source_line, 'new' as status, "
            "false as is_accepted",
            {"patient": patient},
        )
    for side, database in (("before", "earlier"), ("after", None)):
        records.read_published(con, side, database)
        tables.read_side(con, side, ["s"], database)
    records.compare_records(con, None)
    assert con.execute("from changes_records").fetchall() == []
    pairs = [con.execute(f"from changes_pairs_{side}").fetchall() for side in ("before", "after")]
    assert pairs[0] == pairs[1]
    found = [con.execute(f"from changes_findings_{side}").fetchall() for side in tables.SIDES]
    assert found[0] == found[1]
    assert found[0][0][2:4] == ("P\u00e9", "P\u00e9")
    assert "P\u00e9" in pairs[0][0]


def test_kept_rows_of_the_last_release_can_be_judged_again(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """They have fewer columns and no parts; every row is staged, in one form."""
    settings = Settings(home=tmp_path)
    kept = settings.sources / "e"
    kept.mkdir(parents=True)
    for path in OLD.glob("source.*.parquet"):
        shutil.copy(path, kept / path.name.removeprefix("source."))
    load_codelists(con)
    create_macros(con)
    kept_sources.load(con, settings, Published("s", tmp_path, {"export_id": "e"}))
    run_layer(con, "staging", Parameters().as_sql())
    for name in ("patients", "treatments", "adverse_events"):
        staged, source = con.execute(
            f"select (select count(*) from staging.{name}), (select count(*) from source.{name})"
        ).fetchall()[0]
        assert staged == source > 0
    found = con.execute("select count(*) from staging.patients where patient_id = 'P\u00e9-7'")
    assert found.fetchone() == (1,)
