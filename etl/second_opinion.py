"""The second opinion on the working warehouse, and its Data Docs on a shelf of their own.

Belongs here: on which warehouse it is asked, where its pages stand and how long. Does not belong
here: asking and comparing (`expectations.second_opinion`), when it happens (`assets`).

`home/data_docs/<snapshot_id>/` is replaced as a whole, and `home/data_docs/current` points at the
newest, by rename. As many are kept as snapshots are.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.errors import InputUnreadableError, RechallengeError, WarehouseBusyError
from etl.publish import files
from etl.publish.night import Night
from etl.publish.shelf import CURRENT, Shelf
from etl.settings import Settings
from etl.warehouse import open_session_read_only
from expectations.catalogue import Catalogue
from expectations.second_opinion.agreement import Opinion, ask

_BUILDING = ".building-"


class DisagreementError(RechallengeError):
    """Great Expectations counts otherwise than we do: one of the two is wrong."""


@dataclass(frozen=True)
class SecondOpinion:
    """What Great Expectations says of a snapshot, and where it can be read.

    `folder` is None when the snapshot was never published: its gate held.
    """

    snapshot_id: str
    opinion: Opinion
    folder: Path | None


def second_opinion(
    settings: Settings,
    catalogue: Catalogue,
    *,
    patience_seconds: float = 0,
    sleep: Callable[[float], None] = time.sleep,
) -> SecondOpinion:
    """Ask Great Expectations about the last night, and lay its Data Docs on the shelf.

    Args:
        settings: Gives the warehouse and the folders.
        catalogue: The rules.
        patience_seconds: How long to wait for a run that holds the warehouse.
        sleep: Waits so many seconds.

    Raises:
        WarehouseBusyError: another run holds the warehouse for longer than that.
        InputUnreadableError: no night has judged anything yet.
    """
    waited = 0.0
    while True:
        try:
            with open_session_read_only(settings) as con:
                return ask_session(con, settings, catalogue)
        except WarehouseBusyError:
            if waited >= patience_seconds:
                raise
            sleep(5)
            waited += 5


def ask_session(
    con: duckdb.DuckDBPyConnection, settings: Settings, catalogue: Catalogue
) -> SecondOpinion:
    """The same, on a session that is open; read-only is enough."""
    if not _has_judged(con):
        raise InputUnreadableError(
            f"No night has judged anything in {settings.warehouse_path} yet. Run "
            "`rechallenge refresh` or `rechallenge demo` first."
        )
    snapshot_id = Night.read(con).snapshot_id
    opinion = ask(con, catalogue)
    published = {one.snapshot_id for one in Shelf(settings.published).all()}
    if snapshot_id not in published:
        return SecondOpinion(snapshot_id, opinion, None)
    folder = _lay_out(settings, snapshot_id, opinion)
    _prune(settings, published)
    return SecondOpinion(snapshot_id, opinion, folder)


def waits_for_opinion(settings: Settings) -> str | None:
    """The snapshot published last, when it has no Data Docs yet; else None."""
    head = Shelf(settings.published).head()
    if head is None or (settings.data_docs / head.snapshot_id).is_dir():
        return None
    return head.snapshot_id


def must_agree(found: SecondOpinion) -> None:
    """Refuse a second opinion that differs.

    Raises:
        DisagreementError: it does; the sentence names the rules and both counts.
    """
    sentences = found.opinion.sentences()
    if sentences:
        raise DisagreementError(
            f"Great Expectations disagrees with us on {len(sentences)} of "
            f"{len(found.opinion.rules)} rules of snapshot {found.snapshot_id}. "
            + " ".join(sentences)
            + " Either the rule's condition or its expression for Great Expectations is wrong: "
            "compare both on the rule's examples."
        )


def _has_judged(con: duckdb.DuckDBPyConnection) -> bool:
    tables = con.execute(
        "select count(*) from duckdb_tables() where database_name = current_database() and "
        "(schema_name, table_name) in (('quality', 'judged'), ('raw', 'night'))"
    ).fetchone()
    if tables != (2,):
        return False
    judged = con.execute("select count(*) from quality.judged").fetchone()
    return judged is not None and judged[0] > 0


def _lay_out(settings: Settings, snapshot_id: str, opinion: Opinion) -> Path:
    """Build the pages under a hidden name, then name them and point at them, by rename."""
    from expectations.second_opinion.data_docs import write_site

    shelf = settings.data_docs
    shelf.mkdir(parents=True, exist_ok=True)
    building, folder = shelf / f"{_BUILDING}{snapshot_id}", shelf / snapshot_id
    shutil.rmtree(building, ignore_errors=True)
    write_site(building, opinion, snapshot_id)
    if folder.exists():
        doomed = shelf / f"{_BUILDING}old-{snapshot_id}"
        shutil.rmtree(doomed, ignore_errors=True)
        folder.rename(doomed)
        building.rename(folder)
        shutil.rmtree(doomed)
    else:
        building.rename(folder)
    files.point_link(shelf / CURRENT, snapshot_id)
    return folder


def _prune(settings: Settings, published: set[str]) -> None:
    """Pages live as long as their snapshot; what a killed run left goes, too."""
    for folder in settings.data_docs.iterdir():
        if folder.is_symlink() or not folder.is_dir() or folder.name in published:
            continue
        shutil.rmtree(folder)
