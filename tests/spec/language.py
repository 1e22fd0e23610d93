"""The language of the spec: a timeline in days, and the rows expected of it.

Belongs here: chapters, paragraphs, reading a timeline into rows of the native export, reading
expected rows. Does not belong here: what is expected (chapters), deriving and comparing
(test_spec), drawing (render).

A timeline has one event a line: a day or days, what happened, and further facts as `name=value`.

    0-63   ipilimumab + nivolumab  reason=toxicity
    70     scan PR
    400    death melanoma

Day 0 is 1 January 2020. `0-` is a stop that is not registered, `0-ongoing` an ongoing treatment;
a partial date is written as such (`2020-03`). Episodes are T1, T2 ..., scans R1, R2 ..., adverse
events E1, E2 ... in the order written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.support import ascii_table

DAY_ZERO = date(2020, 1, 1)
Tables = dict[str, list[dict[str, Any]]]
_WHEN = r"(?:-?\d+|\d{4}-\d{2}(?:-\d{2})?|\d{4}y|\?)"
_EPISODE = re.compile(rf"({_WHEN})-({_WHEN}|ongoing)?\s+(.+)")
_POINT = re.compile(rf"({_WHEN})\s+(scan|event|local|death|contact|linked)\b\s*(.*)")
_FACT = re.compile(r"(\w+)=(\S+)")


@dataclass(frozen=True)
class Paragraph:
    """One clinical question with its answer.

    Args:
        question: The question, or the claim.
        timeline: What was registered (see the module).
        lines: Expected rows of marts.treatment_lines; only the columns named are compared.
        because: Why, in a sentence or two, for the page.
        steps: Expected rows of derived.line_steps.
        rows: Expected rows of derived.line_rows.
        responses: Expected rows of marts.responses.
        events: Expected rows of marts.adverse_events.
        organs: Expected rows of derived.line_organ_toxicity.
        pairs: Expected rows of marts.reexposures.
        times: Expected rows of a time in a variant, by its name (`etl.survival.variants`).
        declares: What the source declares, where it differs from the defaults.
        parameters: Parameters that differ from their defaults.
    """

    question: str
    timeline: str
    lines: str = ""
    because: str = ""
    steps: str = ""
    rows: str = ""
    responses: str = ""
    events: str = ""
    organs: str = ""
    pairs: str = ""
    times: Mapping[str, str] = field(default_factory=dict)
    declares: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def expectations(self) -> dict[str, str]:
        """Expected rows by the table they are compared with."""
        given = {
            "marts.treatment_lines": self.lines,
            "derived.line_steps": self.steps,
            "derived.line_rows": self.rows,
            "marts.responses": self.responses,
            "marts.adverse_events": self.events,
            "derived.line_organ_toxicity": self.organs,
            "marts.reexposures": self.pairs,
            **self.times,
        }
        return {table: text for table, text in given.items() if text}


@dataclass(frozen=True)
class Chapter:
    """A chapter: its file name, title, an introduction and its paragraphs."""

    name: str
    title: str
    introduction: str
    paragraphs: Sequence[Paragraph]


@dataclass(frozen=True)
class Event:
    """One line of a timeline. `stop` is None for points, '' where it is not registered."""

    start: str
    stop: str | None
    what: str
    facts: dict[str, str]
    name: str


def read_timeline(text: str) -> list[Event]:
    """The events of a timeline, in the order written.

    Raises:
        ValueError: a line cannot be read; the message holds the line.
    """
    events: list[Event] = []
    for line in filter(None, map(str.strip, text.strip().splitlines())):
        facts = dict(_FACT.findall(line))
        bare = _FACT.sub("", line).strip()
        episode, point = _EPISODE.fullmatch(bare), _POINT.fullmatch(bare)
        if point:
            kind = {"scan": "R", "event": "E"}.get(point[2], point[2])
            number = 1 + sum(event.name.rstrip("0123456789") == kind for event in events)
            what = f"{point[2]} {point[3]}".strip()
            events.append(Event(point[1], None, what, facts, f"{kind}{number}"))
        elif episode:
            number = 1 + sum(event.stop is not None for event in events)
            events.append(Event(episode[1], episode[2] or "", episode[3], facts, f"T{number}"))
        else:
            raise ValueError(f"A timeline line cannot be read: {line!r}")
    return events


def as_rows(paragraph: Paragraph, patient_id: str) -> Tables:
    """The rows of a native export that hold one paragraph's timeline."""
    patient: dict[str, Any] = {"patient_id": patient_id, "vital_status": "alive"}
    tables: Tables = {
        "patients": [patient],
        "treatments": [],
        "drugs": [],
        "responses": [],
        "adverse_events": [],
        "local_treatments": [],
    }
    for event in read_timeline(paragraph.timeline):
        if event.stop is not None:
            tables["treatments"].append(_treatment(event, patient_id))
            tables["drugs"] += _drugs(event, patient_id)
        else:
            _add_point(event, patient, tables)
    return tables


def _treatment(event: Event, patient_id: str) -> dict[str, Any]:
    return {
        "treatment_id": f"{patient_id}-{event.name}",
        "patient_id": patient_id,
        "hospital_id": event.facts.get("hospital", "H1"),
        "regimen": event.what,
        "setting": event.facts.get("setting", "advanced"),
        "start_date": as_date(event.start),
        "stop_date": None if event.stop in ("", "ongoing") else as_date(event.stop or ""),
        "ongoing": "yes" if event.stop == "ongoing" else "no",
        "stop_reason": event.facts.get("reason"),
        "severe_toxicity": event.facts.get("severe"),
        "best_response": event.facts.get("best"),
        "line_number": event.facts.get("line"),
        "rechallenge": event.facts.get("rechallenge"),
    }


def _drugs(event: Event, patient_id: str) -> list[dict[str, Any]]:
    # drugs=ipilimumab:0:63,nivolumab:84:300 registers each substance of the episode.
    rows = []
    for written in filter(None, event.facts.get("drugs", "").split(",")):
        drug, start, stop = written.split(":")
        rows.append(
            {
                "treatment_id": f"{patient_id}-{event.name}",
                "drug": drug,
                "start_date": as_date(start),
                "stop_date": as_date(stop) if stop else None,
            }
        )
    return rows


def _add_point(event: Event, patient: dict[str, Any], tables: Tables) -> None:
    kind, _, rest = event.what.partition(" ")
    patient_id, day = patient["patient_id"], as_date(event.start)
    # of=T2 is the patient's own episode, of=S1x1-T1 that of another paragraph's patient.
    named = event.facts.get("of", "")
    episode = named if "-" in named else f"{patient_id}-{named}" if named else None
    common = {"patient_id": patient_id, "treatment_id": episode}
    if kind == "scan":
        row = {"response_id": f"{patient_id}-{event.name}", "assessment_date": day}
        criteria = event.facts.get("criteria", _criteria(rest))
        tables["responses"].append(row | common | {"response": rest, "criteria": criteria})
    elif kind == "event":
        # `event Colitis` has no grade.
        term, _, grade = rest.rpartition(" ") if rest[-1].isdigit() else (rest, "", None)
        row = {"event_id": f"{patient_id}-{event.name}", "term": term, "grade": grade}
        row |= {"onset_date": day, "immune_related": event.facts.get("irae")}
        row |= _event_details(event)
        tables["adverse_events"].append(row | common)
    elif kind == "local":
        row = {"procedure_id": f"{patient_id}-{event.name}", "patient_id": patient_id}
        tables["local_treatments"].append(row | {"kind": rest, "start_date": day})
    elif kind == "death":
        status = event.facts.get("registered", "dead")
        patient |= {"vital_status": status, "death_date": day, "death_cause": rest or None}
    elif kind == "contact":
        patient["last_contact_date"] = day
    else:
        patient["vital_status_date"] = day


def _event_details(event: Event) -> dict[str, Any]:
    # until=90 is its resolution; a category is written with underscores for blanks.
    return {
        "ctcae_version": event.facts.get("version", "5.0"),
        "category": event.facts.get("category", "").replace("_", " ") or None,
        "led_to_stop": event.facts.get("stop"),
        "outcome": event.facts.get("outcome"),
        "resolved_date": as_date(event.facts["until"]) if "until" in event.facts else None,
    }


def _criteria(response: str) -> str:
    is_immune = response.startswith(("i", "NON-i"))
    return "iRECIST" if is_immune else "RECIST1.1"


def as_date(when: str) -> str | None:
    """A day number, or a date as written, as the text of the export; '?' is not registered."""
    if when == "?":
        return None
    if re.fullmatch(r"-?\d+", when):
        return (DAY_ZERO + timedelta(days=int(when))).isoformat()
    return when.removesuffix("y")


def expected_rows(text: str) -> list[dict[str, str | None]]:
    """The rows of an expectation, as text."""
    return ascii_table(text)


def as_text(value: object, patient_id: str) -> str | None:
    """A derived value as an expectation writes it: days for dates, no patient in keys."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return str((value - DAY_ZERO).days)
    text = str(value)
    if text == patient_id:
        return "patient"
    return text.replace(f"{patient_id}-", "").removeprefix(f"{patient_id}|").replace("|", " ")
