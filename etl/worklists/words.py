"""The words of a worklist in English and Dutch: headers, answers, what to do with the list.

Belongs here: every fixed text of a workbook, and reading an answer typed in either language.
Does not belong here: the sentences of the rules (`expectations.translations`), layout.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from expectations.query_life import ANSWERS


@dataclass(frozen=True)
class Said:
    """A text in both languages."""

    english: str
    dutch: str

    @property
    def both(self) -> str:
        """Both on one line, Dutch first; once where they are the same."""
        return self.dutch if self.dutch == self.english else f"{self.dutch} / {self.english}"


@dataclass(frozen=True)
class Column:
    """A column of a list: by which key we know it, its header, its width in characters.

    A column is a `technical` one (hidden), an `answer` one (to be filled in) or neither.
    """

    key: str
    header: Said
    width: float
    kind: str = "told"

    @property
    def title(self) -> str:
        """The header as it stands in the sheet: Dutch above English."""
        if self.header.dutch == self.header.english:
            return self.header.english
        return f"{self.header.dutch}\n{self.header.english}"


COLUMNS: tuple[Column, ...] = (
    Column("position", Said("No.", "Nr."), 5.5),
    Column("query", Said("Query", "Vraag"), 8.5),
    Column("patient", Said("Patient", "Patiënt"), 12),
    Column("hospital", Said("Hospital", "Ziekenhuis"), 11),
    Column("reference", Said("Your record", "Uw dossier"), 13),
    Column("severity", Said("Severity", "Ernst"), 14),
    Column("rule", Said("Rule", "Regel"), 10),
    Column("sentence_nl", Said("What must be true (Dutch)", "Wat moet kloppen"), 32),
    Column("fields", Said("Field", "Veld"), 23),
    Column("entered", Said("Entered value", "Ingevoerde waarde"), 19),
    Column("compared", Said("Compared with", "Vergeleken met"), 34),
    Column("fix_nl", Said("How to fix (Dutch)", "Hoe te herstellen"), 34),
    Column("answer", Said("Answer", "Antwoord"), 24, "answer"),
    Column("comment", Said("Comment", "Toelichting"), 26, "answer"),
    Column("who", Said("Answered by", "Beantwoord door"), 14, "answer"),
    Column("place", Said("File and line", "Bestand en regel"), 20),
    Column("record", Said("Record", "Record"), 20),
    Column("consequence", Said("Consequence", "Gevolg"), 24),
    Column("days", Said("Days open", "Dagen open"), 10.5),
    Column("status", Said("Status", "Stand"), 16),
    Column("sentence_en", Said("What must be true", "Wat moet kloppen (Engels)"), 32),
    Column("fix_en", Said("How to fix", "Hoe te herstellen (Engels)"), 34),
    Column("finding_id", Said("finding_id", "finding_id"), 12, "technical"),
    Column("accept_key", Said("accept_key", "accept_key"), 12, "technical"),
    Column("fingerprint", Said("fingerprint", "fingerprint"), 12, "technical"),
    Column("check", Said("check", "check"), 12, "technical"),
)
"""In the order in which they stand; a reader finds them by their header."""

ANSWER_WORDS: dict[str, Said] = {
    "corrected at source": Said("corrected at source", "verbeterd bij de bron"),
    "value confirmed": Said("value confirmed", "waarde bevestigd"),
    "not our patient": Said("not our patient", "niet onze patiënt"),
    "rule is wrong": Said("rule is wrong", "regel klopt niet"),
}
_ALSO = {
    "corrected": "corrected at source",
    "gecorrigeerd": "corrected at source",
    "gecorrigeerd bij de bron": "corrected at source",
    "gecorrigeerd in de bron": "corrected at source",
    "verbeterd": "corrected at source",
    "verbeterd in de bron": "corrected at source",
    "confirmed": "value confirmed",
    "bevestigd": "value confirmed",
    "waarde is bevestigd": "value confirmed",
    "waarde klopt": "value confirmed",
    "patient niet van ons": "not our patient",
    "rule wrong": "rule is wrong",
    "regel is fout": "rule is wrong",
    "regel is onjuist": "rule is wrong",
}

SEVERITIES = {
    "error": Said("error", "fout"),
    "warning": Said("warning", "waarschuwing"),
}
SIGNS = {"error": "▲", "warning": "●"}
"""Beside the colour, for whoever sees none."""

STATUSES = {
    "new": Said("new", "nieuw"),
    "persisting": Said("known before", "al bekend"),
    "reopened": Said("back again", "opnieuw open"),
}
ASKED_AGAIN = Said(
    "answered as corrected, not so in the newest delivery",
    "als verbeterd beantwoord, niet in de nieuwste levering",
)
AFFECTS = {
    "lines": Said("lines", "lijnen"),
    "response": Said("response", "respons"),
    "pfs": Said("PFS", "PFS"),
    "os": Said("OS", "OS"),
    "toxicity": Said("toxicity", "toxiciteit"),
    "baseline": Said("baseline", "baseline"),
}
OUT_OF_STUDIES = Said("doubtful in", "twijfel in")
NOT_PLACED = Said("row cannot be placed", "rij niet te plaatsen")
MAKES_DOUBTFUL = Said("doubt about", "twijfel over")
NO_DOUBT = Said("none", "geen")
EMPTY = Said("(empty)", "(leeg)")
NOT_TRANSLATED = "(nog niet vertaald) "

LIST_SHEET = "Werklijst - Worklist"
HELP_SHEET = "Uitleg - Instructions"
SUMMARY_SHEET = "Overzicht - Summary"
TECHNICAL_SHEET = "rechallenge"


def folded(text: str) -> str:
    """A text by which words are compared: no capitals, accents, double blanks or full stop."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(plain.replace("\u200b", "").split()).rstrip(" .!")


def answer_of(text: str) -> str | None:
    """The answer that was typed or chosen, in either language; None when it is none."""
    return _ANSWERS.get(folded(text))


def column_of(text: str) -> str | None:
    """The key of the column under a header, in either language; None for a column of theirs."""
    return _HEADERS.get(folded(text))


def labels() -> Sequence[str]:
    """What the drop-down of the answer offers."""
    return [ANSWER_WORDS[answer].both for answer in ANSWERS]


def _answers() -> dict[str, str]:
    known = {folded(typed): answer for typed, answer in _ALSO.items()}
    for answer, said in ANSWER_WORDS.items():
        for text in (answer, said.english, said.dutch, said.both):
            known[folded(text)] = answer
    return known


def _headers() -> dict[str, str]:
    known: dict[str, str] = {}
    for column in COLUMNS:
        known[folded(column.title)] = column.key
        known[folded(column.header.both)] = column.key
    for column in COLUMNS:
        for text in (column.header.english, column.header.dutch):
            known.setdefault(folded(text), column.key)
    return known


_ANSWERS = _answers()
_HEADERS = _headers()
