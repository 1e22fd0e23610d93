"""Deliveries that somebody withdrew: kept in the stewards' file with author and reason.

Published snapshots stay. From the next refresh on the registry is composed without a withdrawn
delivery, and the same contents are not taken again unless somebody says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from etl.errors import WrongUseError
from etl.ingest.received import short
from expectations import steward_file


@dataclass(frozen=True)
class Withdrawal:
    """A delivery that was withdrawn, by whom and why; times are UTC."""

    source: str
    export_id: str
    author: str
    reason: str
    withdrawn_at: str


def withdraw(path: Path, source: str, export_id: str, *, author: str, reason: str) -> None:
    """Withdraw a delivery; once more keeps the first author and reason.

    Args:
        path: The stewards' file; made when absent.
        source: Its registry.
        export_id: The hash of its contents.
        author: Who says so, as typed.
        reason: Why.
    """
    if export_id in {one.export_id for one in read_withdrawals(path, source)}:
        return
    with steward_file.open_file(path) as db:
        db.execute(
            "insert into withdrawn_deliveries (source, export_id, author, reason, withdrawn_at) "
            "values (?, ?, ?, ?, ?)",
            [source, export_id, author.strip(), reason.strip(), steward_file.now()],
        )


def take_again(path: Path, source: str, export_id: str) -> None:
    """Take a withdrawn delivery again; that it was withdrawn stays in the file."""
    with steward_file.open_file(path) as db:
        db.execute(
            "update withdrawn_deliveries set taken_again_at = ? "
            "where source = ? and export_id = ? and taken_again_at is null",
            [steward_file.now(), source, export_id],
        )


def read_withdrawals(path: Path, source: str) -> list[Withdrawal]:
    """The deliveries of a registry that are withdrawn now, in the order in which they were."""
    with steward_file.read_file(path) as db:
        if db is None:
            return []
        rows = db.execute(
            "select source, export_id, author, reason, withdrawn_at from withdrawn_deliveries "
            "where source = ? and taken_again_at is null order by number",
            [source],
        ).fetchall()
    return [Withdrawal(*row) for row in rows]


def refuse_withdrawn(withdrawals: Iterable[Withdrawal], export_id: str) -> None:
    """Refuse the contents of a withdrawn delivery.

    Raises:
        WrongUseError: they were withdrawn; the sentence says by whom and why.
    """
    for one in withdrawals:
        if one.export_id == export_id:
            raise WrongUseError(
                f"Delivery {short(export_id)} was withdrawn by {one.author} at {one.withdrawn_at} "
                f"({one.reason}), and these are its contents. Ask for a corrected delivery, or "
                "take it again with `rechallenge refresh --export DIR --again`."
            )
