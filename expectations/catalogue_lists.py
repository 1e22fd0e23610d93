"""Two lists beside the rules: ids that are used up, and what the export cannot hold.

Belongs here: reading `rules/retired.yaml` and `rules/not_expressible.yaml`. Does not belong here:
rules (catalogue).
"""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from expectations.errors import CatalogueError
from expectations.rule_files import read_entries, validated

RETIRED = "retired.yaml"
NOT_EXPRESSIBLE = "not_expressible.yaml"


class Retired(BaseModel):
    """An id that was a rule's once and may never be one's again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Z]{2,3}-[A-Z]\d{2}[a-z]?$")
    since: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    reason: str = Field(min_length=10)


class NotExpressible(BaseModel):
    """An entry of the clinical catalogue that is no rule here, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Z]\d{2}$")
    rule: str = Field(min_length=10)
    reason: str = Field(min_length=10)
    would_need: str = Field(min_length=2)


_Listed = TypeVar("_Listed", Retired, NotExpressible)


def read_retired(path: Path) -> tuple[Retired, ...]:
    """The retired ids; none where the folder has no such list.

    Raises:
        CatalogueError: an entry is wrong, or an id stands there twice.
    """
    return _read(path, Retired, "retired ids")


def read_not_expressible(path: Path) -> tuple[NotExpressible, ...]:
    """What the export cannot hold; nothing where the folder has no such list.

    Raises:
        CatalogueError: an entry is wrong, or an id stands there twice.
    """
    return _read(path, NotExpressible, "catalogue entries")


def _read(path: Path, model: type[_Listed], what: str) -> tuple[_Listed, ...]:
    if not path.exists():
        return ()
    found: dict[str, _Listed] = {}
    for entry in read_entries(path, what):
        one = validated(entry, model, "entry")
        if one.id in found:
            raise CatalogueError(f"{entry.place}, entry {one.id}: it is listed already.")
        found[one.id] = one
    return tuple(found[name] for name in sorted(found))
