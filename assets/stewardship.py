"""Judging as assets: the verdicts of each stage, and the ledger of findings they lead to.

Belongs here: the three judgements and the ledger. Does not belong here: what is judged (rules)
or how it is shown (checks).
"""

from collections.abc import Iterable, Mapping

import dagster as dg

from assets import describe
from assets.deliveries import build_deliveries_asset
from assets.guard import spoken
from assets.resources import Warehouse
from assets.tables import DELIVERIES, EXPORT, SOURCE_VERDICTS
from etl.models import Model
from expectations.catalogue import Stage

OWNER = "team:stewards"
DERIVED_VERDICTS = dg.AssetKey(["quality", "derived_verdicts"])
MART_VERDICTS = dg.AssetKey(["quality", "mart_verdicts"])
LEDGER = dg.AssetKey(["quality", "ledger"])
WORKLISTS = dg.AssetKey(["quality", "worklists"])
IMPACT = dg.AssetKey(["quality", "impact"])
CHANGES = dg.AssetKey(["quality", "estimate_changes"])
CONTROLS = dg.AssetKey(["quality", "controls"])
STUDY_TABLES = ("rechallenges", "attrition", "estimates", "subgroups", "sensitivity")


def build_judging_assets(models: Mapping[str, Model]) -> list[dg.AssetsDefinition]:
    """The judgements, each after everything it judges."""
    layers = {
        layer: [describe.asset_key(one.name) for one in models.values() if one.layer == layer]
        for layer in ("staging", "derived", "marts")
    }
    studies = [dg.AssetKey(["marts", table]) for table in STUDY_TABLES]
    return [
        build_deliveries_asset(layers["staging"]),
        _verdicts(SOURCE_VERDICTS, "source", [*layers["staging"], DELIVERIES], "source records"),
        _verdicts(
            DERIVED_VERDICTS, "derived", [*layers["derived"], *layers["marts"]], "derived values"
        ),
        _verdicts(MART_VERDICTS, "mart", [DERIVED_VERDICTS, *studies], "marts"),
        _ledger(),
        _controls(),
    ]


def _verdicts(
    key: dg.AssetKey, stage: Stage, deps: Iterable[dg.AssetKey], what: str
) -> dg.AssetsDefinition:
    @dg.asset(
        key=key,
        deps=list(deps),
        description=f"Every rule on {what}, judged: one verdict a record, counts a rule.",
        group_name="quality",
        kinds={"duckdb"},
        owners=[OWNER],
    )
    def verdicts(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import judge

        counts = spoken(f"Judging the {what}", lambda: judge(warehouse.write(), stage))
        return dg.MaterializeResult(
            metadata={
                "rules": len(counts),
                "rules_not_applicable": sum(one.applicable == 0 for one in counts),
                "rules_violated": sum(one.violated > 0 for one in counts),
                "findings": sum(describe.number(one.violated) for one in counts),
                "cannot_be_judged": sum(describe.number(one.cannot_judge) for one in counts),
            }
        )

    return verdicts


def _ledger() -> dg.AssetsDefinition:
    @dg.asset(
        key=LEDGER,
        deps=[MART_VERDICTS],
        description=(
            "What changed since the last published snapshot: findings new, persisting, "
            "corrected, vanished, reopened. It is written when the snapshot is published."
        ),
        group_name="quality",
        kinds={"duckdb"},
        owners=[OWNER],
    )
    def ledger(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import plan_ledger

        statuses = spoken(
            "Planning the ledger of findings",
            lambda: plan_ledger(warehouse.write(), warehouse.settings),
        )
        return dg.MaterializeResult(
            metadata={
                f"findings_{status}": describe.number(count) for status, count in statuses.items()
            }
        )

    return ledger


def _controls() -> dg.AssetsDefinition:
    @dg.asset(
        key=CONTROLS,
        deps=[EXPORT],
        description=(
            "Positive controls: every rule's own examples, judged in a sealed session once for "
            "these rules, this code and this engine. A miss is for the engineer: it fails here, "
            "and nothing is published."
        ),
        group_name="quality",
        kinds={"duckdb"},
        owners=["team:registry"],
    )
    def controls(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.controls import control
        from etl.refresh import the_catalogue

        counts = spoken(
            "Running the positive controls",
            lambda: control(
                warehouse.write(), the_catalogue(), warehouse.settings.remembered / "controls.json"
            ),
        )
        return dg.MaterializeResult(metadata={**counts})

    return controls
