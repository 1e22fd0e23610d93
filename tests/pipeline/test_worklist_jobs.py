"""Answered worklists through Dagster: the sensor asks for the job, the job reads them."""

import json
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import defs
from assets.worklists import IMPORT_ANSWERS, build_answers_sensor
from etl.settings import Settings
from etl.worklists import inbox
from expectations import queries
from tests.unit.test_worklist_inbox import NOW, arrived, settings

_ = settings  # the fixture


def asked(settings: Settings, now: float) -> list[dg.RunRequest]:
    """What the sensor asks for at a moment."""
    sensor = build_answers_sensor(settings, lambda: now)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance)
        return list(sensor.evaluate_tick(context).run_requests or [])


def run(settings: Settings, config: dict[str, object]) -> tuple[dg.ExecuteInProcessResult, str]:
    """The job, and everything it left in the event log."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def(IMPORT_ANSWERS).execute_in_process(
            run_config={
                **config,
                "resources": {"warehouse": {"config": {"home": str(settings.home)}}},
            },
            instance=instance,
            raise_on_error=False,
        )
        logged = json.dumps([str(one) for one in instance.all_logs(result.run_id)])
    return result, logged


def test_a_settled_worklist_is_read_once_and_put_away(settings: Settings) -> None:
    arrived(settings, ("waarde bevestigd", "gezien door Jansen", "dokter Jansen"))
    assert asked(settings, NOW + 59) == []
    [request] = asked(settings, NOW + 60)
    assert request.run_key
    result, logged = run(settings, dict(request.run_config))
    assert result.success
    assert [one.answer for one in queries.read(settings.acceptances_path)] == ["value confirmed"]
    assert len(list((inbox.folder_of(settings) / "done").glob("*.xlsx"))) == 1
    assert "Jansen" not in logged
    assert asked(settings, NOW + 120) == []


def test_the_sensor_waits_until_something_is_published(settings: Settings) -> None:
    arrived(settings, ("waarde bevestigd", "", "J."))
    (settings.published / "current").unlink()
    assert asked(settings, NOW + 60) == []


def test_what_could_not_be_recorded_is_told_by_place_without_the_words(
    settings: Settings,
) -> None:
    path = arrived(settings, ("het is zus en zo", "", "J."))
    result, logged = run(settings, {"ops": {"read_answers": {"config": {"files": [str(path)]}}}})
    assert result.success
    assert "row 4, column" in logged
    assert "zus en zo" not in logged
    assert list((inbox.folder_of(settings) / "rejected").glob("*.txt"))


@pytest.mark.parametrize("content", [b"no workbook", b""])
def test_a_file_that_is_no_worklist_fails_the_run_with_a_sentence(
    settings: Settings, content: bytes
) -> None:
    path = arrived(settings)
    path.write_bytes(content)
    result, logged = run(settings, {"ops": {"read_answers": {"config": {"files": [str(path)]}}}})
    assert not result.success
    assert "cannot be read as an Excel workbook" in logged
    assert not path.exists()


def test_a_path_from_the_launchpad_is_read_where_it_stands(
    settings: Settings, tmp_path: Path
) -> None:
    path = arrived(settings, ("regel klopt niet", "", "J.")).replace(tmp_path / "mine.xlsx")
    config = {"files": [str(path)], "author": "steward"}
    result, _logged = run(settings, {"ops": {"read_answers": {"config": config}}})
    assert result.success
    assert path.exists()
    assert [one.released_by for one in queries.read(settings.acceptances_path)] == ["steward"]
