"""Which published snapshots still hold somebody who opted out, and taking those off the shelf.

Belongs here: asking a snapshot, and removing it when told to. Does not belong here: making a
snapshot (it never holds them again), retention (`etl/publish/shelf`).

A snapshot is never changed: what was cited can be verified for as long as it stands. So it is kept
whole or removed whole, and only when a person says so.
"""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from etl.publish import files
from etl.publish.shelf import Published, Shelf
from etl.publish.snapshot import DATABASE
from etl.settings import Settings

_HOLDS_PATIENTS = ("marts.patients", "quality.unplaced_rows", "quality.findings")


@dataclass(frozen=True)
class Held:
    """A snapshot that holds patients who opted out since.

    Attributes:
        snapshot: the snapshot.
        patients: how many of them it holds.
        frozen_as: the names it is frozen under.
        stays_because: why it cannot be removed now; None when it can.
    """

    snapshot: Published
    patients: int
    frozen_as: tuple[str, ...]
    stays_because: str | None


def snapshots_holding(
    settings: Settings, opted_out: Collection[str], *, frozen_too: bool = False
) -> list[Held]:
    """The snapshots that hold one of these patients, the oldest first.

    Args:
        settings: Gives the shelf.
        opted_out: Every id of the patients who opted out.
        frozen_too: Whether a frozen snapshot may be removed.
    """
    shelf = Shelf(settings.published)
    published = shelf.all()
    names: dict[str, list[str]] = {}
    for name, snapshot_id in shelf.names().items():
        names.setdefault(snapshot_id, []).append(name)
    found = []
    for one in published:
        patients = patients_held(one, opted_out)
        if not patients:
            continue
        frozen_as = tuple(names.get(one.snapshot_id, ()))
        stays_because = None
        if one.snapshot_id in (shelf.current_id(), published[-1].snapshot_id):
            stays_because = "it is current or the last one; refresh first"
        elif frozen_as and not frozen_too:
            stays_because = "it is frozen; --frozen removes it with its name"
        found.append(Held(one, patients, frozen_as, stays_because))
    return found


def patients_held(published: Published, opted_out: Collection[str]) -> int:
    """How many of these patients a snapshot holds."""
    if not opted_out:
        return 0
    ids = sorted(opted_out)
    with duckdb.connect(str(published.folder / DATABASE), read_only=True) as con:
        there = {
            f"{schema}.{table}"
            for schema, table in con.execute(
                "select schema_name, table_name from duckdb_columns() "
                "where column_name = 'patient_id'"
            ).fetchall()
        }
        selects = " union ".join(
            f"select patient_id from {table}" for table in _HOLDS_PATIENTS if table in there
        )
        if con.execute(
            "select 1 from duckdb_columns() where schema_name = 'marts' "
            "and table_name = 'patients' and column_name = 'patient_ids'"
        ).fetchone():  # a linked person bears one id and names all
            selects += " union select unnest(string_split(patient_ids, ', ')) from marts.patients"
        row = con.execute(
            f"select count(*) from ({selects}) where list_contains($ids, patient_id)", {"ids": ids}
        ).fetchone()
    return int(row[0]) if row else 0


def remove(settings: Settings, held: Held) -> None:
    """Remove a snapshot, its frozen names, and the worklists of its night."""
    shelf = Shelf(settings.published)
    for name in held.frozen_as:
        (shelf.root / name).unlink()
    shelf.remove(held.snapshot)
    for folder in ("worklists", "data_docs"):
        beside = settings.home / folder / held.snapshot.snapshot_id
        if beside.is_dir():
            files.remove_tree(beside)
