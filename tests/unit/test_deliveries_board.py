"""The delivery board: what arrived, is late, missing or unexpected, against last time."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.deliveries.expected import ExpectedRows
from etl.warehouse import open_memory
from tests.unit.deliveries_support import CUT_OFF, board, days, found, night

pytestmark = pytest.mark.slow

PATIENTS = """
    patient_id | hospital_id
    P1         | H1
    P2         | H1
    P3         | H2
"""
ONE_HOSPITAL = """
    patient_id | hospital_id
    P1         | H1
    P2         | H1
"""
HOSPITALS = """
    hospital_id | name  | active_from | active_to
    H1          | One   | 2012-01-01  |
    H2          | Two   | 2012-01-01  | 2020-12-31
    H9          | Nine  | 2012-01-01  |
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        yield opened


def status(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        con.execute("select hospital_id, status from quality.delivering_hospitals").fetchall()
    )


def test_rows_stand_beside_those_of_the_last_published_night(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, patients=PATIENTS)
    assert board(con)["H1", "patients"] == (2, None, None, "arrived")
    night(con, 2, patients=ONE_HOSPITAL + "    P4 | H1")
    assert board(con)["H1", "patients"] == (3, 2, None, "arrived")
    assert board(con)["H2", "patients"] == (0, 1, None, "missing")
    assert board(con)["H1", "responses"] == (0, 0, None, "arrived")


def test_a_full_delivery_without_a_hospital_says_since_when(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, patients=PATIENTS)
    night(con, 20, patients=ONE_HOSPITAL)
    row = con.execute(
        "select status, rows_before, expected_because, delivered_on, days_since_delivery "
        "from quality.delivering_hospitals where hospital_id = 'H2'"
    ).fetchone()
    because = "the last published snapshot has rows of it"
    assert row == ("missing", 1, because, CUT_OFF, 19)
    assert found(con, "DEL-M12") == [("H2", "new")]
    night(con, 21, patients=PATIENTS)
    assert found(con, "DEL-M12") == [("H2", "corrected")]


def test_late_begins_the_day_after_the_limit(con: duckdb.DuckDBPyConnection) -> None:
    on_day = CUT_OFF + days(9)  # the tenth of March
    for age, expected in ((35, "arrived"), (36, "late")):
        night(
            con,
            10,
            deliveries={"H1": on_day - days(age), "H2": on_day},
            patients=PATIENTS,
            commit=False,
        )
        assert status(con) == {"H1": expected, "H2": "arrived"}
        assert found(con, "DEL-M12a") == []
        late = con.execute(
            "select record_key from quality.findings_tonight where rule_id = 'DEL-M12a'"
        ).fetchall()
        assert late == ([("H1",)] if expected == "late" else [])


def test_an_active_hospital_of_the_list_is_expected(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, patients=ONE_HOSPITAL, hospitals=HOSPITALS)
    assert status(con) == {"H1": "arrived", "H9": "missing"}  # H2 left in 2020


def test_the_reviewed_file_says_who_is_expected_and_how_much(
    con: duckdb.DuckDBPyConnection,
) -> None:
    reviewed = [
        ExpectedRows("H1", "patients", 40, 0.5),
        ExpectedRows("H1", "responses", 5),
        ExpectedRows("H7", "patients", 10),
    ]
    night(con, 1, patients=PATIENTS, expected=reviewed)
    assert status(con) == {"H1": "arrived", "H2": "unexpected", "H7": "missing"}
    assert board(con)["H1", "patients"] == (2, None, 40, "arrived")
    assert board(con)["H1", "responses"] == (0, None, 5, "missing")
    assert found(con, "DEL-C31") == [("H2", "new")]
    assert found(con, "DEL-T62b") == [("H1|patients", "new")]
    assert found(con, "DEL-T62a") == [("H1|responses", "new")]
    assert found(con, "DEL-M12") == [("H7", "new")]


def test_rows_that_name_no_hospital_are_counted_and_asked_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, patients=PATIENTS + "    P9 |")
    assert board(con)[None, "patients"] == (1, None, None, "arrived")
    assert None not in status(con)


def test_a_finding_about_a_hospital_needs_no_patient_and_no_line(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, patients=PATIENTS)
    night(con, 2, patients=ONE_HOSPITAL)
    row = con.execute(
        "select hospital_id, patient_id, source_file, source_line, raw_values, compared_with "
        "from quality.findings where rule_id = 'DEL-M12'"
    ).fetchone()
    assert row is not None
    assert row[:4] == ("H2", None, None, None)
    assert '"rows":"0"' in row[4]
    assert '"rows_before":"1"' in row[5]
