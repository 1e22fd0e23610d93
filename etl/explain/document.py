"""What an explanation is made of: sections of labelled statements, each with its source rows.

Belongs here: the shapes that the terminal, the page and JSON share. Does not belong here: the
sentences in them, how they are printed.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from etl.explain.facts import Source


@dataclass(frozen=True)
class Statement:
    """One thing that is said.

    Attributes:
        label: what it is about, such as 'Opened'.
        text: the sentence.
        sources: the rows it rests on.
        clause: the clause of the definitions that decided it, as the tables name it.
    """

    label: str
    text: str
    sources: tuple[Source, ...] = ()
    clause: str | None = None


@dataclass(frozen=True)
class Section:
    """Statements under one heading. `anchor` names it within a page."""

    title: str
    anchor: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Entry:
    """One event of the timeline.

    Attributes:
        kind: substance, assessment, event, local, line, death or contact.
        row: the row of the picture it is drawn in, such as a substance.
        what: in words.
        start, stop: days; a stop of None is a point, or not registered for a substance.
        day: from the start of the first line.
        is_open: a substance whose stop is not registered or that is ongoing.
    """

    kind: str
    row: str
    what: str
    start: date
    stop: date | None
    day: int
    source: Source | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Span:
    """A line of therapy in the picture."""

    name: str
    label: str
    start: date
    stop: date


@dataclass(frozen=True)
class Explanation:
    """Everything that is said about one patient.

    Attributes:
        patient_id: the pseudonym.
        about: which snapshot and export it speaks of.
        undated: what could not be put on the timeline.
    """

    patient_id: str
    snapshot_id: str
    about: tuple[Statement, ...]
    timeline: tuple[Entry, ...]
    undated: tuple[Statement, ...]
    spans: tuple[Span, ...]
    sections: tuple[Section, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "patient_id": self.patient_id,
            "snapshot_id": self.snapshot_id,
            "about": [_statement(one) for one in self.about],
            "timeline": [
                {**asdict(one), "source": str(one.source) if one.source else None}
                for one in self.timeline
            ],
            "undated": [_statement(one) for one in self.undated],
            "sections": [
                {
                    "title": section.title,
                    "statements": [_statement(one) for one in section.statements],
                }
                for section in self.sections
            ],
        }


def _statement(one: Statement) -> dict[str, Any]:
    return {
        "label": one.label,
        "text": one.text,
        "clause": one.clause,
        "sources": [asdict(source) for source in one.sources],
    }
