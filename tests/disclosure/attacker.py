"""An attacker who has the files of a shareable version and nothing else.

Belongs here: unknown numbers of patients, facts about them, and the lowest and highest value that
a number can have. Does not belong here: reading the files (`reading`). Nothing of the release's
own model is used: the attacker knows what the tables mean, and that patients are whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

Sum = dict[str, int]
"""Unknown numbers of patients with how often each is counted."""


def add(*sums: Mapping[str, int], times: int = 1) -> Sum:
    """The sum of sums; with `times` -1 all but the first are taken off."""
    found: Sum = dict(sums[0])
    for one in sums[1:]:
        for name, number in one.items():
            found[name] = found.get(name, 0) + times * number
    return {name: number for name, number in found.items() if number}


@dataclass(frozen=True)
class Fact:
    """A number that stands in the files, and what it counts."""

    over: Sum
    value: int
    is_missing: bool = False


@dataclass
class Knowledge:
    """What the attacker knows.

    Attributes:
        facts: numbers read, by what they are.
        equal: sums that are equal to a number because of how tables are built.
        at_most: sums that are at most a number.
        guesses: further limits, which hold if the registry keeps clinical rules.
    """

    facts: dict[tuple[str, ...], Fact] = field(default_factory=dict)
    equal: list[tuple[Sum, int]] = field(default_factory=list)
    at_most: list[tuple[Sum, int]] = field(default_factory=list)
    guesses: list[tuple[Sum, int]] = field(default_factory=list)

    def learn(
        self, name: tuple[str, ...], over: Sum, value: int, *, is_missing: bool = False
    ) -> None:
        """Add a number; two files that disagree are a mistake of the release."""
        known = self.facts.get(name)
        assert known is None or known.value == value, (name, known, value)
        self.facts[name] = Fact(over, value, is_missing)


class Attacker:
    """Bounds any sum of unknown numbers by integer programming."""

    def __init__(self, knowledge: Knowledge) -> None:
        facts = [(fact.over, fact.value) for fact in knowledge.facts.values()]
        self._equal = [*facts, *knowledge.equal]
        self._at_most = [*knowledge.at_most, *knowledge.guesses]
        if knowledge.guesses and not self._is_possible():
            self._at_most = list(knowledge.at_most)
        assert self._is_possible(), "the files contradict each other"

    def bounds(self, over: Sum) -> tuple[int, int]:
        """The lowest and highest value of a sum."""
        low, high = (self._solve(over, sign) for sign in (1, -1))
        assert low is not None
        assert high is not None
        return low, high

    def _is_possible(self) -> bool:
        return self._solve({}, 1) is not None

    def _solve(self, over: Sum, sign: int) -> int | None:
        names = self._names(over)
        place = {name: position for position, name in enumerate(names)}
        objective = np.zeros(len(names))
        for name, number in over.items():
            objective[place[name]] = sign * number
        constraints = []
        for rows, lower in ((self._equal, None), (self._at_most, -np.inf)):
            if rows:
                matrix = lil_array((len(rows), len(names)))
                for row, (terms, _) in enumerate(rows):
                    for name, number in terms.items():
                        matrix[row, place[name]] = number
                limit = np.array([value for _, value in rows], dtype=float)
                least = limit if lower is None else np.full(len(rows), lower)
                constraints.append(LinearConstraint(matrix.tocsr(), least, limit))
        found = milp(
            objective,
            constraints=constraints,
            integrality=np.ones(len(names)),
            bounds=Bounds(0, 10**7),
        )
        if found.x is None:
            return None
        return sum(number * round(found.x[place[name]]) for name, number in over.items())

    def _names(self, over: Sum) -> list[str]:
        named: Iterable[Sum] = [over, *(one for one, _ in [*self._equal, *self._at_most])]
        return sorted({name for one in named for name in one})
