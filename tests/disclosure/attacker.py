"""An attacker who has the files of a shareable version and nothing else.

Belongs here: unknown numbers of patients, facts about them, and the lowest and highest value that
a number can have. Does not belong here: reading the files (`reading`). Nothing of the release's
own model is used: the attacker knows what the tables mean, and that patients are whole.
"""

from collections.abc import Mapping
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
        equal = [*facts, *knowledge.equal]
        every = [*equal, *knowledge.at_most, *knowledge.guesses]
        self._names = sorted({name for over, _ in every for name in over})
        self._place = {name: place for place, name in enumerate(self._names)}
        self._rules = [self._rule(equal, is_equal=True), self._rule(knowledge.at_most)]
        if knowledge.guesses:
            strict = [*self._rules, self._rule(knowledge.guesses)]
            if self._solve({}, 1, strict) is not None:
                self._rules = strict
        assert self._solve({}, 1, self._rules) is not None, "the files contradict each other"

    def bounds(self, over: Sum) -> tuple[int, int]:
        """The lowest and highest value of a sum."""
        low, high = (self._solve(over, sign, self._rules) for sign in (1, -1))
        assert low is not None
        assert high is not None
        return low, high

    def _rule(self, rows: list[tuple[Sum, int]], *, is_equal: bool = False) -> LinearConstraint:
        matrix = lil_array((len(rows), len(self._names)))
        for row, (over, _) in enumerate(rows):
            for name, number in over.items():
                matrix[row, self._place[name]] = number
        limit = np.array([value for _, value in rows], dtype=float)
        lowest = limit if is_equal else np.full(len(rows), -np.inf)
        return LinearConstraint(matrix.tocsr(), lowest, limit)

    def _solve(self, over: Sum, sign: int, rules: list[LinearConstraint]) -> int | None:
        objective = np.zeros(len(self._names))
        for name, number in over.items():
            objective[self._place[name]] = sign * number
        found = milp(
            objective,
            constraints=rules,
            integrality=np.ones(len(self._names)),
            bounds=Bounds(0, 10**7),
        )
        if found.x is None:
            return None
        return sum(number * round(found.x[self._place[name]]) for name, number in over.items())
