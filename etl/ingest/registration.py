"""What a load hands on: the registered export and the counts of its files.

Belongs here: the plain records. Does not belong here: how they are filled.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class FileCount:
    """One file as loaded; `lines` counts its records (header and blank lines are none).

    Each line was loaded, rejected, or taken away because its patient opted out.
    """

    name: str
    sha256: str
    bytes: int
    encoding: str
    lines: int
    loaded: int
    rejected: int
    opted_out: int = 0


@dataclass(frozen=True)
class Registration:
    """An export as registered; `warnings` are sentences without patient values.

    `about_deliveries` are those of them that say how it stands beside earlier deliveries.
    """

    source: str
    registry: str
    export_id: str
    export_date: dt.date
    scope: str
    files: tuple[FileCount, ...]
    warnings: tuple[str, ...]
    about_deliveries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reject:
    """A record that could not be loaded, as it was written. Its text never leaves raw.rejects."""

    line: int
    reason: str
    text: str
