"""Deriving from small tables: layers over a warehouse whose nightly quality tables are empty.

Belongs here: what spec, generative and unit tests of the derivations share. Does not belong here:
expected values.
"""

from collections.abc import Mapping, Sequence

import duckdb

from expectations.quality_tables import NIGHTLY, create_table
from tests.support import Row, native, run_layers


def derive(
    con: duckdb.DuckDBPyConnection,
    *,
    declares: Mapping[str, str] | None = None,
    parameters: Mapping[str, object] | None = None,
    **tables: str | Sequence[Row],
) -> None:
    """Fill `source` with these tables and derive everything, with nothing found wrong."""
    native(con, declares=declares, **tables)
    create_quality_tables(con)
    run_layers(con, "staging", "derived", "marts", **(parameters or {}))


def create_quality_tables(con: duckdb.DuckDBPyConnection) -> None:
    """The nightly tables of `quality`, empty."""
    for name, columns in NIGHTLY.items():
        con.execute(f"drop table if exists quality.{name}")
        create_table(con, name, columns)
