"""From a written cell to a native value: the SQL of one mapped column.

Belongs here: codes, dates, numbers and units as SQL expressions over trimmed text. Does not
belong here: which column goes where (`conform.py`), types (`etl/sql/staging`).

A text that the mapping cannot translate passes through as written and is found by staging. Where
it would then pass for a native value with another meaning (a `1.5` where the decimal sign is a
comma, a code `7` that is not among the codes), a question mark goes in front of it.
"""

from decimal import Decimal

from etl.ingest.raw_tables import identifier, literal
from etl.sources import Code, ColumnMapping, Mapping, SourceFile
from etl.sources.mapping import DateStyle, Numbers
from etl.unicode import STRIPPED_KINDS, normal
from expectations.export_format import Column

_SPACES = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8239) || chr(65279)"
NATIVE_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
_NATIVE_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_UNKNOWN = r"\?{1,2}|xx|XX|0{1,2}|99"


def trimmed(column: str, *, strips: bool = False) -> str:
    """SQL of the cell in its one form, without white space around it; NULL when nothing is left.

    Most cells are plain, which the first branch sees four times faster than `trim` does.

    Args:
        column: the column in raw.
        strips: whether characters without width go, see `unicode.normal`.
    """
    cell = identifier(column)
    plain = f"regexp_full_match({cell}, '[!-~]+')"
    bare = f"nullif(trim({normal(cell, strips=strips)}, {_SPACES}), '')"
    return f"case when {plain} then {cell} else {bare} end"


def is_stripped(mapped: ColumnMapping, native: Column) -> bool:
    """Whether characters without width go: in ids, codes, and what a mapping has codes for."""
    return native.kind in STRIPPED_KINDS or mapped.codes is not None


def written(
    mapped: ColumnMapping,
    file: SourceFile,
    empty_codes: tuple[str, ...] = (),
    *,
    strips: bool = False,
) -> str:
    """SQL of what was written, trimmed; NULL where it says that nothing was entered.

    Args:
        mapped: the column.
        file: the file it stands in, with its own null tokens.
        empty_codes: codes that the file declares as missing (SPSS).
        strips: whether characters without width go, see `unicode.normal`.
    """
    if mapped.constant is not None:
        return literal(mapped.constant)
    if mapped.concat is not None:
        return " || '|' || ".join(trimmed(column, strips=strips) for column in mapped.concat)
    assert mapped.column is not None  # noqa: S101  # the model gives exactly one origin
    tokens = file.null_tokens if mapped.null_tokens is None else mapped.null_tokens
    empty = [token for token in (*tokens, *empty_codes) if token not in (mapped.codes or {})]
    text = trimmed(mapped.column, strips=strips)
    if not empty:
        return text
    return f"case when {text} not in ({_list(empty)}) then {text} end"


def translated(
    cell: str, mapped: ColumnMapping, native: Column, file: SourceFile, mapping: Mapping
) -> str:
    """SQL of the native value of a cell.

    Args:
        cell: SQL of the trimmed cell, see `written`.
        mapped: the column's mapping.
        native: the native column.
        file: the file the cell stands in.
        mapping: the registry, for its anchor date.
    """
    if mapped.constant is not None:
        return cell
    if mapped.list_separator is not None:
        item = _coded("trim(item)", mapped.codes) if mapped.codes else "trim(item)"
        items = f"list_transform(string_split({cell}, {literal(mapped.list_separator)}), "
        return f"array_to_string({items}lambda item: {item}), ';')"
    if mapped.codes is not None:
        return _coded(cell, mapped.codes)
    if native.kind == "date":
        return date(cell, mapped.dates or file.dates, mapping)
    if native.kind in ("integer", "number"):
        return _converted(cell, _number(cell, file.numbers), mapped)
    return cell


def _coded(cell: str, codes: dict[str, Code]) -> str:
    branches = [f"when {literal(code)} then {literal(entry.to)}" for code, entry in codes.items()]
    branches += [
        f"when {literal(entry.label)} then {literal(entry.to)}"
        for entry in codes.values()
        if entry.label and entry.label not in codes
    ]
    targets = _list(sorted({entry.to for entry in codes.values()}))
    otherwise = f"case when {cell} in ({targets}) then '?' || {cell} else {cell} end"
    return f"case {cell} {' '.join(branches)} else {otherwise} end"


def date(cell: str, style: DateStyle, mapping: Mapping) -> str:
    """SQL of an ISO date, partial where the cell is; a text in no known form stays.

    ISO is read in every style but days since an anchor: it cannot be mistaken.
    """
    if style == "iso":
        return cell
    if style == "days_since_anchor":
        return (
            f"case when regexp_full_match({cell}, '[+-]?\\d{{1,6}}') then strftime("
            f"date '{mapping.anchor_date}' + cast({cell} as integer), '%Y-%m-%d') "
            f"when regexp_full_match({cell}, '{NATIVE_DATE}') then '?' || {cell} "
            f"else {cell} end"
        )
    if style == "year_month_day":
        return _year_first(cell)
    day, month = (1, 2) if style == "day_month_year" else (2, 1)
    return _year_last(cell, day, month)


def _year_first(cell: str) -> str:
    pattern = literal(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})( 00:00(:00)?)?$")
    month, day = (f"lpad(regexp_extract({cell}, {pattern}, {n}), 2, '0')" for n in (2, 3))
    return (
        f"case when regexp_matches({cell}, {pattern}) "
        f"then {cell}[1:4] || '-' || {month} || '-' || {day} else {cell} end"
    )


def _year_last(cell: str, day: int, month: int) -> str:
    """Day and month stand at group `day` and `month` of the pattern, the year behind them."""
    number = r"\d{1,2}"
    # The usual case first and by position: it is most of the rows.
    plain = literal(r"\d{2}[-/.]\d{2}[-/.]\d{4}( 00:00(:00)?)?")
    any_form = rf"({number}|{_UNKNOWN})[-/.]({number}|{_UNKNOWN})[-/.](\d{{4}})( 00:00(:00)?)?"
    full = literal(f"^{any_form}$")
    parts = {n: f"regexp_extract({cell}, {full}, {n})" for n in (1, 2, 3)}
    unknown = literal(_UNKNOWN)
    month_year = literal(r"^(\d{1,2})[-/.](\d{4})$")
    at = {1: f"{cell}[1:2]", 2: f"{cell}[4:5]"}
    known_positions = f"{at[1]} not in ('00', '99') and {at[2]} not in ('00', '99')"
    return f"""case
        when regexp_full_match({cell}, {plain}) and {known_positions}
            then {cell}[7:10] || '-' || {at[month]} || '-' || {at[day]}
        when regexp_matches({cell}, {full}) then {parts[3]} || case
            when regexp_full_match({parts[month]}, {unknown}) then ''
            when regexp_full_match({parts[day]}, {unknown})
                then '-' || lpad({parts[month]}, 2, '0')
            else '-' || lpad({parts[month]}, 2, '0') || '-' || lpad({parts[day]}, 2, '0') end
        when regexp_matches({cell}, {month_year}) then regexp_extract({cell}, {month_year}, 2)
            || '-' || lpad(regexp_extract({cell}, {month_year}, 1), 2, '0')
        else {cell} end"""


def _number(cell: str, numbers: Numbers) -> str | None:
    """SQL of a number with a decimal point, NULL where the declared grammar does not fit."""
    if numbers.decimal == "." and numbers.thousands == "none":
        return None
    decimal = rf"([{numbers.decimal}]\d+)?"
    grammar = rf"[+-]?\d+{decimal}"
    bare = cell
    if numbers.thousands != "none":
        grammar = rf"{grammar}|[+-]?\d{{1,3}}([{numbers.thousands}]\d{{3}})+{decimal}"
        bare = f"replace({cell}, {literal(numbers.thousands)}, '')"
    return (
        f"case when regexp_full_match({cell}, {literal(grammar)}) "
        f"then replace({bare}, {literal(numbers.decimal)}, '.') end"
    )


def _converted(cell: str, number: str | None, mapped: ColumnMapping) -> str:
    kept = f"case when regexp_full_match({cell}, {literal(_NATIVE_NUMBER)}) then '?' else '' end"
    passed = f"{kept} || {cell}"
    if mapped.unit is not None:
        unit = trimmed(mapped.unit.column, strips=True)
        branches = " ".join(
            f"when {literal(name)} then {_times(number or cell, factor)}"
            for name, factor in mapped.unit.factors.items()
        )
        return f"coalesce(case {unit} {branches} end, {passed})"
    if mapped.factor is not None:
        return f"coalesce({_times(number or cell, mapped.factor)}, {passed})"
    return cell if number is None else f"coalesce({number}, {passed})"


def _times(number: str, factor: Decimal) -> str:
    """A number times a factor, exactly; NULL where it is none."""
    if factor == 1:
        return f"case when regexp_full_match({number}, {literal(_NATIVE_NUMBER)}) then {number} end"
    product = f"cast(try_cast({number} as decimal(20, 8)) * {factor} as varchar)"
    return f"rtrim(rtrim({product}, '0'), '.')"


def _list(values: list[str] | tuple[str, ...]) -> str:
    return ", ".join(literal(value) for value in values)
