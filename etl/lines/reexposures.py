"""One patient's re-exposures, read pair by pair as a person would.

Belongs here: which later line gives again what an earlier one gave, why the first had stopped, the
time off and what happened between, as plain Python over one patient's lines (decisions 0100 to
0102). Does not belong here: lines themselves (`reading`), responses and times, speed, SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from etl.parameters import Parameters

KINDS = ("same_regimen", "same_substance", "same_class", "class_crossing")
REGISTERED = {
    "progression": "after_progression",
    "toxicity": "after_toxicity",
    "completed": "after_planned_stop",
    "patient_choice": "after_elective_stop",
}


@dataclass(frozen=True)
class DrugClass:
    """A class as the code list has it; `group` is None where it belongs to none."""

    name: str
    group: str | None
    is_one_mechanism: bool


@dataclass(frozen=True)
class GivenDrug:
    """A substance given in a line; `last_possible` is None where it may have no end."""

    substance: str
    drug_class: DrugClass
    start: date
    last_shown: date
    last_possible: date | None


@dataclass(frozen=True)
class Event:
    """An adverse event of the line."""

    event_id: str
    grade: int | None
    organ_class: str
    is_immune_related: bool
    led_to_stop: bool
    onset: date | None


@dataclass(frozen=True)
class Exposure:
    """A line with what is known of its outcome. `progression` is None when undated too."""

    line_id: str
    regimen: str
    classes: tuple[str, ...]
    start: date
    end: date | None
    end_reason: str
    drugs: tuple[GivenDrug, ...]
    events: tuple[Event, ...]
    has_progressed: bool
    progression: date | None
    responder: bool | None
    disease_control: bool | None
    pfs_days: int | None
    pfs_event: bool | None


@dataclass(frozen=True)
class Reexposure:
    """A line and a later one that gives again what it gave, or something alike."""

    initial_line_id: str
    reexposure_line_id: str
    kind: str
    shared_substances: str | None
    shared_classes: str | None
    crossed_groups: str | None
    is_flagged: bool
    reexposures_between: int
    reason: str
    reason_source: str
    reason_grade: int | None
    reason_category: str | None
    reason_event_id: str | None
    time_off_days: int | None
    interval_days: int | None
    intervening_lines: int
    intervening_regimens: str | None
    intervening_classes: str | None
    progression_between: bool
    progression_between_date: date | None
    initial_duration_days: int | None
    initial_benefit: bool | None


def read_reexposures(lines: Sequence[Exposure], parameters: Parameters) -> list[Reexposure]:
    """Read every pair of one patient.

    Args:
        lines: The patient's lines of every setting, in order of time.
        parameters: Parameters of the derivations.
    """
    places = [
        (first, second)
        for second in range(len(lines))
        for first in range(second)
        if kind(lines[first], lines[second]) is not None
    ]
    return [_pair(lines, first, second, places, parameters) for first, second in places]


def kind(initial: Exposure, later: Exposure) -> str | None:
    """How close a later line is to an earlier one; None when it gives nothing alike."""
    if initial.regimen == later.regimen:
        return "same_regimen"
    if _substances(initial) & _substances(later):
        return "same_substance"
    if _classes(initial) & _classes(later):
        return "same_class"
    if _groups(initial) & _groups(later):
        return "class_crossing"
    return None


def _substances(line: Exposure) -> set[str]:
    return {drug.substance for drug in line.drugs}


def _classes(line: Exposure) -> set[str]:
    return {drug.drug_class.name for drug in line.drugs if drug.drug_class.is_one_mechanism}


def _groups(line: Exposure) -> set[str]:
    return {drug.drug_class.group for drug in line.drugs if drug.drug_class.group is not None}


def _pair(
    lines: Sequence[Exposure],
    first: int,
    second: int,
    places: Sequence[tuple[int, int]],
    parameters: Parameters,
) -> Reexposure:
    initial, later = lines[first], lines[second]
    between = lines[first + 1 : second]
    how = str(kind(initial, later))
    reason, source = _reason(initial, bool(between), parameters)
    event = _stopping_event(initial, parameters) if reason == "after_toxicity" else None
    progressions = [
        line.progression
        for line in (initial, *between)
        if line.progression is not None and line.start < line.progression <= later.start
    ]
    classes = {name for line in between for name in line.classes}
    return Reexposure(
        initial_line_id=initial.line_id,
        reexposure_line_id=later.line_id,
        kind=how,
        shared_substances=_joined(_substances(initial) & _substances(later)),
        shared_classes=_joined(_classes(initial) & _classes(later)),
        crossed_groups=(
            _joined(_groups(initial) & _groups(later)) if how == "class_crossing" else None
        ),
        is_flagged=first == _flagged(lines, second, places),
        reexposures_between=sum(a == first and b < second for a, b in places),
        reason=reason,
        reason_source=source,
        reason_grade=_valid_grade(event) if event else None,
        reason_category=event.organ_class if event else None,
        reason_event_id=event.event_id if event else None,
        time_off_days=_time_off(initial, later, how),
        interval_days=(later.start - initial.end).days if initial.end else None,
        intervening_lines=len(between),
        intervening_regimens=", ".join(line.regimen for line in between) or None,
        intervening_classes=_joined(classes),
        # On an unknown day it was before the next line's start.
        progression_between=bool(progressions)
        or any(line.has_progressed and line.progression is None for line in (initial, *between)),
        progression_between_date=min(progressions, default=None),
        initial_duration_days=(initial.end - initial.start).days if initial.end else None,
        initial_benefit=_benefit(initial, parameters),
    )


def _joined(names: set[str]) -> str | None:
    return "+".join(sorted(names)) or None


def _flagged(lines: Sequence[Exposure], second: int, places: Sequence[tuple[int, int]]) -> int:
    """Of the earlier exposures the one most like the line; of several the last."""
    earlier = [first for first, b in places if b == second]
    return min(earlier, key=lambda a: (KINDS.index(str(kind(lines[a], lines[second]))), -a))


def _time_off(initial: Exposure, later: Exposure, how: str) -> int | None:
    """From the last day of what is shared to its first day in the later line."""
    if how == "same_class":
        common = _classes(initial) & _classes(later)
        before = [drug for drug in initial.drugs if drug.drug_class.name in common]
        after = [drug for drug in later.drugs if drug.drug_class.name in common]
    elif how == "class_crossing":
        common = _groups(initial) & _groups(later)
        before = [drug for drug in initial.drugs if drug.drug_class.group in common]
        after = [drug for drug in later.drugs if drug.drug_class.group in common]
    else:
        common = _substances(initial) & _substances(later)
        before = [drug for drug in initial.drugs if drug.substance in common]
        after = [drug for drug in later.drugs if drug.substance in common]
    last_days = [_last_day(before, substance) for substance in {drug.substance for drug in before}]
    known = [day for day in last_days if day is not None]
    if len(known) < len(last_days):
        return None
    return max((min(drug.start for drug in after) - max(known)).days, 0)


def _last_day(drugs: Sequence[GivenDrug], substance: str) -> date | None:
    """Last day of a substance; None when it may have been given longer than is shown."""
    rows = [drug for drug in drugs if drug.substance == substance]
    shown = max(row.last_shown for row in rows)
    if any(row.last_possible is None or row.last_possible > shown for row in rows):
        return None
    return shown


def _reason(initial: Exposure, has_line_between: bool, parameters: Parameters) -> tuple[str, str]:
    """Why the initial line had stopped, and what tells so."""
    if initial.end_reason in REGISTERED:
        return REGISTERED[initial.end_reason], "stop_reason"
    if any(event.led_to_stop for event in initial.events):
        return "after_toxicity", "adverse_event"
    if initial.has_progressed and _is_at_the_stop(initial, parameters):
        return "after_progression", "progression"
    if has_line_between:
        return "after_another_line", "later_line"
    return "unknown", "none"


def _is_at_the_stop(initial: Exposure, parameters: Parameters) -> bool:
    if initial.progression is None or initial.end is None:
        return True
    return (initial.progression - initial.end).days <= parameters.stopped_for_progression_days


def _stopping_event(initial: Exposure, parameters: Parameters) -> Event | None:
    """The event registered as having led to the stop, else the worst immune-related one near."""
    led = [event for event in initial.events if event.led_to_stop]
    near = [
        event
        for event in initial.events
        if event.is_immune_related
        and event.onset is not None
        and initial.end is not None
        and abs((event.onset - initial.end).days) <= parameters.stopping_toxicity_days
    ]
    return min(
        led or near,
        key=lambda e: (-(_valid_grade(e) or 0), e.onset or date.max, e.event_id),
        default=None,
    )


def _valid_grade(event: Event) -> int | None:
    return event.grade if event.grade in (1, 2, 3, 4, 5) else None


def _benefit(initial: Exposure, parameters: Parameters) -> bool | None:
    """A response, or stable disease that lasted."""
    if initial.responder is None or initial.responder or not initial.disease_control:
        return initial.responder
    if initial.pfs_days is not None and initial.pfs_days >= parameters.benefit_stable_days:
        return True
    return False if initial.pfs_event else None
