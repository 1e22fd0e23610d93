"""What had stopped by a start of treatment, and what goes on through it: the reference reading.

Belongs here: what rows and the day alone show, substance by substance, over one patient. Does not
belong here: what a line holds and takes over (`reading`), partial dates.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from etl.lines.course import Day, Given
from etl.parameters import Parameters

ENDING = ("progression", "toxicity", "patient_choice")


def running_through(
    substance: str, days: Sequence[Day], index: int, parameters: Parameters
) -> list[Given]:
    """The rows of a substance that go on through a start, from its day on; none if not shown."""
    day = days[index].start
    if _replaced(substance, days, index, parameters):
        return []
    rows = _rows(substance, days)
    before = [row for row in rows if row.start < day]
    going = [row for row in before if row.ongoing and _starts_of(row.treatment_id, day, days)]
    if not going and not _is_shown(rows, day, parameters):
        return []
    running = [row for row in before if row.shown_by_itself > day or row in going]
    if running:
        return [replace(row, start=day, place=index, carried=True) for row in running]
    last = min(before, key=lambda row: (-row.start.toordinal(), row.treatment_id))
    taken_up = min(row.start for row in rows if row.start > day)
    return [replace(last, start=day, stop=taken_up, ongoing=False, place=index, carried=True)]


def is_stale(substance: str, days: Sequence[Day], index: int, parameters: Parameters) -> bool:
    """Registered as ongoing in an episode of which nothing starts on the day; nothing shows it."""
    day = days[index].start
    return any(
        row.ongoing and row.start < day and not _starts_of(row.treatment_id, day, days)
        for row in _rows(substance, days)
    ) and not running_through(substance, days, index, parameters)


def goes_on(substance: str, days: Sequence[Day], index: int, parameters: Parameters) -> bool:
    """Starts again soon after a stop that was for no reason that ends treatment."""
    before = [row for row in _rows(substance, days) if row.place < index]
    last = [row for row in before if row.place == max(one.place for one in before)]
    stops = [row.stop for row in last if row.stop is not None]
    return (
        len(stops) == len(last)
        and not any(row.stop_reason in ENDING for row in last)
        and (days[index].start - max(stops)).days <= parameters.carried_bridge_days
    )


def only_goes_on(days: Sequence[Day], index: int, parameters: Parameters) -> bool:
    """Nothing begins on the day: everything that starts was given before and goes on."""
    before = {substance for day in days[:index] for substance in day.substances}
    return days[index].substances <= before and all(
        goes_on(substance, days, index, parameters) for substance in days[index].substances
    )


def all_stopped(substances: set[str], days: Sequence[Day], index: int) -> bool:
    """Everything is shown to have stopped by a day for a reason that ends treatment."""
    day = days[index].start
    for substance in substances:
        before = [row for row in _rows(substance, days) if row.start < day]
        last = max(row.start for row in before)
        if any((row.stop and row.stop > day) or row.ongoing for row in before):
            return False
        if not all(_has_stopped(row, day) for row in before if row.start == last):
            return False
    return True


def _has_stopped(row: Given, day: date) -> bool:
    return (
        row.stop_reason in ENDING
        and row.stop is not None
        and row.stop <= day
        and row.episode_stop is not None
        and row.episode_stop <= day
    )


def _rows(substance: str, days: Sequence[Day]) -> list[Given]:
    return [row for day in days for row in day.rows if row.substance == substance]


def _replaced(substance: str, days: Sequence[Day], index: int, parameters: Parameters) -> bool:
    """The substance, or something of its component, starts on the day."""
    component = _rows(substance, days)[0].component(parameters)
    today = [day for day in days if day.start == days[index].start]
    return any(component in day.components(parameters) for day in today)


def _starts_of(treatment_id: str, day: date, days: Sequence[Day]) -> bool:
    return any(
        row.treatment_id == treatment_id for one in days if one.start == day for row in one.rows
    )


def _is_shown(rows: Sequence[Given], day: date, parameters: Parameters) -> bool:
    """A run of rows without too long a break began before the day and goes on after it."""
    run: list[Given] = []
    for row in [*sorted(rows, key=lambda one: one.start), None]:
        shown = max((one.shown_by_itself for one in run), default=None)
        is_apart = (
            row is None
            or shown is None
            or (row.start - shown).days > parameters.carried_bridge_days
        )
        if is_apart:
            if shown and run[0].start < day and (shown - day).days > parameters.carried_days:
                return True
            run = []
        if row is not None:
            run.append(row)
    return False
