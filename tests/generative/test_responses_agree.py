"""The SQL and the slow reading agree on responses and progression, whatever the parameters.

Every example is a registry of 100 to 200 patients with few treatments and many assessments, read
with the defaults or with drawn parameters. Few by default; RECHALLENGE_EXAMPLES=200 draws many.
"""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import date

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.lines import read_lines
from etl.parameters import Parameters
from etl.responses import (
    best_response,
    confirmed_progressions,
    entered_agreement,
    progression,
)
from tests.derivations import derive
from tests.generative.courses import (
    Course,
    as_assessments,
    as_given,
    as_tables,
    courses,
    parameters,
)
from tests.support import dicts

EXAMPLES = int(os.environ.get("RECHALLENGE_EXAMPLES", "5"))
PATIENTS = 100
ENTERED_FROM_BEST = ("CR", "iCR", "PR", "iPR", "SD", "NON-CR/NON-PD", "PD", "iCPD", "NE")


@dataclass(frozen=True)
class Read:
    """One line with everything the two readings are compared on."""

    line_id: str
    best_overall_response: str | None
    best_overall_response_date: date | None
    best_overall_response_confirmed: str | None
    best_overall_response_confirmed_date: date | None
    response_evaluable: bool
    responder: bool | None
    disease_control: bool | None
    first_response_date: date | None
    first_response_confirmed_date: date | None
    days_to_response: int | None
    criteria: str | None
    entered_best_response: str | None
    entered_responder: bool | None
    entered_response_agreement: str | None
    progression_date: date | None
    progression_source: str | None
    is_immune_confirmed: bool | None


def by_reading(course: Course, number: int, chosen: Parameters) -> list[Read]:
    exposures, assessments = as_given(course, number), as_assessments(course, number)
    lines = read_lines(
        exposures,
        confirmed_progressions(assessments, chosen),
        chosen,
        is_dead=course.is_dead,
        death=course.death,
    )
    found = []
    for place, line in enumerate(lines):
        own = progression(line, lines, assessments, course.death_cause, chosen)
        best = best_response(line, assessments, own, chosen)
        # Of the episodes that started in the line.
        earlier = {row.treatment_id for other in lines[:place] for row in other.rows}
        named = {row.treatment_id for row in line.rows} - earlier
        places = {int(treatment_id.split("-T")[1]) for treatment_id in named}
        given_here = [course.treatments[one].best_response for one in places]
        entered = min((code for code in given_here if code), key=_rank, default=None)
        found.append(
            Read(
                line_id=f"P{number}|{line.setting}|{line.number}",
                best_overall_response=best.unconfirmed,
                best_overall_response_date=best.unconfirmed_day,
                best_overall_response_confirmed=best.confirmed,
                best_overall_response_confirmed_date=best.confirmed_day,
                response_evaluable=best.evaluable,
                responder=best.responder,
                disease_control=best.disease_control,
                first_response_date=best.first_response,
                first_response_confirmed_date=best.first_confirmed_response,
                days_to_response=(
                    (best.first_response - line.start).days if best.first_response else None
                ),
                criteria=best.criteria,
                entered_best_response=entered,
                entered_responder=(
                    None if entered in (None, "NE") else entered in ("CR", "PR", "iCR", "iPR")
                ),
                entered_response_agreement=entered_agreement(best, entered),
                progression_date=own.day if own else None,
                progression_source=own.source if own else None,
                is_immune_confirmed=own.is_immune_confirmed if own else None,
            )
        )
    return found


def _rank(code: str) -> int:
    return ENTERED_FROM_BEST.index(code)


def by_sql(con: duckdb.DuckDBPyConnection) -> list[Read]:
    columns = ", ".join(Read.__dataclass_fields__)
    lines = dicts(
        con,
        f"""
        select {columns}
        from marts.treatment_lines
        left join derived.line_progressions as progressions using (line_id)
        order by line_id
        """.replace("progression_date", "treatment_lines.progression_date").replace(
            " progression_source", " treatment_lines.progression_source"
        ),
    )
    return [Read(**line) for line in lines]


def test_responses_are_read_as_a_person_reads_them(con: duckdb.DuckDBPyConnection) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(courses(), min_size=PATIENTS, max_size=2 * PATIENTS), parameters())
    def agree(people: list[Course], chosen: Parameters) -> None:
        derive(con, parameters=chosen.as_sql(), **as_tables(people))
        expected = sorted(
            (
                read
                for number, course in enumerate(people, start=1)
                for read in by_reading(course, number, chosen)
            ),
            key=lambda read: read.line_id,
        )
        derived = by_sql(con)
        different = [pair for pair in zip(derived, expected, strict=True) if pair[0] != pair[1]]
        assert different == []
        seen["patients"] += len(people)
        seen.update(f"criteria {read.criteria}" for read in derived)
        seen.update(f"progression {read.progression_source}" for read in derived)
        seen.update(f"agreement {read.entered_response_agreement}" for read in derived)
        seen.update("iCPD confirmed" for read in derived if read.is_immune_confirmed)
        seen.update("confirmed" for read in derived if read.first_response_confirmed_date)

    agree()
    for what in (
        *("confirmed", "iCPD confirmed", "progression unconfirmed_iUPD"),
        *(f"criteria {one}" for one in ("RECIST1.1", "iRECIST", "mixed", "clinical")),
        *("agreement same_when_confirmed", "agreement same_responder_status"),
    ):
        assert seen[what], f"no drawn patient tries: {what}"
