"""The code location: everything put together, nothing said twice."""

from typing import Any

import dagster as dg

from assets.checks import build_checks
from assets.deliveries import build_inbox_check
from assets.impact import build_impact_asset
from assets.outputs import build_output_assets
from assets.progress import progress_logger
from assets.resources import Delivery, Warehouse
from assets.schedules import build_jobs, build_schedules
from assets.sensors import build_sensors
from assets.stewardship import STUDY_TABLES, build_judging_assets
from assets.tables import build_table_assets
from etl.models import load_models
from etl.refresh import the_catalogue
from etl.settings import Settings
from etl.studies import load_studies


def build_defs(**overrides: Any) -> dg.Definitions:
    """Build the code location; a pure function of its files and of the overrides.

    Args:
        overrides: `settings`, `models`, `catalogue`, `studies` or `resources` to use instead
            of those found.
    """
    settings: Settings = overrides.get("settings") or Settings()
    models = overrides.get("models") or load_models()
    catalogue = overrides.get("catalogue") or the_catalogue()
    studies = overrides.get("studies") or load_studies()
    tables = [*models, *(f"marts.{name}" for name in STUDY_TABLES)]
    return dg.Definitions(
        assets=[
            *build_table_assets(models),
            *build_judging_assets(models),
            build_impact_asset(),
            *build_output_assets(models, studies),
        ],
        asset_checks=[*build_checks(catalogue, tables), build_inbox_check()],
        jobs=build_jobs(),
        schedules=build_schedules(settings),
        sensors=build_sensors(settings),
        resources={
            "warehouse": Warehouse(),
            "delivery": Delivery(),
            **overrides.get("resources", {}),
        },
        executor=dg.in_process_executor,
        loggers={"console": dg.colored_console_logger, "progress": progress_logger},
    )


defs = build_defs()
