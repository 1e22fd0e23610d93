"""Hospitals beside one another: completeness, unknowns, heaped dates, months, funnel limits."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from etl.deliveries import build_before_judging
from etl.deliveries.funnel import limits
from etl.warehouse import open_memory
from tests.unit.deliveries_support import found, night

pytestmark = pytest.mark.slow


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        yield opened


def table(columns: str, *lines: str) -> str:
    return "\n".join([columns, *lines])


def test_completeness_counts_the_known_by_hospital_and_year(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(
        con,
        1,
        patients="""
            patient_id | hospital_id | vital_status | death_date | death_cause
            P1         | H1          | dead         | 2024-01-01 | unknown
            P2         | H1          | alive        |            |
            P3         | H1          | dead         |            | melanoma
        """,
        baselines="""
            patient_id | treatment_id | advanced_diagnosis_date | ecog | ldh_u_per_l | braf
            P1         |              | 2020-03-01              | 1    | 300         | not_tested
            P1         | T1           | 2021-03-01              |      |             |
            P2         |              | 2020                    |      | 200         |
        """,
    )
    rows = con.execute(
        "select item, year, patients, known, share from quality.completeness "
        "where item in ('ecog', 'ldh', 'braf', 'death_date', 'death_cause', 'diagnosis_date') "
        "order by all"
    ).fetchall()
    assert rows == [
        ("braf", 2020, 2, 0, 0.0),  # not tested is not known
        ("braf", None, 1, 0, 0.0),  # P3 has no baseline: no year, and nothing known
        ("death_cause", 2020, 1, 0, 0.0),
        ("death_cause", None, 1, 1, 1.0),
        ("death_date", 2020, 1, 1, 1.0),
        ("death_date", None, 1, 0, 0.0),
        ("diagnosis_date", None, 3, 2, 2 / 3),
        ("ecog", 2020, 2, 1, 0.5),
        ("ecog", None, 1, 0, 0.0),
        ("ldh", 2020, 2, 2, 1.0),
        ("ldh", None, 1, 0, 0.0),
    ]


def test_a_hospital_that_says_unknown_far_more_often_is_found(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lines = []
    for hospital, unknown in (("H1", 2), ("H2", 2), ("H3", 3), ("H4", 12)):
        lines += [
            f"{hospital}-{n} | {hospital} | {'unknown' if n < unknown else 'female'}"
            for n in range(40)
        ]
    night(con, 1, patients=table("patient_id | hospital_id | sex", *lines))
    assert found(con, "HOS-M06") == [("H4|patients.sex", "new")]
    share = con.execute(
        "select unknown_share, national_share, upper_limit from quality.unknown_shares "
        "where hospital_id = 'H4' and item = 'patients.sex'"
    ).fetchone()
    # the median of 2, 2, 3 and 12 of 40, and the most of 40 at that share
    assert share == (12 / 40, 2.5 / 40, 8)


def test_not_tested_counts_as_unknown_as_it_does_in_completeness(
    con: duckdb.DuckDBPyConnection,
) -> None:
    codes = ("not_tested", "not_tested", "V600E", "wild_type", "")
    night(
        con,
        1,
        patients=table("patient_id | hospital_id", *(f"P{n} | H1" for n in range(5))),
        baselines=table("patient_id | braf", *(f"P{n} | {code}" for n, code in enumerate(codes))),
    )
    said = "select given, \"unknown\" from quality.unknown_shares where item = 'baselines.braf'"
    assert con.execute(said).fetchall() == [(4, 2)]
    known = "select sum(patients), sum(known) from quality.completeness where item = 'braf'"
    assert con.execute(known).fetchall() == [(5, 2)]


def test_partial_dates_do_not_count_as_heaped(con: duckdb.DuckDBPyConnection) -> None:
    exact = [f"A{n} | H1 | 2020-{n % 12 + 1:02}-{(n * 7) % 13 + 16:02}" for n in range(24)]
    heaped = [f"B{n} | H1 | 2020-{n % 12 + 1:02}-15" for n in range(6)]
    partial = [f"C{n} | H1 | 2020-{n % 12 + 1:02}" for n in range(30)]
    columns = "patient_id | hospital_id | last_contact_date"
    night(con, 1, patients=table(columns, *exact, *heaped, *partial))
    row = con.execute(
        "select dates, first_or_fifteenth from quality.date_patterns "
        "where item = 'patients.last_contact_date'"
    ).fetchone()
    assert row == (30, 6)
    assert found(con, "HOS-M11") == []  # six of thirty is exactly a fifth
    night(con, 2, patients=table(columns, *exact[1:], *heaped, "B9 | H1 | 2020-05-01", *partial))
    assert found(con, "HOS-M11") == [("H1|patients.last_contact_date", "new")]


def test_days_that_are_all_12_or_less_are_found(con: duckdb.DuckDBPyConnection) -> None:
    swapped = [f"A{n} | H1 | 2020-{n % 12 + 1:02}-{n % 11 + 2:02}" for n in range(50)]
    true = [f"B{n} | H2 | 2020-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(60)]
    columns = "patient_id | hospital_id | last_contact_date"
    night(con, 1, patients=table(columns, *swapped, *true))
    assert found(con, "HOS-C05") == [("H1|patients.last_contact_date", "new")]


def test_a_month_without_starts_between_full_ones_is_found(
    con: duckdb.DuckDBPyConnection,
) -> None:
    months = [(year, month) for year in (2023, 2024) for month in range(1, 13)] + [(2025, 1)]
    starts = [
        f"T{year}{month}{n} | P1 | H1 | {year}-{month:02}-{n + 3:02}"
        for year, month in months
        for n in range(10)
        if (year, month) != (2024, 5)
    ]
    night(
        con,
        1,
        patients="patient_id | hospital_id\nP1 | H1",
        treatments=table("treatment_id | patient_id | hospital_id | start_date", *starts),
    )
    assert found(con, "DEL-M12c") == [("H1|2024-05", "new")]
    # the newest whole month, February 2025, still fills and is not asked about
    last = con.execute("select max(month) from quality.hospital_months").fetchone()
    assert str(last and last[0]) == "2025-01-01"


def test_a_start_outside_the_participation_of_its_hospital_is_found(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(
        con,
        1,
        patients="patient_id | hospital_id\nP1 | H1",
        hospitals="hospital_id | active_from | active_to\nH1 | 2012-07 | 2020-12-31",
        treatments="""
            treatment_id | patient_id | hospital_id | start_date
            T1           | P1         | H1          | 2012-06-30
            T2           | P1         | H1          | 2012-07-15
            T3           | P1         | H1          | 2021-01-01
            T4           | P1         | H2          | 1999-01-01
        """,
    )
    assert found(con, "HOS-T39") == [("T1", "new"), ("T3", "new")]
    counts = con.execute(
        "select applicable, judged from quality.judged where rule_id = 'HOS-T39'"
    ).fetchone()
    assert counts == (3, 2)  # July 2012 may lie before the first day of that month that counts


def test_limits_are_those_of_the_exact_binomial() -> None:
    """At 15% nobody of ten is everyday (20%); at 40% none of twenty is one in 27,000."""
    fewest, most = limits(np.array([10, 20, 20]), np.array([0.15, 0.40, 0.90]))
    assert fewest.tolist() == [0, 2, 13]
    assert most.tolist() == [6, 15, 20]


def test_the_outcomes_of_a_hospital_stand_beside_those_of_all(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, patients="patient_id | hospital_id\nP1 | H1")
    _lines(con, {"H1": (20, 20), "H2": (8, 20), "H3": (8, 20), "H4": (8, 20)})
    build_before_judging(con, "derived")
    rows = con.execute(
        "select hospital_id, numerator, denominator, national_share, lower_limit, upper_limit "
        "from quality.hospital_outcomes where measure = 'orr' order by 1"
    ).fetchall()
    assert rows[:2] == [("H1", 20, 20, 44 / 80, 4, 17), ("H2", 8, 20, 44 / 80, 4, 17)]
    # Of those whose toxicity is known: a severe event on another line does not count.
    assert con.execute(
        "select numerator, denominator from quality.hospital_outcomes"
        " where measure = 'grade3plus' and hospital_id = 'H1'"
    ).fetchall() == [(3, 10)]


def _lines(con: duckdb.DuckDBPyConnection, responders: dict[str, tuple[int, int]]) -> None:
    """First lines of anti-PD-1 of some hospitals: responders of so many evaluable."""
    from expectations.contracts import contract_for, create_table_sql

    con.execute("create schema if not exists derived")
    for name in ("marts.patients", "marts.treatment_lines", "derived.baselines"):
        con.execute(create_table_sql(contract_for(name)).replace(" not null", ""))
    for hospital, (yes, of) in responders.items():
        con.execute(
            "insert into marts.patients (patient_id, hospital_id) "
            "select $h || n, $h from range($of) as r(n)",
            {"h": hospital, "of": of},
        )
        con.execute(
            "insert into marts.treatment_lines (patient_id, setting, line_number, start_date, "
            "regimen, regimen_class, response_evaluable, responder, severe_toxicity_status, "
            "toxicity_known, line_hospital_id) "
            "select $h || n, 'advanced', 1, date '2019-01-01', 'nivolumab', 'anti-PD-1', true, "
            "n < $yes, case when n % 4 = 0 then 'yes' else 'no' end, n < 10, $h "
            "from range($of) as r(n)",
            {"h": hospital, "of": of, "yes": yes},
        )
