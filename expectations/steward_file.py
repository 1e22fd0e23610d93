"""The file in which stewards' words stand: its schema, opening it, its versions.

Belongs here: the SQLite file itself, its ids and its copy for a night. Does not belong here: what
is written to it (acceptances, queries, withdrawn deliveries).

It is a file apart from the warehouse, so that a refresh never blocks a steward. Nothing said is
changed or removed: a withdrawal, an approval, an answer are rows of their own. Times in it are UTC
and for the record only; what counts on which day is said by the days that callers give.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from expectations.errors import StewardFileError

_VERSIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        create table if not exists acceptances (
            number integer primary key autoincrement,
            target text not null, record_key text not null, author text not null,
            reason text not null, until text, given_at text not null
        )
        """,
        """
        create table if not exists withdrawals (
            acceptance_id text primary key, author text not null, reason text not null,
            withdrawn_at text not null
        )
        """,
    ),
    (
        "alter table acceptances add column is_proposal integer not null default 0",
        "alter table acceptances add column rule_hash text",
        "alter table acceptances add column accept_key text",
        "alter table acceptances add column query_id text",
        """
        create table approvals (
            acceptance_id text primary key, author text not null, approved_at text not null
        )
        """,
        """
        create table queries (
            number integer primary key autoincrement,
            finding_id text not null unique, rule_id text not null, rule_hash text not null,
            record_key text not null, hospital_id text, accept_key text not null
        )
        """,
        """
        create table query_events (
            ordinal integer primary key autoincrement,
            number integer not null references queries (number),
            event text not null, happened_on text not null, who text not null,
            said text, answer text, assignee text, written_at text not null
        )
        """,
        "create index query_events_of on query_events (number, ordinal)",
    ),
    (
        """
        create table withdrawn_deliveries (
            number integer primary key autoincrement,
            source text not null, export_id text not null, author text not null,
            reason text not null, withdrawn_at text not null, taken_again_at text
        )
        """,
    ),
    (
        """
        create table finding_aliases (
            earlier_finding_id text primary key, finding_id text not null
        )
        """,
    ),
)
"""What each version of the file adds to the one before; `pragma user_version` counts them."""


@contextmanager
def open_file(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, made or brought up to date when needed; one transaction.

    Raises:
        StewardFileError: it was made by a newer version of the program.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        _bring_up_to_date(db)
        db.execute("begin immediate")
        try:
            yield db
        except BaseException:
            db.execute("rollback")
            raise
        db.execute("commit")
    finally:
        db.close()


@contextmanager
def read_file(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the file to read one state of it; None when nothing was ever said."""
    if not path.exists():
        yield None
        return
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        _bring_up_to_date(db)
        db.execute("begin")
        yield db
        db.execute("commit")
    finally:
        db.close()


def copy_file(path: Path, into: Path) -> None:
    """Copy one state of the file, so that every step of a night reads the same words."""
    into.unlink(missing_ok=True)
    if path.exists():
        with (
            closing(sqlite3.connect(path, timeout=30)) as said,
            closing(sqlite3.connect(into)) as to,
        ):
            said.backup(to)


def finding_aliases(path: Path) -> dict[str, str]:
    """Today's id of each finding that an earlier release knew by another."""
    with read_file(path) as db:
        if db is None:
            return {}
        return dict(db.execute("select earlier_finding_id, finding_id from finding_aliases"))


def acceptance_id(number: int) -> str:
    """The id of an acceptance, as in A00012."""
    return f"A{number:05d}"


def query_id(number: int) -> str:
    """The id of a query, as in Q00012."""
    return f"Q{number:05d}"


def number_of(written: str) -> int:
    """The number in an id; -1, which nothing has, when it is written otherwise."""
    digits = written.strip()[1:]
    return int(digits) if digits.isascii() and digits.isdigit() else -1


def now() -> str:
    """The time to note beside what was said, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _bring_up_to_date(db: sqlite3.Connection) -> None:
    if _version(db) == len(_VERSIONS):
        return
    if _version(db) > len(_VERSIONS):
        raise StewardFileError(
            f"The stewards' file is of version {_version(db)}, made by a newer Rechallenge; this "
            f"one knows version {len(_VERSIONS)}. Install the newer one again."
        )
    db.execute("begin immediate")
    # Asked again inside the transaction: another process may have been quicker.
    for number, statements in enumerate(_VERSIONS[_version(db) :], start=_version(db) + 1):
        for statement in statements:
            db.execute(statement)
        db.execute(f"pragma user_version = {number}")
    db.execute("commit")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma user_version").fetchone()[0])
