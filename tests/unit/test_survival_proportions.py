"""Exact proportions and paired tables against R's binom.test and mcnemar.exact."""

import pytest

from etl.survival.proportions import (
    PairedTable,
    chance_discordance,
    clopper_pearson,
    exact_mcnemar,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "lower", "upper"),
    [
        # R: binom.test(682, 925)$conf.int, the Mendel example of its help page.
        (682, 925, 70.8, 76.5),
        # The seed paper's fractions (its percentages are printed without intervals), by R.
        (13, 36, 20.8, 53.8),
        (12, 30, 22.7, 59.4),
        (15, 37, 24.8, 57.9),
        (12, 31, 21.8, 57.8),
        (17, 35, 31.4, 66.0),
        (16, 30, 34.3, 71.7),
        (15, 73, 12.0, 31.6),
        (25, 66, 26.2, 50.7),
        (27, 68, 28.0, 52.3),
        (33, 65, 38.1, 63.4),
        # The rule of three's exact counterpart: R: binom.test(0, 10), binom.test(10, 10).
        (0, 10, 0.0, 30.8),
        (10, 10, 69.2, 100.0),
    ],
)
def test_clopper_pearson_equals_binom_test(
    numerator: int, denominator: int, lower: float, upper: float
) -> None:
    found = clopper_pearson(numerator, denominator)
    assert found.value == numerator / denominator
    assert round(100 * (found.lower or 0), 1) == lower
    assert round(100 * (found.upper or 0), 1) == upper


def test_nobody_evaluable_is_no_proportion_rather_than_nan() -> None:
    found = clopper_pearson(0, 0)
    assert (found.value, found.lower, found.upper) == (None, None, None)


def test_a_numerator_above_its_denominator_is_refused() -> None:
    with pytest.raises(ValueError, match="4 of 3 is not a proportion"):
        clopper_pearson(4, 3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        clopper_pearson(1, 3, 95)


def test_mcnemar_is_the_binomial_test_of_the_discordant_pairs() -> None:
    # R: binom.test(15, 33)$p.value = 0.7283; binom.test(2, 12)$p.value = 0.03857.
    table = PairedTable(both=10, initial_only=18, rechallenge_only=15, neither=22)
    assert exact_mcnemar(table) == pytest.approx(0.7283, abs=5e-5)
    assert exact_mcnemar(PairedTable(0, 10, 2, 0)) == pytest.approx(0.03857, abs=5e-6)
    assert exact_mcnemar(PairedTable(5, 0, 0, 5)) is None


def test_chance_discordance_comes_from_the_margins() -> None:
    # First 28/65, second 25/65: 28/65 * 40/65 + 37/65 * 25/65.
    table = PairedTable(both=10, initial_only=18, rechallenge_only=15, neither=22)
    assert chance_discordance(table) == pytest.approx((28 * 40 + 37 * 25) / 65**2)
    assert table.discordant == 15 + 18
    assert table.pairs == 65
    assert chance_discordance(PairedTable(0, 0, 0, 0)) is None
