"""Numbers, days and counts as a steward reads them.

Belongs here: writing out. Does not belong here: what is counted.
"""

from datetime import date

from etl import rounding

NONE = "\u2013"
SEVERITIES = ("error", "warning", "info")
_PLURALS = {"delivery": "deliveries", "query": "queries"}


def count(number: int) -> str:
    """A count with thousands apart."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A count with its noun: `1 new error`, `3 new errors`."""
    head, _, last = noun.rpartition(" ")
    plural = f"{head} {_PLURALS.get(last, last + 's')}".strip()
    return f"{number:,} {noun if number == 1 else plural}"


def share(part: int, whole: int) -> str:
    """A share as a percentage that is 0% or 100% only when it is.

    Three of a million are `<0.01%`, all but one of a million `>99.99%`.
    """
    if whole == 0:
        return NONE
    percent = 100 * part / whole
    if part == 0:
        return "0%"
    if part == whole:
        return "100%"
    if percent < 0.01:
        return "<0.01%"
    if percent > 99.99:
        return ">99.99%"
    if percent < 1 or percent > 99:
        return rounding.percent(part / whole, 2)
    return rounding.percent(part / whole)


def of(part: int, whole: int) -> str:
    """A count with its denominator: `3 of 1,000,000 (<0.01%)`; nothing of nothing is a dash."""
    if whole == 0:
        return NONE
    return f"{part:,} of {whole:,}" + (f" ({share(part, whole)})" if part else "")


def day(when: date | None) -> str:
    """A day as `3 March 2025`."""
    return NONE if when is None else f"{when.day} {when:%B %Y}"


def long_day(when: date) -> str:
    """A day with its weekday."""
    return f"{when:%A} {day(when)}"


def change(now: int, before: int | None) -> str:
    """What a number did since last time: `+12`, `same`; nothing when there was none."""
    if before is None:
        return ""
    moved = now - before
    if moved == 0:
        return "same"
    return f"+{moved:,}" if moved > 0 else f"\u2212{-moved:,}"


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
