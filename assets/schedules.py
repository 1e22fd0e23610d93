"""When the refresh runs: the nightly job and its schedule.

Belongs here: jobs and schedules. Does not belong here: arrivals (`sensors`).
"""

from typing import Any

import dagster as dg

from assets.deliveries import INBOX_CHECK
from assets.outputs import PUBLISHED
from assets.runs import close_dead_runs
from assets.second_opinion import SECOND_OPINION
from assets.steward_jobs import build_steward_jobs
from assets.tables import DELIVERIES
from assets.worklists import build_import_job
from etl.settings import Settings

NIGHTLY = "nightly"
PUBLISH = "publish"

# One object: the sensor that follows the night asks for it by identity.
SECOND_OPINION_JOB: Any = dg.define_asset_job(
    "second_opinion",
    selection=dg.AssetSelection.assets(SECOND_OPINION),
    description="Ask Great Expectations about the last night; compare; write Data Docs.",
    executor_def=dg.in_process_executor,
)


def build_jobs() -> list[Any]:
    """The refresh, publishing alone what stands, the second opinion, what stewards do."""
    return [
        dg.define_asset_job(
            NIGHTLY,
            # The check of the inbox is the sensor's: in a run it would be "in progress" meanwhile.
            selection=dg.AssetSelection.all()
            - dg.AssetSelection.assets(SECOND_OPINION)
            - dg.AssetSelection.checks(dg.AssetCheckKey(DELIVERIES, INBOX_CHECK)),
            description="One export in; judged, derived, studied, published.",
            executor_def=dg.in_process_executor,
        ),
        dg.define_asset_job(
            PUBLISH,
            selection=dg.AssetSelection.assets(PUBLISHED).without_checks(),
            description="Ask the gate again and publish what stands in the warehouse.",
            executor_def=dg.in_process_executor,
        ),
        SECOND_OPINION_JOB,
        *build_steward_jobs(),
        build_import_job(),
    ]


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Every night at the hour of the site's clock; on from the first start."""

    @dg.schedule(
        job_name=NIGHTLY,
        cron_schedule=settings.nightly_cron,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Refreshes from the newest complete delivery of the inbox.",
    )
    def every_night(
        context: dg.ScheduleEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        from etl.deliveries.inbox import look_and_note, newest, not_taken

        close_dead_runs(context.instance)
        export = newest(settings)
        if export is None:
            left = [one.said for one in not_taken(look_and_note(settings))]
            said = [f"No complete delivery stands in {settings.inbox}.", *left]
            return dg.SkipReason(" ".join(said))
        return dg.RunRequest(
            run_config={"resources": {"delivery": {"config": {"export": str(export)}}}}
        )

    return [every_night]
