"""Files made to last: hashing, syncing, read-only modes, rename, removal.

Belongs here: small operations on files and folders that publication is made of. Does not
belong here: what a snapshot is (see `shelf` and `snapshot`).
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

_READ_ONLY_FILE = 0o444
_READ_ONLY_FOLDER = 0o555


def files_of(folder: Path) -> Iterator[Path]:
    """The regular files below a folder, in path order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_of(value: object) -> str:
    """The SHA-256 of a value as canonical JSON; dates and paths as text."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sync(path: Path) -> None:
    """Make a file or a folder's listing durable on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def seal(folder: Path) -> None:
    """Make every file and folder below durable and read-only; the folder itself too."""
    for path in files_of(folder):
        path.chmod(_READ_ONLY_FILE)
        sync(path)
    folders = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
    for path in [*folders, folder]:
        sync(path)
        path.chmod(_READ_ONLY_FOLDER)


def remove_tree(folder: Path) -> None:
    """Remove a folder even when it was sealed."""
    for path in [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]:
        if path.is_dir():
            path.chmod(path.stat().st_mode | stat.S_IRWXU)
    shutil.rmtree(folder)


def write_durably(path: Path, text: str) -> None:
    """Write a small file so that it is either the old or the new text, never half of one."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    sync(temporary)
    temporary.replace(path)
    sync(path.parent)


def point_link(link: Path, target: str) -> None:
    """Make a symlink point at a sibling by rename, so that it never dangles in between."""
    temporary = link.with_name(f".{link.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
    sync(link.parent)
