"""A patient's course of treatment: what was given, the days it started, the lines it makes.

Belongs here: the plain objects of the reference reading and what each shows by itself (last days,
ends). Does not belong here: what opens a line (`reading`), what is said about lines (`describing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from etl.parameters import Parameters

SETTINGS = ("neoadjuvant", "adjuvant", "advanced", "unknown")


@dataclass(frozen=True)
class Given:
    """A substance given: a row of an episode, or rows of one course as one.

    `stop` is None when it is not known; `own_stop` says that it was written for the row, or for an
    episode of one substance. `episode_stop` is the day its episode is registered to have stopped.
    Of rows of one course, `last_start` is the last start and `own_shown` the last day that a start
    or a stop of its own shows; `course_stop` stays what is registered where a line ends before it.
    `place` is that of the patient's start it belongs to.
    """

    treatment_id: str
    substance: str
    drug_class: str
    route: str
    setting: str
    start: date
    stop: date | None = None
    ongoing: bool = False
    stop_reason: str | None = None
    episode_stop: date | None = None
    own_stop: bool = True
    last_start: date | None = None
    own_shown: date | None = None
    course_stop: date | None = None
    place: int = -1
    carried: bool = False

    @property
    def last_shown(self) -> date:
        """Last day it is known to have been given."""
        return self.stop or self.last_start or self.start

    @property
    def shown_by_itself(self) -> date:
        """Last day that a start or a stop of its own shows."""
        return self.own_shown or (self.stop if self.stop and self.own_stop else self.start)

    def last_possible(self, days: Sequence["Day"]) -> date | None:
        """Last day it may have been given: an unknown stop lies before the next start.

        None when it is ongoing, or when nothing of the patient starts later.
        """
        if self.stop is not None:
            return self.stop
        if self.ongoing or self.place + 1 == len(days):
            return None
        return max(self.last_shown, days[self.place + 1].start)

    def component(self, parameters: Parameters) -> str:
        """What it stands for: itself, or its class among the regimens that may replace it."""
        for group in parameters.substitution_groups:
            if self.substance in group.replace("|", "+").split("+"):
                return f"{group} {self.drug_class}"
        return self.substance


def one_course(rows: Sequence[Given], parameters: Parameters) -> list[Given]:
    """Rows of a substance in one episode that are close together, as one row."""
    merged: list[Given] = []
    for treatment_id, substance in sorted({(row.treatment_id, row.substance) for row in rows}):
        own = [r for r in rows if (r.treatment_id, r.substance) == (treatment_id, substance)]
        run: list[Given] = []
        for row in sorted(own, key=lambda one: one.start):
            if run:
                shown = max(one.shown_by_itself for one in run)
                if (row.start - shown).days > parameters.carried_bridge_days:
                    merged.append(_as_one(run))
                    run = []
            run.append(row)
        merged.append(_as_one(run))
    return merged


def _as_one(run: Sequence[Given]) -> Given:
    stop = max((row.stop for row in run if row.stop is not None), default=None)
    unstopped = max((row.start for row in run if row.stop is None), default=None)
    if stop is not None and unstopped is not None and unstopped >= stop:
        stop = None
    return replace(
        run[0],
        stop=stop,
        ongoing=stop is None and any(row.ongoing for row in run),
        last_start=run[-1].start,
        own_shown=max(row.shown_by_itself for row in run),
        course_stop=stop,
    )


def episode_stop(episode: Sequence[Given]) -> date | None:
    """The day an episode stopped: its own where it is not before its start, else its last row's."""
    own = episode[0].episode_stop
    if own is not None and own >= min(row.start for row in episode):
        return own
    known = [row.course_stop if row.last_start else row.stop for row in episode]
    stops = [stop for stop in known if stop is not None]
    return max(stops) if len(stops) == len(episode) else None


@dataclass
class Day:
    """A day on which treatment starts, in one setting."""

    start: date
    setting: str
    rows: list[Given]
    clause: str = ""
    after_progression: bool = False
    drops: bool = False
    gives_back: bool = False
    adds: bool = False

    @property
    def substances(self) -> set[str]:
        """What starts."""
        return {row.substance for row in self.rows}

    def components(self, parameters: Parameters) -> set[str]:
        """What starts, a substitute counting as what it replaces."""
        return {row.component(parameters) for row in self.rows}


def last_possible_day(rows: Sequence[Given], days: Sequence[Day]) -> date | None:
    """Last day any of the rows may have been given; None when one may still be."""
    possible = [row.last_possible(days) for row in rows]
    known = [day for day in possible if day is not None]
    return max(known) if len(known) == len(possible) else None


@dataclass
class Line:
    """A line of therapy: its days in order, its setting and number, and how the patient is.

    `carried` was taken over from the line before. `cut` says that the next line carries something
    of this one, `ends_at_next` that something of it goes on in the next, carried or started again.
    """

    days: list[Day]
    setting: str
    parameters: Parameters
    is_dead: bool = False
    death: date | None = None
    carried: list[Given] = field(default_factory=list)
    number: int = 0
    next_start: date | None = None
    next_clause: str | None = None
    cut: bool = False
    ends_at_next: bool = False
    is_stale_ongoing: bool = False
    rows: list[Given] = field(default_factory=list)

    @property
    def start(self) -> date:
        """First day."""
        return self.days[0].start

    @property
    def so_far(self) -> list[Given]:
        """What was given in it, carried or started, as the line stands."""
        return [*self.carried, *(row for day in self.days for row in day.rows)]

    @property
    def opened_because(self) -> str:
        """The clause that opened it."""
        return self.days[0].clause

    @property
    def closed_because(self) -> str:
        """The clause that opened the next line, or why there is none."""
        if self.next_clause is not None:
            return self.next_clause
        if not self.is_ongoing:
            return "no_later_line"
        return "death" if self.is_dead else "ongoing"

    @property
    def lasted_until_death(self) -> bool:
        """Registered as ongoing, and the patient died."""
        return self.closed_because == "death"

    @property
    def end(self) -> date | None:
        """Last day of treatment; None when what started last has no stop."""
        if self.ends_at_next:
            return self.next_start
        if self._unstopped:
            lived_to = self.death if self.lasted_until_death else None
            return lived_to if lived_to is not None and lived_to >= self.start else None
        last = max(row.stop for row in self.rows if row.stop is not None)
        return last if self.next_start is None else min(last, self.next_start)

    @property
    def end_reason(self) -> str:
        """Why the rows that ended last stopped; what is cut stopped for the next line."""
        if self.cut:
            return "progression" if self.next_clause == "progression" else "other"
        if self.next_start is None and self.is_ongoing:
            return "death" if self.is_dead else "ongoing"
        if self._unstopped:
            return self._first_reason(self._unstopped)
        last = max(row.stop for row in self.rows if row.stop is not None)
        ended = [row for row in self.rows if row.stop == last]
        latest = max(row.place for row in ended)
        return self._first_reason([row for row in ended if row.place == latest])

    @property
    def is_ongoing(self) -> bool:
        """Of what started last and has no stop, what decides is registered as ongoing."""
        reason = self._first_reason(self._unstopped)
        return any(row.ongoing for row in self._unstopped if self._known(row) == reason)

    @property
    def _unstopped(self) -> list[Given]:
        last = max(row.place for row in self.rows)
        return [row for row in self.rows if row.place == last and row.stop is None]

    def _first_reason(self, rows: Sequence[Given]) -> str:
        reasons = {self._known(row) for row in rows}
        order = (*self.parameters.end_reason_order, "unknown")
        return next((reason for reason in order if reason in reasons), "unknown")

    def _known(self, row: Given) -> str:
        known = row.stop_reason in self.parameters.end_reason_order
        return row.stop_reason if known and row.stop_reason else "unknown"
