"""One patient's toxicity, line by line and event by event, as a person would read it.

Belongs here: attribution of events to lines, episodes, what was reported and when a line's
toxicity window closes, in plain Python over one patient (decisions 0049 and 0097 to 0099). Does
not belong here: speed, SQL, partial dates, code lists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class GivenLine:
    """A line of the patient, as it was derived."""

    line_id: str
    start: date
    end: date | None
    next_start: date | None
    treatment_ids: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """An adverse event. `immune_related` is None when neither entry nor term list knows."""

    event_id: str
    treatment_id: str | None
    organ_class: str
    grade: int | None
    immune_related: bool | None
    led_to_stop: str | None
    onset: date | None
    resolved: date | None
    is_fatal: bool = False

    @property
    def valid_grade(self) -> int | None:
        """The grade, if it is one that exists; what was fatal is grade 5."""
        if self.grade in (1, 2, 3, 4, 5):
            return self.grade
        return 5 if self.is_fatal else None

    @property
    def is_severe(self) -> bool:
        """Grade 3 or higher."""
        return (self.valid_grade or 0) >= 3


@dataclass(frozen=True)
class Course:
    """What is known of the patient's life."""

    is_dead: bool
    death: date | None
    last_alive: date | None


@dataclass(frozen=True)
class OrganRead:
    """Toxicity of a line in one organ class."""

    organ_class: str
    events: int
    episodes: int
    worst_grade: int | None
    worst_irae_grade: int | None
    first_onset: date | None
    days_to_onset: int | None
    led_to_stop: str


@dataclass(frozen=True)
class LineRead:
    """Toxicity of a line."""

    events: int
    episodes: int
    worst_grade: int | None
    worst_irae_grade: int | None
    toxicity_known: bool
    severe_toxicity_status: str
    severe_irae_status: str
    led_to_stop: str | None
    first_severe_irae: date | None
    days_to_severe_irae: int | None
    window_end: date | None
    window_closed_by: str
    severe_irae_days: int | None
    severe_irae_cause: int | None
    severe_irae_end_reason: str


def attribute(
    event: Event, lines: Sequence[GivenLine], window_days: int
) -> tuple[GivenLine | None, str]:
    """The line an event belongs to, and how that was told.

    Args:
        event: The event.
        lines: All lines of its patient, in order of time.
        window_days: Days after a line's end in which an event without episode still belongs.
    """
    named = [line for line in lines if event.treatment_id in line.treatment_ids]
    begun = [line for line in named if event.onset is not None and line.start <= event.onset]
    if begun:
        return begun[-1], "treatment"
    if named:
        return named[0], "treatment"
    if event.onset is not None:
        on = [line for line in lines if line.start <= event.onset]
        if on and _is_open(on[-1], event.onset, window_days):
            return on[-1], "date"
    return None, "unassigned"


def _is_open(line: GivenLine, day: date, window_days: int) -> bool:
    if line.next_start is not None and day >= line.next_start:
        return False
    return line.end is None or day <= line.end + timedelta(days=window_days)


def read_organ_classes(line: GivenLine, events: Sequence[Event]) -> list[OrganRead]:
    """The line's toxicity in each organ class that has an event, in alphabetical order."""
    return [
        _read_organ_class(line, organ, [event for event in events if event.organ_class == organ])
        for organ in sorted({event.organ_class for event in events})
    ]


def _read_organ_class(line: GivenLine, organ: str, events: Sequence[Event]) -> OrganRead:
    onsets = [event.onset for event in events if event.onset is not None]
    first = min(onsets, default=None)
    return OrganRead(
        organ_class=organ,
        events=len(events),
        episodes=_episodes(events),
        worst_grade=_worst(events),
        worst_irae_grade=_worst([event for event in events if event.immune_related]),
        first_onset=first,
        days_to_onset=(first - line.start).days if first and first >= line.start else None,
        led_to_stop=_led_to_stop(events),
    )


def _episodes(events: Sequence[Event]) -> int:
    """One, and one more for each event that began after all before it had resolved."""
    dated = sorted(
        (event for event in events if event.onset is not None),
        key=lambda event: (event.onset, event.event_id),
    )
    count, earlier = 1, list[Event]()
    for event in dated:
        if earlier and all(_resolved_before(before, event.onset) for before in earlier):
            count += 1
        earlier.append(event)
    return count


def _resolved_before(event: Event, day: date | None) -> bool:
    if event.resolved is None or event.onset is None or day is None:
        return False
    return event.onset <= event.resolved < day


def _worst(events: Sequence[Event]) -> int | None:
    return max((e.valid_grade for e in events if e.valid_grade is not None), default=None)


def _led_to_stop(events: Sequence[Event]) -> str:
    answers = {event.led_to_stop for event in events}
    if "yes" in answers:
        return "yes"
    return "no" if answers == {"no"} else "unknown"


def read_toxicity(
    line: GivenLine,
    events: Sequence[Event],
    severe_answers: Sequence[str | None],
    course: Course,
    *,
    window_days: int,
    added_answers: Sequence[str | None] = (),
    is_captured: bool = False,
) -> LineRead:
    """The toxicity of one line.

    Args:
        line: The line.
        events: The events attributed to it.
        severe_answers: severe_toxicity as entered for each episode that started in it.
        course: Death, or until when the patient is known to have been alive.
        window_days: Days after the line's end for which its toxicity window stays open.
        added_answers: The same for episodes of earlier lines that add a substance to it.
        is_captured: The source declares to register every severe event, and follow-up is known.
    """
    severe = [event for event in events if event.is_severe]
    severe_iraes = [event for event in severe if event.immune_related]
    entered_yes = "yes" in severe_answers
    entered_no = {*severe_answers, *(one for one in added_answers if one == "no")} == {"no"}
    ungraded = any(event.immune_related and event.valid_grade is None for event in events)
    known = (entered_yes or entered_no or is_captured) and (bool(severe_iraes) or not ungraded)
    first = min((event.onset for event in severe_iraes if event.onset is not None), default=None)
    days = (first - line.start).days if first and first >= line.start else None
    onsets = [event.onset for event in events if event.onset is not None]
    closes, closed_by = _window(line, course, window_days, onsets)
    end_reason, end_days = closed_by, (closes - line.start).days if closes else None
    if severe_iraes and days is None:
        end_reason, end_days = "onset_not_in_line", None
    elif (
        first and closed_by != "death_before_start" and _in_window(first, line, course, window_days)
    ):
        end_reason, end_days = "severe_irae", days
    return LineRead(
        events=len(events),
        episodes=sum(organ.episodes for organ in read_organ_classes(line, events)),
        worst_grade=_worst(events),
        worst_irae_grade=_worst([event for event in events if event.immune_related]),
        toxicity_known=known,
        severe_toxicity_status=_status(entered_yes or bool(severe), known),
        severe_irae_status=_irae_status(severe, known, entered_yes),
        led_to_stop=_led_to_stop(events) if events else None,
        first_severe_irae=first,
        days_to_severe_irae=days,
        window_end=closes,
        window_closed_by=closed_by,
        severe_irae_days=end_days,
        severe_irae_cause=_CAUSES.get(end_reason),
        severe_irae_end_reason=end_reason,
    )


_CAUSES = {"severe_irae": 1, "next_line": 2, "death": 3, "window_end": 0, "last_known_alive": 0}


def _status(has_severe: bool, known: bool) -> str:
    if has_severe:
        return "yes"
    return "no" if known else "not_reported"


def _irae_status(severe: Sequence[Event], known: bool, entered_yes: bool) -> str:
    if any(event.immune_related for event in severe):
        return "yes"
    unexplained = entered_yes and not severe
    if not known or unexplained or any(event.immune_related is None for event in severe):
        return "not_reported"
    return "no"


def _in_window(day: date, line: GivenLine, course: Course, window_days: int) -> bool:
    """On or before whatever closes the window; not knowing the patient alive closes nothing."""
    closing = [line.next_start, course.death, _last_day(line, window_days)]
    return all(day <= closes for closes in closing if closes is not None)


def _last_day(line: GivenLine, window_days: int) -> date | None:
    return None if line.end is None else line.end + timedelta(days=window_days)


def _window(
    line: GivenLine, course: Course, window_days: int, onsets: Sequence[date]
) -> tuple[date | None, str]:
    """The day on which the line's toxicity window closes, and what closes it.

    Whoever had an event was alive: onsets show until when the patient was seen.
    """
    if course.death is not None and course.death < line.start:
        return None, "death_before_start"
    last_day = _last_day(line, window_days)
    ending = [day for day in (line.next_start, course.death) if day is not None]
    if ending and (last_day is None or min(ending) <= last_day):
        return min(ending), "next_line" if min(ending) == line.next_start else "death"
    alive = max([line.start, *onsets, *([course.last_alive] if course.last_alive else [])])
    if last_day is not None and last_day <= (course.death or alive):
        return last_day, "window_end"
    if course.is_dead:
        return None, "unknown_death_date"
    return alive, "last_known_alive"
