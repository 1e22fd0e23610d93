"""The groups that a release may name.

Belongs here: leaving out groups that are too small. Does not belong here: counts within a group.

Everybody knows how many patients a released group has. A group below the minimum cell is not
named; as the total is, the smallest other group goes with it until those left out are at least
two and together at least the minimum cell. What they hold together is the total less the groups
named, so counts of those left out together are audited as if they were a group.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from etl.disclosure.counts import Count, Kinds
from etl.disclosure.policy import Policy
from etl.studies.pairs import Pair

ALL = "all"
REST = "(those left out)"

GroupedKind = TypeVar("GroupedKind", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Groups:
    """The groups of a study as a release tells them apart.

    Attributes:
        shown: groups that may be named, in reporting order, those without patients as well.
        left_out: groups that may not.
    """

    shown: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def told_apart(self) -> tuple[str, ...]:
        """Every group an attacker can tell from the others."""
        return (*self.shown, REST) if self.left_out or not self.shown else self.shown

    @property
    def columns(self) -> tuple[str, ...]:
        """What a table has columns for: the groups shown, and all."""
        return (*self.shown, ALL)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every group, those left out together, and all."""
        return (*self.told_apart, ALL) if self.shown else (ALL,)

    def names(self, stratum: str) -> bool:
        """Whether a stratum may be named."""
        return stratum in self.columns

    def of(self, pair: Pair) -> str:
        """The group of a patient as it can be told."""
        return pair["stratum"] if pair["stratum"] in self.shown else REST

    def members(self, pairs: Sequence[Pair], scope: str) -> list[Pair]:
        """The patients of a group, or all."""
        return [pair for pair in pairs if scope in (ALL, self.of(pair))]

    def sizes(self, kinds: Kinds[GroupedKind]) -> tuple[Count, ...]:
        """The size of each group, as a count over kinds whose first part is the group."""
        return tuple(
            kinds.count(f"patients of {group}", lambda kind, group=group: kind[0] == group)  # type: ignore[misc]
            for group in self.told_apart
        )


def in_scope(scope: str) -> Callable[[str], bool]:
    """Whether a group belongs to a scope."""
    return lambda group: scope in (ALL, group)


def choose_groups(strata: Sequence[str], pairs: Sequence[Pair], policy: Policy) -> Groups:
    """Which groups may be named.

    Args:
        strata: the groups of the study in reporting order.
        pairs: its patients.
        policy: what is small.
    """
    size = Counter(pair["stratum"] for pair in pairs)
    left_out = {name for name in strata if policy.is_small(size[name])}
    if left_out and pairs:
        for name in _smallest_first(strata, size, left_out):
            together = sum(size[one] for one in left_out)
            if len(left_out) > 1 and not policy.is_small(together) and together:
                break
            left_out.add(name)
    return Groups(
        tuple(name for name in strata if name not in left_out),
        tuple(name for name in strata if name in left_out),
    )


def _smallest_first(strata: Sequence[str], size: Counter[str], left_out: set[str]) -> Iterator[str]:
    others = [name for name in strata if name not in left_out and size[name]]
    yield from sorted(others, key=lambda name: (size[name], name))
