"""The audit: what an attacker can work out about a count from what is shown.

Belongs here: the attacker's two problems, the lowest and the highest value that agrees with
everything shown, in whole numbers. Does not belong here: deciding what to hide (`protect`).

The problems are those of Fischetti and Salazar, Solving the cell suppression problem on tabular
data with linear constraints, Management Science 2001 (from memory, not read again): a small count
is protected when its highest and lowest value lie far enough apart (their sliding protection
level, here the minimum cell). They are solved by HiGHS through scipy.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from etl.disclosure.counts import Block, Count, Vector

TOLERANCE = 1e-6
MORE = 1000
"""How many more patients of a kind than there are in all the attacker thinks possible at most.

Counts that nobody's total bounds, those of the selection, would otherwise have no highest value.
"""


class AuditError(RuntimeError):
    """The solver gave no answer; nothing may be released on it."""


class Attacker:
    """Everything that is known of a block, and what follows from it.

    Numbers of patients that agree with all that is shown are kept as witnesses: two of them that
    differ in a count by the width prove that it is protected, whatever else is hidden later.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.witnesses: list[Vector] = [block.found]
        self.most = int(block.found.sum()) + MORE

    def spread(self, count: Count) -> int:
        """How far apart the witnesses found so far are in a count."""
        values = np.stack(self.witnesses) @ count.over
        return int(values.max() - values.min())

    def forget(self, shown: Iterable[Count]) -> None:
        """Keep only the witnesses that agree with these counts."""
        for count in shown:
            value = self.block.value(count)
            self.witnesses = [one for one in self.witnesses if int(count.over @ one) == value]

    def is_protected(self, count: Count, shown: Sequence[Count], width: int) -> bool:
        """Whether values of a count that lie at least `width` apart agree with what is shown."""
        for sign in (None, -1, 1):
            if sign is not None:
                self.witnesses.append(self._solve(sign * count.over, shown))
            if self.spread(count) >= width:
                return True
        return False

    def interval(self, count: Count, shown: Sequence[Count]) -> tuple[int, int]:
        """The lowest and highest value of a count that agree with what is shown."""
        lowest, highest = (self._solve(sign * count.over, shown) for sign in (1, -1))
        return int(count.over @ lowest), int(count.over @ highest)

    def binding(self, count: Count, shown: Sequence[Count]) -> set[int]:
        """Places in `shown` of the counts that hold the interval of a count as narrow as it is.

        Where whole numbers bind and fractions do not, every count shown is one.
        """
        from scipy.optimize import linprog

        places: set[int] = set()
        equal, to, upper, limit = self._constraints(shown)
        for sign in (1, -1):
            found = linprog(
                sign * count.over,
                A_ub=upper,
                b_ub=limit,
                A_eq=equal,
                b_eq=to,
                bounds=(0, self.most),
                method="highs",
            )
            if found.status != 0:
                raise AuditError(f"The audit of {self.block.name} failed: {found.message}")
            duals = found.eqlin.marginals[: len(shown)]
            places |= {int(place) for place in np.flatnonzero(np.abs(duals) > TOLERANCE)}
        return places or set(range(len(shown)))

    def _solve(self, objective: Vector, shown: Sequence[Count]) -> Vector:
        from scipy.optimize import Bounds, LinearConstraint, milp

        equal, to, upper, limit = self._constraints(shown)
        constraints = [LinearConstraint(equal, to, to)]
        if upper is not None:
            constraints.append(LinearConstraint(upper, -np.inf, limit))
        found = milp(
            objective,
            constraints=constraints,
            integrality=np.ones(len(objective)),
            bounds=Bounds(0, self.most),
        )
        if found.x is None or found.status != 0:
            raise AuditError(f"The audit of {self.block.name} failed: {found.message}")
        whole: Vector = np.rint(found.x).astype(np.int64)
        self._must_agree(whole, shown)
        return whole

    def _must_agree(self, whole: Vector, shown: Sequence[Count]) -> None:
        """A witness proves something only if it really agrees with everything."""
        block = self.block
        agrees = (
            (whole >= 0).all()
            and all(int(one.over @ whole) == block.value(one) for one in (*shown, *block.known))
            and all(int(one.over @ whole) <= limit for one, limit in block.at_most)
        )
        if not agrees:
            raise AuditError(f"The audit of {block.name} gave numbers that do not agree.")

    def _constraints(
        self, shown: Sequence[Count]
    ) -> tuple[
        NDArray[np.int64], NDArray[np.int64], NDArray[np.int64] | None, NDArray[np.int64] | None
    ]:
        block = self.block
        counts = [*shown, *block.known]
        equal = np.stack([one.over for one in counts])
        if not block.at_most:
            return equal, equal @ block.found, None, None
        upper = np.stack([one.over for one, _ in block.at_most])
        return equal, equal @ block.found, upper, np.array([limit for _, limit in block.at_most])
