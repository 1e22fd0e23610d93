"""Errors of the machine get their sentence and exit code; a message that may quote a value none."""

import errno
import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from assets.guard import StepFailedError, say
from etl.environment import environment_error
from etl.errors import (
    EnvironmentFailedError,
    InputUnreadableError,
    RechallengeError,
    WarehouseBusyError,
    WrongKeyError,
    WrongUseError,
)
from etl.settings import Settings
from etl.warehouse import open_session, open_session_read_only

_HAS_ENCRYPTION = importlib.util.find_spec("duckdb_extensions") is not None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "/home/x: The disk is full"),
        (errno.EROFS, "/home/x: The file system is read-only"),
        (errno.EACCES, "/home/x: This user may not do that"),
        (errno.EMFILE, "/home/x: Too many files are open"),
        (errno.ENOTEMPTY, "/home/x: Directory not empty"),
    ],
)
def test_an_error_of_the_system_says_what_and_where(number: int, words: str) -> None:
    said = say("Publishing", OSError(number, os.strerror(number), "/home/x"))
    assert isinstance(said, EnvironmentFailedError)
    assert str(said).startswith(words)
    assert said.exit_code == 1


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        ('IO Error: Could not write file "/h/w": No space left on device', "disk is full", 1),
        ('IO Error: Cannot open file "/h/w": Read-only file system', "read-only", 1),
        ('IO Error: Cannot open file "/h/w": Permission denied', "may not", 1),
        ('IO Error: Could not set lock on file "/h/w": Conflicting lock is held', "another run", 4),
        ("IO Error: Corrupt database file: wrong checksum in block 1", "damaged", 3),
        ("Invalid Input Error: Wrong encryption key used to open", "key does not fit", 2),
        ('Catalog Error: Cannot open encrypted database "/h/w" without a key', "no encryption", 2),
    ],
)
def test_an_error_of_the_database_is_told_apart(message: str, kind: str, code: int) -> None:
    said = environment_error(duckdb.IOException(message))
    assert said is not None
    assert kind in str(said)
    assert said.exit_code == code


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("database or disk is full", EnvironmentFailedError),
        ("attempt to write a readonly database", EnvironmentFailedError),
        ("unable to open database file", EnvironmentFailedError),
        ("file is not a database", InputUnreadableError),
        ("database is locked", WarehouseBusyError),
    ],
)
def test_an_error_of_a_small_database_is_told_apart(
    message: str, kind: type[RechallengeError]
) -> None:
    assert isinstance(environment_error(sqlite3.OperationalError(message)), kind)
    wrapped = RuntimeError("[SQL: insert ... parameters ('P-4711')]")
    wrapped.orig = sqlite3.OperationalError(message)  # type: ignore[attr-defined]
    said = say("The command", wrapped)
    assert isinstance(said, kind)
    assert "4711" not in str(said)


def test_memory_that_ran_out_is_told() -> None:
    for error in (MemoryError(), duckdb.OutOfMemoryException("could not allocate 8 GB")):
        said = say("Deriving lines", error)
        assert isinstance(said, EnvironmentFailedError)
        assert "RECHALLENGE_MEMORY_LIMIT" in str(said)


@pytest.mark.parametrize(
    "error", [duckdb.ConversionException("'P-4711' is no int"), ValueError("P-4711"), OSError("P")]
)
def test_any_other_message_is_withheld(error: Exception) -> None:
    assert environment_error(error) is None
    assert isinstance(say("It", error), StepFailedError)


def test_a_zone_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECHALLENGE_TIMEZONE", "Europe/Amsterdm")
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - pydantic's, told apart below
        Settings()
    said = say("The command", caught.value)
    assert isinstance(said, WrongUseError)
    assert "timezone 'Europe/Amsterdm' is no zone" in str(said)


def damage(path: Path, at: int, junk: bytes = b"\xff" * 64) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + len(junk)] = junk
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0, 9, 4096 + 20, 8192 + 20, 12288 + 30])
def test_a_damaged_warehouse_is_said_to_be_damaged(tmp_path: Path, at: int) -> None:
    settings = Settings(home=tmp_path)
    with open_session(settings) as con:
        con.execute("create table raw.t as select range as r from range(100000)")
    damage(settings.warehouse_path, at)
    if at in (4096 + 20, 8192 + 20):  # two headers: one of them is the older
        damage(settings.warehouse_path, 4096 + 20)
        damage(settings.warehouse_path, 8192 + 20)
    for opened in (open_session, open_session_read_only):
        with pytest.raises(InputUnreadableError, match="is damaged") as caught, opened(settings):
            pass
        assert str(settings.warehouse_path) in str(caught.value)
        assert "held by another run" not in str(caught.value)


def test_a_warehouse_that_is_cut_off_is_damaged(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.warehouse_path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(InputUnreadableError, match="is damaged"), open_session(settings):
        pass


@pytest.mark.skipif(not _HAS_ENCRYPTION, reason="the extra `encryption` is not installed")
def test_a_key_that_is_wrong_missing_or_needless_is_wrong_use(tmp_path: Path) -> None:
    def opened(key: str | None, home: str = "one") -> None:
        with open_session(Settings(home=tmp_path / home, encryption_key=key)):  # type: ignore[arg-type]
            pass

    opened("right")
    opened(None, "two")
    for key, home, problem in (
        ("wrong", "one", "the encryption key does not fit"),
        (None, "one", "no encryption key is set"),
        ("right", "two", "the database is not encrypted"),
        ("", "one", "the encryption key is empty"),
    ):
        with pytest.raises(WrongKeyError, match=problem) as caught:
            opened(key, home)
        assert caught.value.exit_code == 2
        assert str(tmp_path / home / "warehouse.duckdb") in str(caught.value)
    opened("right")  # nothing was changed


def test_a_file_that_may_not_grow_is_an_error_of_the_environment(tmp_path: Path) -> None:
    """What a full disk does: DuckDB cannot write, and says why."""
    script = (
        "import resource, signal, sys, duckdb\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "from assets.guard import say\n"
        "try:\n"
        "    con = duckdb.connect(sys.argv[1])\n"
        "    con.execute('create table t as select random() as r from range(1_000_000)')\n"
        "    con.execute('checkpoint')\n"
        "except Exception as error:\n"
        "    said = say('It', error); print(type(said).__name__, said.exit_code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "w.duckdb")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == "EnvironmentFailedError 1", done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_with_its_code_and_a_sentence(number: signal.Signals) -> None:
    script = (
        "import os, sys\n"
        "from assets import cli\n"
        f"cli.app = lambda argv: os.kill(os.getpid(), {int(number)})\n"
        "cli.main([])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 143
    assert done.stderr.strip() == f"Stopped by {number.name}. Nothing is half-published."
