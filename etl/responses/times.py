"""Times of one line, read from its progressions, the patient's death and last contact.

Belongs here: progression-free and overall survival in their default variants (contracts, section
4). Does not belong here: the variants that a study names (`etl/studies`), curves
(`etl/survival`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from etl.lines.reading import Line
from etl.responses.reading import Assessment, Progression


@dataclass(frozen=True)
class Outcome:
    """A time from the line's start: days and event are None when they cannot be known."""

    days: int | None
    event: bool | None
    reason: str


def progression_free_survival(
    line: Line,
    progressions: Sequence[Progression | None],
    assessments: Sequence[Assessment],
    *,
    is_dead: bool,
    death: date | None,
) -> Outcome:
    """From the line's start to the first progression wherever recorded, or death.

    Args:
        line: The line.
        progressions: Those of this line and of each later one, in order.
        assessments: The patient's assessments.
        is_dead: Whether the patient is known to have died.
        death: Day of death; None when not known.
    """
    first = next((p for p in progressions if p is not None), None)
    if death is not None and death < line.start:
        return Outcome(None, None, "unknown_death_before_start")
    if first is not None and first.day is None:
        return Outcome(None, None, "unknown_progression_undated")
    if first is not None and first.day is not None and (death is None or first.day <= death):
        return Outcome((first.day - line.start).days, True, "progression")
    if death is not None:
        return Outcome((death - line.start).days, True, "death")
    if is_dead:
        return Outcome(None, None, "unknown_death_undated")
    evaluable = [a.day for a in assessments if a.plain != "NE" and a.day >= line.start]
    if evaluable:
        days = (max(evaluable) - line.start).days
        return Outcome(days, False, "censored_last_evaluable_assessment")
    return Outcome(0, False, "censored_line_start")


def overall_survival(
    line: Line, *, is_dead: bool, death: date | None, last_alive: date | None
) -> Outcome:
    """From the line's start to death; the living are censored when last known to live."""
    if is_dead and death is None:
        return Outcome(None, None, "unknown_death_undated")
    if death is not None and death < line.start:
        return Outcome(None, None, "unknown_death_before_start")
    if death is not None:
        return Outcome((death - line.start).days, True, "death")
    if last_alive is None:
        return Outcome(None, None, "unknown_no_contact")
    return Outcome((last_alive - line.start).days, False, "censored")
