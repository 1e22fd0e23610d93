"""Records that are gone and values that changed, told over small nights."""

import json
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from etl.warehouse import open_memory
from expectations.recheck import recheck
from tests.unit.deliveries_support import RULES, found, night

pytestmark = pytest.mark.slow

PATIENTS = """
    patient_id | hospital_id | sex    | birth_date | vital_status | death_date
    P1         | H1          | female | 1950-06-14 | dead         | 2024-02-01
    P2         | H1          | male   | 1961       | alive        |
    P3         | H2          |        |            | alive        |
"""
TREATMENTS = """
    treatment_id | patient_id | hospital_id | start_date
    T1           | P1         | H1          | 2022-01-01
    T2           | P2         | H1          | 2022-01-01
    T3           | P3         | H2          | 2022-01-01
"""
DRUGS = """
    treatment_id | drug       | start_date
    T1           | ipilimumab | 2022-01-01
    T1           | nivolumab  | 2022-01-01
    T2           | nivolumab  | 2022-01-01
"""
RESPONSES = """
    response_id | patient_id | treatment_id | assessment_date | response
    R1          | P1         | T1           | 2022-04-01      | PR
    R2          | P2         | T2           | 2022-04-01      | SD
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        yield opened


def first(con: duckdb.DuckDBPyConnection, day: int = 1) -> None:
    night(con, day, patients=PATIENTS, treatments=TREATMENTS, drugs=DRUGS, responses=RESPONSES)


def without(text: str, *keys: str) -> str:
    """The table without the rows that hold one of these keys in their first column."""
    kept = [line for line in text.splitlines() if line.split("|")[0].strip() not in keys]
    return "\n".join(kept)


def test_the_first_night_has_nothing_to_compare_with(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    asked = con.execute(
        "select rule_id, applicable from quality.judged where rule_id like 'DEL-T6%'"
    ).fetchall()
    assert {count for _, count in asked} == {0}


def test_a_gone_record_is_asked_about_until_it_is_back(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    gone = without(RESPONSES, "R2")
    for day in (2, 3):
        night(con, day, patients=PATIENTS, treatments=TREATMENTS, drugs=DRUGS, responses=gone)
        status = {2: "new", 3: "persisting"}[day]
        assert found(con, "DEL-T60a") == [("responses|R2", status)]
    place = con.execute(
        "select patient_id, hospital_id, source_file, source_line, raw_values "
        "from quality.findings where rule_id = 'DEL-T60a'"
    ).fetchone()
    assert place is not None
    assert place[:4] == ("P2", "H1", "responses.csv", 3)
    assert json.loads(place[4]) == {
        "table_name": "responses",
        "is_delivered": "false",
        "missing_since": "2025-03-02",
    }
    first(con, day=4)
    assert found(con, "DEL-T60a") == [("responses|R2", "corrected")]


def test_what_goes_with_a_gone_patient_is_folded_under_it(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    night(
        con,
        2,
        patients=without(PATIENTS, "P1"),
        treatments=without(TREATMENTS, "T1"),
        drugs=without(DRUGS, "T1"),
        responses=without(RESPONSES, "R1"),
    )
    assert found(con, "DEL-T60") == [("P1", "new")]
    assert found(con, "DEL-T60a") == []
    folded = con.execute(
        "select record_key from quality.folded_tonight where rule_id = 'DEL-T60a' order by all"
    ).fetchall()
    # the drugs went with their treatment, and are no news of their own
    assert folded == [("responses|R1",), ("treatments|T1",)]


def test_one_drug_fewer_of_a_treatment_is_a_gone_record(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    fewer = without(DRUGS, "T1") + "\n    T1 | nivolumab | 2022-01-08"
    night(con, 2, patients=PATIENTS, treatments=TREATMENTS, drugs=fewer, responses=RESPONSES)
    assert found(con, "DEL-T60a") == [("drugs|T1", "new")]


def test_another_start_of_a_drug_is_no_gone_record(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    moved = DRUGS.replace("nivolumab  | 2022-01-01", "nivolumab  | 2022-01-08")
    night(con, 2, patients=PATIENTS, treatments=TREATMENTS, drugs=moved, responses=RESPONSES)
    assert found(con, "DEL-T60a") == []


def test_records_of_a_hospital_that_is_missing_cannot_be_judged(
    con: duckdb.DuckDBPyConnection,
) -> None:
    first(con)
    night(
        con,
        2,
        patients=without(PATIENTS, "P3"),
        treatments=without(TREATMENTS, "T3"),
        drugs=DRUGS,
        responses=RESPONSES,
    )
    assert found(con, "DEL-M12") == [("H2", "new")]
    assert found(con, "DEL-T60") == []
    counts = con.execute(
        "select applicable, judged, violated from quality.judged where rule_id = 'DEL-T60'"
    ).fetchone()
    assert counts == (3, 2, 0)


def test_a_night_that_is_not_published_changes_no_history(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    gone = without(RESPONSES, "R2")
    tables = {"patients": PATIENTS, "treatments": TREATMENTS, "drugs": DRUGS}
    night(con, 2, commit=False, responses=gone, **tables)
    night(con, 3, responses=gone, **tables)
    since = con.execute(
        "select missing_since from quality.delivered_records where record_key = 'R2'"
    ).fetchone()
    assert since == (date(2025, 3, 3),)
    nights = con.execute("select distinct snapshot_id from quality.delivery_counts order by all")
    assert nights.fetchall() == [("night-1",), ("night-3",)]


def test_a_changed_value_stands_against_the_one_first_published(
    con: duckdb.DuckDBPyConnection,
) -> None:
    first(con)
    changed = PATIENTS.replace("1950-06-14", "1951-06-14").replace("dead ", "alive")
    changed = changed.replace("2024-02-01", "          ").replace("female", "male  ")
    night(con, 2, patients=changed)
    values = con.execute(
        "select rule_id, raw_values, compared_with, status from quality.findings "
        "where rule_id like 'DEL-T61%' and record_key = 'P1' order by rule_id"
    ).fetchall()
    assert [
        (rule, json.loads(own), json.loads(other), status) for rule, own, other, status in values
    ] == [
        ("DEL-T61", {"birth_date": "1951-06-14"}, {"birth_date_before": "1950-06-14"}, "new"),
        ("DEL-T61a", {"sex": "male"}, {"sex_before": "female"}, "new"),
        ("DEL-T61c", {"death_date": None}, {"death_date_before": "2024-02-01"}, "new"),
    ]
    night(con, 3, patients=changed)
    assert found(con, "DEL-T61") == [("P1", "persisting")]
    night(con, 4, patients=PATIENTS)
    assert found(con, "DEL-T61") == [("P1", "corrected")]


def test_what_becomes_known_or_more_precise_is_no_change(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    known = PATIENTS.replace("1961 ", "1961-05-03").replace(
        "P3         | H2          |        |            |",
        "P3         | H2          | male   | 1970-01-02 |",
    )
    night(con, 2, patients=known)
    assert found(con, "DEL-T61") == found(con, "DEL-T61a") == []
    # from now on the more precise date is the one that must stay
    night(con, 3, patients=known.replace("1961-05-03", "1961-05-04"))
    assert found(con, "DEL-T61") == [("P2", "new")]
    night(con, 4, patients=known.replace("1961-05-03", "1961      "))
    counts = con.execute(
        "select judged, violated from quality.judged where rule_id = 'DEL-T61'"
    ).fetchone()
    assert counts == (2, 0)


def test_a_gone_record_is_forgotten_after_a_year(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    gone = without(PATIENTS, "P3")
    night(con, 2, patients=gone + "\n P4 | H2 | male | 1970 | alive | ")
    con.execute(
        "update quality.delivered_patients set missing_since = date '2024-03-02' "
        "where patient_id = 'P3'"
    )
    night(con, 3, patients=gone + "\n P4 | H2 | male | 1970 | alive | ")
    kept = con.execute("select patient_id from quality.delivered_patients order by all").fetchall()
    assert kept == [("P1",), ("P2",), ("P4",)]
    assert found(con, "DEL-T60") == [("P3", "vanished")]


def test_the_history_of_another_source_is_left_alone(con: duckdb.DuckDBPyConnection) -> None:
    first(con)
    con.execute("update quality.delivered_patients set source = 'other'")
    con.execute("update quality.delivered_records set source = 'other'")
    first(con, day=2)
    sources = con.execute(
        "select source, count(*) from quality.delivered_patients group by 1 order by 1"
    ).fetchall()
    assert sources == [("native", 3), ("other", 3)]
    asked = con.execute(
        "select applicable from quality.judged where rule_id = 'DEL-T60'"
    ).fetchone()
    assert asked == (0,)


def test_a_rule_asked_again_after_publication_says_the_same(
    con: duckdb.DuckDBPyConnection,
) -> None:
    first(con)
    night(con, 2, patients=without(PATIENTS, "P2"))
    again = recheck(con, RULES, RULES.by_id["DEL-T60"])
    assert (again.applicable, again.judged, again.violated) == (3, 3, 1)
