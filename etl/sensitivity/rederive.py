"""The registry derived again under other parameters, beside the warehouse and never in it.

Belongs here: the side session and which models are run in it. Does not belong here: what is
asked of it (`measures`), which parameters (`scenarios`).

A model that neither uses a changed parameter nor reads a model that does is not run again: the
side session sees the warehouse's own table through a view.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import duckdb

from etl.models import affected_models, load_models, run_model
from etl.parameters import Parameters

_NUMBERS = count(1)
_READ_ONLY_SCHEMAS = ("codelists", "source", "quality")


@contextmanager
def rederived(
    con: duckdb.DuckDBPyConnection, base: Parameters, other: Parameters
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session in which staging, derived and marts are those of the other parameters.

    Args:
        con: session of the warehouse, which holds everything derived under `base`; what is not
            committed there is not seen.
        base: parameters the warehouse was derived under.
        other: parameters to derive under.
    """
    warehouse = _text(con, "select current_database()")
    name = f"rederived_{next(_NUMBERS)}"
    side = con.cursor()
    try:
        side.execute(f"attach ':memory:' as {name}")
        side.execute(f"use {name}")
        values = other.as_sql()
        again = affected_models(base.as_sql(), values)
        _show_the_rest(side, warehouse, {model.name for model in again})
        for model in again:
            run_model(side, model, values)
        yield side
    finally:
        side.execute(f'use "{warehouse}"')
        side.execute(f"detach database if exists {name}")
        side.close()


def _show_the_rest(side: duckdb.DuckDBPyConnection, warehouse: str, run_again: set[str]) -> None:
    """Make a view of each table that stays as it is."""
    for schema in (*_READ_ONLY_SCHEMAS, "staging", "derived", "marts"):
        side.execute(f"create schema if not exists {schema}")
    models = set(load_models())
    tables = side.execute(
        """
        select schema_name, table_name
        from duckdb_tables()
        where database_name = $warehouse
        union all
        select schema_name, view_name
        from duckdb_views()
        where database_name = $warehouse and not internal
        """,
        {"warehouse": warehouse},
    ).fetchall()
    for schema, table in tables:
        name = f"{schema}.{table}"
        if schema in _READ_ONLY_SCHEMAS or name in models - run_again:
            side.execute(
                f'create view {schema}."{table}" as select * from "{warehouse}".{schema}."{table}"'
            )


def _text(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    row = con.execute(sql).fetchone()
    assert row is not None  # noqa: S101 - an aggregate or a scalar has one row
    return str(row[0])
