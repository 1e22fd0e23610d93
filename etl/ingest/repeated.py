"""Forms that are filled in again: the latest value wins, and what it replaces is kept.

Belongs here: joining repeated forms to the table they update, and telling a contradiction from a
change that time explains. Does not belong here: translating cells (`values.py`).
"""

import duckdb

from etl.ingest.conform import LoadedFile, select_values
from etl.ingest.raw_tables import identifier, literal
from etl.ingest.values import NATIVE_DATE, date, trimmed
from etl.sources import Mapping, RepeatedForm, TablePart
from etl.sources.mapping import DateStyle, Movement
from expectations.export_format import TABLES, Table


def join_repeated_forms(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, files: dict[str, LoadedFile]
) -> list[str]:
    """Update `source.<table>` from its repeated forms; fill repeated_values, unmatched_forms.

    For each record and column the values of its own form and of all repeated ones are put in the
    order of their form dates, a form without one first. Of the forms of one day that is later
    whose value is further along (`may_move`), else a repeated form before the record's own, else
    the later line. The last value is kept; a date that cannot be read is kept only when there is
    no other. Each value not kept is a row of `source.repeated_values`.

    Returns:
        A sentence for each repeated form with rows that belong to no record.
    """
    remarks: list[str] = []
    for number, name, part in mapping.numbered_parts():
        forms = [form for form in part.repeated if form.file in files]
        if part.file in files and forms:
            remarks += _join(con, TABLES[name], part, number, forms, mapping, files)
    return remarks


def _join(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    part: TablePart,
    part_number: int,
    forms: list[RepeatedForm],
    mapping: Mapping,
    files: dict[str, LoadedFile],
) -> list[str]:
    remarks = []
    for number, form in enumerate(forms):
        con.execute(
            f"create or replace temp table _form_{number} as "
            + _form_rows(table, form, mapping, files[form.file])
        )
        remarks += _note_unmatched(con, table, part_number, form, number, files[form.file].name)
    for column in dict.fromkeys(column for form in forms for column in form.columns):
        concerned = [(n, form) for n, form in enumerate(forms) if column in form.columns]
        _settle(con, table, part, part_number, concerned, column, mapping)
    for number in range(len(forms)):
        con.execute(f"drop table _form_{number}")
    return remarks


def _form_rows(table: Table, form: RepeatedForm, mapping: Mapping, file: LoadedFile) -> str:
    raw = f"raw.{identifier(form.file)}"
    described = mapping.files[form.file]
    present = {
        name: mapped
        for name, mapped in form.columns.items()
        if all(column in file.columns for column in mapped.columns_read)
    }
    rows = select_values(raw, table, present, form.file, mapping, file)
    form_date = _form_date(form.dated_by, form.dates or described.dates, mapping)
    keys = ", ".join(
        f"{trimmed(column, strips=True)} as _key_{name}" for name, column in form.key.items()
    )
    missing = [name for name in form.columns if name not in present]
    nulls = "".join(
        f", cast(null as varchar) as {name}, cast(null as varchar) as {name}__raw"
        for name in missing
    )
    return (
        f"select f.*{nulls}, k.* exclude (_row) from ({rows} from cells) as f "
        f"join (select _ordinal as _row, {form_date} as _form_date, {keys} from {raw}) as k "
        "on k._row = f._ordinal"
    )


def _form_date(column: str, style: DateStyle, mapping: Mapping) -> str:
    """SQL of the date of a form, NULL when it cannot be read."""
    day = date(trimmed(column), style, mapping)
    return f"case when regexp_full_match({day}, '{NATIVE_DATE}') then {day} end"


def _note_unmatched(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    part_number: int,
    form: RepeatedForm,
    number: int,
    name: str,
) -> list[str]:
    on = " and ".join(
        [f"b._part = {part_number}", *(f"b.{key} = f._key_{key}" for key in form.key)]
    )
    shown = " || '|' || ".join(f"coalesce(f._key_{key}, '')" for key in form.key)
    rows = con.execute(
        f"insert into source.unmatched_forms select {literal(table.name)}, {shown}, f._file, "
        f"f._line from _form_{number} as f where not exists "
        f"(select 1 from source.{table.name} as b where {on}) order by f._line returning line"
    ).fetchall()
    if not rows:
        return []
    lines = ", ".join(str(line) for (line,) in rows[:10])
    sentence = (
        f"{name}: {len(rows)} forms belong to no record of {table.name} (lines {lines}"
        f"{' and more' if rows[10:] else ''}); they are listed in source.unmatched_forms."
    )
    return [sentence]


def _settle(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    part: TablePart,
    part_number: int,
    forms: list[tuple[int, RepeatedForm]],
    column: str,
    mapping: Mapping,
) -> None:
    """Keep the latest value of one column and note the others."""
    may_move = next((form.may_move[column] for _, form in forms if column in form.may_move), None)
    understood = _understood(table.column(column).kind)
    con.execute(
        "create or replace temp table _candidates as "
        f"with candidates as ({_candidates(table, part, part_number, forms, column, mapping)}) "
        f"select *, row_number() over (partition by _row order by {understood} desc, "
        f"_form_date desc nulls last, {_progress(may_move)} desc nulls last, _form desc, "
        "_line desc) as _rank from candidates"
    )
    con.execute(
        f"update source.{table.name} as t set {column} = c.value, {column}__raw = c.written "
        "from _candidates as c where c._row = t.rowid and c._rank = 1 and c._form >= 0"
    )
    key = " || '|' || ".join(f"coalesce(t.{name}, '')" for name in table.key)
    patient = "t.patient_id" if "patient_id" in table.column_names else "null"
    con.execute(
        f"insert into source.repeated_values select {literal(table.name)}, {key}, {patient}, "
        f"{literal(column)}, kept.value, other.value, kept._file, kept._line, other._file, "
        f"other._line, {_contradicts(may_move)} from _candidates as other "
        "join _candidates as kept on kept._row = other._row and kept._rank = 1 "
        f"join source.{table.name} as t on t.rowid = other._row where other._rank > 1 "
        "order by t._ordinal, other._rank"
    )
    con.execute("drop table _candidates")


def _candidates(
    table: Table,
    part: TablePart,
    part_number: int,
    forms: list[tuple[int, RepeatedForm]],
    column: str,
    mapping: Mapping,
) -> str:
    dated = next((form for _, form in forms if form.base_dated_by), None)
    own_date, join = "cast(null as varchar)", ""
    if dated is not None and dated.base_dated_by is not None:
        described = mapping.files[part.file]
        base = _form_date(dated.base_dated_by, dated.dates or described.dates, mapping)
        raw = f"raw.{identifier(part.file)}"
        join = (
            f"left join (select _ordinal as _o, {base} as _d from {raw}) as r on r._o = t._ordinal"
        )
        own_date = "r._d"
    own = (
        f"select t.rowid as _row, t.{column} as value, t.{column}__raw as written, "
        f"{own_date} as _form_date, -1 as _form, t._file, t._line "
        f"from source.{table.name} as t {join} "
        f"where t.{column} is not null and t._part = {part_number}"
    )
    selects = [own]
    for number, form in forms:
        on = " and ".join(f"t.{key} = f._key_{key}" for key in form.key)
        selects.append(
            f"select t.rowid, f.{column}, f.{column}__raw, f._form_date, {number}, f._file, "
            f"f._line from _form_{number} as f join source.{table.name} as t "
            f"on t._part = {part_number} and {on} where f.{column} is not null"
        )
    return " union all ".join(selects)


def _understood(kind: str) -> str:
    """SQL: whether a value could be read; only of dates can this be known here."""
    return f"regexp_full_match(value, '{NATIVE_DATE}')" if kind == "date" else "true"


def _progress(may_move: Movement | None) -> str:
    """SQL: how far along a value is."""
    if may_move is None:
        return "null"
    return "value" if may_move == "forward" else f"list_position({_codes(may_move)}, value)"


def _codes(order: tuple[str, ...]) -> str:
    return "[" + ", ".join(literal(code) for code in order) + "]"


def _contradicts(may_move: Movement | None) -> str:
    """SQL: whether the other value is more than an earlier or less precise form of the kept."""
    differs = (
        "other.value <> kept.value and not starts_with(kept.value, other.value || '-') "
        "and not starts_with(other.value, kept.value || '-')"
    )
    if may_move is None:
        return f"({differs})"
    if may_move == "forward":
        return f"({differs} and other.value > kept.value)"
    order = _codes(may_move)
    moved = (
        f"coalesce(list_position({order}, other.value) < list_position({order}, kept.value), false)"
    )
    return f"({differs} and not {moved})"
