"""What a study may share, as its tables ask for it.

Belongs here: the release of the estimates together with the blocks of the descriptive tables, and
the one mark of a hidden cell. Does not belong here: the layout of tables (`describe`, `outcomes`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from etl.disclosure.counts import Block, Key
from etl.disclosure.policy import Policy
from etl.disclosure.protect import Exposed, Protected, protect
from etl.outputs import wording
from etl.outputs.results import Record, Results
from etl.studies.pairs import Pair
from etl.studies.release import ALL, Release, release_study
from etl.studies.suppression import study_policy

HIDDEN = "suppressed"
"""The one mark of a hidden cell: it does not say why the cell is hidden."""


class NotTheMartsReleaseError(RuntimeError):
    """The marks of `marts.estimates` are not those of the release; nothing is written."""


@dataclass(frozen=True)
class Shared:
    """A study's results with what may be shown of them.

    Attributes:
        results: everything, as the internal report prints it.
        policy: what is small.
        release: what of the estimates may be shown.
    """

    results: Results
    policy: Policy
    release: Release

    @property
    def columns(self) -> tuple[str, ...]:
        """The groups that may be named, and all."""
        return self.release.groups.columns

    def members(self, scope: str) -> list[Pair]:
        """The patients of a group, or all."""
        return self.release.groups.members(self.results.pairs, scope)

    def size(self, scope: str) -> int:
        """How many patients a group has."""
        return len(self.members(scope))

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Heads of a table with one column a group."""
        return tuple(
            f"{wording.group_name(scope)} (N = {self.size(scope)})" for scope in self.columns
        )

    def row(self, endpoint: str, scope: str, **keys: object) -> Record | None:
        """The estimate with these keys, or None where it must not be shown."""
        found = self.results.estimate(endpoint, scope, **keys)  # type: ignore[arg-type]
        return found if self.shows_row(found) else None

    def shows_row(self, row: Record) -> bool:
        """Whether a row of the estimates may be shown."""
        return self.release.shows_row(
            row["edition"],
            row["stratum"],
            row["subset"],
            row["endpoint"],
            row["statistic"],
            row["at"],
        )


def share(results: Results, minimum_cell: int) -> Shared:
    """What of a study may be shown.

    Raises:
        NotTheMartsReleaseError: the estimates were marked by another release.
    """
    policy = study_policy(results.study, minimum_cell)
    shared = Shared(results, policy, release_study(results.study, results.pairs, policy))
    for row in results.estimates:
        if row["suppressed"] == shared.shows_row(row) or not _is_as_audited(shared, row):
            raise NotTheMartsReleaseError(
                f"{row['endpoint']} of {row['stratum']} is marked or counted otherwise than it is "
                "released. Build the study again."
            )
    return shared


def _is_as_audited(shared: Shared, row: Record) -> bool:
    """Whether the fraction that is printed is the one that was audited."""
    key = ("proportion", row["edition"], row["stratum"], row["endpoint"])
    given = shared.release.given(key) if row["statistic"] == "proportion" else None
    return given is None or given == (row["numerator"], row["denominator"])


@dataclass(frozen=True)
class Cells:
    """Blocks of a table after disclosure control."""

    blocks: tuple[Protected, ...]

    @classmethod
    def protect(cls, blocks: Iterable[Block], policy: Policy) -> "Cells":
        """Decide what of the blocks may be shown."""
        return cls(tuple(protect(block, policy) for block in blocks))

    def given(self, key: Key) -> tuple[int, ...] | None:
        """The counts of a cell; None where it must not be shown, or is in no block."""
        return next((block.shown[key] for block in self.blocks if key in block.shown), None)

    @property
    def exposed(self) -> tuple[Exposed, ...]:
        """Small counts that are not protected."""
        return tuple(one for block in self.blocks for one in block.exposed)


__all__ = ["ALL", "HIDDEN", "Cells", "NotTheMartsReleaseError", "Shared", "share"]
