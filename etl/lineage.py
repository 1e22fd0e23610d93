"""Which source columns the value of an output column is made of, read from the SQL.

Belongs here: value lineage of models by sqlglot. Does not belong here: which tables a model
depends on (`etl.models`), or row-level provenance (file and line are columns).

It is *value* lineage: columns that only choose rows (joins, filters, semi-joins) do not appear;
the keys of a window do, because they decide the value.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer import build_scope
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from etl.ingest.source_tables import KEY_FORM, PLACE
from etl.models import Model
from expectations.codelists import table_columns
from expectations.contracts import all_contracts, physical_columns
from expectations.export_format import TABLES

Lineage = dict[str, dict[str, list[tuple[str, str]]]]


def value_lineage(models: Mapping[str, Model]) -> Lineage:
    """For each model and each of its columns, the (table, column) pairs its value comes from.

    Tables are those the model itself reads, one step back; sorted, without repeats.
    """
    return {name: _of_model(model.sql) for name, model in models.items()}


@cache
def _of_model(sql: str) -> dict[str, list[tuple[str, str]]]:
    query = qualify(
        sqlglot.parse_one(sql, dialect="duckdb"),
        dialect="duckdb",
        schema=_known_columns(),
        validate_qualify_columns=False,
        quote_identifiers=False,
        identify=False,
    )
    # All columns at once share what is found; trimming would copy each SELECT for each column.
    roots = lineage(
        None,
        query,
        schema=_known_columns(),
        dialect="duckdb",
        scope=build_scope(query),
        trim_selects=False,
    )
    return {column: _leaves(root) for column, root in roots.items()}


def _leaves(root: Node) -> list[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for node in root.walk():
        table = node.source
        if isinstance(table, exp.Table) and table.db:
            found.add((f"{table.db}.{table.name}", node.name.rpartition(".")[2]))
    return sorted(found)


@cache
def _known_columns() -> MappingSchema:
    schema: dict[str, Any] = {"source": {}, "codelists": table_columns()}
    for table in TABLES.values():
        texts = [c for name in table.column_names for c in (name, f"{name}__raw")]
        own = {name: kind.upper() for name, kind in (PLACE | KEY_FORM).items()}
        schema["source"][table.name] = dict.fromkeys(texts, "VARCHAR") | own
    for contract in all_contracts().values():
        columns = {c.name: c.sql_type for c in physical_columns(contract)}
        schema.setdefault(contract.layer, {})[contract.table] = columns
    # Names are lower case throughout; normalising them again would take most of the time.
    return MappingSchema(schema, dialect="duckdb", normalize=False)
