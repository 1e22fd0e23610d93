"""What was said to whom: `HOME/digest.json`, so that nothing is sent twice and nothing is lost.

Belongs here: that file, one writer at a time. Does not belong here: deciding what to say.

A message has a key (a snapshot, a failed run, a day without a night). It is sent once to each
address of its owner; an address that could not be reached is tried again, the others are not.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from etl.publish import files
from etl.settings import Settings

FILE = "digest.json"
_KEPT = 60  # keys remembered per owner


@dataclass
class Told:
    """What one owner was told.

    Attributes:
        settled: keys that are done: sent to every address, or nothing to say.
        sent: addresses (hashed) that have got the message of a key under way.
        told_on: day of the last message.
        last_sequence: number of the newest night that is done; None before the first.
        known: what was mentioned before, by kind: late hospitals, answered queries, acceptances.
    """

    settled: list[str] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)
    told_on: str | None = None
    last_sequence: int | None = None
    known: dict[str, list[str]] = field(default_factory=dict)

    def settle(self, key: str) -> None:
        """A key is done."""
        self.settled = [*(one for one in self.settled if one != key), key][-_KEPT:]
        self.sent.pop(key, None)


@dataclass
class Memory:
    """What every owner was told."""

    owners: dict[str, Told] = field(default_factory=dict)

    def of(self, owner: str) -> Told:
        """What one owner was told."""
        return self.owners.setdefault(owner, Told())


@contextmanager
def remembered(settings: Settings) -> Iterator[Memory]:
    """The memory, written back at the end; another process waits until then."""
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / FILE
    with (settings.home / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        memory = read_memory(path)
        try:
            yield memory
        finally:
            owners = {name: asdict(told) for name, told in memory.owners.items()}
            files.write_durably(path, json.dumps(owners, indent=1) + "\n")


def read_memory(path: Path) -> Memory:
    """What stands in the file; nothing when there is none yet."""
    if not path.exists():
        return Memory()
    written = json.loads(path.read_text(encoding="utf-8"))
    return Memory({name: Told(**told) for name, told in written.items()})


def hashed(address: str) -> str:
    """An address as it may be remembered: addresses hold passwords and tokens."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]
