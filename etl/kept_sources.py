"""The source tables of published snapshots, kept so that a past night can be judged again.

Belongs here: keeping them beside the warehouse, finding them again, removing those that no
published snapshot needs. Does not belong here: judging (`etl.rejudge`), what analysts get
(`etl.publish`).

They are the rows as delivered, after the registry's mapping: what staging is made from. They stand
in `home/sources/<export id>`, readable by the operator alone, and are never served or published.
Nights over the same delivery share one folder.
"""

import shutil
from pathlib import Path

import duckdb

from etl.errors import InputUnreadableError
from etl.ingest.earlier_rows import bring_up
from etl.ingest.source_tables import create_source_tables
from etl.publish import files
from etl.publish.shelf import Published, Shelf
from etl.settings import Settings
from expectations.export_format import TABLES

_BUILDING = ".building-"


def keep(con: duckdb.DuckDBPyConnection, settings: Settings, export_id: str) -> Path | None:
    """Keep what stands in `source`, unless it is kept already; None where nothing may be kept.

    A site that encrypts its warehouse keeps no rows in plain files.
    """
    if not settings.keep_sources or settings.encryption_key is not None:
        return None
    folder = settings.sources / export_id
    if folder.exists():
        return folder
    settings.sources.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.sources.chmod(0o700)
    building = settings.sources / f"{_BUILDING}{export_id}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    for table in _tables(con):
        path = building / f"{table}.parquet"
        quoted = str(path).replace("'", "''")
        con.execute(
            f"copy (select * from source.\"{table}\") to '{quoted}' "
            "(format parquet, compression zstd)"
        )
        path.chmod(0o600)
        files.sync(path)
    building.rename(folder)
    files.sync(folder.parent)
    return folder


def load(con: duckdb.DuckDBPyConnection, settings: Settings, published: Published) -> None:
    """Fill `source` with the tables of a published snapshot.

    Raises:
        InputUnreadableError: they were not kept.
    """
    folder = settings.sources / str(published.manifest["export_id"])
    found = sorted(folder.glob("*.parquet"))
    if not found:
        raise InputUnreadableError(
            f"The source rows of snapshot {published.snapshot_id} were not kept in "
            f"{settings.sources}, so it cannot be judged again. They are kept from the night on "
            "that RECHALLENGE_KEEP_SOURCES is true, and never where the warehouse is encrypted."
        )
    create_source_tables(con)  # an earlier version kept fewer tables
    for path in found:
        quoted = str(path).replace("'", "''")
        con.execute(
            f"create or replace table source.\"{path.stem}\" as from read_parquet('{quoted}')"
        )
        if path.stem in TABLES:  # an earlier version kept fewer columns, and told no parts apart
            bring_up(con, f"source.{path.stem}", path.stem)


def prune(settings: Settings) -> list[str]:
    """Remove the source tables that no published snapshot came from; returns their exports.

    None while a publication is unfinished or a manifest cannot be read: whose they are is not
    known then.
    """
    shelf = Shelf(settings.published)
    if not settings.sources.is_dir() or shelf.has_unfinished or shelf.damaged():
        return []
    wanted = {str(one.manifest["export_id"]) for one in shelf.all()}
    doomed = [path for path in sorted(settings.sources.iterdir()) if path.name not in wanted]
    for path in doomed:
        files.remove_tree(path)
    return [path.name for path in doomed]


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'source' "
        "and database_name = current_database() order by table_name"
    ).fetchall()
    return [name for (name,) in rows]
