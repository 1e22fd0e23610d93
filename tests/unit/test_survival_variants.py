"""Names of the variants, what they refuse, and the rows that ended a time."""

import duckdb
import pytest

from etl.survival.end_records import with_source_rows
from etl.survival.variants import (
    OS_VARIANTS,
    PFS_VARIANTS,
    OsVariant,
    PfsVariant,
    dor_sql,
    os_sql,
    pfs_sql,
    time_sql,
    ttnt_sql,
)
from tests.derivations import derive
from tests.support import rows


def test_the_variants_by_name() -> None:
    assert [variant.name for variant in PFS_VARIANTS] == [
        "next=ignore,censoring=last_evaluable",
        "next=ignore,censoring=last_assessment",
        "next=ignore,censoring=last_contact",
        "next=censor,censoring=last_evaluable",
        "next=censor,censoring=last_assessment",
        "next=censor,censoring=last_contact",
        "next=event,censoring=last_evaluable",
        "next=event,censoring=last_assessment",
        "next=event,censoring=last_contact",
    ]
    assert PfsVariant("censor", "last_contact", 0).name.endswith("last_contact,missed=0")
    assert [variant.name for variant in OS_VARIANTS] == [
        "censoring=last_known_alive",
        "censoring=last_contact",
    ]


def test_a_time_is_found_by_its_name() -> None:
    assert time_sql("pfs") == pfs_sql(PfsVariant())
    assert time_sql("pfs next=event,missed=90") == pfs_sql(
        PfsVariant("event", missed_assessments_days=90)
    )
    assert time_sql("dor censoring=last_contact") == dor_sql(PfsVariant(censoring="last_contact"))
    assert time_sql("dor_confirmed") == dor_sql(PfsVariant(), confirmed=True)
    assert time_sql("os censoring=last_contact") == os_sql(OsVariant("last_contact"))
    assert time_sql("ttnt") == ttnt_sql()
    for variant in PFS_VARIANTS:
        assert time_sql(f"pfs {variant.name}") == pfs_sql(variant)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("efs", "No time is called 'efs'; expected pfs"),
        ("ttnt next=censor", "No time is called 'ttnt next=censor'"),
        ("os next=censor", "No time is called 'os next=censor'"),
        ("pfs nxt=censor", "'pfs nxt=censor' names nxt"),
        ("pfs next=stop", "next_therapy is 'stop'; expected one of ignore, censor, event"),
        ("pfs censoring=never", "censoring is 'never'; expected one of last_evaluable"),
        ("os censoring=never", "censoring is 'never'; expected one of last_known_alive"),
        ("pfs missed=-1", "missed_assessments_days is -1; expected 0 days or more"),
    ],
)
def test_a_time_that_is_none_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        time_sql(name)


def test_the_file_and_line_of_what_ended_a_time(con: duckdb.DuckDBPyConnection) -> None:
    derive(
        con,
        patients="""
        patient_id | vital_status | death_date
        P1         | dead         | 2021-06-01
        """,
        treatments="""
        treatment_id | patient_id | regimen   | setting  | start_date | stop_date
        T1           | P1         | nivolumab | advanced | 2020-01-01 | 2020-03-01
        T2           | P1         | ipilimumab | advanced | 2020-09-01 | 2020-10-01
        """,
        responses="""
        response_id | patient_id | assessment_date | response
        R1          | P1         | 2020-03-10      | PR
        R2          | P1         | 2020-11-01      | PD
        """,
    )
    ended = {
        name: rows(
            con,
            f"""
            select record_table, record_key, source_file, source_line
            from ({with_source_rows(time_sql(name))}) as times
            order by line_id
            """,
        )[0]
        for name in ("pfs", "pfs next=censor", "pfs next=event", "os")
    }
    assert ended == {
        "pfs": ("responses", "R2", "responses.csv", 3),
        "pfs next=censor": ("responses", "R1", "responses.csv", 2),
        "pfs next=event": ("treatments", "T2", "treatments.csv", 3),
        "os": ("patients", "P1", "patients.csv", 2),
    }
