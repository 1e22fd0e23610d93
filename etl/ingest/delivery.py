"""A delivery on disk: which of the mapped files are there, their hashes, its identity.

Belongs here: the folder, its manifest and the fingerprint. Does not belong here: what is inside
the files (`read.py` and the readers).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import InputUnreadableError
from etl.ingest.manifest import NAME, Manifest, PromisedFile, read_manifest
from etl.sources import Mapping, load_mapping

EARLIEST_CUT_OFF = dt.date(1990, 1, 1)
"""Before it no registry had data to deliver: an earlier cut-off is mistyped."""


_MOST_NAMED = 20


@dataclass(frozen=True)
class Delivery:
    """The files of one delivery that the mapping reads, by file key, and its manifest."""

    folder: Path
    manifest: Manifest | None
    paths: dict[str, Path]
    warnings: tuple[str, ...]

    def promised(self, name: str) -> PromisedFile:
        """What the manifest promises of a file; nothing when it does not list it."""
        listed = self.manifest.files.get(name) if self.manifest else None
        return listed or PromisedFile()


def open_delivery(export_dir: Path, mapping: Mapping) -> Delivery:
    """Find the files of a delivery.

    Raises:
        InputUnreadableError: the folder, its manifest or a file that must be there is not.
    """
    if not export_dir.is_dir():
        raise InputUnreadableError(
            f"{export_dir}: there is no such folder. Name the folder that holds the export."
        )
    _refuse_other_capitals(export_dir, [NAME, *(file.name for file in mapping.files.values())])
    manifest = read_manifest(export_dir)
    for name in manifest.files if manifest else ():
        _must_exist(export_dir, name, f"{NAME} lists it")
    paths = {}
    for key, file in mapping.files.items():
        path = export_dir / file.name
        if path.exists() or not file.optional:
            _must_exist(export_dir, file.name, f"the mapping of {mapping.registry} reads it")
            paths[key] = path
    return Delivery(export_dir, manifest, paths, tuple(_remarks(export_dir, mapping, manifest)))


def _refuse_other_capitals(folder: Path, names: Sequence[str]) -> None:
    """A file that is read by another spelling of its name would be passed over in silence."""
    present = {path.name for path in folder.iterdir()}
    by_fold = {name.casefold(): name for name in sorted(present)}
    for name in names:
        other = by_fold.get(name.casefold())
        if name not in present and other is not None:
            raise InputUnreadableError(
                f"{folder / other}: expected the name {name}; capitals make a difference. Rename "
                "the file."
            )


def _must_exist(folder: Path, name: str, because: str) -> None:
    path = folder / name
    if not path.is_file():
        raise InputUnreadableError(
            f"{path}: the file is missing, and {because}. An empty table is a file with a header "
            "and no rows. Ask for the delivery again, complete."
        )
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputUnreadableError(
            f"{path}: the file is a link to a place outside the delivery. Put the file itself "
            "there."
        )


def _remarks(folder: Path, mapping: Mapping, manifest: Manifest | None) -> list[str]:
    known = {file.name for file in mapping.files.values()}
    present = {path.name for path in folder.iterdir() if path.is_file()}
    remarks = []
    if manifest is None:
        remarks.append(
            f"The export has no {NAME}: it is taken as full, and neither its row counts nor its "
            "hashes could be checked."
        )
    else:
        remarks += [
            f"{name}: {NAME} does not list it, so its rows and hash could not be checked."
            for name in sorted(present & known - set(manifest.files))
        ]
        remarks += _each(set(manifest.files) - known, f"listed in {NAME}, not mapped, not read.")
    suffixes = {Path(name).suffix for name in known}
    listed = set(manifest.files) if manifest else set()
    others = {name for name in present - known - listed if Path(name).suffix in suffixes}
    return [*remarks, *_each(others - {NAME}, "not part of the mapping, not read.")]


def _each(names: set[str], said: str) -> list[str]:
    """The same remark of each file, of many of the first only, and how many more there are."""
    first = sorted(names)[:_MOST_NAMED]
    more = len(names) - len(first)
    return [
        *(f"{name}: {said}" for name in first),
        *([f"{more:,} more files: {said}"] if more else []),
    ]


def export_id(source: str, delivery: Delivery, hashes: dict[str, str]) -> str:
    """The identity of a delivery: a hash of its contents, of all it says, and of no clock.

    Args:
        source: name of the registry's mapping.
        delivery: the files; its manifest counts by what it says, not by its layout.
        hashes: sha256 by file name, of every file read.
    """
    manifest = delivery.manifest
    said = (
        None
        if manifest is None
        else [manifest.registry, manifest.export_date, list(manifest.hospitals)]
    )
    identity = json.dumps([source, said, sorted(hashes.items())], ensure_ascii=False)
    return hashlib.sha256(identity.encode()).hexdigest()


def fingerprint(export_dir: Path, source: str) -> str:
    """The export_id a load of this folder would register, without loading it.

    Raises:
        InputUnreadableError: the folder is not a delivery of that source.
    """
    delivery = open_delivery(Path(export_dir), load_mapping(source))
    hashes = {path.name: _hash(path) for path in delivery.paths.values()}
    return export_id(source, delivery, hashes)


def problem_of(export_dir: Path, source: str) -> str | None:
    """Why a folder is no whole delivery, as a sentence; None for one that is.

    With a manifest: all its files are there with the promised size and hash. Without: every file
    that the mapping requires is there and not empty.
    """
    try:
        delivery = open_delivery(Path(export_dir), load_mapping(source))
        for path in delivery.paths.values():
            if delivery.manifest is None and path.stat().st_size == 0:
                return f"{path}: the file is empty (0 bytes). Ask for the delivery again."
        for name, promised in delivery.manifest.files.items() if delivery.manifest else ():
            path = delivery.folder / name
            check_promise(path, promised, path.stat().st_size, partial(_hash, path))
    except InputUnreadableError as error:
        return str(error)
    except OSError as error:
        return f"{export_dir}: it cannot be read: {error.strerror}."
    return None


def is_complete(export_dir: Path, source: str) -> bool:
    """Whether a delivery has arrived as a whole: never raises for one that has not."""
    return problem_of(export_dir, source) is None


def check_promise(path: Path, promised: PromisedFile, size: int, sha256: Callable[[], str]) -> None:
    """Refuse a file that is not the one which the manifest promises.

    Args:
        path: the file.
        promised: what the manifest says of it.
        size: its bytes.
        sha256: gives its hash; asked only where the manifest promises one.

    Raises:
        InputUnreadableError: size or hash differ.
    """
    if promised.bytes is not None and promised.bytes != size:
        raise InputUnreadableError(
            f"{path}: the file has {size} bytes and the manifest promises {promised.bytes}. "
            "It was cut off or changed on its way. Ask for the delivery again."
        )
    found = sha256() if promised.sha256 is not None else None
    if promised.sha256 is not None and promised.sha256 != found:
        raise InputUnreadableError(
            f"{path}: the file's sha256 is {str(found)[:12]}... and the manifest promises "
            f"{promised.sha256[:12]}.... It is not the file that was sent. Ask for the delivery "
            "again."
        )


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def newest_day(delivery: Delivery, zone: str) -> dt.date:
    """The day, in the site's zone, on which the newest file of the delivery was written."""
    newest = max(path.stat().st_mtime for path in delivery.paths.values())
    return dt.datetime.fromtimestamp(newest, tz=ZoneInfo(zone)).date()


def refuse_impossible(cut_off: dt.date, where: str, as_of: dt.date | None) -> None:
    """Refuse a data cut-off that no delivery of today can have.

    Args:
        cut_off: the data cut-off.
        where: what says so, for the message.
        as_of: the ledger's day; None where there is no ledger.

    Raises:
        InputUnreadableError: it lies after the ledger's day or before 1990.
    """
    if cut_off < EARLIEST_CUT_OFF:
        problem = f"Expected a day from {EARLIEST_CUT_OFF} on"
    elif as_of is not None and cut_off > as_of:
        problem = (
            f"It lies after the ledger's day, {as_of} (today, or --as-of), and nothing can be "
            "known of days to come"
        )
    else:
        return
    raise InputUnreadableError(
        f"{where}: the data cut-off is {cut_off}. {problem}. Nothing was taken over. Correct the "
        "date, or ask for the delivery again."
    )
