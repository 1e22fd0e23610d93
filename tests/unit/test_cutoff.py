"""The data cut-off: each delivery's own, when it is taken to be wrong, and what holds the marts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from etl.warehouse import open_memory
from expectations.codelists import load_codelists
from expectations.contracts import all_contracts, physical_columns
from expectations.subjects import load_subjects
from tests.derivations import derive
from tests.support import EXPORT_DATE, rows, run_layers

WRONG = (
    "select cutoff_date, patients, patients_later from derived.delivered_cutoffs "
    "where is_taken_to_be_wrong order by all"
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        load_codelists(opened)
        yield opened


def registry(patients: int, past: int, days: int, table: str = "patients") -> dict[str, Any]:
    """A delivery of patients of whom some have a record so many days past its cut-off."""
    day = EXPORT_DATE + timedelta(days=days)
    tables: dict[str, Any] = {
        "patients": [{"patient_id": f"P{number}"} for number in range(patients)],
        "treatments": [
            {"treatment_id": f"T{number}", "patient_id": f"P{number}", "regimen": "nivolumab"}
            for number in range(past)
        ],
    }
    column = {"patients": "last_contact_date", "responses": "assessment_date"}.get(
        table, "onset_date" if table == "adverse_events" else "start_date"
    )
    if table in ("patients", "treatments"):
        for row in tables[table][:past]:
            row[column] = day
    else:
        keys = {"responses": "response_id", "adverse_events": "event_id"}
        tables[table] = [
            {"patient_id": f"P{number}", keys.get(table, "procedure_id"): f"R{number}", column: day}
            if table != "drugs"
            else {"treatment_id": f"T{number}", "drug": "nivolumab", column: day}
            for number in range(past)
        ]
    return tables


def held(con: duckdb.DuckDBPyConnection, **tables: Any) -> list[tuple[Any, ...]]:
    derive(con, **tables)
    return rows(con, WRONG)


@pytest.mark.parametrize(
    ("patients", "past", "is_held"),
    [(1000, 19, False), (1000, 20, True), (2000, 20, False), (2000, 21, True), (4, 4, False)],
)
def test_a_cut_off_is_wrong_when_enough_patients_go_past_it(
    con: duckdb.DuckDBPyConnection, patients: int, past: int, is_held: bool
) -> None:
    expected = [(EXPORT_DATE, patients, past)] if is_held else []
    assert held(con, **registry(patients, past, 10)) == expected


@pytest.mark.parametrize(("days", "is_held"), [(0, False), (1, True), (366, True), (367, False)])
def test_only_days_shortly_past_it_count(
    con: duckdb.DuckDBPyConnection, days: int, is_held: bool
) -> None:
    assert bool(held(con, **registry(30, 20, days))) is is_held


@pytest.mark.parametrize(
    ("table", "is_held"),
    [
        ("responses", True),
        ("adverse_events", True),
        ("drugs", True),
        ("local_treatments", True),
        ("treatments", False),
    ],
)
def test_what_was_done_counts_and_what_was_planned_does_not(
    con: duckdb.DuckDBPyConnection, table: str, is_held: bool
) -> None:
    assert bool(held(con, **registry(30, 20, 10, table))) is is_held


def composed(con: duckdb.DuckDBPyConnection, ends: date) -> None:
    """Hospital A's file is of a delivery of its own, whose data end sooner."""
    con.execute("insert into source.cutoffs values ('a.csv', ?, 'a')", [ends])


def test_each_delivery_is_held_to_its_own_patients(con: duckdb.DuckDBPyConnection) -> None:
    tables = registry(30, 0, 0)
    tables["patients"] += [
        {"patient_id": f"A{n}", "last_contact_date": "2025-01-15", "_file": "a.csv", "_line": n + 2}
        for n in range(20)
    ]
    assert held(con, **tables) == []
    composed(con, date(2024, 12, 31))
    run_layers(con, "derived")
    assert rows(con, WRONG) == [(date(2024, 12, 31), 20, 20)]


def test_a_record_is_read_by_the_cut_off_of_its_own_delivery(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """A death of 2025-01-15 is past hospital A's cut-off and not past hospital B's."""
    died = {"vital_status": "dead", "death_date": "2025-01-15"}
    derive(
        con,
        patients=[
            {"patient_id": "A1", "_file": "a.csv", "_line": 2, **died},
            {"patient_id": "B1", "_file": "b.csv", "_line": 2, **died},
        ],
    )
    composed(con, date(2024, 12, 31))
    run_layers(con, "derived")
    read = "select patient_id, death_date, cutoff_date from derived.patients order by all"
    assert rows(con, read) == [
        ("A1", None, date(2024, 12, 31)),
        ("B1", date(2025, 1, 15), EXPORT_DATE),
    ]


def test_every_day_of_a_mart_of_patients_is_held_to_the_cut_off() -> None:
    sql = load_subjects()["mart_days"].sql
    for name, contract in all_contracts().items():
        columns = physical_columns(contract)
        if contract.layer == "marts" and "patient_id" in [one.name for one in columns]:
            part = sql.partition(f"from {name} as m")[0].rpartition("union all")[2]
            days = [one.name for one in columns if one.sql_type == "DATE"]
            assert [day for day in days if f"m.{day}" not in part] == [], name
