"""The tables of the `source` schema: every source in native words, all text, with file and line.

Belongs here: creating these tables, empty, and nothing that depends on a registry. Does not
belong here: filling them (`conform.py`), the typed tables (`etl/sql/staging`).
"""

import duckdb

from etl.sources.mapping import Declarations
from expectations.export_format import TABLES, Table

PLACE = {"_file": "varchar", "_line": "bigint", "_part": "bigint", "_ordinal": "bigint"}
"""Where a row of a source table stands: file, line, part of the mapping, number within it."""

KEY_FORM = {"_key_form": "varchar"}
"""The key as delivered, where making `source` changed it; shown so that it can be told apart."""

_FIXED = {
    "export": (
        "One row: the export in hand.",
        "source varchar, registry varchar, export_id varchar, export_date date, scope varchar",
    ),
    "deliveries": (
        "One row per hospital in the registry's state; hospital_id NULL: one full delivery.",
        "hospital_id varchar, export_date date, export_id varchar",
    ),
    "cutoffs": (
        "One row per file of a composed state: the cut-off of its delivery, else source.export's.",
        "file_name varchar, export_date date, export_id varchar",
    ),
    "merged_patients": (
        "One row per pseudonym that merges.csv gives another name.",
        "patient_id varchar, becomes varchar",
    ),
    "collected": (
        "One row per native column: whether this source collects it.",
        "table_name varchar, column_name varchar, collected boolean",
    ),
    "declarations": (
        "One row per declaration of the mapping.",
        "name varchar, value varchar",
    ),
    "repeated_values": (
        "One row per value that a repeated form gives again.",
        """table_name varchar, record_key varchar, patient_id varchar, column_name varchar,
        kept_value varchar, other_value varchar, kept_file varchar, kept_line bigint,
        other_file varchar, other_line bigint, is_contradiction boolean""",
    ),
    "normalised_cells": (
        "One row per file and mapped column: cells that were not in Unicode's composed form.",
        "file_name varchar, column_name varchar, cells bigint",
    ),
    "unmatched_forms": (
        "One row per repeated form whose record is not in the table it belongs to.",
        "table_name varchar, record_key varchar, file_name varchar, line bigint",
    ),
    "unread_cells": (
        "One row per column of a workbook and kind of cell that looks filled and is read as empty.",
        """file_name varchar, column_name varchar, kind varchar, cells bigint,
        first_cell varchar, line bigint""",
    ),
}


def create_source_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create every table of the `source` schema, empty; what stood there is dropped.

    `source.collected` says that every column is collected and `source.declarations` holds the
    defaults, so a test or an example has only to insert its rows.
    """
    con.execute("create schema if not exists source")
    for table in TABLES.values():
        con.execute(f"create or replace table source.{table.name} ({_columns(table)})")
        con.execute(f"comment on table source.{table.name} is {_text(table.grain)}")
    for name, (grain, columns) in _FIXED.items():
        con.execute(f"create or replace table source.{name} ({columns})")
        con.execute(f"comment on table source.{name} is {_text(grain)}")
    collected = ", ".join(
        f"({_text(table.name)}, {_text(column)}, true)"
        for table in TABLES.values()
        for column in table.column_names
    )
    con.execute(f"insert into source.collected values {collected}")
    declare(con, Declarations())


def declare(con: duckdb.DuckDBPyConnection, declarations: Declarations) -> None:
    """Put these declarations in place of those that stand in `source.declarations`."""
    pairs = declarations.model_dump().items()
    values = ", ".join(f"({_text(name)}, {_text(value)})" for name, value in pairs)
    con.execute("delete from source.declarations")
    con.execute(f"insert into source.declarations values {values}")


def _columns(table: Table) -> str:
    values = [f"{name} varchar, {name}__raw varchar" for name in table.column_names]
    return ", ".join([*values, *(f"{name} {kind}" for name, kind in (PLACE | KEY_FORM).items())])


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
