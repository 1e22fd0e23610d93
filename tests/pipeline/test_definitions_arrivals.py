"""What starts a refresh: the hour, or a delivery that is complete; and ending dead runs."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.resources import Delivery, newest_delivery
from assets.runs import PROCESS_TAG, close_dead_runs, process_tags
from assets.schedules import build_schedules
from assets.sensors import build_sensors
from etl.errors import InputUnreadableError, WrongUseError
from etl.ingest import fingerprint
from etl.settings import Settings
from etl.synthetic import generate_registry, write_export


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "delivery"
    write_export(generate_registry(120, 1), folder, "native", None)
    return folder


def deliver(export: Path, settings: Settings, name: str, written: float = 1_000.0) -> Path:
    """Lay a copy of the export in the inbox, last written at `written`."""
    folder = settings.inbox / name
    folder.mkdir(parents=True)
    for path in export.iterdir():
        target = folder / path.name
        target.write_bytes(path.read_bytes())
        os.utime(target, (written, written))
    return folder


def tick(settings: Settings, now: float) -> Any:
    sensor, *_ = build_sensors(settings, now=lambda: now)
    with dg.DagsterInstance.ephemeral() as instance:
        return sensor.evaluate_tick(dg.build_sensor_context(instance=instance))


def test_a_settled_delivery_starts_a_refresh_keyed_on_its_contents(
    export: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, sensor_settle_seconds=60)
    folder = deliver(export, settings, "2025-03")
    [request] = tick(settings, now=1_060.0).run_requests or []
    assert request.run_key == fingerprint(folder, "native")
    assert request.run_config["resources"]["delivery"]["config"] == {"export": str(folder)}


def test_every_settled_delivery_gets_its_run_the_oldest_first(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sensor_settle_seconds=60)
    later = deliver(export, settings, "a-later", written=2_000.0)
    with (later / "hospitals.csv").open("a", encoding="utf-8") as file:
        file.write("H99,Another,2013-07-01,\n")
    (later / "manifest.json").unlink()
    os.utime(later / "hospitals.csv", (2_000.0, 2_000.0))
    earlier = deliver(export, settings, "b-earlier", written=1_000.0)
    deliver(export, settings, "c-the-same-again", written=1_500.0)
    requests = tick(settings, now=9_999.0).run_requests or []
    exports = [r.run_config["resources"]["delivery"]["config"]["export"] for r in requests]
    assert exports == [str(earlier), str(later)]


def test_a_delivery_still_being_written_waits(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sensor_settle_seconds=60)
    deliver(export, settings, "2025-03")
    found = tick(settings, now=1_059.0)
    assert not found.run_requests
    assert "none settled for 60 s yet" in (found.skip_message or "")


def test_an_incomplete_delivery_waits(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    folder = deliver(export, settings, "2025-03")
    (folder / "responses.csv").unlink()
    assert not tick(settings, now=9_999.0).run_requests


def test_the_same_contents_in_another_folder_have_the_same_key(
    export: Path, tmp_path: Path
) -> None:
    one = deliver(export, Settings(home=tmp_path / "a"), "first")
    two = deliver(export, Settings(home=tmp_path / "b"), "second", written=5_000.0)
    assert fingerprint(one, "native") == fingerprint(two, "native")


def test_the_newest_complete_delivery_is_taken(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    deliver(export, settings, "b-older", written=1_000.0)
    newest = deliver(export, settings, "a-newer", written=2_000.0)
    broken = deliver(export, settings, "c-broken", written=3_000.0)
    (broken / "patients.csv").unlink()
    assert newest_delivery(settings, "native") == newest


def test_every_night_skips_with_a_sentence_when_nothing_came(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    [schedule] = build_schedules(settings)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        context = dg.build_schedule_context(instance=instance)
        empty = schedule.evaluate_tick(context)
        folder = deliver(export, settings, "2025-03")
        full = schedule.evaluate_tick(context)
    assert empty.skip_message == f"No complete delivery stands in {settings.inbox}."
    [request] = full.run_requests or []
    assert request.run_config["resources"]["delivery"]["config"]["export"] == str(folder)


def test_a_run_without_a_delivery_is_an_unreadable_input(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="No complete delivery stands in"):
        Delivery().folder(Settings(home=tmp_path))


def test_a_day_that_is_none_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="'3 March' is not a day"):
        Delivery(as_of="3 March").day(Settings(home=tmp_path))


def run_of(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.DagsterRun:
    @dg.op
    def nothing() -> None:
        return None

    @dg.job
    def idle() -> None:
        nothing()

    run = instance.create_run_for_job(idle, tags=tags)
    instance.report_run_canceling(run)  # one of the states in which a killed run stays
    return run


def test_only_runs_whose_process_is_gone_are_closed() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    host, _, started = process_tags()[PROCESS_TAG].rsplit(":", 2)
    ended.wait()
    with dg.DagsterInstance.ephemeral() as instance:
        dead = run_of(instance, {PROCESS_TAG: f"{host}:{ended.pid}:{started}"})
        reused = run_of(instance, {PROCESS_TAG: f"{host}:{os.getpid()}:0"})
        alive = run_of(instance, process_tags())
        elsewhere = run_of(instance, {PROCESS_TAG: f"other-{host}:{ended.pid}:{started}"})
        foreign = run_of(instance, {})
        assert set(close_dead_runs(instance)) == {dead.run_id, reused.run_id}
        assert close_dead_runs(instance) == []
        status = {run.run_id: run.status for run in instance.get_runs()}
    failed = {run for run, state in status.items() if state is dg.DagsterRunStatus.FAILURE}
    assert failed == {dead.run_id, reused.run_id}
    assert {alive.run_id, elsewhere.run_id, foreign.run_id} == set(status) - failed
