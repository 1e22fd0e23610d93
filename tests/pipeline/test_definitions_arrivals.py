"""What starts a refresh: the hour, or a delivery that is complete; and ending dead runs."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.resources import Delivery
from assets.runs import PROCESS_TAG, close_dead_runs, process_tags
from assets.schedules import build_schedules
from assets.sensors import build_sensors
from etl.deliveries import inbox
from etl.deliveries.withdrawn import take_again, withdraw
from etl.errors import InputUnreadableError, WrongUseError
from etl.home_state import note_deliveries, read_state
from etl.ingest import fingerprint
from etl.ingest.received import Received
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
    assert inbox.newest(settings) == newest


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


def broken(folder: Path, how: str) -> Path:
    """Break a delivery of the inbox in one way."""
    if how == "hash":
        data = (folder / "responses.csv").read_bytes()
        (folder / "responses.csv").write_bytes(data.replace(b"PD", b"CR", 1))
    elif how == "missing":
        (folder / "responses.csv").unlink()
    elif how == "manifest":
        (folder / "manifest.json").write_text('{"format": 1,')
    elif how == "capitals":
        (folder / "patients.csv").rename(folder / "Patients.CSV")
    elif how == "capital manifest":
        (folder / "manifest.json").rename(folder / "MANIFEST.JSON")
    elif how == "empty":
        for path in folder.iterdir():
            path.unlink()
    for path in (folder, *folder.iterdir()):
        os.utime(path, (1_000.0, 1_000.0))
    return folder


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ("hash", ["responses.csv", "sha256"]),
        ("missing", ["responses.csv", "missing"]),
        ("manifest", ["manifest.json", "line 1"]),
        ("capitals", ["Patients.CSV", "patients.csv"]),
        ("capital manifest", ["MANIFEST.JSON", "manifest.json"]),
        ("empty", ["patients.csv", "missing"]),
    ],
)
def test_a_broken_delivery_is_named_at_once_and_red_after_a_day(
    export: Path, tmp_path: Path, how: str, named: list[str]
) -> None:
    settings = Settings(home=tmp_path)
    broken(deliver(export, settings, "hospital-7"), how)
    first = tick(settings, now=9_999.0)
    assert not first.run_requests
    for word in ("hospital-7", *named):
        assert word in (first.skip_message or "")
    [check] = first.asset_events
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "hospital-7" in check.description
    day = 86_400.0
    [same] = tick(settings, now=9_999.0 + day).asset_events  # a day, and not more
    assert same.severity is dg.AssetCheckSeverity.WARN
    [red] = tick(settings, now=10_000.0 + day).asset_events
    assert (red.passed, red.severity) == (False, dg.AssetCheckSeverity.ERROR)
    shutil.rmtree(settings.inbox / "hospital-7")
    [green] = tick(settings, now=10_001.0 + day).asset_events
    assert green.passed


def test_a_broken_delivery_does_not_keep_a_good_one_waiting(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    broken(deliver(export, settings, "b-broken"), "missing")
    good = deliver(export, settings, "a-good")
    found = tick(settings, now=9_999.0)
    [request] = found.run_requests or []
    assert request.run_config["resources"]["delivery"]["config"] == {"export": str(good)}
    [check] = found.asset_events
    [left] = inbox.not_taken(inbox.look(settings, 9_999.0))
    assert left.path.name == "b-broken"
    assert left.reason
    assert left.said in check.description
    assert left.said in (found.cursor or "")  # of a tick that starts a run it is what is kept
    assert inbox.newest(settings) == good


def test_the_check_is_reported_again_only_when_it_changes(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    broken(deliver(export, settings, "b"), "missing")
    sensor, *_ = build_sensors(settings, now=lambda: 9_999.0)
    with dg.DagsterInstance.ephemeral() as instance:
        first = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
        again = sensor.evaluate_tick(
            dg.build_sensor_context(instance=instance, cursor=first.cursor)
        )
    assert (len(first.asset_events), len(again.asset_events)) == (1, 0)


def test_what_is_no_folder_is_named_and_what_a_machine_leaves_is_not(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.inbox.mkdir()
    for name in ("delivery.zip", ".DS_Store"):
        (settings.inbox / name).touch()
        os.utime(settings.inbox / name, (1_000.0, 1_000.0))
    [one] = inbox.look(settings, 9_999.0)
    assert (one.path.name, one.status) == ("delivery.zip", "not taken")


def test_a_delivery_for_another_registry_is_named_as_that(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, inbox_source="dmtr")
    deliver(export, settings, "native-one")
    [one] = inbox.look(settings, 9_999.0)
    assert one.status == "not taken"
    assert "for the registry native" in one.reason
    assert "dmtr" in one.reason


def published(settings: Settings, source: str, registry: str, export_id: str) -> None:
    """The manifest of a published snapshot, as the inbox asks for it."""
    folder = settings.published / "s1"
    folder.mkdir(parents=True)
    told = {"sequence": 1, "inputs_hash": "", "source": source}
    told |= {"registry": registry, "export_id": export_id}
    (folder / "manifest.json").write_text(json.dumps(told))


def test_the_inbox_takes_deliveries_of_the_registry_that_is_published(
    export: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    assert inbox.source_of(settings) == "native"
    name = json.loads((export / "manifest.json").read_text())["registry"]
    published(settings, "dmtr", name, "x")
    assert inbox.source_of(settings) == "dmtr"
    assert inbox.source_of(Settings(home=tmp_path, inbox_source="native")) == "native"


def test_a_delivery_of_a_registry_of_another_name_is_named_as_that(
    export: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    deliver(export, settings, "a")
    published(settings, "native", "Another Registry", "x")
    [one] = inbox.look(settings, 9_999.0)
    assert one.status == "not taken"
    assert "'Another Registry'" in one.reason


def test_contents_that_are_published_start_nothing_however_they_got_there(
    export: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    name = json.loads((export / "manifest.json").read_text())["registry"]
    published(settings, "native", name, fingerprint(export, "native"))
    folder = deliver(export, settings, "copied-by-hand")
    found = tick(settings, now=9_999.0)
    assert not found.run_requests
    assert "1 taken" in (found.skip_message or "")
    assert inbox.newest(settings) == folder  # the night judges it again


def received(folder: str, contents: str, **how: Any) -> Received:
    known: dict[str, Any] = {
        "source": "native",
        "number": 1,
        "export_id": contents,
        "export_date": date(2025, 3, 3),
        "hospitals": None,
        "folder": folder,
        "received_on": date(2025, 3, 10),
        "in_force": True,
        "superseded_by": None,
        "came_again_after": None,
        "is_withdrawn": False,
        "is_published": True,
    }
    return Received(**{**known, **how})


@pytest.mark.parametrize(
    ("how", "folder", "status", "may_refresh", "word"),
    [
        ({}, "first", "taken", True, ""),
        ({}, "copy", "taken", True, ""),
        ({"is_published": False}, "first", "waiting", True, ""),
        ({"in_force": False, "superseded_by": "b" * 64}, "first", "taken", False, ""),
        ({"in_force": False, "superseded_by": "b" * 64}, "copy", "not taken", False, "b" * 12),
        ({"in_force": False}, "first", "not taken", False, "later cut-off"),
    ],
)
def test_what_is_known_of_its_contents_decides(
    export: Path,
    tmp_path: Path,
    how: dict[str, Any],
    folder: str,
    status: str,
    may_refresh: bool,
    word: str,
) -> None:
    settings = Settings(home=tmp_path)
    contents = fingerprint(deliver(export, settings, folder), "native")
    note_deliveries(settings, [received("first", contents, **how)])
    [one] = inbox.look(settings, 9_999.0)
    assert (one.status, one.may_refresh) == (status, may_refresh)
    assert word in one.reason


def test_a_withdrawn_delivery_is_not_taken_and_lets_others_in(export: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    contents = fingerprint(deliver(export, settings, "a"), "native")
    withdraw(settings.acceptances_path, "native", contents, author="Jo", reason="mistyped cut-off")
    [one] = inbox.look(settings, 9_999.0)
    assert (one.status, one.may_refresh) == ("not taken", False)
    assert "Jo: mistyped cut-off" in one.reason
    take_again(settings.acceptances_path, "native", contents)
    [request] = tick(settings, now=9_999.0).run_requests or []
    assert request.run_key == contents


def test_a_delivery_whose_run_failed_is_not_taken_and_the_night_tries_again(
    export: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    folder = deliver(export, settings, "a")
    inbox.note_failure(settings, folder, "native", "The gate held.")
    [one] = inbox.look_and_note(settings, 9_999.0)
    assert (one.status, one.may_refresh) == ("not taken", True)
    assert "The gate held." in one.reason
    assert not tick(settings, now=9_999.0).run_requests
    note_deliveries(settings, [received("a", fingerprint(folder, "native"))])
    [one] = inbox.look_and_note(settings, 9_999.0)
    assert one.status == "taken"
    assert read_state(settings).since == {}


def test_a_damaged_state_and_a_folder_that_cannot_be_read_stop_nothing(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    locked, good = deliver(export, settings, "locked"), deliver(export, settings, "good")
    (tmp_path / "state.json").write_text("{")
    changed = inbox.last_change

    def refuse(path: Path) -> float:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return changed(path)

    monkeypatch.setattr(inbox, "last_change", refuse)
    found = tick(settings, now=9_999.0)
    [request] = found.run_requests or []
    assert request.run_config["resources"]["delivery"]["config"] == {"export": str(good)}
    [check] = found.asset_events
    assert "locked: it cannot be read: Permission denied" in check.description
    assert set(read_state(settings).since) == {"locked"}


def test_a_copy_that_lay_there_before_it_was_superseded_is_not_sent_again(
    export: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    contents = fingerprint(deliver(export, settings, "copy"), "native")
    note_deliveries(settings, [received("first", contents)])
    [one] = inbox.look_and_note(settings, 9_999.0)
    assert one.status == "taken"
    note_deliveries(settings, [received("first", contents, in_force=False, superseded_by="b" * 64)])
    [one] = inbox.look_and_note(settings, 9_999.0)
    assert (one.status, one.may_refresh) == ("taken", False)
