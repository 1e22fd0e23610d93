"""What differs between two derivations of one patient, in words.

Belongs here: comparing facts and selections. Does not belong here: what was changed to make them
differ (`alternatives`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from etl.explain.facts import Facts, Line, Place
from etl.explain.selection import Selection
from etl.explain.words import days, joined, regimen

Key = tuple[Place, str]


def changes(usual: Facts, other: Facts, *, only_lines: bool = False) -> tuple[str, ...]:
    """What another derivation gives instead of the usual one, a clause each.

    Args:
        usual: the facts as they are.
        other: the facts under other assumptions.
        only_lines: leave out values that follow a moved date by themselves.
    """
    usual_of, other_of = _lines_by_exposure(usual), _lines_by_exposure(other)
    shared = usual_of.keys() & other_of.keys()
    now: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for key in shared:
        now.setdefault(usual_of[key], set()).add(other_of[key])
        before.setdefault(other_of[key], set()).add(usual_of[key])
    said = [*_joined_lines(usual, other, before), *_split_lines(usual, other, now, before)]
    pairs = [
        (usual.line(old), other.line(next(iter(new))))
        for old, new in now.items()
        if len(new) == 1 and len(before[next(iter(new))]) == 1
    ]
    pairs.sort(key=lambda pair: pair[0].line_sequence)
    said += _renumbered(pairs) if not said else []
    if not only_lines:
        for old, new in pairs:
            said += _values(old, new)
    else:
        said += [text for old, new in pairs if (text := _regimen(old, new))]
    return tuple(said)


def selection_changes(usual: Iterable[Selection], other: Iterable[Selection]) -> tuple[str, ...]:
    """Studies that take the patient in one derivation only, or another pair of lines."""
    said = []
    for old, new in zip(usual, other, strict=True):
        if old.is_in and not new.is_in:
            said.append(f"{old.study.id} would no longer take the patient")
        elif new.is_in and not old.is_in:
            said.append(f"{old.study.id} would take the patient")
    return tuple(said)


def _lines_by_exposure(facts: Facts) -> dict[Key, str]:
    line_of = {start.step: start.line_id for start in facts.starts}
    return {(one.place, one.substance): line_of[one.step] for one in facts.exposures}


def _names(lines: Iterable[Line]) -> str:
    ordered = sorted(lines, key=lambda line: line.line_sequence)
    if len({line.setting for line in ordered}) == 1:
        numbers = joined(str(line.line_number) for line in ordered)
        setting = ordered[0].setting
        of = "lines {} of unknown setting" if setting == "unknown" else f"{setting} lines {{}}"
        return of.format(numbers)
    return joined(line.name for line in ordered)


def _outcome(line: Line) -> str:
    until = line.end_date or "no known end"
    return (
        f"{regimen(line.regimen)}, {line.start_date} to {until}, best response "
        f"{line.best_overall_response or 'none'}, PFS {_time(line.pfs_days, line.pfs_event)}"
    )


def _joined_lines(usual: Facts, other: Facts, before: Mapping[str, set[str]]) -> Iterator[str]:
    for line in other.lines:
        olds = [usual.line(old) for old in before.get(line.line_id, ())]
        if len(olds) > 1:
            yield f"{_names(olds)} would be one line ({_outcome(line)})"


def _split_lines(
    usual: Facts, other: Facts, now: Mapping[str, set[str]], before: Mapping[str, set[str]]
) -> Iterator[str]:
    for line in usual.lines:
        news = [other.line(new) for new in now.get(line.line_id, ())]
        if len(news) < 2:
            continue
        if any(len(before[new.line_id]) > 1 for new in news):
            yield f"{line.name} would be divided otherwise"
            continue
        ordered = sorted(news, key=lambda new: new.line_sequence)
        yield f"{line.name} would be {len(ordered)} lines ({'; '.join(map(_outcome, ordered))})"


def _renumbered(pairs: Iterable[tuple[Line, Line]]) -> list[str]:
    return [
        f"{old.name} would be {new.name}"
        for old, new in pairs
        if (old.setting, old.line_number) != (new.setting, new.line_number)
    ]


def _regimen(old: Line, new: Line) -> str | None:
    if old.regimen == new.regimen:
        return None
    now, was = regimen(new.regimen), regimen(old.regimen)
    return f"the regimen of {old.name} would be {now} instead of {was}"


def _values(old: Line, new: Line) -> Iterator[str]:
    said = _regimen(old, new)
    if said:
        yield said
    for words, read in VALUES.items():
        was, now = read(old), read(new)
        if was != now:
            yield f"{words.format(line=old.name)} would be {now} instead of {was}"


def _time(number: int | None, is_event: bool | None) -> str:
    if number is None:
        return "not known"
    return f"{days(number)} ({'event' if is_event else 'censored'})"


def _or_none(value: object) -> str:
    return "none" if value is None else str(value)


VALUES: Mapping[str, Callable[[Line], str]] = {
    "the clause that opened {line}": lambda line: line.opened_because,
    "the end of {line}": lambda line: str(line.end_date or "not known"),
    "the end reason of {line}": lambda line: line.end_reason,
    "the best response to {line}": lambda line: _or_none(line.best_overall_response),
    "the confirmed best response to {line}": lambda line: _or_none(
        line.best_overall_response_confirmed
    ),
    "the progression of {line}": lambda line: _or_none(line.progression_date),
    "PFS of {line}": lambda line: _time(line.pfs_days, line.pfs_event),
    "DoR of {line}": lambda line: _time(line.dor_days, line.dor_event),
    "OS of {line}": lambda line: _time(line.os_days, line.os_event),
    "TTNT of {line}": lambda line: _time(line.ttnt_days, line.ttnt_event),
    "the worst grade of {line}": lambda line: _or_none(line.worst_grade),
    "the worst immune-related grade of {line}": lambda line: _or_none(line.worst_irae_grade),
    "whether {line} was severely toxic": lambda line: (
        "known" if line.toxicity_known else "not known"
    ),
}
