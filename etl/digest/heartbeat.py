"""Whether nights still run: how the last run ended, in `HOME/heartbeat.json`.

Belongs here: writing and reading that file, and the judgement that a night is missing. Does not
belong here: messages about it (`compose`).

Monitoring may read the file instead of asking the command: `last_success.ended_at` is the moment
(UTC) of the last night that ended well, also one that had nothing new to publish.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from etl.publish import files
from etl.settings import Settings

FILE = "heartbeat.json"


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        run_id: of Dagster; or of a night that had nothing to do.
        ended_at: moment, UTC.
        succeeded: whether it ended well.
        step: the step that failed; empty when none did.
        sentence: why, as said to a person; holds no value of a record.
    """

    run_id: str
    ended_at: datetime
    succeeded: bool
    step: str = ""
    sentence: str = ""

    @property
    def is_for_engineers_alone(self) -> bool:
        """Whether a steward cannot do anything about it: a rule missed its own example."""
        return "control" in self.step


@dataclass(frozen=True)
class Heartbeat:
    """What is known of the nights: the last run, the last that ended well, and since when."""

    last: Ended | None = None
    last_success: Ended | None = None
    watched_since: datetime | None = None

    def silent_for(self, now: datetime) -> timedelta | None:
        """Time since the last night that ended well, else since watching began; None: neither."""
        since = self.last_success.ended_at if self.last_success else self.watched_since
        return None if since is None else now - since

    def is_late(self, now: datetime, hours: int) -> bool:
        """Whether no night ended well for longer than so many hours."""
        silent = self.silent_for(now)
        return silent is not None and silent > timedelta(hours=hours)


def read_heartbeat(settings: Settings) -> Heartbeat:
    """What stands in the file; nothing when there is none yet."""
    path = settings.home / FILE
    if not path.exists():
        return Heartbeat()
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    since = written.get("watched_since")
    return Heartbeat(
        _ended(written.get("last")),
        _ended(written.get("last_success")),
        datetime.fromisoformat(since) if since else None,
    )


def record_end(settings: Settings, ended: Ended) -> None:
    """Note how a run ended; one that ended before the last that is known changes nothing."""
    known = read_heartbeat(settings)
    if known.last is not None and (
        known.last.run_id == ended.run_id or known.last.ended_at >= ended.ended_at
    ):
        return
    _write(
        settings,
        Heartbeat(
            ended,
            ended if ended.succeeded else known.last_success,
            known.watched_since or ended.ended_at,
        ),
    )


def watch(settings: Settings, now: datetime) -> Heartbeat:
    """Begin to watch where nothing ran yet, so that a first night that never comes is missed."""
    known = read_heartbeat(settings)
    if known.watched_since is None:
        known = Heartbeat(known.last, known.last_success, now)
        _write(settings, known)
    return known


def _write(settings: Settings, beat: Heartbeat) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(beat), indent=2, default=_plain)
    files.write_durably(settings.home / FILE, text + "\n")


def _plain(value: object) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def _ended(written: dict[str, Any] | None) -> Ended | None:
    if not written:
        return None
    moment = datetime.fromisoformat(written["ended_at"])
    return Ended(**{**written, "ended_at": moment.astimezone(UTC)})
