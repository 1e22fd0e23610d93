"""Small tables for tests: ASCII in, warehouse rows out.

Belongs here: putting a few rows where ingest would have put them, running layers over them and
reading what came out. Does not belong here: expected values, or anything that judges.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from etl.ingest.by_hand import EXPORT_DATE, Row, fill_source
from etl.models import run_layer

__all__ = ["EXPORT_DATE", "Row", "ascii_table", "dicts", "native", "rows", "run_layers"]


def ascii_table(text: str) -> list[dict[str, str | None]]:
    """Read a table drawn with bars; a cell of blanks is empty.

    The first line names the columns; a line of dashes under it and bars around are welcome:

        patient_id | sex
        P1         | female
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    kept = [line for line in lines if line.strip("-+|: ")]
    if kept[0].startswith("|"):
        kept = [line.removeprefix("|").removesuffix("|") for line in kept]
    header, *body = ([cell.strip() for cell in line.split("|")] for line in kept)
    for cells in body:
        assert len(cells) == len(header), f"{len(header)} columns, but a row has {cells}"
    return [dict(zip(header, (cell or None for cell in cells), strict=True)) for cells in body]


def native(
    con: duckdb.DuckDBPyConnection,
    *,
    export_date: date = EXPORT_DATE,
    not_collected: Iterable[str] = (),
    declares: Mapping[str, str] | None = None,
    **tables: str | Sequence[Row],
) -> None:
    """Fill `source` as the native mapping would from these tables; what stood there goes.

    Args:
        con: Warehouse in memory.
        export_date: Data cut-off.
        not_collected: Columns as `table.column` that the source does not collect.
        declares: Declarations that differ from their defaults.
        tables: Tables of the export format, drawn (`ascii_table`) or as rows. Columns left out
            are empty. Rows are numbered as lines of `<table>.csv`; `_file` and `_line` in a row
            override this.
    """
    fill_source(
        con,
        {
            name: ascii_table(given) if isinstance(given, str) else list(given)
            for name, given in tables.items()
        },
        export_date=export_date,
        not_collected=not_collected,
        declares=declares,
    )


def run_layers(con: duckdb.DuckDBPyConnection, *layers: str, **parameters: object) -> None:
    """Run layers in the order given, with the default parameters unless some are given."""
    from etl.parameters import Parameters

    values = Parameters().as_sql() | parameters
    for layer in layers:
        run_layer(con, layer, values)


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    return con.execute(sql).fetchall()


def dicts(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    result = con.execute(sql)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
