"""The inbox: which of its folders was taken, waits, or is not taken, and why.

A delivery is a folder of its own. It waits until it is complete and has not changed for a while;
what is broken, of another registry, withdrawn or superseded is named with its reason until somebody
takes it away.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from etl.deliveries.withdrawn import Withdrawal, read_withdrawals
from etl.errors import InputUnreadableError
from etl.home_state import HomeState, changing_state, read_state
from etl.ingest import fingerprint
from etl.ingest.delivery import problem_of
from etl.ingest.manifest import read_manifest
from etl.ingest.received import short
from etl.publish.shelf import Published, Shelf
from etl.settings import Settings
from etl.sources import available_sources

RED_AFTER = timedelta(days=1)
"""So long a folder may lie there that is not taken before the delivery check is red."""

Status = Literal["arriving", "waiting", "taken", "not taken"]


@dataclass(frozen=True)
class Folder:
    """A folder of the inbox.

    Attributes:
        status: arriving: it still changes; waiting: the next run takes it; taken; not taken.
        reason: why it is not taken.
        export_id: the hash of its contents, where it is complete.
        may_refresh: whether a night may load it: it waits, or the registry's state holds it.
        since: when it was first seen that is not taken, UTC.
    """

    path: Path
    status: Status
    reason: str = ""
    export_id: str = ""
    may_refresh: bool = False
    since: datetime | None = None

    @property
    def said(self) -> str:
        """The folder and its reason, as a sentence."""
        return f"{self.path.name}: {self.reason.rstrip('.')}."

    def is_overdue(self, now: float) -> bool:
        """Whether it has not been taken for longer than a day."""
        return self.since is not None and datetime.fromtimestamp(now, UTC) - self.since > RED_AFTER


def source_of(settings: Settings) -> str:
    """The registry whose deliveries the inbox takes: the site's, else the one last published."""
    if settings.inbox_source is not None:
        return settings.inbox_source
    head = Shelf(settings.published).head()
    return str(head.manifest["source"]) if head is not None else "native"


def look(settings: Settings, now: float | None = None) -> list[Folder]:
    """Every folder of the inbox, the oldest first.

    Args:
        settings: Gives the home, the registry and how long a delivery must have been still.
        now: The clock by which it is still, in seconds since the epoch; None: this moment.
    """
    if not settings.inbox.is_dir():
        return []
    moment = time.time() if now is None else now
    context = _Context.read(settings)
    every = [one for one in settings.inbox.iterdir() if one.is_dir() or one.name[0] != "."]
    found = []
    for path in every:
        try:
            changed, folder = last_change(path), _judged(path, settings, context, moment)
        except OSError as error:  # no right to read it, or it went just now
            reason = f"it cannot be read: {error.strerror}"
            changed, folder = moment, Folder(path, "not taken", reason)
        found.append((changed, path.name, _dated(folder, context.state, moment)))
    return [folder for _, _, folder in sorted(found, key=lambda one: one[:2])]


def look_and_note(settings: Settings, now: float | None = None) -> list[Folder]:
    """The same, and keep which folders were taken, and since when the others are not."""
    found = look(settings, now)
    since = {one.path.name: one.since.isoformat(timespec="seconds") for one in found if one.since}
    taken = {one.path.name: one.export_id for one in found if one.status == "taken"}
    known = read_state(settings)
    if (since, taken) != (known.since, known.taken):
        with changing_state(settings) as state:
            state.since = {name: state.since.get(name, day) for name, day in since.items()}
            state.taken = taken
    return found


def not_taken(found: list[Folder]) -> list[Folder]:
    """Those that are not taken."""
    return [one for one in found if one.status == "not taken"]


def newest(settings: Settings) -> Path | None:
    """The delivery that a night loads: the newest that waits or that the state holds."""
    found = [one.path for one in look(settings) if one.may_refresh]
    return found[-1] if found else None


def note_failure(settings: Settings, export: Path, source: str, sentence: str) -> None:
    """Note why a night over this folder published nothing; its contents name it."""
    try:
        contents = fingerprint(export, source)
    except (InputUnreadableError, OSError):
        return  # what cannot be read says why by itself
    with changing_state(settings) as state:
        state.failed[contents] = sentence


def last_change(path: Path) -> float:
    """When the newest file of a delivery was last written, in seconds since the epoch."""
    times = [one.stat().st_mtime for one in path.rglob("*") if one.is_file()]
    return max(times, default=path.stat().st_mtime)


@dataclass(frozen=True)
class _Context:
    """What a folder is compared with."""

    source: str
    state: HomeState
    head: Published | None
    published: frozenset[str]
    withdrawn: Mapping[str, Withdrawal]

    @classmethod
    def read(cls, settings: Settings) -> "_Context":
        source = source_of(settings)
        every = Shelf(settings.published).all()
        return cls(
            source,
            read_state(settings),
            every[-1] if every else None,
            frozenset(str(one.manifest["export_id"]) for one in every),
            {one.export_id: one for one in read_withdrawals(settings.acceptances_path, source)},
        )


def _judged(path: Path, settings: Settings, context: _Context, now: float) -> Folder:
    if not path.is_dir():
        return Folder(
            path, "not taken", "this is a file; a delivery is a folder of its own in the inbox"
        )
    if now - last_change(path) < settings.sensor_settle_seconds:
        return Folder(path, "arriving")
    problem, contents = _read(path, context.source, _signature(path))
    if problem:
        reason = _other_registry(path, context) or problem.replace(f"{path}/", "")
        return Folder(path, "not taken", reason)
    other = _other_name(path, context)
    if other:
        return Folder(path, "not taken", other, contents)
    return _known(path, contents, context)


def _known(path: Path, contents: str, context: _Context) -> Folder:
    """What becomes of a complete delivery, by what is known of its contents."""
    refuse = Folder(path, "not taken", export_id=contents)
    gone = context.withdrawn.get(contents)
    if gone is not None:
        return replace(refuse, reason=f"withdrawn by {gone.author}: {gone.reason}")
    if contents in context.state.failed:
        reason = f"the run over it published nothing: {context.state.failed[contents]}"
        return replace(refuse, reason=reason, may_refresh=True)
    known = context.state.of(context.source).get(contents)
    if known is None:
        status: Status = "taken" if contents in context.published else "waiting"
        return Folder(path, status, export_id=contents, may_refresh=True)
    if known.in_force:
        status = "taken" if known.is_published else "waiting"
        return Folder(path, status, export_id=contents, may_refresh=True)
    if known.superseded_by and _came_in(path, contents, context.state):
        return Folder(path, "taken", export_id=contents)
    what = f"its contents were taken before as delivery {short(contents)}"
    if known.superseded_by:
        why = f"and delivery {short(known.superseded_by)} has taken their place"
    else:
        why = "and what is in hand has a later cut-off"
    return replace(
        refuse,
        reason=f"{what}, {why}; where they are meant: rechallenge refresh --export {path}",
    )


def _came_in(path: Path, contents: str, state: HomeState) -> bool:
    """Whether the folder lay there when its contents were in force: it was not sent again."""
    return state.taken.get(path.name) == contents or any(
        one.export_id == contents and one.folder == path.name for one in state.deliveries
    )


def _other_registry(path: Path, context: _Context) -> str | None:
    """Whether a folder that cannot be read is a whole delivery for another registry."""
    for name in available_sources():
        if name != context.source and not _read(path, name, _signature(path))[0]:
            return (
                f"this is a delivery for the registry {name}, and the inbox takes those of "
                f"{context.source} (RECHALLENGE_INBOX_SOURCE)"
            )
    return None


def _other_name(path: Path, context: _Context) -> str | None:
    """Whether the manifest names another registry than the one that is published."""
    manifest = read_manifest(path)
    if manifest is None or context.head is None:
        return None
    published = context.head.manifest
    named = str(published.get("registry") or "")
    is_same = manifest.registry.strip().casefold() == named.strip().casefold()
    if published["source"] != context.source or not named or is_same:
        return None
    return (
        f"its manifest names the registry {manifest.registry!r}, and the one published is "
        f"{named!r}; where it is the same: rechallenge refresh --export {path} --source "
        f"{context.source}"
    )


def _signature(path: Path) -> tuple[Any, ...]:
    """What changes when a file of the folder does."""
    found = []
    for one in sorted(path.rglob("*")):
        stat = one.stat() if one.exists() else None
        found.append((str(one), stat and (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)))
    return tuple(found)


@lru_cache(maxsize=512)
def _read(path: Path, source: str, signature: tuple[Any, ...]) -> tuple[str, str]:
    """Why a folder is no whole delivery of a registry, else the hash of its contents."""
    del signature  # the files are hashed again when they changed
    problem = problem_of(path, source)
    return (problem, "") if problem else ("", fingerprint(path, source))


def _dated(folder: Folder, state: HomeState, now: float) -> Folder:
    if folder.status != "not taken":
        return folder
    known = state.since.get(folder.path.name)
    since = datetime.fromisoformat(known) if known else datetime.fromtimestamp(now, UTC)
    return replace(folder, since=since)
