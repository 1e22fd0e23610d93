"""The folder `worklists/`: one folder a snapshot, `current`, and what is tidied away.

Belongs here: file names, and which folders there are. Does not belong here: what a workbook
holds, the answers that come in (`inbox`).

A night lays its lists under its snapshot's id before it is published; `current` follows the
published `current` afterwards. A night that is cut off or held leaves lists nobody is pointed
to; the next one removes them. Only folders that hold our own manifest are ever removed.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from etl.publish import files
from etl.publish.shelf import CURRENT, Shelf
from etl.settings import Settings

MANIFEST = "worklists.json"
_BUILDING = ".building-"
_ID = re.compile(r"[0-9a-f]{6,64}")


def folder_of(settings: Settings, snapshot_id: str) -> Path:
    """Where a snapshot's worklists stand."""
    return settings.worklists / snapshot_id


def building(settings: Settings, snapshot_id: str) -> Path:
    """An empty folder to write a snapshot's worklists in before they get their place."""
    folder = settings.worklists / f"{_BUILDING}{snapshot_id}"
    if folder.exists():
        files.remove_tree(folder)
    folder.mkdir(parents=True)
    return folder


def place(settings: Settings, snapshot_id: str, manifest: dict[str, Any]) -> Path:
    """Give the lists that were built their place; a list that is open stays readable.

    A folder that stands already (the same night again) gets the new files one by one, so that
    `current` never points at nothing.
    """
    built = settings.worklists / f"{_BUILDING}{snapshot_id}"
    files.write_durably(built / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False))
    folder = folder_of(settings, snapshot_id)
    if not folder.exists():
        built.rename(folder)
        files.sync(folder.parent)
        return folder
    kept = {path.name for path in built.iterdir()}
    for path in sorted(built.iterdir()):
        path.replace(folder / path.name)
    for path in folder.glob("*.xlsx"):
        if path.name not in kept:
            path.unlink()
    files.remove_tree(built)
    return folder


def follow(settings: Settings, keep: Iterable[str] = ()) -> None:
    """Point `current` at the lists of the current snapshot, and remove those of none.

    Args:
        settings: Give the folders.
        keep: Snapshots to keep besides those on the shelf: the one a night works towards.
    """
    root = settings.worklists
    if not root.is_dir():
        return
    shelf = Shelf(settings.published)
    known = {*keep, *(one.snapshot_id for one in shelf.all())}
    for path in root.iterdir():
        is_ours = _ID.fullmatch(path.name) and (path / MANIFEST).exists() and not path.is_symlink()
        if path.name.startswith(_BUILDING) or (is_ours and path.name not in known):
            files.remove_tree(path)
    current, link = shelf.current_id(), root / CURRENT
    if current is not None and (root / current).is_dir():
        if not (link.is_symlink() and link.readlink().name == current):
            files.point_link(link, current)
    elif link.is_symlink():
        link.unlink()
