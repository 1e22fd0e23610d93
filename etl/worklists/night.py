"""The worklists of a night, and those of the snapshot that is current.

Belongs here: where the lists of a night and of a published snapshot get what they need. Does not
belong here: writing them (`export`), their folder (`shelf`).
"""

from pathlib import Path

import duckdb

from etl.errors import InputUnreadableError, WrongUseError
from etl.nearest import near
from etl.publish.night import Night
from etl.publish.shelf import CURRENT, Shelf
from etl.publish.snapshot import DATABASE
from etl.settings import Settings
from etl.warehouse import open_reader
from etl.worklists import select, shelf
from etl.worklists.export import OfSnapshot, Written, manifest_of, write_lists
from expectations import queries
from expectations.query_life import Finding


def write_night(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> list[Written]:
    """Write the lists of a night under its snapshot's id; nobody is pointed to them yet.

    Args:
        con: The warehouse, after the ledger was planned.
        settings: Where to, and how many rows.
        night: The night.
    """
    row = con.execute("select source, registry, export_date from source.export").fetchone()
    assert row is not None  # noqa: S101 - the export is loaded
    source, registry, export_date = row
    of = OfSnapshot(night.snapshot_id, source, registry or source, night.as_of, export_date)
    asked = queries.read(settings.words_of_the_night)
    folder = shelf.building(settings, night.snapshot_id)
    written = write_lists(con, select.TONIGHT, of, asked, folder, rows=settings.worklist_rows)
    shelf.place(settings, night.snapshot_id, manifest_of(of, written))
    return written


def write_again(
    settings: Settings,
    folder: Path,
    *,
    only: str | None = None,
    release_as: str | None = None,
) -> list[Written]:
    """Write the lists of the current snapshot with what was asked and answered since.

    Args:
        settings: Where the published snapshots and the stewards' file stand, and how many rows.
        folder: Where to; made when absent.
        only: The list of this hospital alone, or of `registry`.
        release_as: Who releases the findings of the hospitals' lists as queries; None to release
            nothing. The registry's own list asks nobody.

    Raises:
        InputUnreadableError: nothing is published yet, or not with what lists need.
        WrongUseError: there is no such hospital.
    """
    published = Shelf(settings.published)
    path = settings.published / CURRENT / DATABASE
    if not path.exists():
        raise InputUnreadableError(
            f"Nothing is published in {settings.published} yet. Run `rechallenge refresh` first."
        )
    manifest = published.get(CURRENT).manifest
    with open_reader(path) as con:
        _check_has_lists(con)
        of = _of_published(con, manifest["snapshot_id"], manifest["registry"])

        def write() -> list[Written]:
            asked = queries.read(settings.acceptances_path)
            rows = settings.worklist_rows
            return write_lists(con, select.PUBLISHED, of, asked, folder, rows=rows, only=only)

        _check_hospital(con, only)
        written = write()
        if release_as is None:
            return written
        ids = [
            finding_id
            for one in written
            if one.counts.list_id != select.REGISTRY
            for finding_id in one.finding_ids
        ]
        queries.release(
            settings.acceptances_path, _findings(con, ids), author=release_as, on=settings.today()
        )
        return write()


def _check_has_lists(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' "
        "and table_name = 'worklist_hospitals'"
    ).fetchone()
    if found is None:
        raise InputUnreadableError(
            "The current snapshot was published by a version that wrote no worklists. "
            "Run `rechallenge refresh` once."
        )


def _check_hospital(con: duckdb.DuckDBPyConnection, only: str | None) -> None:
    if only is None or only == select.REGISTRY:
        return
    rows = con.execute("select hospital_id from quality.worklist_hospitals order by 1").fetchall()
    known = [hospital for (hospital,) in rows]
    if only not in known:
        raise WrongUseError(
            f"There is no hospital {only}.{near(only, known)} Known are "
            f"{', '.join(known) or 'none'}; `{select.REGISTRY}` gives the registry's own list."
        )


def _of_published(
    con: duckdb.DuckDBPyConnection, snapshot_id: str, registry: str | None
) -> OfSnapshot:
    row = con.execute(
        "select source, as_of, export_date from quality.snapshots where snapshot_id = ?",
        [snapshot_id],
    ).fetchone()
    if row is None:
        raise InputUnreadableError(
            f"The snapshot {snapshot_id} does not know itself; `rechallenge verify` says more."
        )
    source, as_of, export_date = row
    return OfSnapshot(snapshot_id, source, registry or source, as_of, export_date)


def _findings(con: duckdb.DuckDBPyConnection, ids: list[str]) -> list[Finding]:
    rows = con.execute(
        "select finding_id, rule_id, rule_hash, record_key, hospital_id, accept_key, opened_on "
        "from quality.findings where list_contains($ids, finding_id) order by finding_id",
        {"ids": ids},
    ).fetchall()
    by_id = {row[0]: Finding(*row) for row in rows}
    return [by_id[finding_id] for finding_id in ids]
