"""The dates of a finding in the one notation in which its hospital writes them.

A value stands as it was written; what it is compared with may be ours (the start of the next
episode, the data cut-off, ISO) or come from a file that writes otherwise. Does not belong here:
reading dates of an export (`etl/ingest/values.py`).
"""

import datetime as dt
import re
from dataclasses import dataclass

from etl.sources.mapping import DateStyle, Mapping
from expectations.export_format import TABLES
from expectations.subjects import Subject

Values = dict[str, str | None]

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)(?:-(?P<d>\d\d))?")
_TIME = r"(?: 00:00(?::00)?)?"
_WRITTEN = {
    "day_month_year": rf"(?:(?P<d>\d\d?)[-/.])?(?P<m>\d\d?)(?P<t>[-/.])(?P<y>\d{{4}}){_TIME}",
    "month_day_year": rf"(?P<m>\d\d?)(?P<t>[-/.])(?:(?P<d>\d\d?)[-/.])?(?P<y>\d{{4}}){_TIME}",
    "year_month_day": rf"(?P<y>\d{{4}})(?P<t>[-/.])(?P<m>\d\d?)[-/.](?P<d>\d\d?){_TIME}",
}


@dataclass(frozen=True)
class _Notation:
    style: DateStyle
    separator: str = "-"


@dataclass(frozen=True)
class _Day:
    year: int
    month: int
    day: int | None


def in_one_notation(
    mapping: Mapping | None, subject: Subject, part: int | None, entered: Values, compared: Values
) -> tuple[Values, Values]:
    """Both with every date that can be read in the notation of the record's own.

    Args:
        mapping: the registry's; None where it is not known, which changes nothing.
        subject: what the finding is about.
        part: the part of the mapping that the record was read by, where known.
        entered: the record's values by column; those of a date of the file stay as written.
        compared: what they are compared with.
    """
    if mapping is None:
        return entered, compared
    styles = _styles(mapping)

    def style(name: str, part: int | None) -> DateStyle | None:
        """How a column's dates are written; None for what is no date or may be either of two."""
        origin = subject.origin(name)
        if origin is None:
            return "iso"
        own = origin[0] == subject.own_table
        of = styles.get(origin, {})
        ways = {of[part]} if own and part in of else set(of.values())
        return ways.pop() if len(ways) == 1 else None

    of_file = {n: style(n, part) for n in entered if subject.origin(n) and style(n, part)}
    target = next(
        (found[1] for n, way in of_file.items() if (found := _read(entered[n], way, mapping))), None
    )
    if target is None:
        own = {w for (table, _), of in styles.items() if table == subject.own_table
               for number, w in of.items() if part in (None, number)}  # fmt: skip
        if len(own) != 1:
            return entered, compared
        target = _Notation(own.pop())

    def shown(name: str, text: str | None) -> str | None:
        found = _read(text, style(name, part), mapping)
        return _as_written(found[0], target, mapping) if found else text

    return (
        {n: text if n in of_file else shown(n, text) for n, text in entered.items()},
        {name: shown(name, text) for name, text in compared.items()},
    )


def _styles(mapping: Mapping) -> dict[tuple[str, str], dict[int, DateStyle]]:
    """How each date column is written, by table and column, then by part."""
    styles: dict[tuple[str, str], dict[int, DateStyle]] = {}
    for number, table, part in mapping.numbered_parts():
        for column, mapped in part.columns_of(TABLES[table]).items():
            if TABLES[table].column(column).kind == "date":
                way = mapped.dates or mapping.files[part.file].dates
                styles.setdefault((table, column), {})[number] = way
    return styles


def _read(
    text: str | None, style: DateStyle | None, mapping: Mapping
) -> tuple[_Day, _Notation] | None:
    """A date and how it is written; None for another text, and for a year, which has one form."""
    if not isinstance(text, str) or style is None:
        return None
    if style == "days_since_anchor" and re.fullmatch(r"[+-]?\d{1,6}", text) and mapping.anchor_date:
        day = mapping.anchor_date + dt.timedelta(int(text))
        return _Day(day.year, day.month, day.day), _Notation(style)
    if found := _ISO.fullmatch(text):
        notation = _Notation("iso")
    elif style in _WRITTEN and (found := re.fullmatch(_WRITTEN[style], text)):
        notation = _Notation(style, found["t"])
    else:
        return None
    day_of_month = int(found["d"]) if found["d"] else None
    try:
        dt.date(int(found["y"]), int(found["m"]), day_of_month or 1)
    except ValueError:
        return None
    return _Day(int(found["y"]), int(found["m"]), day_of_month), notation


def _as_written(day: _Day, target: _Notation, mapping: Mapping) -> str:
    year, month = f"{day.year:04}", f"{day.month:02}"
    last = () if day.day is None else (f"{day.day:02}",)
    if target.style == "days_since_anchor" and mapping.anchor_date and day.day is not None:
        return str((dt.date(day.year, day.month, day.day) - mapping.anchor_date).days)
    if target.style == "day_month_year":
        return target.separator.join((*last, month, year))
    if target.style == "month_day_year":
        return target.separator.join((month, *last, year))
    separator = target.separator if target.style == "year_month_day" else "-"
    return separator.join((year, month, *last))
