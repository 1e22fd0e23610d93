"""What a source does not collect is unknown, not absent."""

import duckdb

from etl.survival.variants import PFS_VARIANTS, pfs_sql
from tests.derivations import create_quality_tables
from tests.support import native, rows, run_layers


def test_without_progressions_there_is_no_progression_free_survival(
    con: duckdb.DuckDBPyConnection,
) -> None:
    native(
        con,
        not_collected=("responses.assessment_date", "treatments.stop_reason"),
        patients="""
            patient_id | vital_status | death_date | last_contact_date
            P1         | dead         | 2021-01-01 |
            P2         | alive        |            | 2021-01-01
        """,
        treatments="""
            treatment_id | patient_id | regimen    | setting  | start_date
            T1           | P1         | ipilimumab | advanced | 2020-01-01
            T2           | P2         | ipilimumab | advanced | 2020-01-01
        """,
    )
    create_quality_tables(con)
    run_layers(con, "staging", "derived", "marts")
    assert rows(
        con,
        "select patient_id, pfs_days, pfs_event, pfs_end_reason, os_days, os_event "
        "from marts.treatment_lines order by patient_id",
    ) == [
        ("P1", None, None, "unknown_progression_not_collected", 366, True),
        ("P2", None, None, "unknown_progression_not_collected", 366, False),
    ]
    for variant in PFS_VARIANTS:
        assert rows(con, f"select distinct end_reason from ({pfs_sql(variant)}) as times") == [
            ("unknown_progression_not_collected",)
        ], variant.name
