"""What starts a run by itself: a delivery that is complete, and a night that ended.

Belongs here: sensors. Does not belong here: the hour of the night (`schedules`).
"""

import time
from collections.abc import Callable, Iterator

import dagster as dg

from assets.digest import build_digest_sensors
from assets.resources import deliveries, last_change
from assets.runs import close_dead_runs
from assets.schedules import NIGHTLY, PUBLISH, SECOND_OPINION_JOB
from assets.worklists import build_answers_sensor
from etl.settings import Settings


def build_sensors(
    settings: Settings, now: Callable[[], float] = time.time
) -> list[dg.SensorDefinition]:
    """The sensor of the inbox, and the one that follows the night.

    `now` is the clock by which a delivery has settled, in seconds.
    """

    @dg.sensor(
        job_name=NIGHTLY,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Starts a refresh for each delivery of the inbox that is complete and has not changed "
            "for a while. The same contents never start one twice."
        ),
    )
    def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        from etl.ingest import fingerprint

        close_dead_runs(context.instance)
        source = settings.inbox_source
        found = deliveries(settings, source)
        settled = [
            folder
            for folder in found
            if now() - last_change(folder) >= settings.sensor_settle_seconds
        ]
        if not settled:
            yield dg.SkipReason(
                f"{len(found)} complete deliveries in {settings.inbox}, none settled for "
                f"{settings.sensor_settle_seconds} s yet."
            )
            return
        # Oldest first, none left out: a delivery may cover some hospitals only. Within one tick
        # Dagster does not compare keys, so the same contents in two folders are met here.
        requests = {fingerprint(folder, source): folder for folder in reversed(settled)}
        for key, folder in reversed(requests.items()):
            yield dg.RunRequest(
                run_key=key,
                run_config={"resources": {"delivery": {"config": {"export": str(folder)}}}},
            )

    return [
        inbox,
        build_answers_sensor(settings, now),
        _after_the_night(settings),
        *build_digest_sensors(settings),
    ]


def _after_the_night(settings: Settings) -> dg.SensorDefinition:
    """Ask after each night that published, whether the schedule or the command ran it."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="after_the_night",
        request_job=SECOND_OPINION_JOB,
        # A night that the command ran belongs to no code location; this instance serves one home.
        monitor_all_code_locations=True,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks Great Expectations after every night that published something new.",
    )
    def after_the_night(
        context: dg.RunStatusSensorContext,
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        from etl.second_opinion import waits_for_opinion

        run = context.dagster_run
        if run.job_name not in (NIGHTLY, PUBLISH):
            yield dg.SkipReason(f"{run.job_name} publishes nothing.")
        elif (snapshot_id := waits_for_opinion(settings)) is None:
            yield dg.SkipReason("Great Expectations was asked about the last snapshot already.")
        else:
            yield dg.RunRequest(
                run_key=f"{snapshot_id}-{run.run_id}", job_name=SECOND_OPINION_JOB.name
            )

    return after_the_night
