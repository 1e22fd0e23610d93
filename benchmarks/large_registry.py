"""Large registries for benchmarks: a small synthetic one, staged, and then multiplied.

Belongs here: making `staging` as large as asked with the small registry's mix of patients. Does not
belong here: what is timed over it (`derivations`), or the timing of ingest (`nightly`).

Every patient is copied so many times; the keys of a copy end in its number, so that no two
patients share a record.
"""

from pathlib import Path

import duckdb

from etl import ingest
from etl.models import run_layer
from etl.parameters import Parameters
from etl.settings import Settings
from etl.synthetic import generate_registry, write_export
from etl.warehouse import create_schemas, open_session
from expectations.codelists import load_codelists
from expectations.quality_tables import NIGHTLY, create_table

KEYS = frozenset(
    {
        "patient_id",
        "person_id",
        "patient_ids",
        "treatment_id",
        "response_id",
        "event_id",
        "procedure_id",
        "record_key",
    }
)
LINES_PER_COPY = 10_000_000
KEPT_SCHEMAS = ("source", "codelists", "quality")
KEPT_TABLES = ("hospitals",)


def stage_small(folder: Path, patients: int, *, fault_share: float | None = None) -> Path:
    """Make a registry, stage it and return its warehouse."""
    settings = Settings(home=folder / "small")
    export = write_export(generate_registry(patients, fault_share=fault_share), folder / "export")
    with open_session(settings) as con:
        load_codelists(con)
        ingest.load_export(con, export, "native")
        for name, columns in NIGHTLY.items():
            create_table(con, name, columns)
        run_layer(con, "staging", Parameters().as_sql())
    return settings.warehouse_path


def multiply(small: Path, settings: Settings, copies: int) -> None:
    """Write a warehouse whose staging tables hold so many copies of the small one's."""
    with open_session(settings) as con:
        create_schemas(con)
        con.execute(f"attach '{small}' as small (read_only)")
        for schema, table in _tables(con):
            source, target = f'small.{schema}."{table}"', f'{schema}."{table}"'
            if schema in KEPT_SCHEMAS or table in KEPT_TABLES:
                con.execute(f"create table {target} as from {source}")
            else:
                con.execute(
                    f"create table {target} as select {_copied(con, table)} "
                    f"from range({copies}) as numbers(copy), {source}"
                )
        con.execute("detach small")


def _tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'small' and schema_name in ('source', 'codelists', 'quality', "
        "'staging') order by all"
    ).fetchall()


def _copied(con: duckdb.DuckDBPyConnection, table: str) -> str:
    names = con.execute(
        "select column_name from duckdb_columns() "
        "where database_name = 'small' and schema_name = 'staging' and table_name = ? "
        "order by column_index",
        [table],
    ).fetchall()
    return ", ".join(_column(name) for (name,) in names)


def _column(name: str) -> str:
    if name in KEYS:
        return f"{name} || '~' || copy as {name}"
    if name == "source_line":
        return f"source_line + copy * {LINES_PER_COPY} as source_line"
    return name
