"""When Great Expectations is asked, and what the Dagster UI shows of it."""

from pathlib import Path

import dagster as dg
import pytest

from assets import sensors
from assets.definitions import defs
from assets.resources import Warehouse
from assets.second_opinion import SECOND_OPINION, build_second_opinion
from etl import second_opinion
from etl.second_opinion import SecondOpinion
from etl.settings import Settings
from expectations.catalogue import load_catalogue
from expectations.second_opinion.agreement import Compared, Opinion

pytestmark = pytest.mark.slow

RULE = load_catalogue().by_id["AE-T19"]
AFTER = dg.AssetKey(["published", "snapshot"])


def opinion(violated: int, unexpected: int) -> Opinion:
    """One rule, counted by both."""
    return Opinion((Compared(RULE, "native", 120, violated, unexpected),), ())


def ask(home: Path, monkeypatch: pytest.MonkeyPatch, found: Opinion) -> dg.ExecuteInProcessResult:
    """The asset in a run of its own, Great Expectations having said so much."""
    said = SecondOpinion("abc123", found, home / "data_docs" / "abc123")
    monkeypatch.setattr(second_opinion, "second_opinion", lambda *_, **__: said)
    return dg.materialize(
        [build_second_opinion(after=AFTER)],
        resources={"warehouse": Warehouse(home=str(home))},
        raise_on_error=False,
    )


def test_agreement_shows_counts_and_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = ask(tmp_path, monkeypatch, opinion(3, 3))
    assert result.success
    [event] = result.asset_materializations_for_node("quality__second_opinion")
    shown = {name: value.value for name, value in event.metadata.items()}
    assert (shown["agree"], shown["disagree"], shown["native"]) == (1, 0, 1)
    assert shown["data_docs"] == "http://127.0.0.1:3001/data-docs/index.html"


def test_a_disagreement_fails_the_run_with_the_rule_and_both_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = ask(tmp_path, monkeypatch, opinion(3, 4))
    assert not result.success
    failure = next(one for one in result.all_events if one.event_type_value == "STEP_FAILURE")
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    sentence = (
        "AE-T19 (An adverse event does not resolve before it began): we count 3 violated records, "
        "Great Expectations 4."
    )
    assert sentence in str(data.description)
    assert data.metadata["disagreements"].value == sentence


def test_it_is_a_job_of_its_own_and_the_night_does_not_wait_for_it() -> None:
    assert defs.resolve_job_def("second_opinion").asset_layer.selected_asset_keys == {
        SECOND_OPINION
    }
    night = defs.resolve_job_def("nightly").asset_layer.selected_asset_keys
    assert SECOND_OPINION not in night
    assert AFTER in night


def test_loading_the_code_location_does_not_import_great_expectations() -> None:
    import subprocess
    import sys

    code = "import sys, assets.definitions\nprint('great_expectations' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip().endswith("False")


@pytest.mark.parametrize(
    ("job", "waits", "starts"),
    [
        ("nightly", "abc123", True),
        ("publish", "abc123", True),
        ("nightly", None, False),
        ("second_opinion", "abc123", False),
    ],
)
def test_it_follows_a_night_that_published_something_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, waits: str | None, starts: bool
) -> None:
    monkeypatch.setattr(second_opinion, "waits_for_opinion", lambda _: waits)
    follows = next(
        one
        for one in sensors.build_sensors(Settings(home=tmp_path))
        if one.name == "after_the_night"
    )
    assert follows.default_status is dg.DefaultSensorStatus.RUNNING

    @dg.job(name=job)
    def ended() -> None:
        """A run of that job."""

    with dg.DagsterInstance.ephemeral() as instance:
        result = ended.execute_in_process(instance=instance)
        context = dg.build_run_status_sensor_context(
            sensor_name="after_the_night",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_success_event(),
        )
        asked = list(follows(context))  # type: ignore[arg-type, call-overload]
    assert [type(one) for one in asked] == [dg.RunRequest if starts else dg.SkipReason]
    if starts:
        assert asked[0].job_name == "second_opinion"
