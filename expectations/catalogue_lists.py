"""Lists beside the rules: ids that are used up, what the export cannot hold, what is covered.

Belongs here: reading `retired.yaml`, `not_expressible.yaml` and `coverage.yaml` of the rules'
folder. Does not belong here: rules (catalogue).
"""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from expectations.errors import CatalogueError
from expectations.rule_files import read_entries, validated
from expectations.rule_kinds import as_list

RETIRED = "retired.yaml"
NOT_EXPRESSIBLE = "not_expressible.yaml"
COVERAGE = "coverage.yaml"
LISTS = (RETIRED, NOT_EXPRESSIBLE, COVERAGE)


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


class Covered(BaseModel):
    """An entry of the clinical catalogue, and the rules that ask it; or where else it is held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Z]\d{2}$")
    asks: str = Field(min_length=5)
    rules: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    elsewhere: str = ""

    @model_validator(mode="after")
    def _has_one(self) -> "Covered":
        if bool(self.rules) == bool(self.elsewhere):
            raise ValueError("an entry has either the `rules` that ask it or `elsewhere`")
        return self


_Listed = TypeVar("_Listed", Retired, NotExpressible, Covered)


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


def read_coverage(path: Path) -> tuple[Covered, ...]:
    """Which rules ask each entry; nothing where the folder has no such list.

    Raises:
        CatalogueError: an entry is wrong, or an id stands there twice.
    """
    return _read(path, Covered, "catalogue entries")


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
