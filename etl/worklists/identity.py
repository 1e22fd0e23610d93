"""What makes a workbook ours: its registry and snapshot, and the check of each row.

Belongs here: the technical sheet's contents and the checks. Does not belong here: writing and
reading sheets.

The checks find mistakes (a sheet of another registry, a row pasted from another list, a column
sorted by itself), not forgery: whoever can open the file can compute them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date

FORMAT = "rechallenge worklist 1"
_LENGTH = 16


@dataclass(frozen=True)
class Identity:
    """Of which registry, snapshot and list a workbook is, and the day of the night it shows."""

    source: str
    registry: str
    snapshot_id: str
    list_id: str
    as_of: date

    def lines(self) -> list[tuple[str, str]]:
        """The identity as lines of the technical sheet, with their check."""
        said = {name: str(value) for name, value in asdict(self).items()}
        return [("format", FORMAT), *said.items(), ("check", _digest(*said.values()))]

    @classmethod
    def of(cls, lines: Mapping[str, str]) -> "Identity":
        """The identity that lines of a technical sheet say.

        Raises:
            ValueError: the format is another, a line is missing, or the check does not agree.
        """
        if lines.get("format") != FORMAT:
            raise ValueError("format")
        said = {one.name: lines.get(one.name, "") for one in fields(cls)}
        if lines.get("check") != _digest(*said.values()):
            raise ValueError("check")
        day = date.fromisoformat(said.pop("as_of"))
        return cls(**said, as_of=day)


def row_check(
    identity: Identity,
    finding_id: str,
    accept_key: str,
    fingerprint: str,
    rule_id: str,
    record: str,
) -> str:
    """The check of a row: its hidden cells belong to the rule and record that are seen, and here.

    The snapshot is not part of it: what matters is the finding, which lives over many.
    """
    return _digest(
        identity.source, identity.list_id, finding_id, accept_key, fingerprint, rule_id, record
    )


def _digest(*parts: str) -> str:
    joined = "\x1f".join((FORMAT, *(" ".join(part.split()) for part in parts)))
    return hashlib.sha256(joined.encode()).hexdigest()[:_LENGTH]
