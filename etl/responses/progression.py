"""When a line progressed: the first PD, under iRECIST the first that was confirmed or stood.

Belongs here: progression of a line and the days on which a patient's progression is evident.
Does not belong here: best response (`reading`), lines, times, SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from etl.lines import Line, episode_stop
from etl.parameters import Parameters
from etl.responses.assessments import Assessment, as_the_line_reads, worst_of_each_day

RESETS = ("CR", "PR", "SD", "NON-CR/NON-PD")


@dataclass(frozen=True)
class Progression:
    """First progression of a line; `day` is None when it is known to be, on an unknown day.

    Attributes:
        day: The day of the progression.
        source: What shows it.
        is_immune_confirmed: The first PD is an iUPD that was confirmed later.
        first_pd: Day of the first PD that was assessed, whatever the day of the progression.
        stop: Day of the first stop for progression.
        undated_from: On an unknown day, the earliest on which it may have been.
    """

    day: date | None
    source: str
    is_immune_confirmed: bool = False
    first_pd: date | None = None
    stop: date | None = None
    undated_from: date | None = None

    def counts(self, day: date) -> bool:
        """Whether an assessment of that day counts for the best response."""
        ends = [end for end in (self.first_pd, self.stop) if end is not None]
        return day == self.first_pd or all(day <= end for end in ends)


def blocks(daily: Sequence[Assessment]) -> list[list[Assessment]]:
    """The assessments cut where an iCR, iPR or iSD resets the bar; it begins the next block."""
    found: list[list[Assessment]] = [[]]
    for assessment in daily:
        if assessment.plain in RESETS:
            found.append([])
        found[-1].append(assessment)
    return found


def _shown(block: Sequence[Assessment], parameters: Parameters) -> list[Progression]:
    """The progressions that stand in one block, in order; an iUPD by itself is none."""
    found = []
    unconfirmed: list[date] = []
    for assessment in block:
        waited = [(assessment.day - day).days for day in unconfirmed]
        is_too_soon = bool(waited) and waited[0] < parameters.immune_confirmation_min_days
        if assessment.response == "iUPD" or (assessment.response == "iCPD" and is_too_soon):
            unconfirmed.append(assessment.day)
        elif assessment.response == "iCPD":
            in_window = any(
                parameters.immune_confirmation_min_days
                <= days
                <= parameters.immune_confirmation_max_days
                for days in waited
            )
            day = unconfirmed[0] if unconfirmed else assessment.day
            found.append(Progression(day, "assessment", in_window))
        elif assessment.plain == "PD":
            found.append(Progression(assessment.day, "assessment"))
    return found


def confirmed_progressions(assessments: Sequence[Assessment], parameters: Parameters) -> list[date]:
    """Days of PD of a patient; an iCPD counts for the first iUPD since the last reset."""
    return [
        progression.day
        for block in blocks(worst_of_each_day(assessments))
        for progression in _shown(block, parameters)
        if progression.day is not None
    ]


def progression(
    line: Line,
    lines: Sequence[Line],
    assessments: Sequence[Assessment],
    death_cause: str | None,
    parameters: Parameters,
) -> Progression | None:
    """First progression of a line: the earlier of its first PD and its stop for progression.

    A PD soon after the stop dates the progression that was the reason. On an unknown day, unless a
    known one is before every day that it may have been.

    Args:
        line: The line.
        lines: All lines of the patient; an episode of several stopped in the last begun by then.
        assessments: The patient's assessments.
        death_cause: As registered; death of melanoma makes an unconfirmed iUPD count.
        parameters: The parameters of the derivations.
    """
    daily = as_the_line_reads(line, assessments)
    found = [shown for block in blocks(daily) for shown in _shown(block, parameters)]
    unconfirmed = _unconfirmed(line, daily, death_cause)
    if unconfirmed is not None:
        found.append(Progression(unconfirmed, "unconfirmed_iUPD"))
    # Of what is dated alike, an assessment goes first, and the earliest of them.
    first = min(found, key=lambda p: (p.day or date.max, p.source), default=None)
    pd = first.day if first else None
    stops, undated = _stops(line, lines)
    stop, undated_from = min(stops, default=None), min(undated, default=None)
    if first is None and stop is None and undated_from is None:
        return None
    day, source = pd, first.source if first else "stop_reason"
    if stop is not None and (pd is None or _is_by_stop(stop, pd, parameters)):
        day, source = stop, "stop_reason"
    if undated_from is not None and (day is None or day > undated_from):
        day, source = None, "stop_reason_undated"
    return Progression(
        day,
        source,
        first is not None and first.is_immune_confirmed,
        pd,
        stop,
        undated_from if day is None else None,
    )


def _is_by_stop(stop: date, pd: date, parameters: Parameters) -> bool:
    return (pd - stop).days > parameters.stop_to_progression_days


def _stops(line: Line, lines: Sequence[Line]) -> tuple[list[date], list[date]]:
    """Stops for progression in this line; of unknown ones the day on which they may first be."""
    stops, undated = [], []
    for treatment_id in {row.treatment_id for row in line.rows}:
        own = [other for other in lines if any(r.treatment_id == treatment_id for r in other.rows)]
        episode = [r for other in own for r in other.rows if r.treatment_id == treatment_id]
        stop = episode_stop(episode)
        begun = [other for other in own if stop is None or other.start <= stop]
        if episode[0].stop_reason == "progression" and begun[-1] is line:
            if stop is None:
                undated.append(max(line.start, *(row.start for row in episode)))
            else:
                stops.append(stop)
    return stops, undated


def _unconfirmed(line: Line, daily: Sequence[Assessment], death_cause: str | None) -> date | None:
    """The first iUPD that nothing reset, when there is nothing to wait for any more."""
    last_block = blocks(daily)[-1]
    first = next((a for a in last_block if a.response == "iUPD"), None)
    if first is None:
        return None
    after = [a for a in last_block if a.day > first.day]
    only_progression = all(a.plain in ("iUPD", "PD") for a in after)
    was_stopped = line.end is not None or line.end_reason not in ("ongoing", "unknown")
    is_over = line.next_start is not None or (was_stopped and not line.lasted_until_death)
    if only_progression or is_over or death_cause == "melanoma":
        return first.day
    return None
