"""Scalar SQL macros for guarded parsing: text becomes a value only when it is one.

Belongs here: how one written value is read, without rows around it. Does not belong here: table
macros (they hide the tables a model reads) or anything about a particular column.
"""

import duckdb

_BLANKS = r"' \t\r\n\u00a0'".encode("ascii").decode("unicode_escape")

MACROS: dict[str, str] = {
    # NULL for nothing but blanks (no-break space included), else without those around it.
    "cleaned(value)": f"nullif(trim(value, {_BLANKS}), '')",
    # As written, kept beside the parsed value; NULL where the source holds no value.
    "as_written(value, written)": (
        f"case when nullif(trim(value, {_BLANKS}), '') is not null then coalesce(written, value) end"
    ),
    # '3.7', '3.0' and '1e1' are no integers; 18 digits always fit.
    "parse_integer(value)": (
        "case when regexp_full_match(cleaned(value), '[+-]?[0-9]{1,18}') "
        "then cast(cleaned(value) as bigint) end"
    ),
    "parse_number(value)": (
        "case when regexp_full_match(cleaned(value), '[+-]?([0-9]{1,18}([.][0-9]*)?|[.][0-9]+)') "
        "then try_cast(cleaned(value) as double) end"
    ),
    # A day must exist: 2021-02-31 is not read, nor is the year 0000.
    "parse_iso_day(value)": (
        "case when regexp_full_match(value, '[0-9]{4}-[0-9]{2}-[0-9]{2}') "
        "and value >= '0001' then try_cast(value as date) end"
    ),
    "date_earliest(value)": (
        "coalesce(parse_iso_day(cleaned(value)), parse_iso_day(cleaned(value) || '-01'), "
        "parse_iso_day(cleaned(value) || '-01-01'))"
    ),
    "date_latest(value)": (
        "coalesce(parse_iso_day(cleaned(value)), last_day(parse_iso_day(cleaned(value) || '-01')), "
        "parse_iso_day(cleaned(value) || '-12-31'))"
    ),
    # The 15th of a month and 1 July of a year: the middle, so that errors do not add up one way.
    "date_representative(value)": (
        "coalesce(parse_iso_day(cleaned(value)), parse_iso_day(cleaned(value) || '-15'), "
        "parse_iso_day(cleaned(value) || '-07-01'))"
    ),
    # Two drugs are written alike when they agree in this: no case, accents, blanks or marks.
    "matching_key(value)": "regexp_replace(lower(strip_accents(value)), '[^a-z0-9]', '', 'g')",
}


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create the macros, or replace what stands under their names."""
    for signature, body in MACROS.items():
        con.execute(f"create or replace macro {signature} as {body}")
