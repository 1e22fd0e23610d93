"""How days, lists and names are written in a sentence.

Belongs here: formatting that every sentence shares. Does not belong here: sentences.
"""

from collections.abc import Iterable
from datetime import date

from etl.explain.facts import Facts, Row, Source

SETTINGS = {
    "advanced": "advanced disease",
    "adjuvant": "adjuvant treatment",
    "neoadjuvant": "neoadjuvant treatment",
    "unknown": "a setting that is not known",
}


def days(number: int) -> str:
    """'1 day', '95 days'."""
    return f"{number} day" if abs(number) == 1 else f"{number} days"


def joined(parts: Iterable[str], word: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    *most, last = [*parts] or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def regimen(label: str) -> str:
    """'ipilimumab + nivolumab'."""
    return label.replace("+", " + ")


def counted(number: int, one: str, many: str | None = None) -> str:
    """'1 assessment', '3 assessments'."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def on(when: date, facts: Facts) -> str:
    """A date with its day from the first line: '2020-03-02 (day 61)'."""
    zero = facts.day_zero
    return f"{when}" if zero is None else f"{when} (day {(when - zero).days})"


def sources(rows: Iterable[Row | Source | None]) -> tuple[Source, ...]:
    """The source rows, each once, in the order given."""
    found = [row if isinstance(row, Source) else row.source for row in rows if row is not None]
    return tuple(dict.fromkeys(found))
