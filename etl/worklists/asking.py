"""What a row of a list says, column by column.

Belongs here: a finding put into words, in both languages. Does not belong here: which findings
(`select`), how cells look (`workbook`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from etl.sources import Mapping as SourceMapping
from etl.sources.notation import in_one_notation
from etl.worklists import words
from etl.worklists.cells import on_one_line, shown
from etl.worklists.identity import Identity, row_check
from etl.worklists.select import Row
from expectations.subjects import Subject
from expectations.translations import Wording

SourceColumn = Callable[[str, str, int | None], str | None]


@dataclass(frozen=True)
class RuleWords:
    """A rule's sentences in both languages."""

    english: Wording
    dutch: Wording


@dataclass(frozen=True)
class Phrases:
    """What rows are put into words with.

    `source_column` gives the name a native column has in the hospital's own file, None where it
    has that very name; asked with table, column and the part of the mapping that the row is of.
    `mapping` says how that file writes dates; None where it is not known.
    """

    rules: Mapping[str, RuleWords]
    subjects: Mapping[str, Subject]
    source_column: SourceColumn
    mapping: SourceMapping | None = None


def said(row: Row, identity: Identity, phrases: Phrases) -> dict[str, str | int | None]:
    """The cells of a row by the key of their column."""
    rule = phrases.rules.get(row.rule_id)
    own, compared = _values(row, phrases)
    record = shown(on_one_line(row.record_key))
    return {
        "position": row.position,
        "query": row.query_id or "",
        "patient": row.patient_id or "",
        "hospital": row.hospital_id or "",
        "reference": row.reference or "",
        "severity": f"{words.SIGNS[row.severity]} {words.SEVERITIES[row.severity].both}",
        "rule": row.rule_id,
        "sentence_nl": _marked(rule.dutch, rule.dutch.title) if rule else "",
        "fix_nl": _marked(rule.dutch, rule.dutch.fix) if rule else "",
        "sentence_en": rule.english.title if rule else "",
        "fix_en": rule.english.fix if rule else "",
        "fields": "\n".join(_field(row, name, phrases) for name in own),
        "entered": "\n".join(_value(text) for text in own.values()),
        "compared": "\n".join(
            f"{_field(row, name, phrases)} = {_value(text)}" for name, text in compared.items()
        ),
        "place": _place(row),
        "record": record,
        "consequence": _consequence(row),
        "days": row.days_open,
        "status": words.ASKED_AGAIN.both
        if row.answered_before
        else words.STATUSES[row.status].both,
        "answer": "",
        "comment": "",
        "who": "",
        "finding_id": row.finding_id,
        "accept_key": row.accept_key,
        "fingerprint": row.fingerprint,
        "check": row_check(
            identity, row.finding_id, row.accept_key, row.fingerprint, row.rule_id, record
        ),
    }


def _marked(wording: Wording, text: str) -> str:
    return text if wording.is_translated else f"{words.NOT_TRANSLATED}{text}"


def _values(row: Row, phrases: Phrases) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """The record's own values, and what they were compared with.

    What a rule derives (the start of the next episode, the data cut-off) was not entered; it is
    shown as compared with, unless the rule judges nothing else.
    """
    entered: dict[str, str | None] = json.loads(row.raw_values or "{}")
    others: dict[str, str | None] = json.loads(row.compared_with or "{}")
    subject = phrases.subjects.get(row.subject)
    if subject is None:
        return entered, others
    entered, others = in_one_notation(phrases.mapping, subject, row.source_part, entered, others)
    own = {name: text for name, text in entered.items() if subject.origin(name)}
    if not own:
        return entered, others
    derived = {name: text for name, text in entered.items() if name not in own}
    return own, {**derived, **others}


def _field(row: Row, name: str, phrases: Phrases) -> str:
    """A field as the hospital knows it: by the name in its own file, else by ours."""
    subject = phrases.subjects.get(row.subject)
    origin = subject.origin(name) if subject else None
    theirs = phrases.source_column(*origin, row.source_part) if origin else None
    return on_one_line(f"{theirs} ({name})" if theirs else name)


def _value(text: object) -> str:
    return words.EMPTY.both if text is None or text == "" else shown(on_one_line(str(text)), 250)


def _place(row: Row) -> str:
    if row.source_file is None:
        return ""
    line = "" if row.source_line is None else f"\nregel / line {row.source_line}"
    return f"{row.source_file}{line}"


def _consequence(row: Row) -> str:
    if row.consequence == "study":
        return f"{words.OUT_OF_STUDIES.both}: {row.studies}"
    if row.consequence == "unplaced":
        return words.NOT_PLACED.both
    if row.consequence == "doubtful":
        affected = [words.AFFECTS[one] for one in row.affects.split(",") if one in words.AFFECTS]
        return f"{words.MAKES_DOUBTFUL.both}: {', '.join(one.both for one in affected)}"
    return words.NO_DOUBT.both
