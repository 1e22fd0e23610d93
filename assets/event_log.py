"""Dagster's SQLite event log, with its connections kept open while the command's run writes.

Belongs here: that one change. Does not belong here: what is written.

Dagster opens and closes a connection for every event. SQLite then syncs and checkpoints each
time, which takes longer than the refresh of a small registry itself (700 events, some 20 ms
each). The files are the same, and the UI reads them with Dagster's own class.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import create_db_conn_string
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

_BUSY_SECONDS = 30.0


class SteadyEventLog(SqliteEventLogStorage):
    """The event log of one process, one open connection a file."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "SteadyEventLog":
        """As Dagster makes it, but of this class."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = _engine(self._base_dir, shard)
                self._initdb(self._engines[shard])
            with self._engines[shard].connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close the connections; SQLite folds its log into the file."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def overrides(folder: Path) -> dict[str, Any]:
    """What to override in an instance's configuration, with the file layout of the default."""
    return {
        "event_log_storage": {
            "module": __name__,
            "class": SteadyEventLog.__name__,
            "config": {"base_dir": str(folder / "history" / "runs")},
        }
    }


def _engine(folder: str, shard: str) -> Engine:
    engine = create_engine(
        create_db_conn_string(folder, shard),
        poolclass=StaticPool,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _sync_at_checkpoints_only(connection: Any, _record: Any) -> None:
        connection.execute("pragma synchronous = normal")

    return engine
