"""What is said of treatment given again: the pairs of exposures, and what each study makes of them.

Belongs here: the statements about pairs and studies. Does not belong here: running a selection
(`selection`), the pairs themselves (`marts.reexposures`, `etl/studies`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from etl.explain.document import Statement
from etl.explain.facts import Facts, Reexposure
from etl.explain.selection import Selection
from etl.explain.words import capital, counted, days, regimen, sources

KINDS: Mapping[str, str] = {
    "same_regimen": "the same regimen again",
    "same_substance": "a substance again",
    "same_class": "a class of drugs again",
    "class_crossing": "a related class of drugs",
}
REASONS: Mapping[str, str] = {
    "after_progression": "after progression",
    "after_toxicity": "after a stop for toxicity",
    "after_planned_stop": "after a planned stop",
    "after_elective_stop": "after an elective stop",
    "after_another_line": "after another line",
    "unknown": "for a reason that is not known",
}
_SHOWN = (
    ("first_stop_reason", "the initial line ended because of {}"),
    ("interval_days", "days from its end to the rechallenge: {}"),
    ("intervening_lines", "lines between: {}"),
    ("initial_response", "best response {} to the initial line"),
    ("rechallenge_response", "best response {} to the rechallenge"),
)


def pairs(facts: Facts) -> Iterator[Statement]:
    """Each later line that gives again what an earlier one gave."""
    for pair in facts.reexposures:
        yield Statement(
            "Given again", f"{capital(_pair(facts, pair))}.", _starts(facts, pair), pair.kind
        )


def _pair(facts: Facts, pair: Reexposure) -> str:
    first, again = facts.line(pair.initial_line_id), facts.line(pair.reexposure_line_id)
    shared = pair.shared_substances or pair.shared_classes
    of = f" ({regimen(str(shared)).replace(',', ', ')})" if shared else ""
    grade = f", grade {pair.reason_grade}" if pair.reason_grade is not None else ""
    organ = f", {pair.reason_category}" if pair.reason_category else ""
    text = (
        f"{again.name} gives {KINDS.get(pair.kind, pair.kind)}{of} that {first.name} gave, "
        f"{REASONS.get(pair.reason, pair.reason)}{grade}{organ}"
    )
    if pair.time_off_days is not None:
        text += f"; {days(pair.time_off_days)} off the drug"
    if pair.intervening_lines is not None:
        text += f"; {counted(pair.intervening_lines, 'line')} between"
    if pair.progression_between is not None:
        text += f"; {'a' if pair.progression_between else 'no'} progression between"
    return text


def _starts(facts: Facts, pair: Reexposure) -> Any:
    lines = (facts.line(pair.initial_line_id), facts.line(pair.reexposure_line_id))
    return sources(row for line in lines for row in facts.given_at(facts.starts_of(line)[0]))


def studies(facts: Facts, selections: Sequence[Selection]) -> Iterator[Statement]:
    """Each study: which steps the patient passes, and the one that leaves them out."""
    for one in selections:
        total, out = len(one.steps), one.left_out_by
        if out is None:
            text = f"Takes the patient: all {total} steps are met. {_values(facts, one)}"
        else:
            passed = [step.description for step, met in one.steps[: one.passed] if met]
            last = f" The last it passes: {passed[-1]}." if passed else ""
            text = (
                f"Left out by step {one.passed + 1} of {total}: {out.description}.{last}"
                f"{_lines(facts, one)}"
            )
        yield Statement(one.study.id, text, clause=out.name if out else "every_criterion")


def _lines(facts: Facts, one: Selection) -> str:
    initial, again = (one.candidate.get(f"{which}_line_id") for which in ("initial", "rechallenge"))
    if initial is None:
        return ""
    text = f" The initial line would be {facts.line(initial).name}"
    return f"{text}, the rechallenge {facts.line(again).name}." if again else f"{text}."


def _values(facts: Facts, one: Selection) -> str:
    initial, again = (
        facts.line(one.candidate[f"{which}_line_id"]) for which in ("initial", "rechallenge")
    )
    said = [
        text.format(_written(one.candidate[name]))
        for name, text in _SHOWN
        if one.candidate.get(name) is not None
    ]
    return (
        f"The initial line is {initial.name} ({regimen(initial.regimen)}), the rechallenge "
        f"{again.name} ({regimen(again.regimen)}); {'; '.join(said)}."
    )


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value).replace("_", " ")
