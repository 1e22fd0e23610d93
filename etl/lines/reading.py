"""One patient's lines of therapy, read start by start as a person would.

Belongs here: what opens a line and what continues it, as plain Python over one patient
(Definitions, *Lines*; decisions 0040 to 0044 and 0080 to 0083). Does not belong here: what goes on
or has stopped by a start (`running`), speed, SQL, dates that are partial (staging and
`derived.exposures` settle those first).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from etl.lines.course import SETTINGS, Day, Given, Line, episode_stop, one_course
from etl.lines.running import all_stopped, goes_on, is_stale, only_goes_on, running_through
from etl.parameters import Parameters

OPENS = (
    "first_treatment",
    "setting_change",
    "progression",
    "local_therapy",
    "new_substance",
    "gap",
    "dropped_component",
    "component_given_back",
)


@dataclass(frozen=True)
class Local:
    """Local therapy of a kind on a day."""

    day: date
    kind: str


@dataclass(frozen=True)
class Evidence:
    """A day on which a patient's disease had progressed, and what shows it."""

    day: date
    episode_last_start: date | None = None

    def is_before(self, start: date) -> bool:
        """By that day, and not of an episode that starts and stops on it."""
        return self.day < start or (self.day == start != self.episode_last_start)


def read_lines(
    rows: Sequence[Given],
    progressions: Sequence[date],
    parameters: Parameters,
    *,
    local: Sequence[Local] = (),
    is_dead: bool = False,
    death: date | None = None,
) -> list[Line]:
    """Read the lines of one patient.

    Args:
        rows: The patient's exposures, in any order.
        progressions: Days of PD or confirmed iCPD assessments; stop reasons are read from `rows`.
        parameters: Parameters of the derivations.
        local: The patient's local therapies, in any order.
        is_dead: The patient is known to have died.
        death: Day of death, where known.

    Returns:
        The lines in order of time, numbered per setting.
    """
    days = _days(one_course(rows, parameters))
    evidence = progression_evidence(days, progressions)
    lines: list[Line] = []
    for index, day in enumerate(days):
        day.clause = OPENS[0]
        if lines:
            day.after_progression = _progressed_between(
                days, index, evidence
            ) or _progressed_before_going_on(lines[-1], days, index, evidence, parameters)
            day.clause = _clause(lines[-1], days, index, local, parameters)
        if day.clause in OPENS:
            opened = Line([day], day.setting, parameters, is_dead, death)
            if lines:
                _take_over(lines[-1], opened, days, index, parameters)
            lines.append(opened)
            continue
        line = lines[-1]
        day.drops = bool(_dropped(line, days, index, parameters))
        day.gives_back = bool(_given_back(line, days, index, parameters))
        day.adds = bool(_new(day, line.so_far)) and day.clause in ("addition", "gap_exempt")
        line.days.append(day)
        if line.setting == "unknown":
            line.setting = day.setting
    for position, line in enumerate(lines):
        line.number = sum(
            earlier.setting == line.setting or not parameters.number_settings_apart
            for earlier in lines[: position + 1]
        )
        line.rows = line.so_far
        if position + 1 < len(lines):
            after = lines[position + 1]
            line.next_start = after.start
            line.next_clause = after.opened_because
            line.rows = [_cut(row, after.carried) for row in line.so_far]
    return lines


def _take_over(
    before: Line, opened: Line, days: list[Day], index: int, parameters: Parameters
) -> None:
    """What the line that opens carries of the one before, and what that says of either."""
    day = days[index]
    settings = {before.setting, day.setting}
    if day.clause not in ("setting_change", "gap") and (
        len(settings) == 1 or "unknown" in settings
    ):
        for substance in sorted({row.substance for row in before.so_far}):
            opened.carried += running_through(substance, days, index, parameters)
            opened.is_stale_ongoing |= is_stale(substance, days, index, parameters)
    before.cut = bool(opened.carried)
    before.ends_at_next = before.cut or (
        day.clause == "new_substance"
        and not day.after_progression
        and any(
            goes_on(substance, days, index, parameters)
            for substance in day.substances & {row.substance for row in before.so_far}
        )
    )


def _cut(row: Given, carried: Sequence[Given]) -> Given:
    """The row as its line has it: to the day from which the next line has it."""
    key = (row.treatment_id, row.substance, row.last_start, row.own_shown)
    for one in carried:
        if (one.treatment_id, one.substance, one.last_start, one.own_shown) == key:
            return replace(row, stop=one.start, ongoing=False)
    return row


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
                placed = [replace(row, place=len(days)) for row in fits]
                days.append(Day(start, setting, placed))
    return days


def _clause(
    line: Line,
    days: list[Day],
    index: int,
    local: Sequence[Local],
    parameters: Parameters,
) -> str:
    day, before = days[index], days[:index]
    new = _new(day, line.so_far)
    if "unknown" not in (day.setting, line.setting) and day.setting != line.setting:
        return "setting_change"
    if day.after_progression and parameters.progression_opens:
        goes_on = not new and _own_pause(day, before) <= parameters.beyond_progression_days
        return "beyond_progression" if goes_on else "progression"
    if _local_between(before[-1], day, local, parameters):
        return "local_therapy"
    if new and (clause := _clause_of_new(days, index, line, new, parameters)):
        return clause
    after_toxicity = any(row.stop_reason == "toxicity" for row in before[-1].rows)
    pause = (day.start - _last_possible(line, days, index)).days
    is_long = pause > _limit(day, after_toxicity, parameters)
    if is_long and not day.substances <= set(parameters.gap_exempt_substances):
        return "gap"
    if parameters.dropped_component_opens and _dropped(line, days, index, parameters):
        return "dropped_component"
    if parameters.given_back_component_opens and _given_back(line, days, index, parameters):
        return "component_given_back"
    if is_long:
        return "gap_exempt"
    if new:
        return "addition"
    return "resumption_after_toxicity" if after_toxicity and pause > 0 else "continuation"


def _new(day: Day, in_line: Sequence[Given]) -> set[str]:
    """Substances that start and were not given in the line."""
    return day.substances - {row.substance for row in in_line}


def _limit(day: Day, after_toxicity: bool, parameters: Parameters) -> int:
    """Longest pause before this day that does not open a line."""
    is_oral = all(row.route == "oral" for row in day.rows)
    limit = parameters.gap_oral_days if is_oral else parameters.gap_days
    return max(limit, parameters.toxicity_hold_days) if after_toxicity else limit


def _clause_of_new(
    days: list[Day], index: int, line: Line, new: set[str], parameters: Parameters
) -> str | None:
    """The clause something new gives, or None where it is an addition that is let pass."""
    day, in_line = days[index], line.so_far
    last_shown = max(row.last_shown for row in in_line)
    components = {row.component(parameters) for row in in_line}
    if (
        day.components(parameters) <= components
        and (day.start - last_shown).days <= parameters.substitution_days
    ):
        return "substitution"
    if (day.start - line.start).days <= parameters.combination_window_days:
        is_switch = (
            parameters.window_respects_stops
            and day.start > line.start
            and new == day.substances
            and all_stopped({row.substance for row in in_line}, days, index)
        )
        return "new_substance" if is_switch else "combination"
    something_goes_on = (
        new < day.substances or last_shown >= day.start or any(row.ongoing for row in in_line)
    )
    classes = {row.drug_class for row in in_line}
    of_known_class = all(row.drug_class in classes for row in day.rows)
    let_pass = parameters.addition_opens == "never" or (
        parameters.addition_opens == "class" and of_known_class
    )
    return None if something_goes_on and let_pass else "new_substance"


def _own_pause(day: Day, before: Sequence[Day]) -> int:
    """Longest time since the patient last had a substance that starts again."""
    pauses = []
    for substance in day.substances:
        earlier = [row for d in before for row in d.rows if row.substance == substance]
        if any(row.ongoing for row in earlier):
            pauses.append(0)
        else:
            pauses.append((day.start - max(row.last_shown for row in earlier)).days)
    return max(pauses)


def _last_possible(line: Line, days: Sequence[Day], index: int) -> date:
    """Last day the line may have been given: an unknown stop lies before the next start."""
    return max(
        row.stop or max(row.last_shown, days[row.place + 1].start)
        for row in line.so_far
        if row.place < index
    )


def _lacking(
    component: str, line: Line, days: Sequence[Day], index: int, parameters: Parameters
) -> list[int]:
    """The starts that lack a component of the line since it started last.

    A start lacks it when the component does not start too and its last possible day, of all the
    patient had of it until then, lies longer ago than the limit. What the line took over and has
    not started since is not lacking while another row takes it up.
    """
    started = [place for place in range(index) if component in days[place].components(parameters)]
    rows = [row for day in days[:index] for row in day.rows]
    own = [row for row in rows if row.component(parameters) == component]
    until = max(row.last_possible(days) or date.max for row in own)
    if started[-1] < line.days[0].rows[0].place and until <= line.start:
        return []
    return [
        place
        for place in range(started[-1] + 1, index + 1)
        if component not in days[place].components(parameters)
        and (days[place].start - until).days > parameters.dropped_component_days
    ]


def _dropped(line: Line, days: Sequence[Day], index: int, parameters: Parameters) -> set[str]:
    """Components of the line which this day is the first to lack."""
    return {
        component
        for component in {row.component(parameters) for row in line.so_far}
        if _lacking(component, line, days, index, parameters) == [index]
    }


def _given_back(line: Line, days: Sequence[Day], index: int, parameters: Parameters) -> set[str]:
    """Components of the line that start again after an earlier day lacked them."""
    again = {row.component(parameters) for row in line.so_far}
    again &= days[index].components(parameters)
    return {one for one in again if _lacking(one, line, days, index, parameters)}


def _local_between(before: Day, day: Day, local: Sequence[Local], parameters: Parameters) -> bool:
    return any(
        therapy.kind in parameters.local_therapy_opens and before.start < therapy.day <= day.start
        for therapy in local
    )


def progression_evidence(days: Sequence[Day], progressions: Sequence[date]) -> list[Evidence]:
    """Whatever shows progression: assessments, and episodes that stopped for it.

    An episode that stopped on an unknown day stopped before the patient's next start.
    """
    found = [Evidence(day) for day in progressions]
    rows = [row for day in days for row in day.rows]
    for treatment_id in {row.treatment_id for row in rows}:
        episode = [row for row in rows if row.treatment_id == treatment_id]
        if episode[0].stop_reason != "progression":
            continue
        last_start = max(row.start for row in episode)
        stop = episode_stop(episode)
        last_given = max(row.last_start or row.start for row in episode)
        later = [day.start for day in days if day.start > last_given]
        if stop is not None:
            found.append(Evidence(stop, last_start))
        elif later:
            found.append(Evidence(later[0], last_start))
    return found


def _progressed_between(days: Sequence[Day], index: int, evidence: Sequence[Evidence]) -> bool:
    """Since the previous start, up to and including this day."""
    previous, today = days[index - 1].start, days[index].start
    return any(
        (previous < shown.day and shown.is_before(today))
        or previous == shown.day == shown.episode_last_start  # stopped on the day it started
        for shown in evidence
    )


def _progressed_before_going_on(
    line: Line,
    days: Sequence[Day],
    index: int,
    evidence: Sequence[Evidence],
    parameters: Parameters,
) -> bool:
    """In the line, since anything last began: what only went on since spent no progression."""
    if only_goes_on(days, index, parameters):
        return False
    began = max(
        place for place in range(index) if place == 0 or not only_goes_on(days, place, parameters)
    )
    since = max(days[began].start, line.start)
    return began < index - 1 and any(
        since < one.day and one.is_before(days[index].start) for one in evidence
    )
