"""Exact inference on counts: Clopper-Pearson intervals, McNemar's test, chance discordance.

Belongs here: functions of counts. Does not belong here: counting patients.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Proportion:
    """A proportion with its exact interval; `value` is None when nobody was evaluable."""

    numerator: int
    denominator: int
    value: float | None
    lower: float | None
    upper: float | None
    confidence: float


@dataclass(frozen=True)
class PairedTable:
    """Responder status at both exposures of the evaluable pairs.

    Attributes:
        both: responded to the initial treatment and to the rechallenge.
        initial_only: responded to the initial treatment only.
        rechallenge_only: responded to the rechallenge only.
        neither: responded to neither.
    """

    both: int
    initial_only: int
    rechallenge_only: int
    neither: int

    @property
    def pairs(self) -> int:
        """Number of evaluable pairs."""
        return self.both + self.initial_only + self.rechallenge_only + self.neither

    @property
    def discordant(self) -> int:
        """Number of pairs whose responder status differs."""
        return self.initial_only + self.rechallenge_only

    @property
    def initial_responders(self) -> int:
        """Evaluable pairs that responded to the initial treatment."""
        return self.both + self.initial_only

    @property
    def rechallenge_responders(self) -> int:
        """Evaluable pairs that responded to the rechallenge."""
        return self.both + self.rechallenge_only


def clopper_pearson(numerator: int, denominator: int, confidence: float = 0.95) -> Proportion:
    """Proportion with the exact interval of Clopper and Pearson (Biometrika 1934;26:404-13).

    Args:
        numerator: number with the property.
        denominator: number evaluable.
        confidence: two-sided confidence level, between 0 and 1.

    Raises:
        ValueError: the counts cannot be a numerator and a denominator.
    """
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is not a proportion")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    if denominator == 0:
        return Proportion(numerator, denominator, None, None, None, confidence)
    lower, upper = clopper_pearson_limits([numerator], [denominator], confidence)
    return Proportion(
        numerator,
        denominator,
        numerator / denominator,
        float(lower[0]),
        float(upper[0]),
        confidence,
    )


def clopper_pearson_limits(
    numerators: Sequence[int], denominators: Sequence[int], confidence: float = 0.95
) -> tuple["np.ndarray", "np.ndarray"]:
    """The limits of Clopper and Pearson of many proportions at once, each of at least one.

    Args:
        numerators: numbers with the property.
        denominators: numbers evaluable, 1 or more.
        confidence: two-sided confidence level, between 0 and 1.
    """
    import numpy as np
    from scipy.stats import beta  # half a second to import

    x, n = np.asarray(numerators), np.asarray(denominators)
    tail = (1 - confidence) / 2
    # The beta distribution has no shape of 0: there the limit is 0 or 1 by definition.
    lower = np.where(x == 0, 0.0, beta.ppf(tail, np.maximum(x, 1), n - x + 1))
    upper = np.where(x == n, 1.0, beta.ppf(1 - tail, x + 1, np.maximum(n - x, 1)))
    return lower, upper


def exact_mcnemar(table: PairedTable) -> float | None:
    """Two-sided exact McNemar p-value: a binomial test of the discordant pairs at one half.

    Returns:
        The p-value, or None when no pair is discordant.
    """
    if table.discordant == 0:
        return None
    from scipy.stats import binomtest

    return float(binomtest(table.rechallenge_only, table.discordant, 0.5).pvalue)


def chance_discordance(table: PairedTable) -> float | None:
    """Discordance expected if the two responses were independent, from the table's margins.

    Two treatments to which 40% respond disagree in 48% of patients by chance alone, so an
    observed discordance means little without this number beside it.

    Returns:
        p1(1-p2) + p2(1-p1) for the response rates p1 and p2, or None without pairs.
    """
    if table.pairs == 0:
        return None
    first = table.initial_responders / table.pairs
    second = table.rechallenge_responders / table.pairs
    return first * (1 - second) + second * (1 - first)
