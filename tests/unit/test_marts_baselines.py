"""Which baseline a line has, and what is no baseline of any."""

import duckdb

from tests.derivations import derive
from tests.support import rows

PATIENTS = """
    patient_id | birth_date
    P1         | 1950-01-01
    P2         | 1950-01-01
"""
TREATMENTS = """
    treatment_id | patient_id | regimen    | setting  | start_date | stop_date  | stop_reason
    T1           | P1         | ipilimumab | advanced | 2020-01-01 | 2020-02-01 | completed
    T2           | P1         | ipilimumab | advanced | 2020-02-10 | 2020-03-01 | completed
    T9           | P2         | ipilimumab | advanced | 2021-01-01 | 2021-03-01 | completed
"""
BASELINES = """
    patient_id | treatment_id | measured_date | ecog | organ_sites
    P1         |              | 2019-12-01    | 0    | 2
    P1         | T2           | 2020-02-09    | 2    | 3
    P1         | T1           | 2019-12-30    | 1    | -1
    P1         | T9           | 2020-01-01    | 4    | 5
    P2         | gone         | 2020-01-01    | 3    | 5
"""


def test_a_line_of_two_episodes_has_the_baseline_of_the_first(
    con: duckdb.DuckDBPyConnection,
) -> None:
    derive(con, patients=PATIENTS, treatments=TREATMENTS, baselines=BASELINES)
    assert rows(con, "select count(*) from marts.treatment_lines where patient_id = 'P1'") == [(1,)]
    # T9 is another patient's, and `gone` nobody's: neither is the start of a line of theirs.
    assert rows(
        con,
        "select patient_id, line_id, days_from_line_start, ecog, organ_sites "
        "from marts.baselines order by all nulls first",
    ) == [
        ("P1", None, None, "0", 2),
        ("P1", "P1|advanced|1", -2, "1", None),
    ]


def test_patients_carry_the_counts_of_their_diagnosis(con: duckdb.DuckDBPyConnection) -> None:
    derive(con, patients=PATIENTS, treatments=TREATMENTS, baselines=BASELINES)
    assert rows(
        con, "select patient_id, ecog, organ_sites, nras from marts.patients order by all"
    ) == [("P1", "0", 2, None), ("P2", "3", 5, None)]
