"""The impact of each rule on the studies, as an asset.

Belongs here: when it is worked out and what the UI says of it. Does not belong here: the estimates
(`etl/impact`).
"""

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.stewardship import IMPACT, MART_VERDICTS, OWNER


def build_impact_asset() -> dg.AssetsDefinition:
    """`quality/impact`, after the studies and the verdicts on the marts."""

    @dg.asset(
        key=IMPACT,
        deps=[dg.AssetKey(["marts", "rechallenges"]), MART_VERDICTS],
        description=(
            "How the response rate and the median progression-free survival of each study move "
            "when the patients that one rule makes doubtful leave. One row per study, rule, group "
            "and endpoint."
        ),
        group_name="quality",
        kinds={"duckdb", "python"},
        owners=[OWNER],
    )
    def impact(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import build_impact

        rows = spoken(
            "Working out the impact of the rules",
            lambda: build_impact(warehouse.write(), warehouse.settings),
        )
        return dg.MaterializeResult(metadata={"dagster/row_count": describe.number(rows)})

    return impact
