"""The life of runs in the Dagster instance: whose process they are, and closing the dead.

Belongs here: tags by which a run's process is known, and ending runs whose process is gone.
Does not belong here: starting them.

A run inside one process that is killed stays STARTED for ever, and with one run at a time the
schedule would wait for it.
"""

import os
import socket
from pathlib import Path

import dagster as dg

PROCESS_TAG = "rechallenge/process"
_UNFINISHED = [
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.CANCELING,
    dg.DagsterRunStatus.NOT_STARTED,
]


def process_tags() -> dict[str, str]:
    """Tags that say which process a run lives in."""
    return {PROCESS_TAG: _process(os.getpid())}


def close_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark as failed the runs whose process no longer exists; returns their ids."""
    closed = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        if process is not None and _is_gone(process):
            instance.report_run_failed(run, "The process of this run ended before the run did.")
            closed.append(run.run_id)
    return closed


def _process(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def _is_gone(process: str) -> bool:
    host, pid, started = process.rsplit(":", 2)
    if host != socket.gethostname():
        return False  # another machine's processes cannot be seen from here
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(pid)) != started  # the number was given to another process since


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; empty where that cannot be asked."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.rsplit(")", 1)[1].split()[19]
