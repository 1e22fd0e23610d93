"""Which findings a worklist asks, in which order, and what it leaves out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from etl.worklists import select
from expectations.query_life import Query
from tests.unit.worklist_support import (
    ERROR,
    GATE,
    INFO,
    STUDY_ERROR,
    WARNING,
    chosen,
    counts,
    finding,
    publish,
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def query(number: int, **given: object) -> Query:
    released = Query(
        "Q00001", f"f{number:06d}", ERROR, "h", "R", "H1", "ak", released_on=date(2025, 3, 2)
    )
    return replace(released, **given)  # type: ignore[arg-type]


def test_patients_come_in_order_of_what_an_answer_would_change(
    con: duckdb.DuckDBPyConnection,
) -> None:
    publish(
        con,
        finding(1, WARNING),
        finding(2, "PAT-C06", patient_id="P2"),  # an error that makes something doubtful
        finding(3, "AE-C06", source_file="adverse_events.csv", source_line=77),
        finding(4, STUDY_ERROR),
        in_studies={"P4": ("van-dijk-2025", f"{ERROR}, {STUDY_ERROR}")},
        unplaced={"adverse_events.csv": 77},
    )
    assert chosen(con) == ["f000004", "f000003", "f000002", "f000001"]
    rows = select.listed(con, select.PUBLISHED, "H1")
    assert [one.consequence for one in rows] == ["study", "unplaced", "doubtful", "warning"]
    assert rows[0].studies == "van-dijk-2025"


def test_a_warning_of_a_study_patient_does_not_keep_anybody_out(
    con: duckdb.DuckDBPyConnection,
) -> None:
    publish(
        con,
        finding(1, WARNING),
        finding(2, ERROR),
        in_studies={"P1": ("van-dijk-2025", WARNING), "P2": ("van-dijk-2025", "AE-C06")},
    )
    assert chosen(con) == ["f000002", "f000001"]
    assert [one.consequence for one in select.listed(con, select.PUBLISHED, "H1")] == [
        "doubtful",
        "warning",
    ]


def test_the_rows_of_a_patient_stand_together_the_gravest_first(
    con: duckdb.DuckDBPyConnection,
) -> None:
    publish(
        con,
        finding(1, WARNING, patient_id="P1"),
        finding(2, ERROR, patient_id="P2", days_open=1),
        finding(3, ERROR, patient_id="P1", days_open=1),
        finding(4, WARNING, patient_id="P2"),
        finding(5, ERROR, patient_id="P2", days_open=1),
    )
    assert chosen(con) == ["f000002", "f000005", "f000004", "f000003", "f000001"]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_equal_patients_stand_in_the_order_of_their_key(
    con: duckdb.DuckDBPyConnection, order: tuple[int, ...]
) -> None:
    publish(con, *(finding(number) for number in order))
    assert chosen(con) == ["f000001", "f000002", "f000003"]


def test_a_list_is_cut_between_patients_and_counts_the_rest(
    con: duckdb.DuckDBPyConnection,
) -> None:
    publish(
        con,
        finding(1, patient_id="P1"),
        finding(2, patient_id="P1"),
        finding(3, patient_id="P2"),
        finding(4, patient_id="P2"),
        finding(5, patient_id="P3"),
    )
    assert chosen(con, rows=3) == ["f000001", "f000002"]
    found = counts(con)
    assert (found.patients, found.findings) == (3, 5)
    assert (found.listed_patients, found.listed_findings) == (1, 2)


def test_a_patient_larger_than_the_list_is_shown_whole(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, *(finding(number, patient_id="P1") for number in range(1, 6)), finding(9))
    assert len(chosen(con, rows=2)) == 5
    assert counts(con).listed_patients == 1


def test_rows_without_a_patient_are_charts_of_their_own(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, finding(1, patient_id=None), finding(2, patient_id=None))
    assert chosen(con, rows=1) == ["f000001"]
    assert counts(con).patients == 2


def test_what_no_hospital_can_answer_is_the_registrys(con: duckdb.DuckDBPyConnection) -> None:
    publish(
        con,
        finding(1, hospital_id=None),
        finding(2, hospital_id="H99"),
        finding(3, GATE),
        finding(4, hospital_id="H2"),
    )
    assert chosen(con) == []
    assert set(chosen(con, list_id="registry")) == {"f000001", "f000002", "f000003"}
    assert chosen(con, list_id="H2") == ["f000004"]
    assert [one.list_id for one in select.lists(con)] == ["H1", "H2", "registry"]


def test_what_is_about_a_hospital_is_the_registrys_and_stands_together(
    con: duckdb.DuckDBPyConnection,
) -> None:
    whole = {"patient_id": None, "source_file": None, "source_line": None}
    publish(
        con,
        finding(1, "DEL-M12a", hospital_id="H2", **whole),
        finding(2, "HOS-M01", **whole),
        finding(3, "DEL-M12a", **whole),
        finding(4, "DEL-T60"),
    )
    assert chosen(con) == ["f000004"]  # a patient who vanished is for the hospital to explain
    assert chosen(con, list_id="registry") == ["f000003", "f000002", "f000001"]
    assert counts(con, "registry").patients == 2


def test_accepted_closed_and_informing_findings_are_not_asked(
    con: duckdb.DuckDBPyConnection,
) -> None:
    publish(
        con,
        finding(1, status="accepted"),
        finding(2, INFO),
        finding(3, status="corrected"),
        finding(4, status="new"),
    )
    assert chosen(con) == ["f000004"]
    found = counts(con)
    assert (found.accepted, found.informed, found.findings, found.new) == (1, 1, 1, 1)


def test_an_answered_finding_is_not_asked_twice(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, finding(1), finding(2))
    answered = query(1, state="answered", answer="value confirmed", answered_on=date(2025, 3, 2))
    assert chosen(con, answered) == ["f000002"]
    assert (counts(con).answered, counts(con).findings) == (1, 1)


def test_a_released_finding_carries_its_query(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, finding(1))
    assert chosen(con, query(1)) == ["f000001"]
    assert select.listed(con, select.PUBLISHED, "H1")[0].query_id == "Q00001"
    assert counts(con).asked == 1


@pytest.mark.parametrize(("answered_on", "asked"), [(date(2025, 3, 2), 1), (date(2025, 3, 3), 0)])
def test_a_correction_that_a_later_delivery_does_not_show_is_asked_again(
    con: duckdb.DuckDBPyConnection, answered_on: date, asked: int
) -> None:
    publish(con, finding(1))
    answered = query(1, state="answered", answer="corrected at source", answered_on=answered_on)
    assert len(chosen(con, answered)) == asked
    again = [one.answered_before for one in select.listed(con, select.PUBLISHED, "H1")]
    assert again == ["again"] * asked


def test_a_hospital_that_did_not_deliver_since_is_not_asked_again(
    con: duckdb.DuckDBPyConnection,
) -> None:
    publish(con, finding(1))
    con.execute("""
        insert into quality.hospital_deliveries
            (source, hospital_id, table_name, rows, delivered_on, status)
        values ('native', 'H1', 'patients', 1, date '2025-03-01', 'arrived')
    """)
    answered = query(
        1, state="answered", answer="corrected at source", answered_on=date(2025, 3, 2)
    )
    assert chosen(con, answered) == []
    con.execute("update quality.hospital_deliveries set delivered_on = date '2025-03-03'")
    assert chosen(con, answered) == ["f000001"]


def test_a_finding_that_came_back_is_a_new_question(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, finding(1, status="reopened", opened_on=date(2025, 3, 8)))
    answered = query(1, state="answered", answer="value confirmed", answered_on=date(2025, 3, 4))
    assert chosen(con, answered) == ["f000001"]
    assert select.listed(con, select.PUBLISHED, "H1")[0].query_id is None


def test_a_closed_query_asks_nothing(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, finding(1))
    closed = query(1, state="closed", answer="value confirmed", answered_on=date(2025, 3, 4))
    assert chosen(con, closed) == ["f000001"]


def test_the_hospitals_own_reference_is_shown(con: duckdb.DuckDBPyConnection) -> None:
    publish(con, finding(1), references={"f000001": "DOS-007"})
    chosen(con)
    assert select.listed(con, select.PUBLISHED, "H1")[0].reference == "DOS-007"
