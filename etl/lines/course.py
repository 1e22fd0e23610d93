"""A patient's course of treatment: what was given, the days it started, the lines it makes.

Belongs here: the plain objects of the reference reading and what each shows by itself (last days,
ends). Does not belong here: what opens a line (`reading`), what is said about lines (`describing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from etl.parameters import Parameters

SETTINGS = ("neoadjuvant", "adjuvant", "advanced", "unknown")


@dataclass(frozen=True)
class Given:
    """A substance given: one exposure. `stop` is None when it is not known.

    `episode_stop` is the day its episode is registered to have stopped, where that is apart.
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

    @property
    def last_shown(self) -> date:
        """Last day it is known to have been given."""
        return self.stop or self.start

    def last_possible(self, days: Sequence["Day"]) -> date | None:
        """Last day it may have been given: an unknown stop lies before the next start.

        None when it is ongoing, or when nothing of the patient starts later.
        """
        if self.stop is not None:
            return self.stop
        position = next(place for place, day in enumerate(days) if self in day.rows)
        if self.ongoing or position + 1 == len(days):
            return None
        return days[position + 1].start

    def component(self, parameters: Parameters) -> str:
        """What it stands for: itself, or its class among the regimens that may replace it."""
        for group in parameters.substitution_groups:
            if self.substance in group.replace("|", "+").split("+"):
                return f"{group} {self.drug_class}"
        return self.substance


def episode_stop(episode: Sequence[Given]) -> date | None:
    """The day an episode stopped: its own where it is not before its start, else its last row's."""
    own = episode[0].episode_stop
    if own is not None and own >= min(row.start for row in episode):
        return own
    stops = [row.stop for row in episode if row.stop is not None]
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
    """A line of therapy: its days in order, its setting and number, and how the patient is."""

    days: list[Day]
    setting: str
    parameters: Parameters
    is_dead: bool = False
    death: date | None = None
    number: int = 0
    next_start: date | None = None
    next_clause: str | None = None
    rows: list[Given] = field(default_factory=list)

    @property
    def start(self) -> date:
        """First day."""
        return self.days[0].start

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
        if self._unstopped:
            lived_to = self.death if self.lasted_until_death else None
            return lived_to if lived_to is not None and lived_to >= self.start else None
        last = max(row.stop for row in self.rows if row.stop is not None)
        return last if self.next_start is None else min(last, self.next_start)

    @property
    def end_reason(self) -> str:
        """Why the rows that ended last stopped."""
        if self.next_start is None and self.is_ongoing:
            return "death" if self.is_dead else "ongoing"
        if self._unstopped:
            return self._first_reason(self._unstopped)
        last = max(row.stop for row in self.rows if row.stop is not None)
        ended = [(day, row) for day in self.days for row in day.rows if row.stop == last]
        latest = max(day.start for day, _ in ended)
        return self._first_reason([row for day, row in ended if day.start == latest])

    @property
    def is_ongoing(self) -> bool:
        """Of what started last and has no stop, what decides is registered as ongoing."""
        reason = self._first_reason(self._unstopped)
        return any(row.ongoing for row in self._unstopped if self._known(row) == reason)

    @property
    def _unstopped(self) -> list[Given]:
        return [row for row in self.days[-1].rows if row.stop is None]

    def _first_reason(self, rows: Sequence[Given]) -> str:
        reasons = {self._known(row) for row in rows}
        order = (*self.parameters.end_reason_order, "unknown")
        return next((reason for reason in order if reason in reasons), "unknown")

    def _known(self, row: Given) -> str:
        known = row.stop_reason in self.parameters.end_reason_order
        return row.stop_reason if known and row.stop_reason else "unknown"
