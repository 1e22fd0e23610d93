"""Every delivery that was ever taken over: `deliveries.received`, which forgets none.

A delivery's id is the beginning of the hash of its contents. The same contents again are one row,
unless another delivery had taken their place meanwhile: then they take it back, and a row of their
own says so.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

_COLUMNS = (
    "source varchar, number bigint, export_id varchar, export_date date, hospitals varchar[], "
    "folder varchar, received_on date, in_force boolean, superseded_by varchar, "
    "came_again_after varchar, is_withdrawn boolean, is_published boolean"
)
_NEWEST = (
    "(source, number) in (select (source, max(number)) from deliveries.received "
    "group by source, export_id)"
)
ID_LENGTH = 12


@dataclass(frozen=True)
class Delivered:
    """One delivery of a source: what it is, when its data end, and whom it covers (None: all).

    Attributes:
        folder: name of the folder it came in.
        received_on: the ledger's day; None where there is no ledger.
    """

    source: str
    export_id: str
    export_date: dt.date
    hospitals: tuple[str, ...] | None
    folder: str = ""
    received_on: dt.date | None = None


@dataclass(frozen=True)
class Received:
    """One delivery as it was taken over.

    Attributes:
        hospitals: those it covers; None: all.
        folder: name of the folder it came in.
        received_on: the ledger's day.
        in_force: whether the registry's state holds it.
        superseded_by: the delivery that took its place.
        came_again_after: the same contents had come before and this delivery had taken their
            place.
        is_published: whether a published snapshot held it.
    """

    source: str
    number: int
    export_id: str
    export_date: dt.date
    hospitals: tuple[str, ...] | None
    folder: str
    received_on: dt.date | None
    in_force: bool
    superseded_by: str | None
    came_again_after: str | None
    is_withdrawn: bool
    is_published: bool

    @property
    def delivery_id(self) -> str:
        """Its id as it is printed."""
        return short(self.export_id)

    @property
    def status(self) -> str:
        """In force, superseded, withdrawn, or older: never in force, what stood was newer."""
        if self.is_withdrawn:
            return "withdrawn"
        if self.in_force:
            return "in force"
        return "superseded" if self.superseded_by else "older"


def short(export_id: str) -> str:
    """The id of a delivery as it is printed."""
    return export_id[:ID_LENGTH]


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table where it is absent."""
    con.execute("create schema if not exists deliveries")
    con.execute(f"create table if not exists deliveries.received ({_COLUMNS})")


def note_withdrawn(con: duckdb.DuckDBPyConnection, source: str, withdrawn: Sequence[str]) -> None:
    """Mark the deliveries that were withdrawn, and no others."""
    con.execute(
        "update deliveries.received set is_withdrawn = list_contains($withdrawn, export_id), "
        "in_force = in_force and not list_contains($withdrawn, export_id) where source = $source",
        {"withdrawn": list(withdrawn), "source": source},
    )


def note_received(
    con: duckdb.DuckDBPyConnection, delivered: Delivered, in_force: Sequence[str]
) -> str | None:
    """Note a delivery, and which deliveries the registry's state holds now.

    Args:
        con: the warehouse, in the load's transaction.
        delivered: the delivery.
        in_force: deliveries that the state holds, by export_id.

    Returns:
        A sentence, where the same contents had come before and been superseded.
    """
    source, export_id = delivered.source, delivered.export_id
    before = con.execute(
        f"select superseded_by from deliveries.received where {_NEWEST} and source = ? "
        "and export_id = ?",
        [source, export_id],
    ).fetchone()
    after = before[0] if before else None
    if before is None or after is not None:
        con.execute(
            "insert into deliveries.received select ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, "
            "?, false, null, ?, false, false from deliveries.received",
            [
                *(source, export_id, delivered.export_date),
                None if delivered.hospitals is None else sorted(delivered.hospitals),
                *(delivered.folder, delivered.received_on, after),
            ],
        )
    con.execute(
        f"""
        update deliveries.received set
            in_force = {_NEWEST} and list_contains($now, export_id),
            superseded_by = case
                when {_NEWEST} and list_contains($now, export_id) then null
                when in_force and export_id <> $arrived then $arrived
                else superseded_by end
        where source = $source and not is_withdrawn
        """,
        {"now": list(in_force), "arrived": export_id, "source": source},
    )
    if after is None:
        return None
    what = (
        f"Delivery {short(export_id)} of {delivered.export_date}: its contents had come before, "
        f"and delivery {short(after)} had taken their place."
    )
    if export_id in in_force:
        return f"{what} They are the newest again: what {short(after)} corrected is taken back."
    return f"{what} What is in hand stays: its cut-off is later."


def note_published(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Note that what the registry's state holds now is published."""
    con.execute(
        "update deliveries.received set is_published = true where in_force and source = ?", [source]
    )


def read_received(con: duckdb.DuckDBPyConnection) -> list[Received]:
    """Every delivery of every registry, the newest first; none where nothing was loaded yet."""
    there = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'deliveries' "
        "and table_name = 'received' and database_name = current_database()"
    ).fetchone()
    if there is None:
        return []
    found = con.execute("select * from deliveries.received order by number desc")
    names = [column[0] for column in found.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [Received(**{**row, "hospitals": _tuple(row["hospitals"])}) for row in rows]


def _tuple(hospitals: list[str] | None) -> tuple[str, ...] | None:
    return None if hospitals is None else tuple(hospitals)
