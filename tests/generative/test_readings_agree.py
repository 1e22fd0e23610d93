"""The SQL and the slow reading agree on drawn registries: lines, responses, times.

Every example is a registry of 25 to 50 patients, whose starts, stops and assessments crowd the
limits of the definitions. Few by default; RECHALLENGE_EXAMPLES=200 draws many.
"""

import os
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.lines import Line, read_lines
from etl.lines.describing import regimen
from etl.parameters import Parameters
from etl.responses import (
    best_response,
    confirmed_progressions,
    overall_survival,
    progression,
    progression_free_survival,
)
from expectations.contracts.derived_lines import CONTINUING_CLAUSES, OPENING_CLAUSES
from tests.derivations import derive
from tests.generative.registries import (
    Person,
    as_assessments,
    as_given,
    as_local,
    as_tables,
    last_alive,
    persons,
)
from tests.support import dicts, rows

EXAMPLES = int(os.environ.get("RECHALLENGE_EXAMPLES", "5"))
PATIENTS = 25
# Clauses that only parameters bring, which test_lines_agree varies.
BY_PARAMETER = {
    "local_therapy",
    "dropped_component",
    "component_given_back",
    "gap_exempt",
    "addition",
}
VARIANTS = (
    Parameters(),
    Parameters(
        combination_window_days=14,
        gap_days=60,
        gap_oral_days=89,
        toxicity_hold_days=91,
        beyond_progression_days=56,
        substitution_days=28,
        stable_disease_days=56,
        confirmation_days=42,
        confirmation_max_not_evaluable=0,
    ),
)


@dataclass(frozen=True)
class Read:
    """One line with everything the two readings are compared on."""

    line_id: str
    setting: str
    line_number: int
    regimen: str
    start_date: date
    end_date: date | None
    end_reason: str
    opened_because: str
    treatment_ids: str
    best_overall_response: str | None
    best_overall_response_date: date | None
    best_overall_response_confirmed: str | None
    response_evaluable: bool
    progression_date: date | None
    progression_source: str | None
    pfs_days: int | None
    pfs_event: bool | None
    pfs_end_reason: str
    os_days: int | None
    os_event: bool | None
    ttnt_days: int | None


def by_reading(person: Person, number: int, parameters: Parameters) -> list[Read]:
    exposures, assessments = as_given(person, number), as_assessments(person, number)
    lines = read_lines(
        exposures,
        confirmed_progressions(assessments, parameters),
        parameters,
        local=as_local(person),
        is_dead=person.is_dead,
        death=person.death,
    )
    progressions = [
        progression(line, lines, assessments, person.death_cause, parameters) for line in lines
    ]
    found = []
    for place, line in enumerate(lines):
        best = best_response(line, assessments, progressions[place], parameters)
        pfs = progression_free_survival(
            line,
            progressions[place:],
            assessments,
            is_dead=person.is_dead,
            death=person.death,
            later_lines=lines[place + 1 :],
        )
        survival = overall_survival(
            line,
            is_dead=person.is_dead,
            death=person.death,
            last_alive=last_alive(person, number),
        )
        own = progressions[place]
        found.append(
            Read(
                line_id=f"P{number}|{line.setting}|{line.number}",
                setting=line.setting,
                line_number=line.number,
                regimen=regimen(line, parameters),
                start_date=line.start,
                end_date=line.end,
                end_reason=line.end_reason,
                opened_because=line.opened_because,
                treatment_ids=_treatment_ids(line),
                best_overall_response=best.unconfirmed,
                best_overall_response_date=best.unconfirmed_day,
                best_overall_response_confirmed=best.confirmed,
                response_evaluable=best.evaluable,
                progression_date=own.day if own else None,
                progression_source=own.source if own else None,
                pfs_days=pfs.days,
                pfs_event=pfs.event,
                pfs_end_reason=pfs.reason,
                os_days=survival.days,
                os_event=survival.event,
                ttnt_days=_time_to_next_treatment(line, person, survival.days),
            )
        )
    return found


def _treatment_ids(line: Line) -> str:
    starts = {
        row.treatment_id: min(r.start for r in line.rows if r.treatment_id == row.treatment_id)
        for row in line.rows
    }
    return ",".join(sorted({row.treatment_id for row in line.rows}, key=lambda t: (starts[t], t)))


def _time_to_next_treatment(line: Line, person: Person, os_days: int | None) -> int | None:
    if line.next_start is None or (person.death is not None and person.death < line.next_start):
        return os_days
    return (line.next_start - line.start).days


def by_sql(con: duckdb.DuckDBPyConnection) -> list[Read]:
    columns = ", ".join(Read.__dataclass_fields__)
    lines = dicts(con, f"select {columns} from marts.treatment_lines order by line_id")
    return [Read(**line) for line in lines]


def never(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Lines with a time that cannot be."""
    return dicts(
        con,
        """
        select line_id from marts.treatment_lines
        where least(pfs_days, os_days, ttnt_days) < 0
           or pfs_days > os_days
           or ttnt_days > os_days
           or end_date < start_date
        """,
    )


@pytest.mark.parametrize("parameters", VARIANTS, ids=["defaults", "other-parameters"])
def test_the_sql_reads_as_a_person_does(
    con: duckdb.DuckDBPyConnection, parameters: Parameters
) -> None:
    clauses: set[str] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(persons(), min_size=PATIENTS, max_size=2 * PATIENTS))
    def agree(people: list[Person]) -> None:
        derive(con, parameters=parameters.as_sql(), **as_tables(people))
        expected = [
            read
            for number, person in enumerate(people, start=1)
            for read in by_reading(person, number, parameters)
        ]
        assert by_sql(con) == sorted(expected, key=lambda read: read.line_id)
        assert never(con) == []
        clauses.update(clause for (clause,) in rows(con, "select clause from derived.line_steps"))

    agree()
    assert clauses == {*OPENING_CLAUSES, *CONTINUING_CLAUSES} - BY_PARAMETER
