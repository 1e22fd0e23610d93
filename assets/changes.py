"""The comparison with the current snapshot, as an asset.

Belongs here: when it is made and what the UI says of it: counts, no patient and no record. Does
not belong here: the comparison (`etl/changes`).
"""

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.stewardship import CHANGES, MART_VERDICTS, STUDY_TABLES


def build_changes_asset() -> dg.AssetsDefinition:
    """`quality/estimate_changes`, after the studies and the verdicts, before the outputs."""

    @dg.asset(
        key=CHANGES,
        deps=[*(dg.AssetKey(["marts", table]) for table in STUDY_TABLES), MART_VERDICTS],
        description=(
            "How the estimates of each study differ from the snapshot that is current, whose "
            "contribution changed, and the source records because of which: "
            "quality.compared_snapshots, quality.estimate_changes, "
            "quality.estimate_change_records."
        ),
        group_name="quality",
        kinds={"duckdb", "python"},
        owners=["team:studies"],
    )
    def estimate_changes(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import build_changes

        rows = spoken(
            "Comparing with the current snapshot",
            lambda: build_changes(warehouse.write(), warehouse.settings),
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": describe.number(rows["estimate_changes"]),
                "studies": describe.number(rows["compared_snapshots"]),
                "causes": describe.number(rows["estimate_change_records"]),
            }
        )

    return estimate_changes
