"""Scalar SQL macros for guarded parsing: text becomes a value only when it is one.

Belongs here: how one written value is read, without rows around it. Does not belong here: table
macros (they hide the tables a model reads) or anything about a particular column.
"""

from weakref import WeakSet

import duckdb

_BLANKS = r"' \t\r\n\u00a0'".encode("ascii").decode("unicode_escape")
# Trimming a set of characters is slow and seldom needed: look first.
_TRIMMED = (
    r"(case when regexp_matches(value, '^[\s\x{A0}]|[\s\x{A0}]$') "
    f"then trim(value, {_BLANKS}) else value end)"
)
# The shape of a full or partial ISO date; the year 0000 is none. Casting rejects 2021-02-31.
_IS_DATE = (
    f"regexp_full_match({_TRIMMED}, '[0-9]{{4}}(-[0-9]{{2}}){{0,2}}') and {_TRIMMED} >= '0001'"
)

MACROS: dict[str, str] = {
    # NULL for nothing but blanks (no-break space included), else without those around it.
    "cleaned(value)": f"nullif({_TRIMMED}, '')",
    # As written, kept beside the parsed value; NULL where the source holds no value.
    "as_written(value, written)": f"case when {_TRIMMED} <> '' then coalesce(written, value) end",
    # The code that was found for a written value; names both, so lineage shows both.
    "code_of(value, code)": f"case when {_TRIMMED} <> '' then code end",
    # '3.0' is 3; '3.7' and '1e1' are none, '3.000' may be three thousand; 18 digits always fit.
    "parse_integer(value)": (
        f"case when regexp_full_match({_TRIMMED}, '[+-]?[0-9]{{1,18}}([.]0{{1,2}})?') "
        f"then cast(split_part({_TRIMMED}, '.', 1) as bigint) end"
    ),
    # A code of a list of numbers, to compare it with: '5', '5.0' and '5.00' are one.
    "code_number(value)": "regexp_replace(lower(value), '^([0-9]+)[.]0{1,2}$', '\\1')",
    "parse_number(value)": (
        f"case when regexp_full_match({_TRIMMED}, '[+-]?([0-9]{{1,18}}([.][0-9]*)?|[.][0-9]+)') "
        f"then try_cast({_TRIMMED} as double) end"
    ),
    "date_earliest(value)": (
        f"case when {_IS_DATE} then try_cast({_TRIMMED} || "
        f"case length({_TRIMMED}) when 4 then '-01-01' when 7 then '-01' else '' end as date) end"
    ),
    "date_latest(value)": (
        f"case when {_IS_DATE} then case length({_TRIMMED}) "
        f"when 4 then try_cast({_TRIMMED} || '-12-31' as date) "
        f"when 7 then last_day(try_cast({_TRIMMED} || '-01' as date)) "
        f"else try_cast({_TRIMMED} as date) end end"
    ),
    # The 15th of a month and 1 July of a year: the middle, so that errors do not add up one way.
    "date_representative(value)": (
        f"case when {_IS_DATE} then try_cast({_TRIMMED} || "
        f"case length({_TRIMMED}) when 4 then '-07-01' when 7 then '-15' else '' end as date) end"
    ),
    # A day as read by a data cut-off: missing when its earliest is past it, else no later than it.
    "read_by(value, earliest, cutoff)": (
        "case when earliest > cutoff then null when value > cutoff then cutoff else value end"
    ),
    # Two drugs are written alike when they agree in this: no case, accents, blanks or marks.
    "matching_key(value)": "regexp_replace(lower(strip_accents(value)), '[^a-z0-9]', '', 'g')",
}


_EQUIPPED: WeakSet[duckdb.DuckDBPyConnection] = WeakSet()


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create the macros, or replace what stands under their names; once a connection."""
    if con in _EQUIPPED:
        return
    for signature, body in MACROS.items():
        con.execute(f"create or replace macro {signature} as {body}")
    _EQUIPPED.add(con)
