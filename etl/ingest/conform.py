"""From `raw` to `source`: one set-based insert per native table, generated from the mapping.

Belongs here: which file and column go where, and what is collected. Does not belong here: how a
cell is translated (`values.py`), forms that repeat (`repeated.py`).
"""

from dataclasses import dataclass, field

import duckdb

from etl.ingest.raw_tables import identifier, literal
from etl.ingest.values import is_stripped, translated, trimmed, written
from etl.sources import ColumnMapping, Mapping, TablePart
from etl.unicode import normal, shown
from expectations.export_format import TABLES, Table


@dataclass(frozen=True)
class LoadedFile:
    """A file that stands in raw, with what it declares itself (SPSS); see `Records`."""

    name: str
    columns: tuple[str, ...]
    empty_codes: dict[str, tuple[str, ...]]
    labels: dict[str, dict[str, str]]
    periods: dict[str, str] = field(default_factory=dict)


def conform(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, files: dict[str, LoadedFile]
) -> list[str]:
    """Fill `source.<table>` and `source.collected` from `raw`.

    Args:
        con: the warehouse, its source tables created and empty.
        mapping: the registry.
        files: the files in raw, by key; optional ones may be absent.

    Returns:
        A sentence for each file part whose rows were not all meant for its table.
    """
    remarks: list[str] = []
    collected: set[tuple[str, str]] = set()
    for number, name, part in mapping.numbered_parts():
        if part.file in files:
            remarks += _fill(con, TABLES[name], part, number, mapping, files[part.file])
            collected |= {
                (name, column) for column in _present(part, TABLES[name], files[part.file])
            }
    held = ", ".join(f"({literal(name)}, {literal(column)})" for name, column in sorted(collected))
    is_held = f"(table_name, column_name) in ({held})" if held else "false"
    con.execute(f"update source.collected set collected = {is_held}")
    return remarks


def _present(part: TablePart, table: Table, file: LoadedFile) -> dict[str, ColumnMapping]:
    """The native columns that this file holds."""
    return {
        name: mapped
        for name, mapped in part.columns_of(table).items()
        if all(column in file.columns for column in mapped.columns_read)
    }


def _fill(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    part: TablePart,
    number: int,
    mapping: Mapping,
    file: LoadedFile,
) -> list[str]:
    raw = f"raw.{identifier(part.file)}"
    present = _present(part, table, file)
    condition = _condition(part)
    con.execute(
        f"insert into source.{table.name} ({_targets(present)}, _file, _line, "
        "_ordinal, _key_form, _part) "
        f"{select_values(raw, table, present, part.file, mapping, file)}, "
        f"{_key_form(table, present)}, {number} from cells where {condition}"
    )
    left = con.execute(f"select count(*) from {raw} where ({condition}) is not true").fetchone()
    if not left or not left[0]:
        return []
    conditions = " and ".join(f"{name} is {' or '.join(v)}" for name, v in part.where.items())
    return [
        f"{file.name}: {left[0]} rows are not taken as {table.name}, only those whose {conditions}."
    ]


def _key_form(table: Table, present: dict[str, ColumnMapping]) -> str:
    """SQL of the ids of a key as delivered, to be told from those they print like; else NULL."""
    ids = [name for name in table.key if name in present and table.column(name).kind == "id"]
    read = [identifier(one) for name in ids for one in present[name].columns_read]
    if not read:
        return "cast(null as varchar)"
    differs = " or ".join(f"{one} <> {normal(one, strips=True)}" for one in read)
    return f"case when {differs} then concat_ws('|', {', '.join(map(shown, read))}) end"


def _condition(part: TablePart) -> str:
    return (
        " and ".join(
            f"{trimmed(column, strips=True)} in ({', '.join(literal(value) for value in values)})"
            for column, values in part.where.items()
        )
        or "true"
    )


def _targets(present: dict[str, ColumnMapping]) -> str:
    return ", ".join(f"{name}, {name}__raw" for name in present)


def select_values(
    raw: str,
    table: Table,
    present: dict[str, ColumnMapping],
    key: str,
    mapping: Mapping,
    file: LoadedFile,
) -> str:
    """SQL that selects native value and written text of each column, with file, line, ordinal.

    It ends before its FROM: the caller adds columns, and reads from `cells`.

    Args:
        raw: the table in raw.
        table: the native table.
        present: the mapped columns that the file holds.
        key: the file's key in the mapping.
        mapping: the registry.
        file: the file as loaded.
    """
    described = mapping.files[key]
    cells, values = [], []
    for name, mapped in present.items():
        cell = identifier(f"cell {name}")
        empty = file.empty_codes.get(mapped.column or "", ())
        strips = is_stripped(mapped, table.column(name))
        cells.append(f"{written(mapped, described, empty, strips=strips)} as {cell}")
        values.append(
            f"{translated(cell, mapped, table.column(name), described, mapping)} as {name}"
        )
        as_written = normal(identifier(mapped.column), strips=strips) if mapped.column else cell
        values.append(f"case when {cell} is not null then {as_written} end as {name}__raw")
    return (
        f"with cells as (select *, {', '.join(cells)} from {raw}) "
        f"select {', '.join(values)}, _file, _line, _ordinal"
    )
