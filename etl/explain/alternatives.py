"""What is worth trying on a patient: limits at their nearest boundary, records moved or left out.

Belongs here: which parameter values and edits may change something, read from the clauses that
decided. Does not belong here: deriving under them (`alone`), what comes of it (`changes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from etl.explain.alone import Edit
from etl.explain.clauses import Judged
from etl.explain.confirmation import RANK, code, when
from etl.explain.facts import Assessment, Exposure, Facts, Line, Source
from etl.explain.responses import counting, of_line
from etl.explain.words import days, joined, sources
from etl.parameters import Parameters

CONVENTIONS: Mapping[str, tuple[int, ...]] = {
    "combination_window_days": (14, 28, 42),
    "gap_days": (60, 90, 120, 180),
    "gap_oral_days": (30, 60, 90, 120),
    "stable_disease_days": (28, 42, 56),
    "confirmation_days": (0, 28, 42),
    "toxicity_window_days": (30, 90, 100),
}
"""Limits that published algorithms and studies use."""

_LONGEST = 3650
_NEAR = 28
"""An assessment is moved at most so many days: one interval between scans is more."""
_FAR = 180
"""A start of treatment is moved at most so many days."""


@dataclass(frozen=True)
class Alternative:
    """Something to try.

    Attributes:
        lead: how the sentence begins; for a parameter its name.
        parameters: values that differ.
        edit: source rows that differ.
        only_lines: report only how lines are cut, since values follow a moved date by themselves.
        sources: the rows that are edited.
    """

    lead: str
    parameters: tuple[tuple[str, Any], ...] = ()
    edit: Edit | None = None
    only_lines: bool = False
    sources: tuple[Source, ...] = ()


def limits(facts: Facts) -> dict[str, tuple[int, ...]]:
    """Values of each limit at which something of this patient may change."""
    values: dict[str, set[int]] = {}
    for name, value in [*_boundaries_of_lines(facts), *_boundaries_of_outcomes(facts)]:
        if name in Parameters.model_fields and 0 <= value <= _LONGEST:
            values.setdefault(name, set()).add(value)
    return {name: tuple(sorted(values[name])) for name in Parameters.model_fields if name in values}


def switches(facts: Facts) -> Iterator[Alternative]:
    """The other choices of each definition that is a choice and no number."""
    usual = facts.parameters
    for name in Parameters.model_fields:
        for value in _other_choices(name, facts) if _matters(name, facts) else ():
            try:
                Parameters(**(usual.model_dump() | {name: value}))
            except ValidationError:
                continue  # not with the other parameters
            yield Alternative(name, ((name, value),))


def _matters(name: str, facts: Facts) -> bool:
    """Whether a choice can change anything of the patient; when in doubt it is tried."""
    clauses = {start.clause for start in facts.starts}
    several = len(facts.starts) > 1
    return {
        "progression_opens": any(
            start.is_after_progression or start.unspent_progression_date for start in facts.starts
        ),
        "dropped_component_opens": several,
        "given_back_component_opens": several,
        "addition_opens": bool(clauses & {"new_substance", "addition"}),
        "substitution_groups": several,
        "local_therapy_opens": several,
        "link_persons": False,  # who is linked is no matter of one person's derivation
        "number_settings_apart": len({line.setting for line in facts.lines}) > 1,
    }.get(name, True)


def _other_choices(name: str, facts: Facts) -> Iterator[Any]:
    value = getattr(facts.parameters, name)
    kind = Parameters.model_fields[name].annotation
    if isinstance(value, bool):
        yield not value
    elif get_origin(kind) is Literal:
        yield from (one for one in get_args(kind) if one != value)
    elif name == "local_therapy_opens":
        kinds = {one.kind for one in facts.local if one.is_placed and one.kind}
        yield from ((one,) for one in sorted(kinds - set(value)))
    elif name == "substitution_groups" and value:
        yield ()


def records(facts: Facts) -> tuple[Alternative, ...]:
    """The records that decide something, each moved across a limit or left out."""
    tried = [*_moved_starts(facts), *_left_out(facts), *_moved_scans(facts)]
    return tuple(dict.fromkeys(tried))


def _boundaries_of_lines(facts: Facts) -> Iterator[tuple[str, int]]:
    for start in facts.starts[1:]:
        judged = Judged(facts, start)
        for name, value in _of_clause(judged):
            yield name, value
            yield name, value - 1


def _of_clause(judged: Judged) -> Iterator[tuple[str, int]]:
    """The numbers that the clause of a start looked at; a limit below them decides otherwise."""
    start = judged.start
    if start.clause in ("gap", "gap_exempt", "continuation", "resumption_after_toxicity"):
        yield "gap_oral_days" if start.is_oral else "gap_days", judged.pause
        if start.is_after_toxicity:
            yield "toxicity_hold_days", judged.pause
    if start.clause in ("new_substance", "combination", "substitution", "addition"):
        yield "combination_window_days", judged.days_from_line_start
        if start.replaceable_since_step >= judged.so_far[0].step:
            yield "substitution_days", judged.shown_pause
    for row in judged.facts.exposures:
        # What the line before was given and whose own stop lies after this start.
        if (
            row.start_date < start.start_date
            and row.stop_date
            and row.stop_date > start.start_date
            and row.substance in {one.substance for one in judged.given_before}
        ):
            yield "carried_days", (row.stop_date - start.start_date).days
    if start.clause in ("progression", "beyond_progression") and not judged.new:
        yield "beyond_progression_days", start.own_pause_days or 0


def _boundaries_of_outcomes(facts: Facts) -> Iterator[tuple[str, int]]:
    for line in facts.lines:
        scans = counting(facts, line)
        yield from _of_stable_disease(facts, line, scans)
        yield from _of_confirmation(facts, scans)
        for event in facts.events:
            by_date = event.line_assignment in ("date", "unassigned")
            if by_date and event.onset_date and line.end_date and event.onset_date > line.end_date:
                late = (event.onset_date - line.end_date).days
                yield "toxicity_window_days", late
                yield "toxicity_window_days", late - 1


def _of_stable_disease(
    facts: Facts, line: Line, scans: Sequence[Assessment]
) -> Iterator[tuple[str, int]]:
    """The last day up to which the limit leaves something stable; the days that are too early."""
    limit = facts.parameters.stable_disease_days
    for codes in (("SD",), (*RANK, "SD")):
        found = [(when(one) - line.start_date).days for one in scans if code(one) in codes]
        if found:
            yield "stable_disease_days", max(found) + 1
        for day in found:
            if day < limit:
                yield "stable_disease_days", day


def _of_confirmation(facts: Facts, scans: Sequence[Assessment]) -> Iterator[tuple[str, int]]:
    """The longest time for which a response was held; the times that are too short."""
    limit = facts.parameters.confirmation_days
    for best in RANK:
        held = [
            (when(later) - when(one)).days
            for place, one in enumerate(scans)
            for later in scans[place + 1 :]
            if code(one) == best and code(later) in RANK
        ]
        if held:
            yield "confirmation_days", max(held) + 1
        for apart in held:
            yield "confirmation_days", apart if apart < limit else apart + 1
    if _may_be_held(scans) and any(code(one) == "SD" for one in scans):
        yield "accept_stable_between", 1
    if _may_be_held(scans) and any(code(one) == "NE" for one in scans):
        yield "confirmation_max_not_evaluable", 0
        yield "confirmation_max_not_evaluable", 2


def _may_be_held(scans: Sequence[Assessment]) -> bool:
    """Whether there is a response that could be confirmed."""
    return sum(code(one) in RANK for one in scans) > 1


def _moved_starts(facts: Facts) -> Iterator[Alternative]:
    """Each start moved just across the limit that decided it."""
    for start in facts.starts[1:]:
        judged = Judged(facts, start)
        limits = facts.parameters
        by = {
            "gap": judged.gap_limit - judged.pause,
            "continuation": judged.gap_limit + 1 - judged.pause if judged.pause > 0 else 0,
            "resumption_after_toxicity": judged.gap_limit + 1 - judged.pause,
            "new_substance": limits.combination_window_days - judged.days_from_line_start,
            "combination": limits.combination_window_days + 1 - judged.days_from_line_start,
            "substitution": limits.substitution_days + 1 - judged.shown_pause,
        }.get(start.clause, 0)
        if 0 < abs(by) <= _FAR and _can_move(judged.given, by, judged.so_far[-1].start_date):
            yield _moved(judged.given, by)


def _can_move(given: tuple[Exposure, ...], by: int, after: date) -> bool:
    moved = given[0].start_date.toordinal() + by
    stops = [one.stop_date for one in given if one.stop_date]
    return moved > after.toordinal() and all(moved <= stop.toordinal() for stop in stops)


def _moved(given: tuple[Exposure, ...], by: int) -> Alternative:
    names = joined(sorted({one.substance for one in given}))
    to = date.fromordinal(given[0].start_date.toordinal() + by)
    rows = tuple(dict.fromkeys(one.place for one in given))
    columns = ("start_date", "start_date_earliest", "start_date_latest")
    assign = tuple((column, f"{column} + {by}") for column in columns)
    return Alternative(
        f"Had {names} started on {to}, {_shift(by)} than {given[0].start_date}",
        edit=Edit("drug_substances", rows, assign),
        only_lines=True,
        sources=sources(given),
    )


def _shift(by: int) -> str:
    return f"{days(abs(by))} {'later' if by > 0 else 'earlier'}"


def _left_out(facts: Facts) -> Iterator[Alternative]:
    """The records that decide a response, a time or a grade, each left out."""
    for line in facts.lines:
        deciding = {line.pfs_record_key, line.progression_record_key}
        best = [
            one for one in counting(facts, line) if when(one) == line.best_overall_response_date
        ]
        deciding |= {one.record_key for one in best}
        for scan in facts.assessments:
            if scan.is_placed and scan.record_key in deciding:
                row = (scan.place,)
                yield Alternative(
                    f"Without {scan.response_id} ({scan.response})",
                    edit=Edit("responses", row),
                    sources=(scan.source,),
                )
        yield from _other_reasons(facts, deciding)
        yield from _without_events(facts, line)


def _other_reasons(facts: Facts, deciding: set[str | None]) -> Iterator[Alternative]:
    for one in facts.treatments:
        if one.record_key in deciding and one.stop_reason == "progression" and one.is_placed:
            row = (one.place,)
            yield Alternative(
                f"Had {one.treatment_id} not stopped for progression",
                edit=Edit("treatments", row, (("stop_reason", "'other'"),)),
                sources=(one.source,),
            )


def _without_events(facts: Facts, line: Line) -> Iterator[Alternative]:
    worst = [
        one
        for one in facts.events
        if one.line_id == line.line_id and one.grade is not None and one.grade == line.worst_grade
    ]
    for one in worst:
        row = (one.place,)
        yield Alternative(
            f"Without {one.event_id} ({one.term}, grade {one.grade})",
            edit=Edit("adverse_events", row),
            sources=(one.source,),
        )


def _moved_scans(facts: Facts) -> Iterator[Alternative]:
    """An early SD on the first day on which it counts; one that counts, on the day before."""
    limit = facts.parameters.stable_disease_days
    for line in facts.lines:
        for one in of_line(facts, line):
            day = (when(one) - line.start_date).days
            by = limit - day if day < limit else limit - 1 - day
            if code(one) != "SD" or not one.is_worst_of_day or abs(by) > _NEAR:
                continue
            columns = ("assessment_date", "assessment_date_earliest", "assessment_date_latest")
            assign = tuple((column, f"{column} + {by}") for column in columns)
            row = (one.place,)
            yield Alternative(
                f"Had {one.response_id} (SD) been made {_shift(by)}, on day "
                f"{day + by} of {line.name}",
                edit=Edit("responses", row, assign),
                sources=(one.source,),
            )
