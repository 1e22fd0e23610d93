"""Times of one line, read from its progressions, the patient's death and last contact.

Belongs here: progression-free and overall survival, duration of response and time to next
treatment in every variant (decisions 0090 to 0092), one line at a time and from the definitions.
Does not belong here: the SQL of the variants (`etl/survival/variants`), curves
(`etl/survival/kaplan_meier`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from etl.responses.assessments import Assessment
from etl.responses.progression import Progression
from etl.survival.variants import PfsVariant

PRECEDENCE = ("progression", "death", "next_line")
"""What happened first on one day."""


class Timed(Protocol):
    """What a time needs to know of a line."""

    @property
    def start(self) -> date:
        """First day."""

    @property
    def next_start(self) -> date | None:
        """First day of the next line; None when there is none."""


@dataclass(frozen=True)
class Outcome:
    """A time from the line's start: days and event are None when they cannot be known."""

    days: int | None
    event: bool | None
    reason: str


@dataclass(frozen=True)
class Happening:
    """Something that may end progression-free survival, with the last look before it."""

    day: date
    what: str
    last_look: date


def progression_free_survival(
    line: Timed,
    progressions: Sequence[Progression | None],
    assessments: Sequence[Assessment],
    *,
    is_dead: bool,
    death: date | None,
    later_lines: Sequence[Timed] = (),
    last_alive: date | None = None,
    variant: PfsVariant | None = None,
    registers_best_responses: bool = False,
) -> Outcome:
    """From the line's start to the first progression wherever recorded, or death.

    Args:
        line: The line.
        progressions: Those of this line and of each later one, in order.
        assessments: The patient's assessments.
        is_dead: Whether the patient is known to have died.
        death: Day of death; None when not known.
        later_lines: The later lines, in order.
        last_alive: Last day the patient is known to have lived.
        variant: The variant; the default one when None.
        registers_best_responses: The source does so instead of registering every assessment: the
            living are censored at last contact, and no look can be missed.
    """
    variant = variant or PfsVariant()
    if registers_best_responses:
        variant = PfsVariant(variant.next_therapy, "last_contact")
    if death is not None and death < line.start:
        return Outcome(None, None, "unknown_death_before_start")
    happened = [
        *_progressions([line, *later_lines], progressions, assessments),
        *_ends(line, assessments, death, variant),
    ]
    first = min(happened, key=lambda h: (h.day, PRECEDENCE.index(h.what)), default=None)
    undated = [
        shown.undated_from or other.start
        for other, shown in zip([line, *later_lines], progressions, strict=False)
        if shown is not None and shown.day is None
    ]
    # On an unknown day from its line's start on: what happened by then was first all the same.
    if undated and (first is None or first.day > min(undated)):
        return Outcome(None, None, "unknown_progression_undated")
    if first is None:
        if is_dead:
            return Outcome(None, None, "unknown_death_undated")
        return _censored(line, assessments, last_alive, variant)
    if first.what == "next_line" and variant.next_therapy == "censor":
        return _censored_before(line, first.day, assessments, variant)
    allowed = variant.missed_assessments_days
    if allowed is not None and (first.day - first.last_look).days > allowed:
        days = (first.last_look - line.start).days
        return Outcome(days, False, "censored_missed_assessments")
    return Outcome((first.day - line.start).days, True, first.what)


def _progressions(
    lines: Sequence[Timed],
    progressions: Sequence[Progression | None],
    assessments: Sequence[Assessment],
) -> list[Happening]:
    """The dated progressions; the assessment that shows one is no look before it."""
    found = []
    for line, shown in zip(lines, progressions, strict=False):
        if shown is None or shown.day is None or shown.day < line.start:
            continue
        looks = [
            a.day
            for a in _evaluable(lines[0], assessments)
            if a.day < shown.day or (a.day == shown.day and shown.source == "stop_reason")
        ]
        found.append(Happening(shown.day, "progression", max(looks, default=lines[0].start)))
    return found


def _ends(
    line: Timed, assessments: Sequence[Assessment], death: date | None, variant: PfsVariant
) -> list[Happening]:
    """Death, and the next line where the variant looks at it."""
    found = []
    next_start = None if variant.next_therapy == "ignore" else line.next_start
    for day, what in ((death, "death"), (next_start, "next_line")):
        if day is not None:
            looks = [a.day for a in _evaluable(line, assessments) if a.day <= day]
            found.append(Happening(day, what, max(looks, default=line.start)))
    return found


def _evaluable(line: Timed, assessments: Sequence[Assessment]) -> list[Assessment]:
    return [a for a in assessments if a.plain != "NE" and a.day >= line.start]


def _censored(
    line: Timed, assessments: Sequence[Assessment], last_alive: date | None, variant: PfsVariant
) -> Outcome:
    """The living without an event."""
    if variant.censoring == "last_contact":
        if last_alive is None:
            return Outcome(None, None, "unknown_no_contact")
        return Outcome((last_alive - line.start).days, False, "censored_last_contact")
    evaluable = variant.censoring == "last_evaluable"
    seen = [
        a.day for a in assessments if a.day >= line.start and (a.plain != "NE" or not evaluable)
    ]
    if not seen:
        return Outcome(0, False, "censored_line_start")
    reason = "censored_last_evaluable_assessment" if evaluable else "censored_last_assessment"
    return Outcome((max(seen) - line.start).days, False, reason)


def _censored_before(
    line: Timed, next_start: date, assessments: Sequence[Assessment], variant: PfsVariant
) -> Outcome:
    """Without an event by the next line's first day, where the variant censors there."""
    by_then = [a for a in assessments if line.start <= a.day <= next_start]
    if variant.censoring == "last_contact":
        last = next_start
    elif variant.censoring == "last_assessment":
        last = max((a.day for a in by_then), default=line.start)
    else:
        last = max((a.day for a in _evaluable(line, by_then)), default=line.start)
    return Outcome((last - line.start).days, False, "censored_next_line")


def overall_survival(
    line: Timed, *, is_dead: bool, death: date | None, last_alive: date | None
) -> Outcome:
    """From the line's start to death; the living are censored when last known to live.

    Args:
        line: The line.
        is_dead: Whether the patient is known to have died.
        death: Day of death; None when not known.
        last_alive: Last day the patient is known to have lived, or the last contact as entered
            in the variant that asks for it.
    """
    if is_dead and death is None:
        return Outcome(None, None, "unknown_death_undated")
    if death is not None and death < line.start:
        return Outcome(None, None, "unknown_death_before_start")
    if death is not None:
        return Outcome((death - line.start).days, True, "death")
    if last_alive is None:
        return Outcome(None, None, "unknown_no_contact")
    if last_alive < line.start:
        return Outcome(None, None, "unknown_contact_before_start")
    return Outcome((last_alive - line.start).days, False, "censored")


def time_to_next_treatment(
    line: Timed, *, is_dead: bool, death: date | None, last_alive: date | None
) -> Outcome:
    """From the line's start to the next line of any setting, or death; arguments as above."""
    if line.next_start is not None and (death is None or line.next_start <= death):
        return Outcome((line.next_start - line.start).days, True, "next_line")
    return overall_survival(line, is_dead=is_dead, death=death, last_alive=last_alive)


def duration_of_response(
    line: Timed, response: date | None, until: Outcome, *, is_undated: bool = False
) -> Outcome:
    """From the first response to the end of progression-free survival.

    Args:
        line: The line.
        response: First day of the response; None without one.
        until: Progression-free survival of the line in the variant asked for.
        is_undated: A response is registered without its day.
    """
    if response is None and is_undated:
        return Outcome(None, None, "unknown_response_undated")
    if response is None:
        return Outcome(None, None, "no_response")
    if until.days is None:
        return until
    days = until.days - (response - line.start).days
    if days < 0:
        return Outcome(None, None, "unknown_response_after_end")
    return Outcome(days, until.event, until.reason)
