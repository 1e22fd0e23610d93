"""A text that only changed its form of Unicode is no change between two snapshots."""

import shutil
from pathlib import Path

import duckdb

from etl.changes import records, tables
from etl.ingest import load_export
from etl.models import run_layer
from etl.parameters import Parameters
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
    for side, database in (("before", "earlier"), ("after", None)):
        records.read_published(con, side, database)
        tables.read_side(con, side, ["s"], database)
    records.compare_records(con, None)
    assert con.execute("from changes_records").fetchall() == []
    pairs = [con.execute(f"from changes_pairs_{side}").fetchall() for side in ("before", "after")]
    assert pairs[0] == pairs[1]
    assert "P\u00e9" in pairs[0][0]
