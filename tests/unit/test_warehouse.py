"""Sessions on DuckDB: who may open what, and the sentence when it is held."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from etl.errors import InputUnreadableError, WarehouseBusyError
from etl.settings import Settings
from etl.warehouse import SCHEMAS, open_memory, open_reader, open_session, open_session_read_only

_HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "ro")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held_by_another_process(path: Path, mode: str = "rw") -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
    finally:
        process.communicate("\n", timeout=30)


def test_a_session_makes_the_home_and_the_schemas(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    with open_session(settings) as con:
        found = con.execute(
            "select schema_name from duckdb_schemas() where not internal or schema_name = 'raw'"
        ).fetchall()
    assert {name for (name,) in found} >= set(SCHEMAS)


@pytest.mark.parametrize("mode", ["rw", "ro"])
def test_a_warehouse_that_another_process_holds_is_busy(tmp_path: Path, mode: str) -> None:
    settings = Settings(home=tmp_path)
    with open_session(settings):
        pass
    with (
        held_by_another_process(settings.warehouse_path, mode),
        pytest.raises(WarehouseBusyError, match="held by another run") as caught,
        open_session(settings),
    ):
        pass
    assert caught.value.exit_code == 4


def test_a_session_is_closed_when_its_block_fails(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(ZeroDivisionError), open_session(settings):
        raise ZeroDivisionError
    with held_by_another_process(settings.warehouse_path):
        pass  # the other process could open it: nothing was left open


def test_looking_at_the_warehouse_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with (
        pytest.raises(InputUnreadableError, match="does not exist yet"),
        open_session_read_only(settings),
    ):
        pass
    with open_session(settings) as con:
        con.execute("create table raw.t as select 1 as a")
    with open_session_read_only(settings) as con:
        assert con.execute("select a from raw.t").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("delete from raw.t")


def test_a_reader_of_a_published_file_cannot_reach_other_files(tmp_path: Path) -> None:
    path = tmp_path / "registry.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
    with open_reader(path) as con:
        with pytest.raises(duckdb.PermissionException):
            con.execute(f"select * from read_text('{Path(__file__)}')")
        with pytest.raises(duckdb.InvalidInputException):
            con.execute("create table marts.t (a integer)")


def test_memory_sessions_are_separate() -> None:
    with open_memory() as one, open_memory() as other:
        one.execute("create table raw.t (a integer)")
        found = other.execute("select count(*) from duckdb_tables()").fetchone()
    assert found == (0,)


def test_a_warehouse_with_a_key_is_unreadable_without_it(tmp_path: Path) -> None:
    pytest.importorskip("duckdb_extensions")
    settings = Settings(home=tmp_path, encryption_key="a-long-secret")  # type: ignore[arg-type]
    with open_session(settings) as con:
        con.execute("create table raw.t as select 'plain-words' as a")
    assert b"plain-words" not in settings.warehouse_path.read_bytes()
    with open_session_read_only(settings) as con:
        assert con.execute("select a from raw.t").fetchall() == [("plain-words",)]
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(settings.warehouse_path))
