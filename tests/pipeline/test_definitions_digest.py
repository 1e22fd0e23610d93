"""The sensors of the digest: how runs end is noted, and what is due is sent by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.digest import build_digest_sensors
from etl.digest.heartbeat import Ended, Heartbeat, read_heartbeat, record_end
from etl.errors import GateHeldError
from etl.settings import Settings

NOW = datetime(2025, 3, 10, 4, 30, tzinfo=UTC)


@dg.op(name="quality__controls")
def missed() -> None:
    raise GateHeldError("Rule AE-T19 missed its own example.")


@dg.op
def fine() -> None:
    pass


def run(name: str, work: dg.OpDefinition, instance: dg.DagsterInstance) -> Any:
    @dg.job(name=name, executor_def=dg.in_process_executor)
    def job() -> None:
        work()

    return job.execute_in_process(instance=instance, raise_on_error=False)


def noted(settings: Settings, name: str, work: dg.OpDefinition) -> Heartbeat:
    """What is known of the nights after a run of a job ended and its sensor looked."""
    ended_well, failed, _ = build_digest_sensors(settings, now=lambda: NOW)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(name, work, instance)
        sensor = ended_well if result.success else failed
        kind = "PIPELINE_SUCCESS" if result.success else "PIPELINE_FAILURE"
        [event] = [one for one in result.all_events if one.event_type_value == kind]
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_event=event,
            dagster_instance=instance,
            dagster_run=instance.get_run_by_id(result.run_id),
        )
        sensor(context)
    return read_heartbeat(settings)


def test_a_night_that_ended_well_is_the_heartbeat(tmp_path: Path) -> None:
    beat = noted(Settings(home=tmp_path), "nightly", fine)
    assert beat.last is not None
    assert beat.last == beat.last_success
    assert abs(beat.last.ended_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_failed_night_says_which_step_and_why(tmp_path: Path) -> None:
    beat = noted(Settings(home=tmp_path), "nightly", missed)
    assert beat.last is not None
    assert beat.last_success is None
    assert (beat.last.step, beat.last.sentence) == (
        "quality__controls",
        "Rule AE-T19 missed its own example.",
    )
    assert beat.last.is_for_engineers_alone


def test_runs_of_other_jobs_are_no_nights(tmp_path: Path) -> None:
    assert noted(Settings(home=tmp_path), "second_opinion", missed) == Heartbeat()


def tick(settings: Settings, now: datetime) -> str:
    *_, sensor = build_digest_sensors(settings, now=lambda: now)
    with dg.DagsterInstance.ephemeral() as instance:
        said = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).skip_message
    assert said is not None
    return said


def test_without_an_address_nothing_is_said(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    record_end(settings, Ended("one", NOW, False, "raw__export", "No file."))
    assert tick(settings, NOW) == "Nothing to say."
    assert not (tmp_path / "digest.json").exists()


def test_a_message_that_cannot_be_sent_shows_at_the_sensor(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, digest_engineers="nonsense://user:secret@x")  # type: ignore[arg-type]
    record_end(settings, Ended("one", NOW, False, "raw__export", "No file."))
    said = tick(settings, NOW)
    assert "RECHALLENGE_DIGEST_ENGINEERS, address 1 (nonsense://)" in said
    assert "secret" not in said


@pytest.mark.parametrize(("hours", "is_told"), [(26, False), (27, True)])
def test_a_first_night_that_never_comes_is_noticed(
    tmp_path: Path, hours: int, is_told: bool
) -> None:
    settings = Settings(home=tmp_path, digest_engineers="nonsense://x")  # type: ignore[arg-type]
    assert tick(settings, NOW) == "Nothing to say."
    assert ("address 1" in tick(settings, NOW + timedelta(hours=hours))) is is_told
