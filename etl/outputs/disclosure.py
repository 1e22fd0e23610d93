"""Disclosure control on counts: which cells of a table must not be shared.

Belongs here: primary suppression of small cells and the complementary suppression that keeps a
total from giving them back. Does not belong here: which tables there are (`etl/studies`,
`etl/outputs`), the size of the minimum cell (a site's setting, default 5 as in OHDSI's
CohortGenerator).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """What counts as small.

    Attributes:
        minimum_cell: smallest count that may be shared.
        zero_is_small: whether an empty cell must be hidden as well.
        complementary: whether a lone hidden cell takes another with it.
        missing_counts_exempt: whether counts of missing or not evaluable patients may be shared;
            they follow from the n/N that every percentage carries.
    """

    minimum_cell: int = 5
    zero_is_small: bool = False
    complementary: bool = True
    missing_counts_exempt: bool = True

    def is_small(self, count: int) -> bool:
        """Whether a count is below the minimum cell."""
        return count < self.minimum_cell and (count > 0 or self.zero_is_small)


def hide_cells(counts: Sequence[int], policy: Policy) -> tuple[bool, ...]:
    """Which cells of a one-way table to hide when its total is shown.

    A single hidden cell is the total minus the others, so the smallest other cell that is not
    empty is hidden with it.

    Args:
        counts: cells that add up to a total that is printed.
        policy: what counts as small.
    """
    hidden = [policy.is_small(count) for count in counts]
    if policy.complementary and sum(hidden) == 1:
        others = [(count, i) for i, count in enumerate(counts) if not hidden[i] and count > 0]
        if others:
            hidden[min(others)[1]] = True
    return tuple(hidden)


def hide_table(rows: Sequence[Sequence[int]], policy: Policy) -> tuple[tuple[bool, ...], ...]:
    """Which cells of a two-way table to hide when the totals of rows and columns are shown.

    Rows and columns are gone through in turn until no line has a single hidden cell.

    Args:
        rows: the cells, all rows of one length.
        policy: what counts as small.
    """
    hidden = [[policy.is_small(count) for count in row] for row in rows]
    if not policy.complementary:
        return tuple(map(tuple, hidden))
    changed = True
    while changed:
        changed = _complete_rows(rows, hidden)
        across = [list(line) for line in zip(*hidden, strict=True)]
        changed |= _complete_rows(list(zip(*rows, strict=True)), across)
        hidden = [list(line) for line in zip(*across, strict=True)]
    return tuple(map(tuple, hidden))


def _complete_rows(rows: Sequence[Sequence[int]], hidden: list[list[bool]]) -> bool:
    changed = False
    for counts, marks in zip(rows, hidden, strict=True):
        others = [(count, i) for i, count in enumerate(counts) if not marks[i] and count > 0]
        if sum(marks) == 1 and others:
            marks[min(others)[1]] = True
            changed = True
    return changed
