"""The verb that leaves something running: ui.

Belongs here: starting the Dagster webserver and daemon and a small file server, and stopping
them. Does not belong here: what they show.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assets.cli_common import Home, err, inbox_line, out, settings_for
from etl.outputs.quality.addresses import Addresses

if TYPE_CHECKING:
    from etl.settings import Settings

_LOOPBACK = "127.0.0.1"
_CODE = ["--module-name", "assets.definitions"]


def ui(
    home: Home = None,
    port: Annotated[
        int | None, typer.Option(help="Port of the Dagster UI; the reports stand one above.")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Make the home when there is none.")] = False,
) -> None:
    """Open the Dagster UI and the published reports on loopback, until Ctrl-C."""
    from assets.instance import prepare_dagster_home

    overrides = {} if port is None else {"ui_port": port}
    settings = settings_for(home, makes_home=new, **overrides)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(prepare_dagster_home(settings)),
        "RECHALLENGE_HOME": str(settings.home),
        "RECHALLENGE_UI_PORT": str(settings.ui_port),
    }
    for number in (signal.SIGTERM, signal.SIGINT):  # a service manager says the first
        signal.signal(number, _stop)
    with _running(settings.ui_port, settings.home, environment) as processes:
        out("Starting Dagster; this takes some twenty seconds.")
        sys.stdout.flush()
        try:
            is_announced = False
            while all(process.poll() is None for process in processes):
                if not is_announced and _answers(settings.ui_port):
                    is_announced = True
                    _announce(settings)
                time.sleep(0.5)
            err("One of the servers stopped; see the lines above. Is the port taken?")
            raise typer.Exit(1)
        except KeyboardInterrupt:
            out("Stopped.")


def _announce(settings: "Settings") -> None:
    """Say where to look, now that a click on it is answered."""
    port = settings.ui_port
    out(f"Dagster:  http://{_LOOPBACK}:{port}")
    out(f"Morning:  {Addresses(port).morning_page}")
    out(f"Inbox:    {inbox_line(settings)}")
    out("Ctrl-C stops both.")
    sys.stdout.flush()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _running(
    port: int, home: Path, environment: Mapping[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run webserver, daemon and file server; whatever happens, they end with the block."""
    python = sys.executable
    commands = [
        [python, "-m", "dagster_webserver", *_CODE, "--host", _LOOPBACK, "--port", str(port)],
        [python, "-m", "dagster._daemon", "run", *_CODE],
        [python, "-m", "assets.report_server", str(home), str(port + 1)],
    ]
    commands[0] += ["--log-level", "warning", "--dagster-log-level", "warning"]
    commands[1] += ["--log-level", "warning"]
    for command in commands[:2]:
        command += ["--code-server-log-level", "warning"]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            processes.append(subprocess.Popen(command, env=dict(environment)))  # noqa: PERF401, S603
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


VERBS = (ui,)
