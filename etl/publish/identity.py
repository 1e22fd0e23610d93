"""What a snapshot is made of, and the id that follows from it.

Belongs here: gathering everything that can change a published value and hashing it. Does not
belong here: clocks. The same inputs give the same id on any day and any machine.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import etl
import expectations
from etl.publish import files

_ID_LENGTH = 12
_CODE_SUFFIXES = {".py", ".sql", ".csv", ".html", ".j2"}


@dataclass(frozen=True)
class Inputs:
    """Everything that went into a snapshot.

    `acceptances` are those valid on the ledger's day, and those proposed: one that has ended no
    longer counts, and so gives another snapshot. What was said of queries is published, and so
    it is an input, too. `governance_hash` is of the opt-outs and merges in force that day.
    """

    source: str
    export_id: str
    rules_hash: str
    studies_hash: str
    mapping_hash: str
    parameters: Mapping[str, object]
    acceptances_hash: str
    code_version: str
    queries_hash: str = ""
    governance_hash: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the manifest."""
        return asdict(self)

    @property
    def hash(self) -> str:
        """The hash of all of it."""
        return files.hash_of(self.as_dict())


def snapshot_id(inputs: Inputs, head: str | None = None) -> str:
    """A snapshot's id: the short hash of its inputs.

    An export that comes back after another one was published is a new state of the registry
    with the inputs of an old one; `head` (the id published before it) tells the two apart.
    """
    if head is None:
        return inputs.hash[:_ID_LENGTH]
    return files.hash_of([inputs.hash, head])[:_ID_LENGTH]


@cache
def code_version() -> str:
    """Version of the package and a short hash of the code, SQL and code lists that run."""
    digest = hashlib.sha256()
    for package in (etl, expectations):
        root = Path(package.__file__ or "").parent
        for path in files.files_of(root):
            if path.suffix in _CODE_SUFFIXES:
                digest.update(path.relative_to(root.parent).as_posix().encode())
                digest.update(path.read_bytes())
    return f"{metadata.version('rechallenge')}+{digest.hexdigest()[:8]}"


def mapping_hash(source: str) -> str:
    """The hash of a registry's mapping file."""
    path = Path(etl.__file__).parent / "sources" / source / "mapping.yaml"
    return files.sha256(path) if path.exists() else ""
