"""Counts as an attacker meets them: sums over kinds of patients whose numbers are not known.

Belongs here: the values that a release plan is made of. Does not belong here: which kinds and
counts a study has (`etl/studies/release`), the audit (`audit`).

Each block sorts all patients of a study into kinds, every kind that can exist, whether or not
anybody is of it. The attacker knows how many patients each group has, that the number of a kind is
a whole number of at least 0, and every count that is shown. Two blocks share nothing but the group
sizes: any numbers of the one go together with any numbers of the other, so auditing each block by
itself loses nothing.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.int64]
Key = tuple[Hashable, ...]
Kind = TypeVar("Kind", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Count:
    """A sum over kinds.

    Attributes:
        name: for the audit's report; no patient's value stands in it.
        over: how often each kind is counted, one entry a kind, 0 or 1.
        is_missing: whether it counts missing or not evaluable patients.
    """

    name: str
    over: Vector
    is_missing: bool = False


@dataclass(frozen=True, eq=False)
class Item:
    """Something a release shows whole or not at all.

    Attributes:
        key: what it is.
        gives: counts that a reader of the item knows.
        guards: counts that are given away by it at once; the item is hidden if one is small.
        worth: what hiding it costs the reader; the least is hidden first.
    """

    key: Key
    gives: tuple[Count, ...]
    guards: tuple[Count, ...]
    worth: int


@dataclass(frozen=True, eq=False)
class Block:
    """Counts that are audited together.

    Attributes:
        name: for the audit's report.
        found: patients of each kind, as they are.
        known: counts that everybody knows: the groups' sizes.
        at_most: pairs of a count and its highest value that the reader can tell besides.
        items: what may be shown.
        sensitive: counts that must not be worked out where they are small.
    """

    name: str
    found: Vector
    known: tuple[Count, ...]
    items: tuple[Item, ...]
    sensitive: tuple[Count, ...]
    at_most: tuple[tuple[Count, int], ...] = ()

    def value(self, count: Count) -> int:
        """What a count is."""
        return int(count.over @ self.found)


class Kinds(Generic[Kind]):
    """The kinds of a block, and counts over them."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds = tuple(dict.fromkeys(kinds))
        self._place = {kind: place for place, kind in enumerate(self.kinds)}

    def tally(self, patients: Iterable[Kind]) -> Vector:
        """Patients of each kind.

        Raises:
            KeyError: a patient is of a kind that is not foreseen.
        """
        found = np.zeros(len(self.kinds), dtype=np.int64)
        for kind in patients:
            found[self._place[kind]] += 1
        return found

    def count(self, name: str, holds: Callable[[Kind], bool], *, is_missing: bool = False) -> Count:
        """The patients of every kind for which something holds."""
        return Count(name, np.array([holds(kind) for kind in self.kinds], np.int64), is_missing)
