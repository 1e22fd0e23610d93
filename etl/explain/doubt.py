"""What is said of doubt: the findings on a patient's records, and what they make doubtful.

Belongs here: the statements about findings. Does not belong here: rules, verdicts, acceptances
(`expectations`).
"""

import json
from collections.abc import Iterator, Mapping

from etl.explain.document import Statement
from etl.explain.facts import Facts, Finding, Source
from etl.explain.words import joined
from etl.sources import mapping_if_known
from etl.sources.notation import Values, in_one_notation
from expectations.subjects import Subject, load_subjects

VALUES = {
    "lines": "the line",
    "response": "the response",
    "pfs": "PFS",
    "os": "OS",
    "toxicity": "the toxicity",
    "baseline": "the baseline",
}


def statements(facts: Facts) -> Iterator[Statement]:
    """Each finding on the patient's records."""
    subjects = load_subjects()
    for one in facts.findings:
        where = (
            (Source(one.source_file, one.source_line, one.record_key),)
            if one.source_file and one.source_line is not None
            else ()
        )
        text = (
            f"{one.severity.capitalize()}: {_said(one, subjects)} {_effect(facts, one)} {one.fix}"
        )
        yield Statement(one.rule_id, text, where, one.severity)


def _said(one: Finding, subjects: Mapping[str, Subject]) -> str:
    own, others = (json.loads(text or "{}") for text in (one.raw_values, one.compared_with))
    if subject := subjects.get(one.subject):
        mapping = mapping_if_known(one.source)
        own, others = in_one_notation(mapping, subject, one.source_part, own, others)
    entered, compared = _pairs(own), _pairs(others)
    values = f" Registered: {entered}" if entered else ""
    against = f"{', ' if values else ' '}compared with {compared}" if compared else ""
    ends = "." if values or against else ""
    return f"this should hold and does not: {one.title}.{values}{against}{ends}"


def _pairs(values: Values) -> str:
    return ", ".join(
        f"{name} = {'empty' if value is None else value}" for name, value in values.items()
    )


def _effect(facts: Facts, one: Finding) -> str:
    if one.is_accepted:
        return "It was accepted, so it makes nothing doubtful."
    made = [doubt for doubt in facts.doubts if doubt.rule_id == one.rule_id]
    if not made and (one.severity != "error" or one.stage != "source"):
        return "It makes no derived value doubtful."
    if not made:
        return "It makes no value of a line doubtful."
    said = []
    for line in facts.lines:
        values = [VALUES[doubt.affects] for doubt in made if doubt.line_id == line.line_id]
        if values:
            said.append(f"{joined(values)} of {line.name}")
    alike = [
        other for other in facts.findings if other.rule_id == one.rule_id and not other.is_accepted
    ]
    it_makes = "With the other findings of this rule it makes" if alike[1:] else "It makes"
    return f"{it_makes} doubtful: {'; '.join(said)}."
