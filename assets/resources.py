"""What a run holds: the session on the warehouse, and which delivery it refreshes from.

Belongs here: Dagster resources. Does not belong here: what is done with them.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
from pydantic import Field, PrivateAttr

from etl.errors import InputUnreadableError, WrongUseError
from etl.settings import Settings


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One session a run on the working DuckDB file, opened when first asked for.

    A run that only reads (a single rule judged again from the UI) opens it read-only and
    changes nothing.
    """

    home: str | None = None
    profile: str | None = None

    _open: ExitStack = PrivateAttr(default_factory=ExitStack)
    _con: duckdb.DuckDBPyConnection | None = PrivateAttr(default=None)
    _writes: bool = PrivateAttr(default=False)

    @property
    def settings(self) -> Settings:
        """The site's settings, with what this run overrides."""
        given = {"home": self.home, "profile": self.profile}
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Hand the resource to the run, and close the session when the run ends."""
        del context
        try:
            yield self
        finally:
            self._close()

    def write(self) -> duckdb.DuckDBPyConnection:
        """The session, read/write."""
        from etl.warehouse import open_session

        if self._con is None or not self._writes:
            self._close()
            self._con = self._open.enter_context(open_session(self.settings))
            self._writes = True
        return self._con

    def read(self) -> duckdb.DuckDBPyConnection:
        """The session of this run, else one that can only read."""
        from etl.warehouse import open_session_read_only

        if self._con is None:
            self._con = self._open.enter_context(open_session_read_only(self.settings))
            self._writes = False
        return self._con

    @property
    def is_writing(self) -> bool:
        """Whether this run has the warehouse to itself, and so judged what stands in it."""
        return self._con is not None and self._writes

    def _close(self) -> None:
        self._open.close()
        self._con = None


class Delivery(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Which export a run refreshes from, on which day, for which studies, with pages or without.

    Empty means: the newest complete delivery of the inbox, from the site's registry, today in
    the site's zone, all studies.
    """

    export: str = ""
    source: str = ""
    as_of: str = ""
    studies: list[str] = Field(default_factory=list)
    readers: bool = True

    def source_of(self, settings: Settings) -> str:
        """The registry whose mapping is used."""
        from etl.deliveries.inbox import source_of

        return self.source or source_of(settings)

    def folder(self, settings: Settings) -> Path:
        """The folder of the export.

        Raises:
            InputUnreadableError: none was named and the inbox holds no complete delivery.
        """
        if self.export:
            return Path(self.export)
        from etl.deliveries.inbox import newest

        found = newest(settings)
        if found is None:
            raise InputUnreadableError(
                f"No complete delivery stands in {settings.inbox}. Put an export there, one "
                "folder each, or name one with --export."
            )
        return found

    def day(self, settings: Settings) -> date:
        """The ledger's day.

        Raises:
            WrongUseError: the day is not written as 2025-03-03.
        """
        if not self.as_of:
            return settings.today()
        try:
            return date.fromisoformat(self.as_of)
        except ValueError:
            raise WrongUseError(
                f"{self.as_of!r} is not a day. Write it as 2025-03-03 (--as-of)."
            ) from None
