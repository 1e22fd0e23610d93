"""The deliveries asset: hospitals and what they delivered, before the first judgement.

Belongs here: when the step runs and its counts in the UI. Does not belong here: what it builds
(`etl/deliveries`), what is judged of it (rules).
"""

from collections.abc import Sequence

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.tables import DELIVERIES


def build_deliveries_asset(staging: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The step after staging that lays out what each hospital delivered."""

    @dg.asset(
        key=DELIVERIES,
        deps=list(staging),
        description=(
            "What each hospital delivered: rows by table against last time and against the "
            "reviewed file, age, completeness by year; and what is gone or changed since the "
            "last published snapshot."
        ),
        group_name="quality",
        kinds={"duckdb"},
        owners=["team:stewards"],
    )
    def deliveries(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import build_deliveries

        found = spoken(
            "Laying out the deliveries",
            lambda: build_deliveries(warehouse.write(), warehouse.settings),
        )
        statuses = ("arrived", "late", "missing", "unexpected")
        return dg.MaterializeResult(
            metadata={
                f"hospitals_{status}": describe.number(found.get(status, 0)) for status in statuses
            }
        )

    return deliveries
