"""The SQL and the slow reading agree on the toxicity of drawn registries.

Lines are taken as derived (`test_readings_agree` proves those); events crowd the limits of their
windows: the start day of a line and the day before, 90 and 91 days after its end, the next line's
start, no onset, the episode of another patient, resolutions around the next onset. Few examples by
default; RECHALLENGE_EXAMPLES=200 draws many.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.parameters import Parameters
from etl.toxicity import (
    Course,
    Event,
    GivenLine,
    LineRead,
    OrganRead,
    attribute,
    read_organ_classes,
    read_toxicity,
)
from expectations.contracts.derived_toxicity import SEVERE_IRAE_END_REASONS
from tests.derivations import derive
from tests.generative.registries import DAY_ZERO, Person, as_tables, persons
from tests.support import dicts, rows

EXAMPLES = int(os.environ.get("RECHALLENGE_EXAMPLES", "5"))
DISTANCES = (-30, -1, 0, 1, 7, 27, 28, 60, 89, 90, 91, 92, 120, 400)
# Term, organ class, immune related by the term list.
TERMS = (
    ("Colitis", "gastrointestinal", True),
    ("diarrhea", "gastrointestinal", True),
    ("Pneumonitis", "lung", True),
    ("Anemia", "haematologic", False),
    ("Arthralgia", "rheumatologic", None),
    ("Ailment", "other", None),
)


@dataclass(frozen=True)
class Drawn:
    """One drawn event: whose episode it names, its dates, what was entered."""

    named: int | None
    is_of_neighbour: bool
    term: tuple[str, str, bool | None]
    grade: int | None
    entered: str | None
    led_to_stop: str | None
    onset: date | None
    resolved: date | None
    outcome: str | None


@dataclass(frozen=True)
class Patient:
    """A drawn person with the events and the answers about severe toxicity."""

    person: Person
    events: tuple[Drawn, ...]
    answers: tuple[str | None, ...]


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """A person of the registries with up to six events."""
    person = draw(persons())
    anchors = [DAY_ZERO]
    for episode in person.episodes:
        anchors += [episode.start, episode.stop or episode.start]
    return Patient(
        person=person,
        events=tuple(draw(_events(anchors, len(person.episodes)))),
        answers=tuple(
            draw(st.sampled_from((None, "yes", "no", "no", "no", "unknown")))
            for _ in person.episodes
        ),
    )


@st.composite
def _events(draw: st.DrawFn, anchors: Sequence[date], episodes: int) -> list[Drawn]:
    found = []
    anchor = draw(st.sampled_from(anchors))
    for _ in range(draw(st.integers(0, 6))):
        near = draw(st.sampled_from((anchor, anchor, *anchors)))
        onset = near + timedelta(days=draw(st.sampled_from(DISTANCES)))
        resolved = onset + timedelta(days=draw(st.sampled_from((-1, 0, 1, 7, 28, 60))))
        found.append(
            Drawn(
                named=draw(st.none() | st.integers(0, max(episodes, 1))),
                is_of_neighbour=draw(st.integers(0, 9)) == 0,
                term=draw(st.sampled_from(TERMS)),
                grade=draw(st.sampled_from((None, 0, 1, 2, 2, 3, 3, 3, 4, 5, 7))),
                entered=draw(st.sampled_from((None, None, "yes", "no", "unknown"))),
                led_to_stop=draw(st.sampled_from((None, "yes", "no", "no", "unknown"))),
                onset=draw(st.sampled_from((onset, onset, onset, onset, None))),
                resolved=draw(st.sampled_from((resolved, resolved, None))),
                outcome=draw(st.sampled_from((None, None, None, "resolved", "fatal"))),
            )
        )
        # The next one begins around the day on which this one resolved.
        anchor = resolved
    return found


def as_registry(people: Sequence[Patient]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a native export."""
    tables = as_tables([patient.person for patient in people])
    answers = [answer for patient in people for answer in patient.answers]
    for row, answer in zip(tables["treatments"], answers, strict=True):
        row["severe_toxicity"] = answer
    tables["adverse_events"] = [
        {
            "event_id": f"P{number}-E{place}",
            "patient_id": f"P{number}",
            "treatment_id": _treatment(drawn, number),
            "term": drawn.term[0],
            "grade": drawn.grade,
            "ctcae_version": "5.0",
            "immune_related": drawn.entered,
            "led_to_stop": drawn.led_to_stop,
            "onset_date": drawn.onset,
            "resolved_date": drawn.resolved,
            "outcome": drawn.outcome,
        }
        for number, patient in enumerate(people, start=1)
        for place, drawn in enumerate(patient.events)
    ]
    return tables


def _treatment(drawn: Drawn, number: int) -> str | None:
    if drawn.named is None:
        return None
    return f"P{number + 1 if drawn.is_of_neighbour else number}-T{drawn.named}"


def as_event(drawn: Drawn, number: int, place: int) -> Event:
    """What the reference reading takes."""
    entered = {"yes": True, "no": False}.get(drawn.entered or "")
    return Event(
        event_id=f"P{number}-E{place}",
        treatment_id=_treatment(drawn, number),
        organ_class=drawn.term[1],
        grade=drawn.grade,
        immune_related=drawn.term[2] if entered is None else entered,
        led_to_stop=drawn.led_to_stop,
        onset=drawn.onset,
        resolved=drawn.resolved,
        is_fatal=drawn.outcome == "fatal",
    )


Readings = tuple[dict[str, tuple[str | None, str]], dict[str, LineRead], dict[str, list[OrganRead]]]


def by_reading(
    con: duckdb.DuckDBPyConnection, people: Sequence[Patient], days: int, declares: bool
) -> Readings:
    """Where each event belongs, the toxicity of each line, and per organ class."""
    assigned: dict[str, tuple[str | None, str]] = {}
    lines: dict[str, LineRead] = {}
    organs: dict[str, list[OrganRead]] = {}
    answers = _answers(people)
    for number, patient in enumerate(people, start=1):
        given_lines = _lines_of(con, number)
        events = [as_event(drawn, number, place) for place, drawn in enumerate(patient.events)]
        of_line: dict[str, list[Event]] = {line.line_id: [] for line in given_lines}
        for event in events:
            line, how = attribute(event, given_lines, days)
            assigned[event.event_id] = (line.line_id if line else None, how)
            if line:
                of_line[line.line_id].append(event)
        course = _course_of(con, number)
        started: set[str] = set()
        taken_over = set(
            rows(
                con,
                "select line_id, treatment_id from derived.line_treatments where is_carried_only",
            )
        )
        for line in given_lines:
            new, old = set(line.treatment_ids) - started, set(line.treatment_ids) & started
            started |= new
            old = {one for one in old if (line.line_id, one) not in taken_over}
            is_followed = not (course.is_dead and course.death is None) and not (
                course.death is not None and course.death < line.start
            )
            own = of_line[line.line_id]
            organs[line.line_id] = read_organ_classes(line, own)
            lines[line.line_id] = read_toxicity(
                line,
                own,
                [answers[treatment] for treatment in new],
                course,
                window_days=days,
                added_answers=[answers[treatment] for treatment in old],
                is_captured=declares and is_followed,
            )
    return assigned, lines, organs


def _answers(people: Sequence[Patient]) -> dict[str, str | None]:
    return {
        f"P{number}-T{place}": answer
        for number, patient in enumerate(people, start=1)
        for place, answer in enumerate(patient.answers)
    }


def _lines_of(con: duckdb.DuckDBPyConnection, number: int) -> list[GivenLine]:
    found = dicts(
        con,
        f"""
        select line_id, start_date, end_date, next_line_start_date, treatment_ids
        from derived.lines where patient_id = 'P{number}' order by line_sequence
        """,
    )
    return [
        GivenLine(
            line["line_id"],
            line["start_date"],
            line["end_date"],
            line["next_line_start_date"],
            tuple(line["treatment_ids"].split(",")),
        )
        for line in found
    ]


def _course_of(con: duckdb.DuckDBPyConnection, number: int) -> Course:
    found = rows(
        con,
        "select is_dead, death_date, last_alive_date from derived.follow_up "
        f"where patient_id = 'P{number}'",
    )
    return Course(*found[0])


def by_sql(con: duckdb.DuckDBPyConnection) -> Readings:
    """The same from the derived tables."""
    assigned = {
        event: (line, how)
        for event, line, how in rows(
            con,
            "select event_id, line_id, line_assignment from derived.adverse_events_attributed",
        )
    }
    lines = {
        line: LineRead(*values)
        for line, *values in rows(
            con,
            """
            select line_id, events, episodes, worst_grade, worst_irae_grade, toxicity_known,
                severe_toxicity_status, severe_irae_status, toxicity_led_to_stop,
                first_severe_irae_date, days_to_severe_irae, toxicity_window_end_date,
                toxicity_window_closed_by, severe_irae_days, severe_irae_cause,
                severe_irae_end_reason
            from derived.line_toxicity
            """,
        )
    }
    organs: dict[str, list[OrganRead]] = {line: [] for line in lines}
    for line, *values in rows(
        con,
        """
        select line_id, category, events, episodes, worst_grade, worst_irae_grade,
            first_onset_date, days_to_onset, led_to_stop
        from derived.line_organ_toxicity order by line_id, category
        """,
    ):
        organs[line].append(OrganRead(*values))
    return assigned, lines, organs


@pytest.mark.parametrize(
    ("window_days", "capture"),
    [(90, "not_declared"), (28, "complete_grade3plus"), (90, "complete_all_grades")],
    ids=["defaults", "complete-28-days", "all-grades"],
)
def test_the_sql_reads_toxicity_as_a_person_does(
    con: duckdb.DuckDBPyConnection, window_days: int, capture: str
) -> None:
    parameters = replace_window(window_days)
    ends: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(patients(), min_size=25, max_size=50))
    def agree(people: list[Patient]) -> None:
        derive(
            con,
            parameters=parameters,
            declares={"toxicity_capture": capture},
            **as_registry(people),
        )
        found = by_sql(con)
        expected = by_reading(con, people, window_days, capture != "not_declared")
        assert found == expected
        ends.update(line.severe_irae_end_reason for line in found[1].values())

    agree()
    assert set(ends) == set(SEVERE_IRAE_END_REASONS) - {"start_after_linkage"}


def replace_window(days: int) -> dict[str, object]:
    """The parameters with another toxicity window."""
    return {**Parameters().as_sql(), "toxicity_window_days": days}


def test_no_field_of_the_reading_is_left_uncompared() -> None:
    assert len(fields(LineRead)) == 15
    assert len(fields(OrganRead)) == 8
