"""What starts a run by itself: a delivery that is complete, and a night that ended.

Belongs here: sensors. Does not belong here: the hour of the night (`schedules`).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import dagster as dg

from assets.deliveries import inbox_check
from assets.digest import build_digest_sensors
from assets.runs import close_dead_runs
from assets.schedules import NIGHTLY, PUBLISH, SECOND_OPINION_JOB
from assets.tables import DELIVERIES
from assets.worklists import build_answers_sensor
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.deliveries.inbox import Folder


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
            "for a while; contents that are published start none. A folder that is not taken is "
            "named with its reason, here and in the check of quality/deliveries."
        ),
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        from etl.deliveries.inbox import look_and_note, not_taken, source_of
        from etl.deliveries.withdrawn import read_withdrawals

        close_dead_runs(context.instance)
        moment, source = now(), source_of(settings)
        found = look_and_note(settings, moment)
        left = not_taken(found)
        for folder in left:
            context.log.warning(f"Not taken: {folder.said}")
        # Oldest first, none left out: a delivery may cover some hospitals only. Within one tick
        # Dagster does not compare keys, so the same contents in two folders are met here.
        waiting = [one for one in found if one.status == "waiting"]
        unique = {one.export_id: one for one in reversed(waiting)}
        # Withdrawing one delivery may let another in, whose contents started a run before.
        withdrawn = len(read_withdrawals(settings.acceptances_path, source))
        keys = {
            f"{key}-{withdrawn}" if withdrawn else key: one for key, one in reversed(unique.items())
        }
        requests = [
            dg.RunRequest(
                run_key=key,
                run_config={"resources": {"delivery": {"config": {"export": str(one.path)}}}},
            )
            for key, one in keys.items()
            if not _was_asked_for(context.instance, key)
        ]
        check, content = inbox_check(found, moment)
        # An evaluation from before a night's deliveries would not count for them.
        last = context.instance.get_latest_materialization_event(DELIVERIES)
        # A tick that starts a run has no reason to skip, and its log is not kept: the cursor is.
        said = " ".join(one.said for one in left) or "nothing"
        cursor = f"{content} after {last.run_id[:8] if last else 'no night'}; not taken: {said}"
        return dg.SensorResult(
            run_requests=requests,
            skip_reason=None if requests else dg.SkipReason(_nothing(settings, source, found)),
            asset_events=[] if context.cursor == cursor else [check],
            cursor=cursor,
        )

    return [
        inbox,
        build_answers_sensor(settings, now),
        _after_the_night(settings),
        *build_digest_sensors(settings),
    ]


def _was_asked_for(instance: dg.DagsterInstance, run_key: str) -> bool:
    """Whether a run over these contents was asked for: Dagster would start no other."""
    return bool(instance.get_runs(dg.RunsFilter(tags={"dagster/run_key": run_key}), limit=1))


def _nothing(settings: Settings, source: str, found: "list[Folder]") -> str:
    """Why a tick starts nothing, with each folder that is not taken."""
    from etl.deliveries.inbox import not_taken

    counts = Counter(one.status for one in found)
    arriving = counts["arriving"]
    said = (
        f"Nothing to take in {settings.inbox}, of the registry {source}: {counts['taken']} taken."
    )
    if arriving:
        said = (
            f"{arriving} deliveries in {settings.inbox}, none settled for "
            f"{settings.sensor_settle_seconds} s yet; {counts['taken']} taken."
        )
    under_way = [
        f"Its run was asked for: {one.path.name}." for one in found if one.status == "waiting"
    ]
    return " ".join([said, *under_way, *(f"Not taken: {one.said}" for one in not_taken(found))])


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
