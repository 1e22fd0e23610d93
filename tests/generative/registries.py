"""Hypothesis strategies for small registries that crowd the boundaries of the definitions.

Belongs here: drawing patients, and turning one into rows of the native export or into what the
reference reading takes. Does not belong here: comparing (the tests).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from etl.lines import Given
from etl.responses import Assessment
from expectations.codelists import FOLDER

DAY_ZERO = date(2020, 1, 1)
# Pauses and distances on both sides of every limit.
DISTANCES = (
    0,
    0,
    1,
    14,
    21,
    27,
    28,
    29,
    30,
    41,
    42,
    43,
    55,
    56,
    57,
    59,
    60,
    61,
    70,
    89,
    90,
    91,
    91,
    180,
)
REGIMENS = (
    "ipilimumab + nivolumab",
    "ipilimumab + nivolumab",
    "nivolumab",
    "nivolumab",
    "ipilimumab",
    "pembrolizumab",
    "dabrafenib + trametinib",
    "encorafenib + binimetinib",
    "vemurafenib",
    "dacarbazine",
)
CODES = ("CR", "PR", "PR", "SD", "SD", "NON-CR/NON-PD", "PD", "PD", "NE")
IMMUNE_CODES = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iUPD", "iUPD", "iCPD", "NE")
SETTINGS = ("advanced", "advanced", "advanced", "advanced", "adjuvant", "unknown", "neoadjuvant")
REASONS = (None, None, "progression", "toxicity", "toxicity", "completed", "unknown")


@dataclass(frozen=True)
class Episode:
    """One drawn treatment episode."""

    regimen: str
    setting: str
    start: date
    stop: date | None
    ongoing: str | None
    stop_reason: str | None
    has_drug_rows: bool


@dataclass(frozen=True)
class Person:
    """One drawn patient."""

    episodes: tuple[Episode, ...]
    assessments: tuple[tuple[date, str], ...]
    vital_status: str
    death: date | None
    death_cause: str | None
    last_contact: date | None

    @property
    def is_dead(self) -> bool:
        """Known to have died."""
        return self.vital_status == "dead" or self.death is not None


@st.composite
def persons(draw: st.DrawFn) -> Person:
    """A patient with up to six episodes and eight assessments."""
    episodes: list[Episode] = []
    anchor = DAY_ZERO
    for _ in range(draw(st.integers(0, 6))):
        start = anchor + timedelta(days=draw(st.sampled_from(DISTANCES)))
        stop = draw(_stops(start))
        episode = Episode(
            regimen=draw(_regimens(episodes)),
            setting=draw(st.sampled_from(SETTINGS)),
            start=start,
            stop=stop,
            ongoing=draw(st.sampled_from((None, "yes", "no"))),
            stop_reason=draw(st.sampled_from(REASONS)),
            has_drug_rows=draw(st.booleans()),
        )
        episodes.append(episode)
        if draw(st.integers(0, 9)) == 0:  # the same episode, delivered by another hospital
            episodes.append(replace(episode, stop_reason=draw(st.sampled_from(REASONS))))
        # The next start is reckoned from the last stop, sometimes from the last start.
        anchor = draw(st.sampled_from((stop or start, stop or start, start)))
    return Person(
        episodes=tuple(episodes),
        assessments=tuple(draw(_assessments([e.start for e in episodes] or [DAY_ZERO]))),
        vital_status=draw(st.sampled_from(("alive", "alive", "dead", "unknown"))),
        death=draw(st.none() | _days_after(anchor)),
        death_cause=draw(st.sampled_from((None, "melanoma", "other"))),
        last_contact=draw(st.none() | _days_after(anchor)),
    )


def _regimens(episodes: Sequence[Episode]) -> st.SearchStrategy[str]:
    # The same again half of the time: pauses and resumptions are where lines go wrong.
    again = [episodes[-1].regimen] * len(REGIMENS) if episodes else []
    return st.sampled_from((*again, *REGIMENS))


def _days_after(anchor: date) -> st.SearchStrategy[date]:
    return st.integers(-30, 400).map(lambda days: anchor + timedelta(days=days))


def _stops(start: date) -> st.SearchStrategy[date | None]:
    distances = st.sampled_from((-3, *DISTANCES))
    return st.none() | distances.map(lambda days: start + timedelta(days=days))


@st.composite
def _assessments(draw: st.DrawFn, starts: Sequence[date]) -> list[tuple[date, str]]:
    codes = draw(
        st.sampled_from((CODES, CODES, CODES, IMMUNE_CODES, IMMUNE_CODES, CODES + IMMUNE_CODES))
    )
    day = draw(st.sampled_from(starts))
    found = []
    for _ in range(draw(st.integers(0, 8))):
        day += timedelta(days=draw(st.sampled_from(DISTANCES[:-1])))
        found.append((day, draw(st.sampled_from(codes))))
    return found


@cache
def substances() -> dict[str, tuple[str, str]]:
    """Class and route of each substance."""
    with (FOLDER / "substances.csv").open(encoding="utf-8", newline="") as file:
        return {r["substance"]: (r["drug_class"], r["route"]) for r in csv.DictReader(file)}


def as_tables(people: Sequence[Person]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a native export."""
    tables: dict[str, list[dict[str, Any]]] = {
        "patients": [],
        "treatments": [],
        "drugs": [],
        "responses": [],
    }
    for number, person in enumerate(people, start=1):
        tables["patients"].append(
            {
                "patient_id": f"P{number}",
                "vital_status": person.vital_status,
                "death_date": person.death,
                "death_cause": person.death_cause,
                "last_contact_date": person.last_contact,
            }
        )
        for place, episode in enumerate(person.episodes):
            dates = {"start_date": episode.start, "stop_date": episode.stop}
            tables["treatments"].append(
                {
                    "treatment_id": f"P{number}-T{place}",
                    "patient_id": f"P{number}",
                    "regimen": episode.regimen,
                    "setting": episode.setting,
                    "ongoing": episode.ongoing,
                    "stop_reason": episode.stop_reason,
                    **({} if episode.has_drug_rows else dates),
                }
            )
            if episode.has_drug_rows:
                tables["drugs"] += [
                    {"treatment_id": f"P{number}-T{place}", "drug": drug, **dates}
                    for drug in episode.regimen.split(" + ")
                ]
        tables["responses"] += [
            {
                "response_id": f"P{number}-R{place}",
                "patient_id": f"P{number}",
                "assessment_date": day,
                "response": code,
            }
            for place, (day, code) in enumerate(person.assessments)
        ]
    return tables


def as_given(person: Person, number: int) -> list[Given]:
    """What the reference reading of lines takes. A stop before its start is not known."""
    rows = []
    for place, episode in enumerate(person.episodes):
        stop = episode.stop if episode.stop and episode.stop >= episode.start else None
        for drug in episode.regimen.split(" + "):
            drug_class, route = substances()[drug]
            rows.append(
                Given(
                    treatment_id=f"P{number}-T{place}",
                    substance=drug,
                    drug_class=drug_class,
                    route=route,
                    setting=episode.setting,
                    start=episode.start,
                    stop=stop,
                    ongoing=episode.stop is None and episode.ongoing == "yes",
                    stop_reason=episode.stop_reason,
                )
            )
    return rows


def as_assessments(person: Person, number: int) -> list[Assessment]:
    """What the reference reading of responses takes."""
    return [
        Assessment(f"P{number}-R{place}", day, code)
        for place, (day, code) in enumerate(person.assessments)
    ]
