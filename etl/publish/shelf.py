"""The shelf of published snapshots: which there are, which is current, which stay for ever.

Belongs here: the folder `published/` as a whole: listing, `current`, frozen names, rollback,
retention, recovery after a kill. Does not belong here: how a snapshot is built (`snapshot`) or
whether it may be published (`gate`).

The folder holds one folder a snapshot, the symlink `current`, one symlink a frozen name, and
while a publication is under way the note `.publishing.json`, which tells the next start what
was about to happen.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import InputUnreadableError, WrongUseError
from etl.publish import files

CURRENT = "current"
MANIFEST = "manifest.json"
DEFINITIONS = "study_definitions"
"""Key of the manifest: the definitions that the estimates were made by, by study."""
_KINDS: dict[str, type] = {"sequence": int, "inputs_hash": str}
_INTENT = ".publishing.json"
_BUILDING = ".building-"
_REMOVING = ".removing-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Published:
    """One published snapshot: its id, its folder and its manifest."""

    snapshot_id: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def sequence(self) -> int:
        """Its place in the order of publication, from 1."""
        return int(self.manifest["sequence"])

    @property
    def inputs_hash(self) -> str:
        """The hash of everything that went into it."""
        return str(self.manifest["inputs_hash"])


class Shelf:
    """The folder of published snapshots."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def current_link(self) -> Path:
        """The symlink that readers open."""
        return self.root / CURRENT

    @property
    def has_unfinished(self) -> bool:
        """Whether a publication was cut off and waits for `recover`."""
        return (self.root / _INTENT).exists()

    def folder(self, snapshot_id: str) -> Path:
        """Where a snapshot stands."""
        return self.root / snapshot_id

    def building(self, snapshot_id: str) -> Path:
        """Where a snapshot is built before it gets its name."""
        return self.root / f"{_BUILDING}{snapshot_id}"

    def all(self) -> list[Published]:
        """Every published snapshot that can be read, oldest first; not one being published.

        A damaged one is left out, so that it stops nobody: see `damaged`.
        """
        found = [one for one in self._read() if isinstance(one, Published)]
        return sorted(found, key=lambda one: one.sequence)

    def damaged(self) -> dict[str, str]:
        """The snapshots whose manifest cannot be read, each with a sentence."""
        return {one[0]: one[1] for one in self._read() if not isinstance(one, Published)}

    def _read(self) -> Iterator[Published | tuple[str, str]]:
        pending = self._pending()
        if pending == self.current_id():
            pending = None  # cut off after the link moved: readers have it already
        for folder in sorted(self.root.glob("[!.]*/")):
            path = folder / MANIFEST
            if folder.is_symlink() or folder.name == pending:
                continue
            problem = "it is missing"
            try:
                manifest = json.loads(path.read_bytes()) if path.exists() else None
                if manifest is not None:
                    problem = _wrong_in(manifest)
            except (ValueError, OSError) as error:
                manifest, problem = None, type(error).__name__
            if manifest is not None and not problem:
                yield Published(folder.name, folder, manifest)
            else:
                said = (
                    f"{path}: the manifest of snapshot {folder.name} cannot be read ({problem}). "
                    "The snapshot is passed over. Take its folder back from a backup."
                )
                yield folder.name, said

    def get(self, name: str) -> Published:
        """A snapshot by its id, by a frozen name, or `current`.

        Raises:
            WrongUseError: there is no such snapshot.
            InputUnreadableError: its manifest is damaged.
        """
        wanted = self.names().get(name, name)
        if name == CURRENT:
            wanted = self.current_id() or ""
        for one in self.all():
            if one.snapshot_id == wanted:
                return one
        if wanted in self.damaged():
            raise InputUnreadableError(self.damaged()[wanted])
        raise WrongUseError(
            f"There is no published snapshot {name}. `rechallenge versions` lists those there are."
        )

    def head(self) -> Published | None:
        """The snapshot published last that can be read, whether or not it is current."""
        published = self.all()
        return published[-1] if published else None

    def current_id(self) -> str | None:
        """The snapshot that `current` points at."""
        return self.current_link.readlink().name if self.current_link.is_symlink() else None

    def names(self) -> dict[str, str]:
        """Frozen names and the snapshots they hold."""
        return {
            path.name: path.readlink().name
            for path in sorted(self.root.glob("*"))
            if path.is_symlink() and path.name != CURRENT and not path.name.startswith(".")
        }

    def switch(self, snapshot_id: str) -> None:
        """Make a snapshot current."""
        files.point_link(self.current_link, snapshot_id)

    def rollback(self, name: str | None = None) -> Published:
        """Make an earlier snapshot current: the named one, or the one before current.

        Raises:
            WrongUseError: there is no such snapshot, or none before current.
        """
        if name is not None:
            target = self.get(name)
        else:
            current = self.get(CURRENT)
            earlier = [one for one in self.all() if one.sequence < current.sequence]
            if not earlier:
                raise WrongUseError(
                    f"{current.snapshot_id} is the oldest published snapshot; "
                    "there is none before it to go back to."
                )
            target = earlier[-1]
        self.switch(target.snapshot_id)
        return target

    def freeze(self, name: str, snapshot: str = CURRENT) -> Published:
        """Keep a snapshot for ever under a name that can be cited.

        Raises:
            WrongUseError: the name cannot be used, or holds another snapshot already.
        """
        target = self.get(snapshot)
        if not _NAME.fullmatch(name) or name == CURRENT:
            raise WrongUseError(
                f"{name!r} cannot be a name: use letters, digits, '.', '_' and '-', "
                "start with a letter or digit, and not 'current'."
            )
        held = self.names().get(name)
        if held == target.snapshot_id:
            return target
        if held is not None or (self.root / name).exists():
            raise WrongUseError(
                f"{name} is taken by snapshot {held or name}. A frozen name never moves; "
                "choose another."
            )
        files.point_link(self.root / name, target.snapshot_id)
        return target

    def prune(self, keep: int) -> list[str]:
        """Remove the oldest snapshots beyond `keep`; never a frozen one, current or the last."""
        published = self.all()
        held = {self.current_id(), *self.names().values()}
        held.update(one.snapshot_id for one in published[-keep:])
        removed = []
        for one in published:
            if one.snapshot_id in held:
                continue
            self.remove(one)
            removed.append(one.snapshot_id)
        return removed

    def remove(self, one: Published) -> None:
        """Remove a snapshot; cut off half-way, the next start finishes it."""
        doomed = self.root / f"{_REMOVING}{one.snapshot_id}"
        one.folder.rename(doomed)
        files.remove_tree(doomed)

    def announce(self, snapshot_id: str) -> None:
        """Note which snapshot is about to be published."""
        files.write_durably(self.root / _INTENT, json.dumps({"snapshot_id": snapshot_id}))

    def conclude(self) -> None:
        """The publication is complete: take the note away."""
        (self.root / _INTENT).unlink(missing_ok=True)
        files.sync(self.root)

    def recover(self, is_committed: Callable[[str], bool]) -> str | None:
        """Finish or undo what a killed run left; says what it did, None when nothing.

        A snapshot whose ledger entries were committed gets `current`; one whose were not is
        removed: nobody was pointed to it.
        """
        if not self.root.exists():
            return None
        for litter in [*self.root.glob(f"{_BUILDING}*"), *self.root.glob(f"{_REMOVING}*")]:
            files.remove_tree(litter)
        pending = self._pending()
        if pending is None:
            return None
        folder = self.folder(pending)
        if is_committed(pending) and folder.exists():
            self.switch(pending)
            said = f"Snapshot {pending} was committed by a run that was cut off: it is current now."
        else:
            if folder.exists():
                files.remove_tree(folder)
            said = f"Snapshot {pending} of a run that was cut off was never committed: removed."
        self.conclude()
        return said

    def _pending(self) -> str | None:
        note = self.root / _INTENT
        if not note.exists():
            return None
        try:
            return str(json.loads(note.read_bytes())["snapshot_id"])
        except (ValueError, KeyError, TypeError):
            raise InputUnreadableError(
                f"{note}: the note about a publication that was cut off cannot be read. Remove the "
                "file: what the warehouse's ledger does not hold was not published."
            ) from None


def _wrong_in(manifest: object) -> str:
    """What a manifest lacks that the shelf asks for; empty for nothing."""
    if not isinstance(manifest, dict):
        return "it is no object"
    return next(
        (
            f"{name} is missing or no {kind.__name__}"
            for name, kind in _KINDS.items()
            if not isinstance(manifest.get(name), kind)
        ),
        "",
    )


def problems_of(published: Published) -> list[str]:
    """What differs between a snapshot and its manifest: each file is hashed again."""
    listed: dict[str, dict[str, Any]] = published.manifest["files"]
    present = {
        path.relative_to(published.folder).as_posix(): path
        for path in files.files_of(published.folder)
        if path.name != MANIFEST or path.parent != published.folder
    }
    problems = [f"{name} is missing" for name in sorted(set(listed) - set(present))]
    problems += [f"{name} is not in the manifest" for name in sorted(set(present) - set(listed))]
    problems += [
        f"{name} was changed: its hash differs from the manifest's"
        for name in sorted(set(listed) & set(present))
        if files.sha256(present[name]) != listed[name]["sha256"]
    ]
    if files.hash_of(published.manifest["inputs"]) != published.inputs_hash:
        problems.append("manifest.json was changed: its inputs do not give its inputs_hash")
    return problems
