"""What a steward reads in the morning, as assets: the pages, and the summary in the UI.

Belongs here: when they are written and what Dagster shows of them. Does not belong here: what the
pages say (`etl/outputs/quality`), the checks (`checks`).
"""

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.stewardship import CONTROLS, IMPACT, LEDGER, OWNER
from etl.outputs.quality.addresses import Addresses
from etl.outputs.quality.summary import RuleLine

QUALITY_PAGES = dg.AssetKey(["outputs", "quality"])
QUALITY_SUMMARY = dg.AssetKey(["quality", "quality_summary"])
_MOST_ROWS = 60
_MOST_PAGES = 10


def build_desk_assets() -> list[dg.AssetsDefinition]:
    """The pages, and the summary."""
    return [_pages(), _summary()]


def _pages() -> dg.AssetsDefinition:
    @dg.asset(
        key=QUALITY_PAGES,
        deps=[LEDGER, IMPACT, CONTROLS],
        description=(
            "The morning page and a page for every rule, with its open records by key, file and "
            "line. No values, no patient ids."
        ),
        group_name="outputs",
        kinds={"html"},
        owners=[OWNER],
    )
    def quality(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh_quality import write_quality_pages

        settings = warehouse.settings
        written = spoken(
            "Writing the quality pages",
            lambda: write_quality_pages(warehouse.write(), settings),
        )
        return dg.MaterializeResult(
            metadata={
                "files": len(written),
                "morning_page": dg.MetadataValue.url(Addresses(settings.ui_port).morning_page),
            }
        )

    return quality


def _summary() -> dg.AssetsDefinition:
    @dg.asset(
        key=QUALITY_SUMMARY,
        deps=[LEDGER],
        description=(
            "The night in one table: every rule with something to look at, new and reopened errors "
            "first, with links to the pages of the rules that are red. The counts are plotted over "
            "the nights."
        ),
        group_name="quality",
        kinds={"duckdb"},
        owners=[OWNER],
    )
    def quality_summary(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh_quality import summarize

        lines = spoken("Summarizing the night", lambda: summarize(warehouse.write()))
        at = Addresses(warehouse.settings.ui_port)
        red = [line for line in lines if line.is_red]
        loud = [line for line in lines if not line.is_quiet]
        return dg.MaterializeResult(
            metadata={
                "morning_page": dg.MetadataValue.url(at.morning_page),
                **_counts(lines),
                "rules_judged": len(lines),
                "rules_red": len(red),
                "rules_not_shown": max(len(loud) - _MOST_ROWS, 0),
                "rules": describe.table(
                    [_row(line) for line in loud[:_MOST_ROWS]] or [{"rule": "nothing found"}],
                    most=_MOST_ROWS,
                ),
                **{
                    f"page_{line.rule_id.replace('-', '_')}": dg.MetadataValue.url(
                        at.rule_page(line.rule_id)
                    )
                    for line in red[:_MOST_PAGES]
                },
                "registry_worklist": dg.MetadataValue.url(at.worklist()),
                "data_docs": dg.MetadataValue.url(at.data_docs),
            }
        )

    return quality_summary


def _counts(lines: list[RuleLine]) -> dict[str, int]:
    return {
        "new_errors": sum(line.new for line in lines if line.severity == "error"),
        "reopened_errors": sum(line.reopened for line in lines if line.severity == "error"),
        "new_warnings": sum(line.new for line in lines if line.severity == "warning"),
        "known": sum(line.persisting for line in lines),
        "accepted": sum(line.accepted for line in lines),
        "corrected": sum(line.corrected for line in lines),
    }


def _row(line: RuleLine) -> dict[str, str | int]:
    in_shadow = f" (in shadow, {line.shadow_nights_left} left)" if line.shadow_nights_left else ""
    return {
        "rule": f"{line.rule_id} {line.short_name}",
        "severity": f"{line.severity}{in_shadow}",
        "new": line.new,
        "reopened": line.reopened,
        "known": line.persisting,
        "accepted": line.accepted,
        "judged": line.judged,
        "violated": line.violated,
    }
