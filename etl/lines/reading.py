"""One patient's lines of therapy, read start by start as a person would.

Belongs here: what opens a line and what continues it, as plain Python over one patient
(contracts, sections 3 and 4; decisions 0040 to 0044 and 0080 to 0083). Does not belong here:
speed, SQL, dates that are partial (staging and `derived.exposures` settle those first).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from etl.lines.course import SETTINGS, Day, Given, Line, episode_stop
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
    days = _days(rows)
    evidence = progression_evidence(days, progressions)
    lines: list[Line] = []
    for index, day in enumerate(days):
        day.clause = OPENS[0]
        if lines:
            day.after_progression = _progressed_between(days, index, evidence)
            day.clause = _clause(lines[-1], days, index, local, parameters)
        if day.clause in OPENS:
            lines.append(Line([day], day.setting, parameters, is_dead, death))
            continue
        line = lines[-1]
        in_line = [row for earlier in line.days for row in earlier.rows]
        day.drops = bool(_dropped(in_line, days, index, parameters))
        day.gives_back = bool(_given_back(in_line, days, index, parameters))
        day.adds = bool(_new(day, in_line)) and day.clause in ("addition", "gap_exempt")
        line.days.append(day)
        if line.setting == "unknown":
            line.setting = day.setting
    for position, line in enumerate(lines):
        line.rows = [row for day in line.days for row in day.rows]
        line.number = sum(
            earlier.setting == line.setting or not parameters.number_settings_apart
            for earlier in lines[: position + 1]
        )
        if position + 1 < len(lines):
            line.next_start = lines[position + 1].start
            line.next_clause = lines[position + 1].opened_because
    return lines


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
    local: Sequence[Local],
    parameters: Parameters,
) -> str:
    day, before = days[index], days[:index]
    in_line = [row for earlier in line.days for row in earlier.rows]
    new = _new(day, in_line)
    if "unknown" not in (day.setting, line.setting) and day.setting != line.setting:
        return "setting_change"
    if day.after_progression and parameters.progression_opens:
        goes_on = not new and _own_pause(day, before) <= parameters.beyond_progression_days
        return "beyond_progression" if goes_on else "progression"
    if _local_between(before[-1], day, local, parameters):
        return "local_therapy"
    if new and (clause := _clause_of_new(day, line, in_line, new, parameters)):
        return clause
    after_toxicity = any(row.stop_reason == "toxicity" for row in before[-1].rows)
    pause = (day.start - _last_possible(line, days, index)).days
    is_long = pause > _limit(day, after_toxicity, parameters)
    if is_long and not day.substances <= set(parameters.gap_exempt_substances):
        return "gap"
    if parameters.dropped_component_opens and _dropped(in_line, days, index, parameters):
        return "dropped_component"
    if parameters.given_back_component_opens and _given_back(in_line, days, index, parameters):
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
    day: Day, line: Line, in_line: Sequence[Given], new: set[str], parameters: Parameters
) -> str | None:
    """The clause something new gives, or None where it is an addition that is let pass."""
    last_shown = max(row.last_shown for row in in_line)
    components = {row.component(parameters) for row in in_line}
    if (
        day.components(parameters) <= components
        and (day.start - last_shown).days <= parameters.substitution_days
    ):
        return "substitution"
    if (day.start - line.start).days <= parameters.combination_window_days:
        return "combination"
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
    last = date.min
    for position, day in enumerate(days[:index]):
        if day not in line.days:
            continue
        for row in day.rows:
            possible = row.stop if row.stop is not None else days[position + 1].start
            last = max(last, possible)
    return last


def _without(
    component: str, days: Sequence[Day], index: int, parameters: Parameters
) -> tuple[int, list[int]]:
    """Where a component was last started before a day, and the starts since that lack it.

    A start lacks it when the component does not start too and its last possible day, of all the
    patient had of it until then, lies longer ago than the limit.
    """
    started = [place for place in range(index) if component in days[place].components(parameters)]
    rows = [
        row
        for place in started
        for row in days[place].rows
        if row.component(parameters) == component
    ]
    until = max(row.last_possible(days) or date.max for row in rows)
    lacking = [
        place
        for place in range(started[-1] + 1, index + 1)
        if component not in days[place].components(parameters)
        and (days[place].start - until).days > parameters.dropped_component_days
    ]
    return started[-1], lacking


def _dropped(
    in_line: Sequence[Given], days: Sequence[Day], index: int, parameters: Parameters
) -> set[str]:
    """Components of the line which this day is the first to lack."""
    return {
        component
        for component in {row.component(parameters) for row in in_line}
        if _without(component, days, index, parameters)[1] == [index]
    }


def _given_back(
    in_line: Sequence[Given], days: Sequence[Day], index: int, parameters: Parameters
) -> set[str]:
    """Components of the line that start again after an earlier day lacked them."""
    again = {row.component(parameters) for row in in_line} & days[index].components(parameters)
    return {component for component in again if _without(component, days, index, parameters)[1]}


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
        later = [day.start for day in days if day.start > last_start]
        if stop is not None:
            found.append(Evidence(stop, last_start))
        elif later:
            found.append(Evidence(later[0], last_start))
    return found


def _progressed_between(days: Sequence[Day], index: int, evidence: Sequence[Evidence]) -> bool:
    """Since the previous start, up to and including this day."""
    previous, today = days[index - 1].start, days[index].start
    return any(
        previous < shown.day <= today
        or previous == shown.day == shown.episode_last_start  # stopped on the day it started
        for shown in evidence
    )
