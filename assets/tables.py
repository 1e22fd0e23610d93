"""The tables of the warehouse as assets, made from the SQL files and the contracts.

Belongs here: the delivery and its source tables, and one asset for each model of `etl/sql`.
Does not belong here: any table by name, except those of the export format; how a table is made.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Delivery, Warehouse
from etl.models import Model, load_models
from expectations.contracts import all_contracts
from expectations.export_format import TABLES

OWNER = "team:registry"
KINDS = {"duckdb", "sql"}
EXPORT = dg.AssetKey(["raw", "export"])
DELIVERIES = dg.AssetKey(["quality", "deliveries"])
SOURCE_VERDICTS = dg.AssetKey(["quality", "source_verdicts"])


def build_table_assets(models: Mapping[str, Model]) -> list[dg.AssetsDefinition]:
    """The delivery, and one asset a model."""
    return [_delivery(), *(_model_asset(model, models) for model in models.values())]


def _delivery() -> dg.AssetsDefinition:
    export = dg.AssetSpec(
        EXPORT,
        description="One delivery: registered, decoded, loaded as text with file and line.",
        group_name="source",
        kinds={"duckdb"},
        owners=[OWNER],
    )
    sources = [
        dg.AssetSpec(
            ["source", table.name],
            description=f"{table.grain} As delivered, after the registry's mapping: all text.",
            deps=[EXPORT],
            group_name="source",
            kinds={"duckdb"},
            owners=[OWNER],
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    columns=[
                        dg.TableColumn(column.name, "VARCHAR", column.description)
                        for column in table.columns
                    ]
                )
            },
        )
        for table in TABLES.values()
    ]

    @dg.multi_asset(name="load_export", specs=[export, *sources])
    def load_export(
        context: dg.AssetExecutionContext, warehouse: Warehouse, delivery: Delivery
    ) -> Iterator[dg.MaterializeResult[None]]:
        from etl.refresh import load

        loaded = spoken(
            "Loading the export",
            lambda: load(
                warehouse.write(),
                warehouse.settings,
                export=delivery.folder(warehouse.settings),
                source=delivery.source_of(warehouse.settings),
                as_of=delivery.day(warehouse.settings),
                studies=delivery.studies,
                readers=delivery.readers,
            ),
        )
        registration = loaded.registration
        for sentence in (*loaded.remarks, *registration.warnings):
            context.log.warning(sentence)
        yield dg.MaterializeResult(
            asset_key=EXPORT,
            metadata={
                "registry": registration.registry,
                "source": registration.source,
                "export_id": registration.export_id,
                "export_date": str(registration.export_date),
                "snapshot": loaded.night.snapshot_id,
                "as_of": str(loaded.night.as_of),
                "rejected_lines": sum(describe.number(one.rejected) for one in registration.files),
                "files": describe.table(
                    [
                        {
                            "file": one.name,
                            "lines": describe.number(one.lines),
                            "loaded": describe.number(one.loaded),
                            "rejected": describe.number(one.rejected),
                            "opted_out": describe.number(one.opted_out),
                            "encoding": one.encoding,
                            "sha256": one.sha256[:12],
                        }
                        for one in registration.files
                    ]
                ),
            },
        )
        for name, rows in loaded.rows.items():
            yield dg.MaterializeResult(
                asset_key=["source", name],
                metadata={"dagster/row_count": describe.number(rows)},
            )

    return load_export


def _model_asset(model: Model, models: Mapping[str, Model]) -> dg.AssetsDefinition:
    contract = all_contracts()[model.name]
    deps = {describe.asset_key(name) for name in model.reads if name in models}
    reads_source = {name for name in model.reads if name.startswith("source.")}
    tables = {name for name in reads_source if name.removeprefix("source.") in TABLES}
    deps |= {describe.asset_key(name) for name in tables}
    if model.layer == "staging" and (not deps or reads_source - tables):
        deps.add(EXPORT)
    if model.layer != "staging":
        deps.add(SOURCE_VERDICTS)

    @dg.asset(
        key=describe.asset_key(model.name),
        deps=sorted(deps),
        description=f"{model.grain}\n\n{(contract.__doc__ or '').strip()}",
        group_name=model.layer,
        kinds=KINDS,
        owners=[contract.owner],
        metadata={"dagster/column_schema": describe.column_schema(contract)},
    )
    def build(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import build_table

        what = f"Building {model.name}"
        rows = spoken(what, lambda: build_table(warehouse.write(), model))
        lineage = spoken(what, lambda: _lineage().get(model.name, {}))
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": describe.number(rows),
                "dagster/column_lineage": describe.column_lineage(lineage),
            }
        )

    return build


@cache
def _lineage() -> dict[str, dict[str, list[tuple[str, str]]]]:
    from etl.lineage import value_lineage

    return value_lineage(load_models())
