"""One course of treatment in four writings gives the same lines.

Every example is a registry of 100 drawn courses (doses of substances, progressions between), each
written four ways: a row a dose in one episode, a span a substance as episodes, one episode with the
spans as drug rows, and an episode for each stretch of unchanged substances. What Definitions, *One
course, one answer* leaves outside its promise is not drawn. RECHALLENGE_COURSES=5000 draws as many.
"""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.parameters import Parameters
from tests.derivations import derive
from tests.support import dicts

COURSES = int(os.environ.get("RECHALLENGE_COURSES", "200"))
REGISTRY = 100
DAY_ZERO = date(2020, 1, 1)
LIMITS = Parameters()
SUBSTANCES = (
    "nivolumab",
    "ipilimumab",
    "pembrolizumab",
    "dabrafenib",
    "trametinib",
    "encorafenib",
    "dacarbazine",
)
INTERVALS = (1, 7, 14, 21, 28, 42, 55, 56)
STARTS = (0, 0, 14, 27, 28, 29, 43, 60, 85, 100, 130, 190, 250)
REASONS = ("completed", "other", "progression", "toxicity", "patient_choice")
ALIKE = ({"nivolumab", "pembrolizumab"}, {"dabrafenib", "encorafenib"})
WRITINGS = ("doses", "spans", "drug_rows", "stretches")


@dataclass(frozen=True)
class Span:
    """A substance with the days of its doses, none more than 56 days after the one before."""

    substance: str
    doses: tuple[int, ...]

    @property
    def first(self) -> int:
        """Day of the first dose."""
        return self.doses[0]

    @property
    def last(self) -> int:
        """Day of the last dose."""
        return self.doses[-1]


@dataclass(frozen=True)
class Course:
    """Spans in the order of their starts, the reason at the end, and days of progression."""

    spans: tuple[Span, ...]
    reason: str
    progressions: tuple[int, ...]

    @property
    def end(self) -> int:
        """Day of the last dose of all."""
        return max(span.last for span in self.spans)

    def reason_of(self, stop: int) -> str:
        """Other, but at the course's end."""
        return self.reason if stop == self.end else "other"


@st.composite
def spans(draw: st.DrawFn, substance: str) -> list[Span]:
    """One span of a substance, or two with more than 56 days between them."""
    found = []
    day = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.sampled_from((1, 1, 1, 2)))):
        interval = draw(st.sampled_from(INTERVALS))
        doses = [day]
        for _ in range(draw(st.integers(0, 300 // interval if interval > 7 else 20))):
            doses.append(doses[-1] + interval)
        found.append(Span(substance, tuple(doses)))
        day = doses[-1] + draw(st.sampled_from((57, 90, 91, 150)))
    return found


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """A course of up to four substances that the promise covers."""
    chosen = draw(st.lists(st.sampled_from(SUBSTANCES), min_size=1, max_size=4, unique=True))
    drawn = [span for substance in chosen for span in draw(spans(substance))]
    first = min(span.first for span in drawn)
    moved = [Span(one.substance, tuple(day - first for day in one.doses)) for one in drawn]
    ordered = tuple(sorted(moved, key=lambda one: (one.first, one.substance)))
    last = max(span.last for span in ordered)
    days = draw(st.lists(st.integers(1, last + 60), max_size=2))
    return Course(ordered, draw(st.sampled_from(REASONS)), tuple(sorted(set(days))))


def stretches(course: Course) -> list[tuple[int, dict[str, int]]]:
    """Of each maximal stretch of unchanged substances the first day, and each one's last dose."""
    doses = sorted({day for span in course.spans for day in span.doses})
    found: list[tuple[int, dict[str, int]]] = []
    before: frozenset[int] = frozenset()
    for day in doses:
        running = frozenset(
            place for place, span in enumerate(course.spans) if span.first <= day <= span.last
        )
        if running != before:
            found.append((day, {}))
            before = running
        for place in running:
            # Started on the stretch's first day; its last dose there, where it has one.
            span = course.spans[place]
            last = max((one for one in span.doses if one <= day), default=day)
            found[-1][1][span.substance] = max(last, found[-1][0])
    return found


def is_promised(course: Course, writing: str) -> bool:
    """Whether the promise covers a writing of the course.

    Not courses in which a running substance has its last dose within 42 days of a start that may
    open a line, nor, in stretches, those with a progression inside a pause of more than 28 days or
    in which a substitute starts while what it replaces goes on: a stretch starts both on one day.
    """
    starts = {span.first for span in course.spans}
    for span in course.spans:
        for day in starts:
            if span.first < day and 0 <= span.last - day <= LIMITS.carried_days:
                return False
    if writing != "stretches":
        return True
    for span in course.spans:
        for other in course.spans:
            if {span.substance, other.substance} in ALIKE and span.first < other.first <= span.last:
                return False
        for dose, later in zip(span.doses, span.doses[1:], strict=False):
            if later - dose > LIMITS.beyond_progression_days and any(
                dose <= day <= later for day in course.progressions
            ):
                return False
    return True


Row = dict[str, Any]


def _episode(course: Course, key: str, start: int, stop: int, regimen: str) -> Row:
    return {
        "treatment_id": key,
        "patient_id": key.partition("-")[0],
        "regimen": regimen,
        "setting": "advanced",
        "start_date": _day(start),
        "stop_date": _day(stop),
        "ongoing": "no",
        "stop_reason": course.reason_of(stop),
    }


def _drug(key: str, substance: str, start: int, stop: int) -> Row:
    days = {"start_date": _day(start), "stop_date": _day(stop)}
    return {"treatment_id": key, "drug": substance, **days}


def _rows(course: Course, patient: str, writing: str) -> tuple[list[Row], list[Row]]:
    """Episodes and drug rows of a course."""
    names = " + ".join(sorted({span.substance for span in course.spans}))
    whole = [_episode(course, f"{patient}-T", 0, course.end, names)]
    if writing == "doses":
        return whole, [
            _drug(f"{patient}-T", span.substance, day, day)
            for span in course.spans
            for day in span.doses
        ]
    if writing == "drug_rows":
        return whole, [
            _drug(f"{patient}-T", span.substance, span.first, span.last) for span in course.spans
        ]
    if writing == "spans":
        return [
            _episode(course, f"{patient}-T{place}", span.first, span.last, span.substance)
            for place, span in enumerate(course.spans)
        ], []
    cut = list(enumerate(stretches(course)))
    return [
        _episode(course, f"{patient}-T{place}", first, max(last.values()), " + ".join(sorted(last)))
        for place, (first, last) in cut
    ], [
        _drug(f"{patient}-T{place}", substance, first, stop)
        for place, (first, last) in cut
        for substance, stop in sorted(last.items())
    ]


def _day(number: int) -> date:
    return DAY_ZERO + timedelta(days=number)


def write(people: list[Course], writing: str) -> dict[str, list[Row]]:
    """A registry of the courses in one writing."""
    tables: dict[str, list[Row]] = {
        "patients": [],
        "treatments": [],
        "drugs": [],
        "responses": [],
    }
    for number, course in enumerate(people):
        patient = f"P{number:03}"
        tables["patients"].append({"patient_id": patient, "vital_status": "alive"})
        episodes, drugs = _rows(course, patient, writing)
        tables["treatments"] += episodes
        tables["drugs"] += drugs
        tables["responses"] += [
            {
                "response_id": f"{patient}-R{place}",
                "patient_id": patient,
                "assessment_date": _day(day),
                "criteria": "RECIST1.1",
                "response": "PD",
            }
            for place, day in enumerate(course.progressions)
        ]
    return tables


def answers(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """What the promise names of each patient's lines."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for line in dicts(con, "from marts.treatment_lines order by patient_id, line_sequence"):
        told = line["closed_because"] != "progression"
        found.setdefault(line["patient_id"], []).append(
            (
                line["line_number"],
                line["regimen"],
                line["regimen_class"],
                line["start_date"],
                line["opened_because"],
                line["rechallenge_kind"],
                line["end_date"] if told else None,
            )
        )
    return found


def test_four_writings_one_answer(con: duckdb.DuckDBPyConnection) -> None:
    compared = {"courses": 0, "lines": 0, **dict.fromkeys(WRITINGS, 0)}
    wrong: list[str] = []

    # Registries are large: what disagrees is named, and not shrunk.
    @settings(
        max_examples=1 + max(COURSES // REGISTRY, 1),
        phases=(Phase.generate,),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(courses(), min_size=REGISTRY, max_size=REGISTRY))
    def agree(people: list[Course]) -> None:
        found = {}
        for writing in WRITINGS:
            derive(con, parameters=LIMITS.as_sql(), **write(people, writing))
            found[writing] = answers(con)
        for number, course in enumerate(people):
            patient = f"P{number:03}"
            promised = [one for one in WRITINGS if is_promised(course, one)]
            compared["courses"] += bool(promised)
            for writing in promised:
                compared[writing] += 1
                compared["lines"] += len(found[writing][patient])
                if found[writing][patient] != found[promised[0]][patient]:
                    wrong.append(
                        f"{course}\n  {promised[0]}: {found[promised[0]][patient]}"
                        f"\n  {writing}: {found[writing][patient]}"
                    )

    agree()
    print(compared, len(wrong), "disagree")  # noqa: T201 - shown with `pytest -s`
    assert wrong == [], f"{len(wrong)} of {compared}\n" + "\n".join(wrong[:3])
    assert compared["stretches"] > 0
    assert compared["lines"] > compared["courses"]
