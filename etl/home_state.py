"""`HOME/state.json`: what arrived, what was not taken and why; written by runs and by the sensor.

It can be read at any time, also while a run holds the warehouse. What is lost with it is made
again by the next night, except since when a folder has not been taken.
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from etl.ingest.received import Received
from etl.publish import files
from etl.settings import Settings

FILE = "state.json"


@dataclass
class HomeState:
    """What the file holds.

    Attributes:
        deliveries: every delivery that was taken over, of every registry, the newest first.
        remarks: sentences about the last delivery that a person should know.
        of_files: what its load remarked: records rejected, columns kept, files passed over.
        since: when each folder of the inbox was first seen that is not taken, UTC, by its name.
        taken: the hash of the contents of each folder of the inbox that was seen to be taken.
        failed: why the last night over a folder's contents published nothing, by their hash.
    """

    deliveries: list[Received] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    of_files: list[str] = field(default_factory=list)
    since: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def of(self, source: str) -> dict[str, Received]:
        """The deliveries of a registry by the hash of their contents: the last time each came."""
        return {one.export_id: one for one in reversed(self.deliveries) if one.source == source}


def read_state(settings: Settings) -> HomeState:
    """What stands in the file; nothing when there is none yet, or it is damaged."""
    path = settings.home / FILE
    if not path.exists():
        return HomeState()
    try:
        written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        deliveries = [_received(one) for one in written["deliveries"]]
        known = {one.name for one in fields(HomeState)}
        kept = {name: value for name, value in written.items() if name in known}
        return HomeState(**{**kept, "deliveries": deliveries})
    except (ValueError, KeyError, TypeError):
        return HomeState()  # damaged, or of another version: the next night makes it again


@contextmanager
def changing_state(settings: Settings) -> Iterator[HomeState]:
    """The state, written back at the end when it changed; another process waits until then."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read_state(settings)
        before = _text(state)
        yield state
        if _text(state) != before:
            files.write_durably(settings.home / FILE, _text(state))


def note_deliveries(
    settings: Settings,
    deliveries: Sequence[Received],
    remarks: Sequence[str] | None = None,
    of_files: Sequence[str] = (),
) -> None:
    """Note the deliveries as the warehouse knows them, and what was remarked of the last one."""
    with changing_state(settings) as state:
        state.deliveries = list(deliveries)
        if remarks is not None:
            state.remarks, state.of_files = list(remarks), list(of_files)
        for one in deliveries:
            if one.in_force:  # it is being tried again; a run that fails says so at its end
                state.failed.pop(one.export_id, None)


def _text(state: HomeState) -> str:
    return json.dumps(asdict(state), indent=1, default=str, ensure_ascii=False) + "\n"


def _received(written: dict[str, Any]) -> Received:
    days = {
        name: date.fromisoformat(written[name]) if written[name] else None
        for name in ("export_date", "received_on")
    }
    hospitals = written["hospitals"]
    return Received(
        **{**written, **days, "hospitals": None if hospitals is None else tuple(hospitals)}
    )
