"""Which hospitals a registry of parts must hold, and which it lacks (definitions, gate).

Expected are the hospitals active in `hospitals.csv` or, without it, those of the last snapshot;
not those whose own delivery was withdrawn. A full delivery stands for every hospital.
"""

from collections.abc import Collection

import duckdb

from etl.publish.shelf import Published
from etl.publish.snapshot import DATABASE
from etl.warehouse import open_reader

_STANDING = "select hospital_id from source.deliveries where hospital_id is not null"
_WHOLE = """
    select count(*) > 0 from (
        select 1 from source.deliveries where hospital_id is null
        union all
        select 1 from deliveries.exports inner join source.export using (source)
        where exports.hospitals is null and exports.in_force
    )
"""
_LISTED = """
    select distinct h.hospital_id
    from staging.hospitals as h
    cross join (select max(export_date) as day from source.export) as cutoff
    where h.is_placed
        and coalesce(h.active_from_earliest <= cutoff.day, true)
        and coalesce(h.active_to_latest >= cutoff.day, true)
"""
_WITHDRAWN = """
    select unnest(received.hospitals) from deliveries.received
    inner join source.export using (source) where received.is_withdrawn
"""


def hospitals_of(head: Published | None, source: str) -> frozenset[str]:
    """The hospitals with rows in a published snapshot of this registry; none of another's."""
    if head is None or head.manifest["source"] != source:
        return frozenset()
    with open_reader(head.folder / DATABASE) as con:
        return frozenset(
            _names(
                con,
                "select distinct hospital_id from quality.hospital_deliveries "
                "where rows > 0 and hospital_id is not null",
            )
        )


def missing(con: duckdb.DuckDBPyConnection, last: Collection[str]) -> list[str]:
    """Why the gate holds: the expected hospitals of which no delivery stands.

    Args:
        con: The warehouse, staged.
        last: Hospitals of the last snapshot.
    """
    if _one(con, _WHOLE):
        return []
    is_listed = bool(_one(con, "select count(*) from staging.hospitals where is_placed"))
    expected = set(_names(con, _LISTED)) if is_listed else set(last)
    lacking = sorted(expected - set(_names(con, _STANDING)) - set(_names(con, _WITHDRAWN)))
    if not lacking:
        return []
    because = "hospitals.csv has them as active" if is_listed else "the last snapshot has them"
    left = "of a hospital that has left, give its active_to in hospitals.csv"
    return [f"no delivery stands of {', '.join(lacking)} ({because}; {left})"]


def remark(con: duckdb.DuckDBPyConnection, last: Collection[str]) -> str | None:
    """What to say of parts where nobody knows which hospitals are expected; None where it is known.

    Args:
        con: The warehouse, loaded.
        last: Hospitals of the last snapshot.
    """
    if last or _one(con, _WHOLE) or _one(con, "select count(*) from source.hospitals"):
        return None
    return (
        f"The registry holds {', '.join(sorted(_names(con, _STANDING)))} and no other hospital: "
        "neither hospitals.csv nor an earlier snapshot says which hospitals are expected."
    )


def _names(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return [str(name) for (name,) in con.execute(sql).fetchall() if name is not None]


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = con.execute(sql).fetchone()
    return row[0] if row else None
