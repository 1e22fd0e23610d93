"""What hospitals see of themselves, as assets: the indicators, and a page for each hospital.

Belongs here: when they are made and what Dagster shows of them. Does not belong here: what an
indicator is (`etl/hospital_indicators`), what a page says (`etl/outputs/hospitals`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.stewardship import LEDGER
from assets.tables import DELIVERIES, KINDS
from etl.disclosure.policy import Policy
from etl.models import Model
from etl.outputs.quality.addresses import Addresses
from expectations.contracts import contract_for

if TYPE_CHECKING:
    from etl.outputs.hospitals import Pages

HOSPITAL_INDICATORS = dg.AssetKey(["marts", "hospital_indicators"])
HOSPITAL_PAGES = dg.AssetKey(["outputs", "hospitals"])
_MOST_ROWS = 200


def build_hospital_assets(models: Mapping[str, Model]) -> list[dg.AssetsDefinition]:
    """The indicators, after the marts, and the pages, after the ledger."""
    marts = [describe.asset_key(one.name) for one in models.values() if one.layer == "marts"]
    return [_indicators(marts), _pages()]


def _indicators(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    contract = contract_for("marts.hospital_indicators")

    @dg.asset(
        key=HOSPITAL_INDICATORS,
        deps=[*marts, DELIVERIES],
        description=f"{contract.grain}\n\n{(contract.__doc__ or '').strip()}",
        group_name="marts",
        kinds=KINDS,
        owners=[contract.owner],
        metadata={"dagster/column_schema": describe.column_schema(contract)},
    )
    def hospital_indicators(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh_hospitals import build_hospital_indicators

        rows = spoken(
            "Building the indicators of hospitals",
            lambda: build_hospital_indicators(warehouse.write(), warehouse.settings),
        )
        return dg.MaterializeResult(metadata={"dagster/row_count": describe.number(rows)})

    return hospital_indicators


def _pages() -> dg.AssetsDefinition:
    @dg.asset(
        key=HOSPITAL_PAGES,
        deps=[HOSPITAL_INDICATORS, LEDGER],
        description=(
            "A page for every hospital with its own figures beside the anonymous distribution of "
            "the others, completeness and open findings; and the registry's list of them."
        ),
        group_name="outputs",
        kinds={"html"},
        owners=["team:registry"],
    )
    def hospitals(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh_hospitals import write_hospital_pages

        settings = warehouse.settings
        pages = spoken(
            "Writing the pages of hospitals",
            lambda: write_hospital_pages(warehouse.write(), settings),
        )
        return dg.MaterializeResult(
            metadata=pages_metadata(pages, settings.minimum_cell, Addresses(settings.ui_port))
        )

    return hospitals


def pages_metadata(
    pages: "Pages", minimum_cell: int, at: Addresses
) -> dict[str, dg.MetadataValue[Any] | int]:
    """Counts, the list's address, and a line a hospital whose small counts of patients are hidden.

    Args:
        pages: What was written.
        minimum_cell: Smallest count that is shown.
        at: The addresses of the site.
    """
    policy = Policy(minimum_cell=minimum_cell)

    def shown(count: int) -> str:
        return f"<{policy.minimum_cell}" if policy.is_small(count) else str(count)

    lines = [
        {
            "hospital": one.hospital_id,
            "patients": shown(one.patients),
            "outside_95": one.outside_95,
            "outside_998": one.outside_998,
            "open_errors": shown(one.open_errors),
            "open_warnings": shown(one.open_warnings),
        }
        for one in pages.hospitals
    ]
    return {
        "files": len(pages.files),
        "hospitals": len(pages.hospitals),
        "outside_95": sum(one.outside_95 for one in pages.hospitals),
        "outside_998": sum(one.outside_998 for one in pages.hospitals),
        "list": dg.MetadataValue.url(at.hospital_index),
        "by_hospital": describe.table(lines or [{"hospital": "none is known"}], most=_MOST_ROWS),
    }
