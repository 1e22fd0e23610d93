"""Studies, their outputs, and the publication at the end of the night.

Belongs here: the assets after the marts. Does not belong here: what a study is (`etl/studies`),
what a report holds (`etl/outputs`), how a snapshot is published (`etl/publish`).
"""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg

from assets import describe
from assets.changes import build_changes_asset
from assets.desk import QUALITY_PAGES, build_desk_assets
from assets.guard import spoken
from assets.hospitals import HOSPITAL_PAGES, build_hospital_assets
from assets.resources import Warehouse
from assets.second_opinion import build_second_opinion
from assets.stewardship import (
    CHANGES,
    CONTROLS,
    IMPACT,
    LEDGER,
    MART_VERDICTS,
    STUDY_TABLES,
    WORKLISTS,
)
from assets.tables import KINDS, SOURCE_VERDICTS
from assets.worklists import build_worklists_asset
from etl.models import Model
from expectations.contracts import contract_for

OWNER = "team:analysts"
SENSITIVITY = "sensitivity"
PUBLISHED = dg.AssetKey(["published", "snapshot"])


def build_output_assets(
    models: Mapping[str, Model], studies: Iterable[str]
) -> list[dg.AssetsDefinition]:
    """The study tables, their sensitivity, one outputs asset a study, worklists, publication."""
    outputs = {name: _outputs(name) for name in studies}
    return [
        _studies(models),
        _sensitivity(),
        build_changes_asset(),
        *outputs.values(),
        build_worklists_asset(),
        *build_desk_assets(),
        *build_hospital_assets(models),
        _published([one.key for one in outputs.values()]),
        build_second_opinion(after=PUBLISHED),
    ]


def _studies(models: Mapping[str, Model]) -> dg.AssetsDefinition:
    deps = [describe.asset_key(one.name) for one in models.values() if one.layer == "marts"]

    @dg.multi_asset(
        name="build_studies",
        specs=[_spec(table, deps) for table in STUDY_TABLES if table != SENSITIVITY],
    )
    def build_studies(warehouse: Warehouse) -> Iterator[dg.MaterializeResult[None]]:
        from etl.refresh import build_studies

        counts = spoken(
            "Building the studies",
            lambda: build_studies(warehouse.write(), warehouse.settings),
        )
        for table, rows in counts.items():
            yield dg.MaterializeResult(
                asset_key=["marts", table], metadata={"dagster/row_count": describe.number(rows)}
            )

    return build_studies


def _sensitivity() -> dg.AssetsDefinition:
    deps = [dg.AssetKey(["marts", table]) for table in STUDY_TABLES if table != SENSITIVITY]

    @dg.multi_asset(name="build_sensitivity", specs=[_spec(SENSITIVITY, deps)])
    def build_sensitivity(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import build_sensitivity

        rows = spoken(
            "Deriving under other definitions",
            lambda: build_sensitivity(warehouse.write(), warehouse.settings),
        )
        return dg.MaterializeResult(
            asset_key=["marts", SENSITIVITY],
            metadata={"dagster/row_count": describe.number(rows)},
        )

    return build_sensitivity


def _spec(table: str, deps: Iterable[dg.AssetKey]) -> dg.AssetSpec:
    """A table of the studies, as its contract describes it."""
    contract = contract_for(f"marts.{table}")
    return dg.AssetSpec(
        ["marts", table],
        deps=list(deps),
        description=f"{contract.grain}\n\n{(contract.__doc__ or '').strip()}",
        group_name="marts",
        kinds=KINDS,
        owners=[contract.owner],
        metadata={"dagster/column_schema": describe.column_schema(contract)},
    )


def _outputs(study: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=["outputs", study.replace("-", "_")],
        deps=[
            *(dg.AssetKey(["marts", table]) for table in STUDY_TABLES),
            MART_VERDICTS,
            IMPACT,
            CHANGES,
        ],
        description=f"Report, tables and figures of the study {study}.",
        group_name="outputs",
        kinds={"html", "csv"},
        owners=[OWNER],
    )
    def outputs(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from assets.study_outputs import outputs_metadata
        from etl.outputs.quality.addresses import Addresses
        from etl.refresh import write_study_outputs

        settings = warehouse.settings
        written = spoken(
            f"Writing the outputs of {study}",
            lambda: write_study_outputs(warehouse.write(), settings, study),
        )
        if not written:
            return dg.MaterializeResult(metadata={"written": "not asked for by this run"})
        folder, addresses = settings.outputs / study, Addresses(settings.ui_port)
        return dg.MaterializeResult(metadata=outputs_metadata(study, folder, written, addresses))

    return outputs


def _published(outputs: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(
        key=PUBLISHED,
        deps=[
            *outputs,
            QUALITY_PAGES,
            HOSPITAL_PAGES,
            SOURCE_VERDICTS,
            MART_VERDICTS,
            LEDGER,
            CONTROLS,
            WORKLISTS,
        ],
        description=(
            "The snapshot that analysts read: registry.duckdb, Parquet, outputs, manifest. "
            "It asks the gate, and publishes nothing when the gate holds."
        ),
        group_name="published",
        kinds={"duckdb", "parquet"},
        owners=["team:registry"],
    )
    def snapshot(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import publish_night

        publication = spoken(
            "Publishing", lambda: publish_night(warehouse.write(), warehouse.settings)
        )
        return dg.MaterializeResult(
            metadata={
                "snapshot": publication.snapshot_id,
                "is_new": publication.is_new,
                "folder": dg.MetadataValue.path(str(publication.folder)),
                "removed_by_retention": ", ".join(publication.removed) or "none",
            }
        )

    return snapshot
