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

from etl.lines import Given, Local, episode_stop
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
    182,
    183,
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
    "talimogene laherparepvec",
)
LOCAL_CLASS = "oncolytic virus"
KINDS = ("surgery", "radiotherapy", "stereotactic", "t_vec", "other")
CODES = ("CR", "PR", "PR", "SD", "SD", "NON-CR/NON-PD", "PD", "PD", "NE")
IMMUNE_CODES = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iUPD", "iUPD", "iCPD", "NE")
SETTINGS = ("advanced", "advanced", "advanced", "advanced", "adjuvant", "unknown", "neoadjuvant")
REASONS = (
    None,
    None,
    "progression",
    "progression",
    "toxicity",
    "toxicity",
    "completed",
    "patient_choice",
    "death",
    "other",
    "unknown",
)


@dataclass(frozen=True)
class Episode:
    """One drawn treatment episode."""

    regimen: str
    setting: str
    start: date
    stop: date | None
    ongoing: str | None
    stop_reason: str | None
    line_number: int | None
    # Each substance by itself; None where only the regimen is registered.
    drugs: tuple[tuple[str, date | None, date | None], ...] | None
    # The episode's own stop, registered apart from those of its substances.
    own_stop: date | None = None

    @property
    def given(self) -> tuple[tuple[str, date | None, date | None], ...]:
        """What was given from when to when."""
        if self.drugs is not None:
            return tuple((drug, start, stop or self.own_stop) for drug, start, stop in self.drugs)
        return tuple((drug, self.start, self.stop) for drug in self.regimen.split(" + "))


@dataclass(frozen=True)
class Person:
    """One drawn patient."""

    episodes: tuple[Episode, ...]
    assessments: tuple[tuple[date, str], ...]
    local: tuple[tuple[date, str], ...]
    vital_status: str
    death: date | None
    death_cause: str | None
    last_contact: date | None
    linked: date | None = None

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
        regimen = draw(_regimens(episodes))
        episode = Episode(
            regimen=regimen,
            setting=draw(st.sampled_from(SETTINGS)),
            start=start,
            stop=stop,
            ongoing=draw(st.sampled_from((None, "yes", "no"))),
            stop_reason=draw(st.sampled_from(REASONS)),
            line_number=draw(st.sampled_from((None, None, 1, 2))),
            drugs=draw(_drugs(regimen, start, stop)),
        )
        episodes.append(episode)
        if draw(st.integers(0, 9)) == 0:  # the same episode, delivered by another hospital
            episodes.append(replace(episode, stop_reason=draw(st.sampled_from(REASONS))))
        # The next start is reckoned from the last stop, sometimes from the last start.
        anchor = draw(st.sampled_from((stop or start, stop or start, start)))
    return Person(
        episodes=tuple(episodes),
        assessments=tuple(draw(_assessments([e.start for e in episodes] or [DAY_ZERO]))),
        local=tuple(draw(_local([e.start for e in episodes] or [DAY_ZERO]))),
        vital_status=draw(st.sampled_from(("alive", "alive", "dead", "unknown"))),
        death=draw(st.none() | _days_after(anchor)),
        death_cause=draw(st.sampled_from((None, "melanoma", "other"))),
        last_contact=draw(st.none() | _days_after(anchor)),
        linked=draw(st.none() | st.none() | _days_after(anchor)),
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
def _drugs(
    draw: st.DrawFn, regimen: str, start: date, stop: date | None
) -> tuple[tuple[str, date | None, date | None], ...] | None:
    if draw(st.booleans()):
        return None
    drugs = regimen.split(" + ")
    if draw(st.booleans()):
        return tuple((drug, start, stop) for drug in drugs)
    # Components that begin and end apart, and now and then one whose start is missing.
    rows = []
    for drug in drugs:
        began = start + timedelta(days=draw(st.sampled_from(DISTANCES[:10])))
        ended = draw(st.sampled_from((stop, began + timedelta(days=21)))) or draw(_stops(began))
        rows.append((drug, began if draw(st.integers(0, 9)) else None, ended))
    return tuple(rows)


@st.composite
def _local(draw: st.DrawFn, starts: Sequence[date]) -> list[tuple[date, str]]:
    found = []
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        day = draw(st.sampled_from(starts)) + timedelta(days=draw(st.sampled_from((-1, 0, 1, 30))))
        found.append((day, draw(st.sampled_from(KINDS))))
    return found


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
        "local_treatments": [],
    }
    for number, person in enumerate(people, start=1):
        tables["patients"].append(
            {
                "patient_id": f"P{number}",
                "vital_status": person.vital_status,
                "death_date": person.death,
                "death_cause": person.death_cause,
                "last_contact_date": person.last_contact,
                "vital_status_date": person.linked,
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
                    "line_number": episode.line_number,
                    **(dates if episode.drugs is None else {"stop_date": episode.own_stop}),
                }
            )
            tables["drugs"] += [
                {
                    "treatment_id": f"P{number}-T{place}",
                    "drug": drug,
                    "start_date": start,
                    "stop_date": stop,
                }
                for drug, start, stop in episode.drugs or ()
            ]
        tables["local_treatments"] += [
            {
                "procedure_id": f"P{number}-L{place}",
                "patient_id": f"P{number}",
                "kind": kind,
                "start_date": day,
            }
            for place, (day, kind) in enumerate(person.local)
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
        written = episode.drugs or [(drug, None, None) for drug in episode.regimen.split(" + ")]
        is_sole = len({drug for drug, _, _ in written}) == 1
        for (drug, start, stop), (_, _, own_stop) in zip(episode.given, written, strict=True):
            drug_class, route = substances()[drug]
            if start is None or drug_class == LOCAL_CLASS:
                continue
            rows.append(
                Given(
                    treatment_id=f"P{number}-T{place}",
                    substance=drug,
                    drug_class=drug_class,
                    route=route,
                    setting=episode.setting,
                    start=start,
                    stop=stop if stop and stop >= start else None,
                    ongoing=stop is None and episode.ongoing == "yes",
                    stop_reason=episode.stop_reason,
                    episode_stop=episode.own_stop if episode.drugs is not None else episode.stop,
                    own_stop=own_stop is not None or is_sole,
                )
            )
    return rows


def last_alive(person: Person, number: int) -> date | None:
    """The last day that shows a patient alive; of stops those for progression alone."""
    given = as_given(person, number)
    episodes = [[r for r in given if r.treatment_id == row.treatment_id] for row in given]
    stops = [episode_stop(one) for one in episodes if one[0].stop_reason == "progression"]
    days = [
        *(row.start for row in given),
        *(stop for stop in stops if stop is not None),
        *(therapy.day for therapy in as_local(person)),
        *(day for day, _ in person.assessments),
        *(day for day in (person.last_contact, person.linked) if day is not None),
    ]
    return max(days, default=None)


def as_local(person: Person) -> list[Local]:
    """Local therapy, with T-VEC wherever it was registered."""
    injected = {
        Local(start, "t_vec")
        for episode in person.episodes
        for drug, start, _ in episode.given
        if start is not None and substances()[drug][0] == LOCAL_CLASS
    }
    return sorted(
        injected | {Local(day, kind) for day, kind in person.local},
        key=lambda therapy: (therapy.day, therapy.kind),
    )


def as_assessments(person: Person, number: int) -> list[Assessment]:
    """What the reference reading of responses takes."""
    return [
        Assessment(f"P{number}-R{place}", day, code)
        for place, (day, code) in enumerate(person.assessments)
    ]
