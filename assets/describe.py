"""What Dagster shows of a table: schema, lineage, counts, as metadata.

Belongs here: turning contracts and lineage into Dagster's metadata, with plain Python types
(Dagster refuses numpy's and pandas'). Does not belong here: computing them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from expectations.contracts import Contract, physical_columns

_MAXIMUM_ROWS = 20  # a table is stored at least twice for every evaluation, for ever


def column_schema(contract: type[Contract]) -> dg.TableSchema:
    """The columns of a table with types, descriptions and constraints."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.sql_type,
                description=column.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=contract.primary_key == (column.name,),
                ),
            )
            for column in physical_columns(contract)
        ]
    )


def column_lineage(
    lineage: Mapping[str, Sequence[tuple[str, str]]],
) -> dg.TableColumnLineage:
    """Where each column's values come from: `layer.table` and column."""
    return dg.TableColumnLineage(
        deps_by_column={
            column: [
                dg.TableColumnDep(asset_key=asset_key(table), column_name=name)
                for table, name in origins
            ]
            for column, origins in lineage.items()
        }
    )


def asset_key(table: str) -> dg.AssetKey:
    """The asset of a table named `layer.table`."""
    return dg.AssetKey(table.split("."))


def number(value: Any) -> int:
    """A count as a plain Python integer."""
    return int(value)


def table(records: Sequence[Mapping[str, Any]], most: int = _MAXIMUM_ROWS) -> dg.TableMetadataValue:
    """A short table of texts and counts. Never hand it a patient's value."""
    columns = list(records[0]) if records else []
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: _cell(row[name]) for name in columns}) for row in records[:most]
        ],
        schema=dg.TableSchema(columns=[dg.TableColumn(name) for name in columns]),
    )


def _cell(value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, int):
        return "" if value is None else str(value)
    return value
