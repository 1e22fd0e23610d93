"""The ledger of the night before ids are linked shows no change but the finding that says so."""

from datetime import date

import duckdb

from etl.deliveries import build_deliveries
from etl.warehouse import open_memory
from expectations import ledger
from expectations.catalogue import Catalogue, load_catalogue
from expectations.codelists import load_codelists
from expectations.evaluate import judge, prepare
from tests.support import native, rows, run_layers
from tests.unit.ledger_support import record

WHOLE = load_catalogue()
SOURCE = Catalogue(WHOLE.for_stage("source"), WHOLE.subjects)


def night(con: duckdb.DuckDBPyConnection, day: int, person_key: str) -> None:
    """A night over two ids of one person, with much that rules find."""
    native(
        con,
        declares={"person_key": person_key},
        patients="""
            patient_id | hospital_id | person_key | sex    | birth_date | last_contact_date
            M1         | H1          | K          | female | 1961       | 2091-03-01
            M2         | H2          | K          | female | 1961-07-10 | 2020-01-01
        """,
        treatments="""
            treatment_id | patient_id | hospital_id | regimen    | start_date | stop_date
            T1           | M1         | H1          | nivolumab  | 2019-01-07 | 2018-01-07
            T2           | M2         | H2          | nivolumabb | 2019-11-03 | 2020-03-03
        """,
        responses="""
            response_id | patient_id | treatment_id | assessment_date | response
            R1          | M1         | T1           | 2019-04-01      | PR
            R2          | M2         | T2           | 2019-04-01      | PR
            R3          | M2         | T1           | 2052-04-01      | XX
        """,
    )
    con.execute("insert into source.deliveries values (null, ?, 'test')", [date(2025, 3, 1)])
    load_codelists(con)
    run_layers(con, "staging")
    snapshot = record(f"night-{day}", day)
    prepare(con, SOURCE)
    build_deliveries(con, snapshot_id=snapshot.snapshot_id, as_of=snapshot.as_of)
    judge(con, SOURCE, "source")
    ledger.plan(con, snapshot.snapshot_id, snapshot.as_of, SOURCE)
    ledger.commit(con, snapshot)


def test_linking_adds_one_finding_and_changes_no_other() -> None:
    with open_memory() as con:
        night(con, 1, "several_diseases")
        before = rows(con, "select finding_id from quality.findings order by 1")
        night(con, 2, "one_disease")
        assert len(before) > 5
        assert rows(con, "select linking from staging.persons") == [("linked",)] * 2
        kept = rows(
            con, "select finding_id from quality.findings where status = 'persisting' order by 1"
        )
        assert kept == before
        assert rows(
            con,
            "select rule_id, severity, record_key, status from quality.findings "
            "where status <> 'persisting'",
        ) == [("PAT-C10a", "info", "M1", "new")]
