"""The folder in which answered worklists arrive, and what becomes of them.

Belongs here: which files wait and have settled, importing one, and the report beside it. Does
not belong here: watching (`assets`), what is in a file (`read`, `answers`).

A file goes to `done` when everything filled in is recorded, else to `rejected`. It is moved after
its answers were recorded; one that was read by a run that was cut off is read again and changes
nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import InputUnreadableError
from etl.publish import files
from etl.publish.shelf import CURRENT
from etl.publish.snapshot import DATABASE
from etl.settings import Settings
from etl.warehouse import open_reader
from etl.worklists.answers import READER, Outcome, import_file

ANSWERS, DONE, REJECTED = "answers", "done", "rejected"


@dataclass(frozen=True)
class Waiting:
    """A file that arrived: its path, and a key that is another when it arrives again."""

    path: Path
    key: str


def folder_of(settings: Settings) -> Path:
    """Where answered worklists arrive."""
    return settings.worklists / ANSWERS


def waiting(settings: Settings, now: float) -> tuple[list[Waiting], int]:
    """The files that wait and have settled, oldest first, and how many are still being written.

    Args:
        settings: Give the folder and how long a file must not have changed.
        now: Seconds since the epoch.
    """
    folder = folder_of(settings)
    if not folder.is_dir():
        return [], 0
    found = [path for path in folder.iterdir() if _is_workbook(path)]
    settle = settings.sensor_settle_seconds
    settled = [path for path in found if now - path.stat().st_mtime >= settle]
    settled.sort(key=lambda path: (path.stat().st_mtime, path.name))
    return [
        Waiting(path, f"{files.sha256(path)}:{path.stat().st_mtime_ns}") for path in settled
    ], len(found) - len(settled)


def import_path(
    settings: Settings, path: Path, *, author: str = READER, dry_run: bool = False
) -> Outcome:
    """Import one workbook into the stewards' file.

    Raises:
        InputUnreadableError: nothing is published yet, so no finding is known.
    """
    database = settings.published / CURRENT / DATABASE
    if not database.exists():
        raise InputUnreadableError(
            f"Nothing is published in {settings.published} yet, so no finding is known. Run "
            "`rechallenge refresh` first."
        )
    with open_reader(database) as con:
        return import_file(
            path,
            con,
            settings.acceptances_path,
            on=settings.today(),
            author=author,
            dry_run=dry_run,
        )


def take_in(settings: Settings, path: Path, *, author: str = READER) -> Outcome:
    """Import a workbook; one that stands in the inbox is moved, with a report beside it."""
    outcome = import_path(settings, path, author=author)
    if path.parent.resolve() == folder_of(settings).resolve():
        _put_away(settings, path, outcome)
    return outcome


def _put_away(settings: Settings, path: Path, outcome: Outcome) -> None:
    folder = folder_of(settings) / (DONE if outcome.is_whole else REJECTED)
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(ZoneInfo(settings.timezone))
    name = f"{at:%Y%m%d-%H%M%S}-{files.sha256(path)[:8]}-{path.stem}"
    said = "\n".join([f"{at:%d-%m-%Y %H:%M}", *outcome.sentences()])
    files.write_durably(folder / f"{name}.txt", said + "\n")
    path.replace(folder / f"{name}{path.suffix}")


def _is_workbook(path: Path) -> bool:
    """Not the lock files that Excel (~$...) and LibreOffice (.~lock...) lay beside an open file."""
    is_lock = path.name.startswith((".", "~"))
    return path.suffix.lower() == ".xlsx" and not is_lock and path.is_file()
