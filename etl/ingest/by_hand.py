"""Small registries written by hand: rows put where ingest would have put them.

Belongs here: filling `source` from rows in the program. Does not belong here: reading a file of a
delivery (`load.py`), and what the rows mean.

The nightly controls stage the rules' own examples this way, and so do the tests.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from etl.ingest.source_tables import create_source_tables, declare
from etl.sources.mapping import Declarations
from expectations.export_format import TABLES

Row = Mapping[str, Any]
EXPORT_DATE = date(2025, 3, 3)
_ROWS_A_STATEMENT = 100


def fill_source(
    con: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[Row]],
    *,
    export_date: date = EXPORT_DATE,
    not_collected: Iterable[str] = (),
    declares: Mapping[str, str] | None = None,
) -> None:
    """Fill `source` as the native mapping would from these tables; what stood there goes.

    Args:
        con: A warehouse of its own.
        tables: Rows of tables of the export format. Columns left out are empty. Rows are numbered
            as lines of `<table>.csv`; `_file`, `_line` and `_part` in a row override this.
        export_date: Data cut-off.
        not_collected: Columns as `table.column` that the source does not collect.
        declares: Declarations that differ from their defaults.

    Raises:
        ValueError: a row names a column that its table does not have.
    """
    create_source_tables(con)
    declare(con, Declarations(person_key="one_disease"))
    con.execute(
        "insert into source.export values ('native', 'Test registry', 'test', ?, 'full')",
        [export_date],
    )
    for name in not_collected:
        table, _, column = name.partition(".")
        con.execute(
            "update source.collected set collected = false "
            "where table_name = ? and column_name = ?",
            [table, column],
        )
    for name, value in (declares or {}).items():
        con.execute("update source.declarations set value = ? where name = ?", [value, name])
    for name, rows in tables.items():
        _fill(con, name, rows)


def _fill(con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row]) -> None:
    table = TABLES[name]
    filled: list[list[Any]] = []
    for number, row in enumerate(rows, start=1):
        unknown = set(row) - {*table.column_names, "_file", "_line", "_part", "_key_form"}
        if unknown:
            raise ValueError(f"{name} has no column {', '.join(sorted(unknown))}")
        values: list[Any] = []
        for column in table.column_names:
            text = None if row.get(column) in (None, "") else str(row[column])
            values += [text, text]
        filled.append(
            [
                *values,
                row.get("_file", table.file_name),
                row.get("_line", number + 1),
                row.get("_part", list(TABLES).index(name) + 1),
                number,
                row.get("_key_form"),
            ]
        )
    for first in range(0, len(filled), _ROWS_A_STATEMENT):
        some = filled[first : first + _ROWS_A_STATEMENT]
        holes = ", ".join("(" + ", ".join("?" * len(values)) + ")" for values in some)
        con.execute(
            f"insert into source.{name} values {holes}", [v for values in some for v in values]
        )
