"""Hypothesis strategies for courses of assessments that crowd the boundaries of response.

Belongs here: drawing few treatments with many assessments (blocks of iRECIST, mixed criteria,
runs of NE, several on a day), and the parameters to read them with. Does not belong here:
treatments that try the definition of a line (`registries`), comparing (the tests).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from etl.lines import Given
from etl.parameters import Parameters
from etl.responses import Assessment

DAY_ZERO = date(2020, 1, 1)
# From one assessment to the next: on both sides of each limit, alone and as a sum of two.
DISTANCES = (0, 1, 13, 14, 15, 27, 28, 29, 28, 41, 42, 43, 55, 56, 57, 84)
CODES = ("CR", "CR", "PR", "PR", "PR", "SD", "NE", "NE", "NON-CR/NON-PD", "PD")
RESPONSES = ("CR", "PR", "PR", "CR", "NE", "SD")
IMMUNE = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iUPD", "iUPD", "iCPD", "iCPD", "NE")
BLOCKS = ("iUPD", "iUPD", "iCPD", "iCPD", "NE", "iSD", "PD")
ENTERED = (None, "CR", "PR", "SD", "PD", "NE", "iPR", "iCPD", "NON-CR/NON-PD")
# Whose words, how often: one dictionary, the other, and both.
DRAWN = (CODES, RESPONSES, RESPONSES, IMMUNE, BLOCKS, BLOCKS, (*CODES, *IMMUNE))
CLASSES = {"nivolumab": "PD1", "dacarbazine": "chemotherapy"}


@dataclass(frozen=True)
class Treatment:
    """One episode of one drug, infused."""

    drug: str
    start: date
    stop: date | None
    ongoing: bool
    stop_reason: str | None
    best_response: str | None


@dataclass(frozen=True)
class Course:
    """One drawn patient."""

    treatments: tuple[Treatment, ...]
    assessments: tuple[tuple[date, str, str | None], ...]
    is_dead: bool
    death: date | None
    death_cause: str | None


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """A patient with one or two lines and up to nine assessments."""
    treatments = []
    start = DAY_ZERO
    for drug in draw(st.sampled_from((("nivolumab",), ("nivolumab",), tuple(CLASSES)))):
        stop = draw(st.sampled_from((None, start + timedelta(draw(st.sampled_from((0, 63, 200)))))))
        treatments.append(
            Treatment(
                drug=drug,
                start=start,
                stop=stop,
                ongoing=stop is None and draw(st.booleans()),
                stop_reason=draw(st.sampled_from((None, None, "progression", "toxicity"))),
                best_response=draw(st.sampled_from(ENTERED)),
            )
        )
        start = (stop or start) + timedelta(draw(st.sampled_from((91, 168))))
    codes = draw(st.sampled_from(DRAWN))
    day = DAY_ZERO
    assessments = []
    for _ in range(draw(st.integers(0, 9))):
        day += timedelta(draw(st.sampled_from(DISTANCES)))
        code = draw(st.sampled_from(codes))
        assessments.append((day, code, draw(st.sampled_from(_criteria(code)))))
    is_dead = draw(st.booleans())
    return Course(
        treatments=tuple(treatments),
        assessments=tuple(assessments),
        is_dead=is_dead,
        death=draw(st.sampled_from((None, start + timedelta(400)))) if is_dead else None,
        death_cause=draw(st.sampled_from((None, None, "melanoma", "other"))),
    )


def _criteria(code: str) -> tuple[str | None, ...]:
    if code == "NE":
        return (None, "RECIST1.1", "iRECIST", "clinical")
    if code.startswith(("i", "NON-i")):
        return ("iRECIST", None)
    return (
        ("RECIST1.1", "clinical", None) if code == "PD" else ("RECIST1.1", "RECIST1.1", "clinical")
    )


def parameters() -> st.SearchStrategy[Parameters]:
    """The defaults every other time, else each parameter of responses at a drawn value."""
    varied = st.builds(
        Parameters,
        stable_disease_days=st.sampled_from((0, 28, 42, 56)),
        non_target_days=st.sampled_from((0, 42)),
        confirmation_days=st.sampled_from((0, 14, 28, 42)),
        confirmation_max_not_evaluable=st.integers(0, 2),
        accept_stable_between=st.integers(0, 2),
        missing_as_not_evaluable=st.booleans(),
        immune_confirmation_min_days=st.sampled_from((0, 14, 28)),
        immune_confirmation_max_days=st.sampled_from((28, 56, 84)),
    )
    return st.just(Parameters()) | varied


def as_tables(people: Sequence[Course]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a native export."""
    tables: dict[str, list[dict[str, Any]]] = {"patients": [], "treatments": [], "responses": []}
    for number, course in enumerate(people, start=1):
        patient = {"patient_id": f"P{number}"}
        tables["patients"].append(
            patient
            | {
                "vital_status": "dead" if course.is_dead else "alive",
                "death_date": course.death,
                "death_cause": course.death_cause,
            }
        )
        tables["treatments"] += [
            patient
            | {
                "treatment_id": f"P{number}-T{place}",
                "regimen": treatment.drug,
                "setting": "advanced",
                "start_date": treatment.start,
                "stop_date": treatment.stop,
                "ongoing": "yes" if treatment.ongoing else "no",
                "stop_reason": treatment.stop_reason,
                "best_response": treatment.best_response,
            }
            for place, treatment in enumerate(course.treatments)
        ]
        tables["responses"] += [
            patient
            | {
                "response_id": f"P{number}-R{place}",
                "assessment_date": day,
                "response": code,
                "criteria": criteria,
            }
            for place, (day, code, criteria) in enumerate(course.assessments)
        ]
    return tables


def as_given(course: Course, number: int) -> list[Given]:
    """What the reference reading of lines takes."""
    return [
        Given(
            treatment_id=f"P{number}-T{place}",
            substance=treatment.drug,
            drug_class=CLASSES[treatment.drug],
            route="IV",
            setting="advanced",
            start=treatment.start,
            stop=treatment.stop,
            ongoing=treatment.ongoing,
            stop_reason=treatment.stop_reason,
            episode_stop=treatment.stop,
        )
        for place, treatment in enumerate(course.treatments)
    ]


def as_assessments(course: Course, number: int) -> list[Assessment]:
    """What the reference reading of responses takes."""
    return [
        Assessment(f"P{number}-R{place}", day, code, criteria)
        for place, (day, code, criteria) in enumerate(course.assessments)
    ]
