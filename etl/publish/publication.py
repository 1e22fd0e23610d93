"""Publishing: the order in which a snapshot comes to stand on the shelf.

Belongs here: that order, and finishing or undoing it after a kill. Does not belong here: each
part of it (`gate`, `snapshot`, `shelf`), and when it happens (`assets`).

The order makes every instant safe. The folder is built under a hidden name, synced, and named
by one rename; the ledger's entries and the snapshot's own are one transaction; only then does
`current` move, by one rename. A note says which snapshot is under way: at the next start
`recover` finishes what was committed and removes what was not.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.models import load_models
from etl.publish import expected_hospitals, files, gate, snapshot, steps
from etl.publish.night import Night
from etl.publish.shelf import DEFINITIONS, Published, Shelf
from etl.settings import Settings
from etl.studies import load_studies
from expectations import ledger
from expectations.catalogue import Catalogue


@dataclass(frozen=True)
class Publication:
    """What the publish step did: the snapshot, whether it is new, and what retention removed."""

    snapshot_id: str
    is_new: bool
    folder: Path
    removed: tuple[str, ...] = ()


def recover(con: duckdb.DuckDBPyConnection, settings: Settings) -> str | None:
    """Finish or undo what a killed run left; a sentence, or None when there was nothing."""
    return Shelf(settings.published).recover(lambda name: _is_committed(con, name))


def publish(
    con: duckdb.DuckDBPyConnection, settings: Settings, catalogue: Catalogue
) -> Publication:
    """Publish what stands in the warehouse, unless it stands published already.

    Args:
        con: The working warehouse, after judging and planning the ledger.
        settings: Where to, how many to keep, which storage version.
        catalogue: The rules the gate asks for.

    Raises:
        GateHeldError: something holds the gate; nothing was published.
    """
    shelf = Shelf(settings.published)
    shelf.root.mkdir(parents=True, exist_ok=True)
    recover(con, settings)
    night = Night.read(con)
    head = shelf.head()
    if head is not None and head.inputs_hash == night.inputs.hash:
        return Publication(head.snapshot_id, False, head.folder)

    counts = table_counts(con)
    same_source = head is not None and head.manifest["source"] == night.inputs.source
    gate.ask(
        con,
        catalogue,
        required=steps.required(
            {name: one.depends_on for name, one in load_models().items()},
            night.studies,
            readers=night.readers,
        ),
        counts=counts,
        last_counts=head.manifest["layers"] if head is not None and same_source else {},
        may_be_empty=_study_tables(con) if _asks_for_fewer_studies(head, night) else (),
        last_hospitals=expected_hospitals.hospitals_of(head, night.inputs.source),
    )
    record = _record(con, night)
    ledger.plan_snapshot(con, record)
    building = shelf.building(night.snapshot_id)
    if building.exists():
        files.remove_tree(building)
    snapshot.build(
        con,
        building,
        storage_version=settings.storage_version,
        with_sav=settings.publish_sav and night.readers,
        outputs=settings.outputs,
        manifest=_manifest(con, night, record, counts, head, settings),
    )
    shelf.announce(night.snapshot_id)
    _name(building, shelf.folder(night.snapshot_id))
    ledger.commit(con, record)
    con.execute("checkpoint")
    shelf.switch(night.snapshot_id)
    shelf.conclude()
    removed = shelf.prune(settings.keep_snapshots)
    return Publication(night.snapshot_id, True, shelf.folder(night.snapshot_id), tuple(removed))


def table_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of every staging, derived and marts table, by `layer.table`."""
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('staging', 'derived', 'marts') "
        "and database_name = current_database() order by schema_name, table_name"
    ).fetchall()
    counts = {}
    for schema, name in tables:
        row = con.execute(f'select count(*) from {schema}."{name}"').fetchone()
        counts[f"{schema}.{name}"] = int(row[0]) if row else 0
    return counts


def _is_committed(con: duckdb.DuckDBPyConnection, snapshot_id: str) -> bool:
    exists = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'snapshots'"
    ).fetchone()
    if not exists:
        return False
    found = con.execute(
        "select 1 from quality.snapshots where snapshot_id = ?", [snapshot_id]
    ).fetchone()
    return found is not None


def _name(building: Path, folder: Path) -> None:
    if folder.exists():  # left by a warehouse that was since removed, and in no ledger
        files.remove_tree(folder)
    building.chmod(0o755)  # a sealed folder cannot be renamed by everyone who may seal it
    building.rename(folder)
    folder.chmod(0o555)
    files.sync(folder.parent)


def _record(con: duckdb.DuckDBPyConnection, night: Night) -> ledger.SnapshotRecord:
    row = con.execute("select source, registry, export_date from source.export").fetchone()
    if row is None:
        raise LookupError("source.export is empty: no export is loaded")
    source, _, export_date = row
    return ledger.SnapshotRecord(
        snapshot_id=night.snapshot_id,
        source=source,
        export_id=night.inputs.export_id,
        export_date=export_date,
        as_of=night.as_of,
        rules_hash=night.inputs.rules_hash,
        code_version=night.inputs.code_version,
    )


def _manifest(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    record: ledger.SnapshotRecord,
    counts: dict[str, int],
    head: Published | None,
    settings: Settings,
) -> dict[str, object]:
    row = con.execute("select registry, scope from source.export").fetchone()
    delivered = con.execute(
        "select file_name, sha256, lines, loaded, rejected, opted_out from raw.files "
        "order by file_name"
    ).fetchall()
    names = ("file", "sha256", "lines", "loaded", "rejected", "opted_out")
    return {
        "format": 1,
        "snapshot_id": night.snapshot_id,
        "sequence": head.sequence + 1 if head else 1,
        "source": night.inputs.source,
        "registry": row[0] if row else None,
        "scope": row[1] if row else None,
        "export_id": record.export_id,
        "export_date": str(record.export_date),
        "as_of": str(night.as_of),
        "studies": list(night.studies),
        "rules_hash": night.inputs.rules_hash,
        "code_version": night.inputs.code_version,
        "duckdb_version": duckdb.__version__,
        "storage_version": settings.storage_version,
        "inputs_hash": night.inputs.hash,
        "inputs": night.inputs.as_dict(),
        DEFINITIONS: _definitions(night),
        "delivered": [dict(zip(names, one, strict=True)) for one in delivered],
        "layers": counts,
    }


def _definitions(night: Night) -> dict[str, object]:
    """The studies' definitions, so that a later snapshot can say what differs."""
    known = load_studies()
    return {name: known[name].model_dump(mode="json") for name in night.studies if name in known}


def _asks_for_fewer_studies(head: Published | None, night: Night) -> bool:
    return head is not None and not set(head.manifest["studies"]) <= set(night.studies)


def _study_tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "select distinct schema_name || '.' || table_name from duckdb_columns() "
        "where schema_name = 'marts' and column_name = 'study'"
    ).fetchall()
    return [name for (name,) in rows]
