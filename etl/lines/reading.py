"""One patient's lines of therapy, read row by row as a person would.

Belongs here: the definitions of lines as plain Python over one patient (contracts, sections 3 and
4; decisions 0040 to 0044). Does not belong here: speed, SQL, dates that are partial (staging and
`derived.exposures` settle those first).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from etl.parameters import Parameters

SETTINGS = ("neoadjuvant", "adjuvant", "advanced", "unknown")
REASONS = ("progression", "toxicity", "completed", "patient_choice", "death", "other")
OPENS = ("first_treatment", "setting_change", "progression", "new_substance", "gap")


@dataclass(frozen=True)
class Given:
    """A substance given: one exposure. `stop` is None when it is not known."""

    treatment_id: str
    substance: str
    drug_class: str
    route: str
    setting: str
    start: date
    stop: date | None = None
    ongoing: bool = False
    stop_reason: str | None = None

    @property
    def last_shown(self) -> date:
        """Last day it is known to have been given."""
        return self.stop or self.start


@dataclass
class Day:
    """A day on which treatment starts, in one setting."""

    start: date
    setting: str
    rows: list[Given]
    clause: str = ""

    @property
    def substances(self) -> set[str]:
        """What starts."""
        return {row.substance for row in self.rows}


@dataclass
class Line:
    """A line of therapy: its days in order, its setting and number."""

    days: list[Day]
    setting: str
    number: int = 0
    next_start: date | None = None
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
    def end(self) -> date | None:
        """Last day of treatment; None when what started last has no stop."""
        if any(row.stop is None for row in self.days[-1].rows):
            return None
        last = max(row.stop for row in self.rows if row.stop is not None)
        return last if self.next_start is None else min(last, self.next_start)

    @property
    def end_reason(self) -> str:
        """Why the episode that ended last stopped."""
        unstopped = [row for row in self.days[-1].rows if row.stop is None]
        if unstopped:
            reasons = [row.stop_reason for row in unstopped]
            known = [reason for reason in REASONS if reason in reasons]
            first = known[0] if known else "unknown"
            deciding = [row for row in unstopped if (row.stop_reason in known) == bool(known)]
            deciding = [row for row in deciding if not known or row.stop_reason == first]
            if self.next_start is None and any(row.ongoing for row in deciding):
                return "ongoing"
            return first
        last = max(row.stop for row in self.rows if row.stop is not None)
        ended = [(day, row) for day in self.days for row in day.rows if row.stop == last]
        latest = max(day.start for day, _ in ended)
        reasons = [row.stop_reason for day, row in ended if day.start == latest]
        return next((reason for reason in REASONS if reason in reasons), "unknown")


def read_lines(
    rows: Sequence[Given], progressions: Sequence[date], parameters: Parameters
) -> list[Line]:
    """Read the lines of one patient.

    Args:
        rows: The patient's exposures, in any order.
        progressions: Days of PD or confirmed iCPD assessments; stop reasons are read from `rows`.
        parameters: Parameters of the derivations.

    Returns:
        The lines in order of time, numbered per setting.
    """
    days = _days(rows)
    lines: list[Line] = []
    for index, day in enumerate(days):
        day.clause = (
            _clause(lines[-1], days, index, progressions, parameters) if lines else OPENS[0]
        )
        if day.clause in OPENS:
            lines.append(Line([day], day.setting))
        else:
            lines[-1].days.append(day)
            if lines[-1].setting == "unknown":
                lines[-1].setting = day.setting
    for position, line in enumerate(lines):
        line.rows = [row for day in line.days for row in day.rows]
        line.number = sum(earlier.setting == line.setting for earlier in lines[: position + 1])
        line.next_start = lines[position + 1].start if position + 1 < len(lines) else None
    return lines


def regimen(line: Line, parameters: Parameters) -> str:
    """The label: what started within the combination window, without later substitutes."""
    window_end = line.start + timedelta(days=parameters.combination_window_days)
    label = []
    for substance in {row.substance for row in line.rows}:
        first = min(row.start for row in line.rows if row.substance == substance)
        replaced = [
            row.last_shown
            for row in line.rows
            if row.start < first and _replaces(substance, row, line.rows, parameters)
        ]
        took_over = bool(replaced) and max(replaced) <= first
        if first <= window_end and not took_over:
            label.append(substance)
    return "+".join(sorted(label))


def _days(rows: Sequence[Given]) -> list[Day]:
    days: list[Day] = []
    for start in sorted({row.start for row in rows}):
        today = [row for row in rows if row.start == start]
        known = sorted({row.setting for row in today} - {"unknown"})
        for setting in SETTINGS:
            fits = [row for row in today if row.setting == setting]
            if known and setting == "unknown":
                continue
            if known and setting == known[0]:
                fits += [row for row in today if row.setting == "unknown"]
            if fits:
                days.append(Day(start, setting, fits))
    return days


def _clause(
    line: Line,
    days: list[Day],
    index: int,
    progressions: Sequence[date],
    parameters: Parameters,
) -> str:
    day, before = days[index], days[:index]
    if "unknown" not in (day.setting, line.setting) and day.setting != line.setting:
        return "setting_change"
    in_line = [row for earlier in line.days for row in earlier.rows]
    new = day.substances - {row.substance for row in in_line}
    if _progressed_between(days, index, progressions):
        goes_on = not new and _pause(day, before) <= parameters.beyond_progression_days
        return "beyond_progression" if goes_on else "progression"
    if new:
        return _clause_of_new(day, line, in_line, new, parameters)
    pause = (day.start - _last_possible(line, days, index)).days
    limit = parameters.gap_days
    if all(row.route == "oral" for row in day.rows):
        limit = parameters.gap_oral_days
    after_toxicity = any(row.stop_reason == "toxicity" for row in before[-1].rows)
    if after_toxicity:
        limit = max(limit, parameters.toxicity_hold_days)
    if pause > limit:
        return "gap"
    return "resumption_after_toxicity" if after_toxicity and pause > 0 else "continuation"


def _clause_of_new(
    day: Day, line: Line, in_line: list[Given], new: set[str], parameters: Parameters
) -> str:
    last_shown = max(row.last_shown for row in in_line)
    all_replace = all(
        any(_replaces(substance, row, day.rows, parameters) for row in in_line) for substance in new
    )
    if all_replace and (day.start - last_shown).days <= parameters.substitution_days:
        return "substitution"
    if (day.start - line.start).days <= parameters.combination_window_days:
        return "combination"
    return "new_substance"


def _replaces(substance: str, row: Given, rows: Sequence[Given], parameters: Parameters) -> bool:
    """Whether a substance is a permitted substitute for that of another row."""
    own_class = next(r.drug_class for r in rows if r.substance == substance)
    return (
        substance != row.substance
        and {substance, row.substance} <= set(parameters.substitutes)
        and own_class == row.drug_class
    )


def _pause(day: Day, before: list[Day]) -> int:
    """Longest time since the patient last had a substance that starts again."""
    pauses = []
    for substance in day.substances:
        earlier = [row for d in before for row in d.rows if row.substance == substance]
        if any(row.ongoing for row in earlier):
            pauses.append(0)
        else:
            pauses.append((day.start - max(row.last_shown for row in earlier)).days)
    return max(pauses)


def _last_possible(line: Line, days: list[Day], index: int) -> date:
    """Last day the line may have been given: an unknown stop lies before the next start."""
    last = date.min
    for position, day in enumerate(days[:index]):
        if day not in line.days:
            continue
        for row in day.rows:
            possible = row.stop if row.stop is not None else days[position + 1].start
            last = max(last, possible)
    return last


def _progressed_between(days: list[Day], index: int, progressions: Sequence[date]) -> bool:
    previous, today = days[index - 1].start, days[index].start
    if any(previous < day <= today for day in progressions):
        return True
    rows = [row for day in days for row in day.rows]
    for treatment_id in {row.treatment_id for row in rows}:
        episode = [row for row in rows if row.treatment_id == treatment_id]
        if episode[0].stop_reason != "progression":
            continue
        last_start = max(row.start for row in episode)
        stops = [row.stop for row in episode if row.stop is not None]
        if len(stops) < len(episode):
            # It stopped on an unknown day before the next start.
            later = [day.start for day in days if day.start > last_start]
            if later and previous < later[0] <= today:
                return True
            continue
        stop = max(stops)
        if previous < stop <= today or previous == stop == last_start:
            return True
    return False
