"""The only module that opens DuckDB: a read/write session, read-only sessions.

Belongs here: opening, configuring and closing connections. Does not belong here: what is read
or written through them; publication stands in `etl/publish`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from etl.environment import environment_error
from etl.errors import InputUnreadableError
from etl.settings import Settings

SCHEMAS = ("raw", "source", "codelists", "staging", "quality", "derived", "marts")


@contextmanager
def open_session(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working warehouse read/write; one session a run.

    Raises:
        WarehouseBusyError: another process holds the file.
        WrongKeyError: it is encrypted with another key, or one is missing.
        InputUnreadableError: it is damaged.
    """
    path = settings.warehouse_path
    path.parent.mkdir(parents=True, exist_ok=True)
    con = _connect(path, settings)
    try:
        _configure(con, settings)
        create_schemas(con)
        yield con
    finally:
        con.close()


@contextmanager
def open_session_read_only(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working warehouse to look at it: re-judging one rule changes nothing.

    Raises:
        WarehouseBusyError: a run holds the file.
        InputUnreadableError: there is no warehouse yet.
    """
    path = settings.warehouse_path
    if not path.exists():
        raise InputUnreadableError(
            f"{path} does not exist yet. Run `rechallenge refresh` or `rechallenge demo` first."
        )
    con = _connect(path, settings, read_only=True)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def open_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty in-memory warehouse with its schemas, for trials and tests."""
    con = duckdb.connect()
    try:
        create_schemas(con)
        yield con
    finally:
        con.close()


@contextmanager
def open_reader(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published DuckDB file read-only; it may not reach other files."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        con.execute("set enable_external_access = false")
        yield con
    finally:
        con.close()


def create_schemas(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas of the layers where they are absent."""
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")


def _connect(
    path: Path, settings: Settings, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    try:
        if settings.encryption_key is None:
            return duckdb.connect(str(path), read_only=read_only)
        return _connect_encrypted(path, settings.encryption_key.get_secret_value(), read_only)
    except duckdb.Error as error:
        said = environment_error(error)
        if said is None:
            raise
    raise type(said)(str(said).replace("the warehouse: ", f"{path}: ", 1))


def _connect_encrypted(path: Path, key: str, read_only: bool) -> duckdb.DuckDBPyConnection:
    from duckdb_extensions import import_extension  # the extra `encryption`

    con = duckdb.connect()
    try:
        import_extension("httpfs", con=con)
        con.execute("load httpfs")
        quoted = str(path).replace("'", "''")
        secret = key.replace("'", "''")
        mode = ", read_only" if read_only else ""
        con.execute(f"attach '{quoted}' as warehouse (encryption_key '{secret}'{mode})")
        con.execute("use warehouse")
        con.execute("set temp_file_encryption = true")
    except BaseException:
        con.close()
        raise
    return con


def _configure(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute(f"set memory_limit = '{settings.memory_limit}'")
    con.execute(f"set threads = {settings.threads}")
    con.execute("set autoinstall_known_extensions = false")
    con.execute(f"set temp_directory = '{settings.home / 'tmp'}'")
    con.execute("set preserve_insertion_order = true")
