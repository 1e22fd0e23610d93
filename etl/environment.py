"""What went wrong around the program, as sentences: disk, rights, memory, keys, a damaged database.

Such an error carries no patient's data: it speaks of files and of the machine. Any other message
may quote a value and is not told here.
"""

import errno
import os
import re
import sqlite3
from pathlib import Path

import duckdb
from pydantic import ValidationError

from etl.errors import (
    EnvironmentFailedError,
    InputUnreadableError,
    RechallengeError,
    WarehouseBusyError,
    WrongKeyError,
    WrongUseError,
)
from etl.settings import Settings, mistakes

_ADVICE = {
    errno.ENOSPC: "The disk is full. Free space",
    errno.EDQUOT: "The quota of this user is used up. Free space",
    errno.EFBIG: "A file may not grow so large here. Raise the limit of file sizes",
    errno.EROFS: "The file system is read-only. Use a folder that can be written to (--home)",
    errno.EACCES: "This user may not do that. Give it the right, or use another folder (--home)",
    errno.EPERM: "This user may not do that. Give it the right, or use another folder (--home)",
    errno.EMFILE: "Too many files are open. Raise the limit of open files",
    errno.EIO: "The disk failed or is full. Free space, or check it",
    errno.ENOMEM: "There is not enough memory. Lower RECHALLENGE_MEMORY_LIMIT or free some",
}
_SQLITE = {
    "database or disk is full": errno.ENOSPC,
    "readonly database": errno.EROFS,
    "unable to open database file": errno.EACCES,
    "disk I/O error": errno.EIO,
}
_DAMAGED = (
    "corrupt database file",
    "not a valid duckdb database",
    "could not read enough bytes",
    "database disk image is malformed",
    "file is not a database",
)
_QUOTED = re.compile(r'"((?:[A-Za-z]:|/)[^"]*)"')


def environment_error(error: BaseException) -> RechallengeError | None:
    """The error of the environment that an error is, or None when it is another.

    Returns:
        `WrongKeyError`, `WarehouseBusyError`, `WrongUseError` (a setting), `InputUnreadableError`
        (a damaged database) or `EnvironmentFailedError`.
    """
    error = getattr(error, "orig", None) or error  # what SQLAlchemy wraps
    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        return WrongUseError(mistakes(error))
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return EnvironmentFailedError(f"{_ADVICE[errno.ENOMEM]}, and run again.")
    if isinstance(error, OSError) and error.errno is not None:
        return _of_the_system(error.errno, error.filename)
    if isinstance(error, duckdb.Error):
        return _of_duckdb(str(error))
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(str(error))
    return None


def _of_the_system(number: int, path: object) -> RechallengeError:
    where = f"{os.fsdecode(path)}: " if isinstance(path, str | bytes | Path) else ""
    advice = _ADVICE.get(number, f"{os.strerror(number)}. Mend that")
    return EnvironmentFailedError(f"{where}{advice}, and run again.")


def _of_duckdb(message: str) -> RechallengeError | None:
    quoted = _QUOTED.search(message)
    path = quoted.group(1) if quoted else "the warehouse"
    if "Could not set lock on file" in message:
        return WarehouseBusyError(
            f"{path} is held by another run. Wait for it to end, or stop it, and try again."
        )
    key = _of_the_key(path, message)
    if key is not None:
        return key
    if any(sign in message.lower() for sign in _DAMAGED):
        return _damaged(path)
    for number in _ADVICE:
        if os.strerror(number) in message:
            return _of_the_system(number, path)
    return None


def _of_the_key(path: str, message: str) -> WrongKeyError | None:
    if "Wrong encryption key" in message or "AES tag differs" in message:
        problem = "the encryption key does not fit, or the file is damaged"
    elif "without a key" in message:
        problem = "the database is encrypted, and no encryption key is set"
    elif "is not encrypted" in message:
        problem = "an encryption key is set, and the database is not encrypted"
    elif "Not a valid key" in message:
        problem = "the encryption key is empty"
    else:
        return None
    return WrongKeyError(
        f"{path}: {problem}. Set RECHALLENGE_ENCRYPTION_KEY to the key it was written with (none, "
        "where it was written without)."
    )


def _of_sqlite(message: str) -> RechallengeError | None:
    if any(sign in message for sign in _DAMAGED):
        return _damaged("a database of the home folder (the stewards' file or Dagster's)")
    for sign, number in _SQLITE.items():
        if sign in message:
            return _of_the_system(number, None)
    if "database is locked" in message:
        return WarehouseBusyError("Another run holds the stewards' file. Try again when it ended.")
    return None


def _damaged(path: str) -> InputUnreadableError:
    return InputUnreadableError(
        f"{path}: the database is damaged and cannot be read. Take it back from a backup; a "
        "warehouse that is moved away is made anew from the next full delivery, its ledger is not."
    )
