"""What is said about a line once it is read: its label, its number among others, its flags.

Belongs here: descriptions of lines that are already cut, as plain Python. Does not belong here:
cutting them (`reading`).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from etl.lines.course import Day, Line, last_possible_day
from etl.lines.reading import Local, progression_evidence
from etl.parameters import Parameters

EARLY = ("neoadjuvant", "adjuvant")


def regimen(line: Line, parameters: Parameters) -> str:
    """The label: what started within the combination window, without later substitutes."""
    window_end = line.start + timedelta(days=parameters.combination_window_days)
    label = []
    for substance in {row.substance for row in line.rows}:
        own = [row for row in line.rows if row.substance == substance]
        first = min(row.start for row in own)
        others = [
            row
            for row in line.rows
            if row.start <= first
            and row.substance != substance
            and row.component(parameters) == own[0].component(parameters)
        ]
        goes_on = any(row.start == first or row.last_shown > first for row in others)
        took_over = bool(others) and not goes_on
        if first <= window_end and not took_over:
            label.append(substance)
    return "+".join(sorted(label))


def regimen_class(line: Line, parameters: Parameters) -> str:
    """Drug classes of the label."""
    label = regimen(line, parameters).split("+")
    return "+".join(sorted({row.drug_class for row in line.rows if row.substance in label}))


def lot_notation(line: Line, lines: Sequence[Line]) -> str:
    """N (CLoT + PLoT) of Saini and Twelves, up to and including the line."""
    upto = [other.setting for other in lines[: lines.index(line) + 1]]
    early = sum(setting in EARLY for setting in upto)
    advanced = upto.count("advanced")
    unknown = f", {upto.count('unknown')} unknown" if "unknown" in upto else ""
    return f"{len(upto)} ({early}+{advanced}{unknown})"


def has_dropped_component(line: Line, days: Sequence[Day], parameters: Parameters) -> bool:
    """A start lacked a component, or the line outlasted one."""
    if any(day.drops for day in line.days):
        return True
    last_shown = max(row.last_shown for row in line.rows)
    if line.next_start is not None:
        last_shown = min(last_shown, line.next_start)
    for component in {row.component(parameters) for row in line.rows}:
        own = [row for row in line.rows if row.component(parameters) == component]
        until = last_possible_day(own, days)
        if until and (last_shown - until).days > parameters.dropped_component_days:
            return True
    return False


def is_beyond_progression(line: Line) -> bool:
    """The line went on after a progression."""
    return any(day.after_progression for day in line.days[1:])


def local_treatments(line: Line, local: Sequence[Local]) -> int:
    """Days and kinds of local therapy from its start to before the next line's."""
    return sum(
        therapy.day >= line.start and (line.next_start is None or therapy.day < line.next_start)
        for therapy in set(local)
    )


def is_adjuvant_refractory(
    line: Line, lines: Sequence[Line], progressions: Sequence[date], parameters: Parameters
) -> bool | None:
    """Whether the first advanced line follows adjuvant treatment that failed early.

    None when an unknown last dose leaves it open.
    """
    before = lines[: lines.index(line)]
    adjuvant = [other for other in before if other.setting == "adjuvant"]
    is_first = not any(other.setting == "advanced" for other in before)
    if line.setting != "advanced" or not is_first or not adjuvant:
        return False
    days = [day for other in lines for day in other.days]
    relapses = [
        shown.day
        for shown in progression_evidence(days, progressions)
        if adjuvant[-1].start < shown.day <= line.start
    ]
    relapse = min(relapses, default=line.start)
    rows = [row for other in adjuvant for row in other.rows]
    last_shown = max(row.last_shown for row in rows)
    if (relapse - last_shown).days <= parameters.adjuvant_refractory_days:
        return True
    until = last_possible_day(rows, days)
    if until and (relapse - until).days > parameters.adjuvant_refractory_days:
        return False
    return None


def entered_line_agrees(line: Line, entered: Sequence[int]) -> bool | None:
    """Whether the one number entered for its episodes is the derived one."""
    return set(entered) == {line.number} if entered else None
