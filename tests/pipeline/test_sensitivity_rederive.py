"""Deriving again under other parameters, beside the warehouse."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.models import affected_models, load_models
from etl.parameters import Parameters
from etl.sensitivity.rederive import rederived
from etl.warehouse import open_memory
from expectations.codelists import load_codelists
from tests.derivations import derive
from tests.support import dicts, rows

PATIENTS = """
    patient_id | vital_status | last_contact_date
    P1         | alive        | 2021-06-01
    P2         | alive        | 2021-06-01
"""
# P1 pauses for 100 days; P2's second drug starts on day 35.
TREATMENTS = """
    treatment_id | patient_id | regimen    | setting  | start_date | stop_date
    T1           | P1         | nivolumab  | advanced | 2020-01-01 | 2020-03-01
    T2           | P1         | nivolumab  | advanced | 2020-06-09 | 2020-09-01
    T3           | P2         | nivolumab  | advanced | 2020-01-01 | 2020-03-01
    T4           | P2         | ipilimumab | advanced | 2020-02-05 | 2020-03-01
"""
RESPONSES = """
    response_id | patient_id | treatment_id | assessment_date | criteria  | response
    R1          | P1         | T1           | 2020-02-20      | RECIST1.1 | SD
    R2          | P2         | T3           | 2020-03-01      | RECIST1.1 | CR
"""
TABLES = {"patients": PATIENTS, "treatments": TREATMENTS, "responses": RESPONSES}
BASE = Parameters()


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as connection:
        load_codelists(connection)
        derive(connection, **TABLES)
        yield connection


def marts(con: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, object]]]:
    return {
        name: dicts(con, f"select * from {name} order by all")
        for name in load_models()
        if name.startswith("marts.")
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"gap_days": 120},
        {"gap_days": 100},
        {"combination_window_days": 42},
        {"stable_disease_days": 56},
        {"toxicity_window_days": 30},
        {"gap_days": 99, "combination_window_days": 35},
    ],
    ids=str,
)
def test_it_is_what_the_whole_derivation_gives(
    con: duckdb.DuckDBPyConnection, changed: dict[str, int]
) -> None:
    other = Parameters.model_validate(changed)
    with open_memory() as anew:
        load_codelists(anew)
        derive(anew, **TABLES, parameters=changed)
        expected = marts(anew)
    with rederived(con, BASE, other) as side:
        assert marts(side) == expected


def test_the_warehouse_stays_as_it_is(con: duckdb.DuckDBPyConnection) -> None:
    before = marts(con)
    with rederived(con, BASE, Parameters(gap_days=120)) as side:
        assert rows(side, "select count(*) from marts.treatment_lines") == [(3,)]
        assert rows(con, "select count(*) from marts.treatment_lines") == [(4,)]
    assert marts(con) == before
    assert rows(con, "select count(*) from duckdb_databases() where not internal") == [(1,)]


def test_the_session_is_closed_after_a_mistake(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RuntimeError), rederived(con, BASE, Parameters(gap_days=120)):
        raise RuntimeError
    assert rows(con, "select count(*) from duckdb_databases() where not internal") == [(1,)]


def affected(other: Parameters) -> set[str]:
    return {model.name for model in affected_models(BASE.as_sql(), other.as_sql())}


def test_only_what_can_differ_is_run_again() -> None:
    assert affected(BASE) == set()
    names = affected(Parameters(stable_disease_days=56))
    assert {"derived.line_responses", "marts.treatment_lines"} <= names
    assert not {"derived.lines", "derived.exposures", "marts.patients"} & names
    names = affected(Parameters(gap_days=60))
    assert {"derived.line_steps", "derived.lines", "derived.line_survival"} <= names
