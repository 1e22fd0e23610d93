"""Deriving from small tables: layers over a warehouse whose nightly quality tables are empty.

Belongs here: what spec, generative and unit tests of the derivations share. Does not belong here:
expected values.
"""

from collections.abc import Mapping, Sequence

import duckdb

from etl.models import load_models, run_model
from etl.parameters import Parameters
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


def derive_lines(
    con: duckdb.DuckDBPyConnection, parameters: Parameters, **tables: str | Sequence[Row]
) -> None:
    """Fill `source` with these tables and derive lines, and only what lines need."""
    native(con, **tables)
    models = load_models()
    needed: set[str] = set()
    wanted = ["derived.line_adjuvant"]
    while wanted:
        name = wanted.pop()
        needed.add(name)
        wanted += [other for other in models[name].depends_on if other not in needed]
    for name, model in models.items():
        if name in needed:
            run_model(con, model, parameters.as_sql())


def create_quality_tables(con: duckdb.DuckDBPyConnection) -> None:
    """The nightly tables of `quality`, empty."""
    for name, columns in NIGHTLY.items():
        con.execute(f"drop table if exists quality.{name}")
        create_table(con, name, columns)
