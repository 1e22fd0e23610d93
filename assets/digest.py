"""The sensors of the digest: they note how nights end and send what is due.

Belongs here: watching runs and time. Does not belong here: what a message says, to whom, and
whether it was sent (`etl/digest`).

How a run ended is noted by its own sensor. Sending is another sensor's, which looks every few
minutes: what could not be sent is then tried again, and a night that never came is noticed, too.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from assets.schedules import NIGHTLY
from etl.settings import Settings


def build_digest_sensors(
    settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> list[dg.SensorDefinition]:
    """The sensors; `now` is the clock by which a night is missing."""

    @dg.run_status_sensor(
        name="night_ended_well",
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Notes each nightly run that ended well: the heartbeat that monitoring reads.",
    )
    def night_ended_well(context: dg.RunStatusSensorContext) -> None:
        note_end(settings, context.dagster_run, None, _end_of(context, now()))

    @dg.run_status_sensor(
        name="night_failed",
        run_status=dg.DagsterRunStatus.FAILURE,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Notes each nightly run that failed or was held, with the reason in words.",
    )
    def night_failed(context: dg.RunStatusSensorContext) -> None:
        failed = context.for_run_failure()
        note_end(
            settings,
            failed.dagster_run,
            failed.get_step_failure_events(),
            _end_of(context, now()),
            failed.failure_event.message or "",
        )

    @dg.sensor(
        name="digest",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Sends the digest where something changed, tells engineers when no night ended well "
            "for too long, and says after a quiet week that nights still run."
        ),
    )
    def digest(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        del context
        from etl.digest.deliver import deliver
        from etl.digest.heartbeat import watch

        watch(settings, now())
        outcomes = deliver(settings, now())
        problems = [problem for one in outcomes for problem in one.problems]
        if problems:
            return dg.SkipReason(" ".join(problems))
        sent = sum(one.sent for one in outcomes)
        return dg.SkipReason(f"{sent} messages sent." if sent else "Nothing to say.")

    return [night_ended_well, night_failed, digest]


def note_end(
    settings: Settings,
    run: dg.DagsterRun,
    failures: Sequence[dg.DagsterEvent] | None,
    ended_at: datetime,
    message: str = "",
) -> None:
    """Note how a nightly run ended; runs of other jobs are not nights.

    Args:
        settings: Gives the home.
        run: The run.
        failures: Events of a run that failed; the first failed step says why. None: it succeeded.
        ended_at: When it ended, with its zone.
        message: What is said where no step failed.
    """
    if run.job_name != NIGHTLY:
        return
    from etl.digest.heartbeat import Ended, record_end

    step, sentence = ("", "") if failures is None else first_failure(failures)
    sentence = sentence or message
    if failures is not None:
        _note_folder(settings, run, sentence or "its run in the UI says why")
    record_end(settings, Ended(run.run_id, ended_at, failures is None, step, sentence))


def _note_folder(settings: Settings, run: dg.DagsterRun, sentence: str) -> None:
    """A delivery of which nothing was published is not taken: the inbox says so, and why."""
    from etl.deliveries.inbox import note_failure, source_of

    resources = run.run_config.get("resources", {}) if isinstance(run.run_config, dict) else {}
    asked = resources.get("delivery", {}).get("config", {})
    if asked.get("export"):
        source = asked.get("source") or source_of(settings)
        note_failure(settings, Path(asked["export"]), source, sentence)


def note_nothing_new(settings: Settings, snapshot_id: str) -> None:
    """Note a night that ended well without a run: its export was published already."""
    from etl.digest.heartbeat import Ended, record_end

    moment = datetime.now(UTC)
    record_end(settings, Ended(f"nothing new {moment.isoformat()}", moment, True, "", snapshot_id))


def first_failure(events: Iterable[dg.DagsterEvent]) -> tuple[str, str]:
    """The first step that failed and its sentence, which holds no value (`assets.guard`)."""
    for event in events:
        if event.event_type_value == "STEP_FAILURE":
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            text = error.message.split(": ", 1)[-1].strip() if error is not None else ""
            return event.step_key or "", text
    return "", ""


def _end_of(context: dg.RunStatusSensorContext, now: datetime) -> datetime:
    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    if record is None or record.end_time is None:
        return now
    return datetime.fromtimestamp(record.end_time, UTC)
