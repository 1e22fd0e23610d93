"""What counts as small.

Belongs here: the policy of a study at a site. Does not belong here: hiding anything (`protect`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """What counts as small.

    Attributes:
        minimum_cell: smallest count that may be shared.
        zero_is_small: whether an empty cell must be hidden as well.
        complementary: whether further cells are hidden so that small ones cannot be worked out.
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
