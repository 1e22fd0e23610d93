"""Great Expectations on our DuckDB session: a SQLAlchemy dialect that borrows the session.

Belongs here: the dialect and handing it the session. Does not belong here: what is asked.

Great Expectations 1.24 knows no DuckDB. duckdb-engine's dialect opens the file by itself, which a
session that holds it forbids, and shares one cursor between results that are read in turns, which
leaves every count empty. This one executes on the session it was handed and reads each (small)
result at once, so that the session's temporary tables are seen and nothing else is opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import sqlalchemy as sa
from duckdb_engine import Dialect as _DuckDBDialect
from sqlalchemy.dialects import postgresql

NAME = "rechallenge"
CONNECTION_STRING = f"duckdb+{NAME}:///session"

_sessions: list[duckdb.DuckDBPyConnection] = []


class _Cursor:
    """A result that was read at once."""

    arraysize = 1
    rowcount = -1
    lastrowid = None

    def __init__(self, connection: "_Connection") -> None:
        self.connection = connection
        self.description: Any = None
        self._rows: Iterator[Any] = iter(())

    def execute(self, statement: str, parameters: Any = None, context: Any = None) -> None:
        del context
        result = _session().execute(statement, parameters or None)
        self.description = result.description
        self._rows = iter(result.fetchall())

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [row for row, _ in zip(self._rows, range(size or self.arraysize), strict=False)]

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def close(self) -> None:
        self._rows = iter(())


class _Connection:
    """The session, whose transactions and whose end are its owner's business."""

    autocommit = None
    closed = False
    notices: tuple[str, ...] = ()

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def begin(self) -> None:
        """Leave the session's transaction alone."""

    def commit(self) -> None:
        """Leave the session's transaction alone."""

    def rollback(self) -> None:
        """Leave the session's transaction alone."""

    def close(self) -> None:
        self.closed = True


class Dialect(_DuckDBDialect):  # type: ignore[misc] # untyped
    """DuckDB, on the session that was lent."""

    supports_statement_cache = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Great Expectations looks here to know how a regular expression is written: as in
        # PostgreSQL, `~`, only that DuckDB's matches the whole value. On the class SQLAlchemy would
        # take it for the dialect itself.
        self.dialect = postgresql.dialect

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """A connection that executes on the session that is lent."""
        del cargs, cparams
        return _Connection()


@contextmanager
def lend(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Lend a session to Great Expectations; yields the connection string to use meanwhile."""
    sa.dialects.registry.register(f"duckdb.{NAME}", __name__, "Dialect")
    _sessions.append(con)
    try:
        yield CONNECTION_STRING
    finally:
        _sessions.pop()


def _session() -> duckdb.DuckDBPyConnection:
    if not _sessions:
        raise RuntimeError("no session was lent to Great Expectations")
    return _sessions[-1]
