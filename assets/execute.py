"""Running a job inside this process, as the command does.

Belongs here: the same Dagster job that the schedule runs, its progress, and what it failed of.
Does not belong here: what the command prints.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from assets.definitions import defs
from assets.digest import note_end
from assets.instance import open_instance
from assets.progress import Listener, listening
from assets.runs import close_dead_runs, process_tags
from assets.stewardship import WORKLISTS
from etl import errors
from etl.errors import RechallengeError, StoppedError
from etl.settings import Settings


def run_job(
    name: str,
    settings: Settings,
    listener: Listener,
    *,
    delivery: Mapping[str, Any] | None = None,
    without: Collection[dg.AssetKey] = (),
) -> None:
    """Run a job to its end.

    Args:
        name: Name of the job.
        settings: Gives the home folder and the profile.
        listener: Told of each step.
        delivery: Which export, source, day and studies.
        without: Assets of the job to leave out.

    Raises:
        RechallengeError: a step failed; it is of the class that the step raised.
        StoppedError: a signal ended the step.
    """
    warehouse = {"home": str(settings.home), "profile": settings.profile}
    with open_instance(settings) as instance, listening(listener):
        close_dead_runs(instance)
        result = defs.resolve_job_def(name).execute_in_process(
            run_config={
                "loggers": {"progress": {}},
                "resources": {
                    "warehouse": {"config": warehouse},
                    "delivery": {"config": dict(delivery or {})},
                },
            },
            instance=instance,
            raise_on_error=False,
            asset_selection=_rest(name, without) if without else None,
            tags=process_tags(),
        )
    failed = None if result.success else result.all_events
    note_end(settings, result.dagster_run, failed, datetime.now(UTC))
    if not result.success:
        raise _failure_of(result.all_events)


def count_steps(name: str) -> int:
    """How many steps a job has."""
    return len(defs.resolve_job_def(name).graph.node_dict)


def readers() -> Collection[dg.AssetKey]:
    """The assets that write what people look at: reports, pages and worklists."""
    of_group = dg.AssetSelection.groups("outputs") | dg.AssetSelection.assets(WORKLISTS)
    return of_group.resolve(defs.resolve_asset_graph())


def _rest(name: str, without: Collection[dg.AssetKey]) -> list[dg.AssetKey]:
    selected = defs.resolve_job_def(name).asset_layer.selected_asset_keys
    return sorted(selected - set(without))


def _failure_of(events: Sequence[dg.DagsterEvent]) -> RechallengeError:
    for event in events:
        if event.event_type_value == "STEP_FAILURE":
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
                raise StoppedError("Stopped by a signal. Nothing is half-published.")
            if error is not None:
                text = error.message.split(": ", 1)[-1].strip()
                kind = getattr(errors, error.cls_name or "", RechallengeError)
                return kind(text)
    return RechallengeError("The run failed before its first step.")


def export_config(
    export: Path, source: str, as_of: str, studies: Sequence[str], *, readers: bool = True
) -> dict[str, Any]:
    """The delivery of a run, as configuration."""
    return {
        "export": str(export),
        "source": source,
        "as_of": as_of,
        "studies": list(studies),
        "readers": readers,
    }
