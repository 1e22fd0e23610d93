"""Kaplan-Meier against published tables and against its floating-point trap."""

from fractions import Fraction

import pytest

from etl.parameters import DAYS_PER_MONTH
from etl.survival.kaplan_meier import (
    Estimate,
    fit_kaplan_meier,
    fit_reverse_kaplan_meier,
)
from etl.synthetic.calibration import members


def times(text: str) -> tuple[list[int], list[bool]]:
    """Read '6 7 9+' as durations and event marks; a plus is censored."""
    words = text.replace(";", " ").split()
    return [int(word.rstrip("+")) for word in words], [not word.endswith("+") for word in words]


# Freireich et al., Blood 1963;21:699-716, remission in weeks (R: MASS::gehan).
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def test_six_mp_curve_equals_r_survfit_with_log_log_bands() -> None:
    # R: summary(survfit(Surv(time, cens) ~ treat, MASS::gehan, conf.type = "log-log")),
    # the worked example of Venables and Ripley, Modern Applied Statistics with S, chapter 13.
    curve = fit_kaplan_meier(*times(SIX_MP))
    printed = [
        (step.time, step.at_risk, step.events, *_round(step.survival, step.lower, step.upper))
        for step in curve.steps
        if step.events
    ]
    assert printed == [
        (6, 21, 3, 0.857, 0.620, 0.952),
        (7, 17, 1, 0.807, 0.563, 0.923),
        (10, 15, 1, 0.753, 0.503, 0.889),
        (13, 12, 1, 0.690, 0.432, 0.849),
        (16, 11, 1, 0.627, 0.368, 0.805),
        (22, 7, 1, 0.538, 0.268, 0.747),
        (23, 6, 1, 0.448, 0.188, 0.680),
    ]


def test_medians_of_the_two_arms() -> None:
    # Medians 23 and 8 weeks: Kleinbaum and Klein, Survival Analysis, chapter 2. The limits are
    # the times at which the bands above cross one half; the upper band of 6-MP never does.
    assert fit_kaplan_meier(*times(SIX_MP)).median() == Estimate(23, 13, None)
    assert fit_kaplan_meier(*times(PLACEBO)).median() == Estimate(8, 4, 11)


@pytest.mark.parametrize("subjects", [6, 8, 14, 18, 20, 44, 58, 60, 64, 66, 80])
def test_median_is_the_middle_event_where_a_floating_product_misses_one_half(
    subjects: int,
) -> None:
    curve = fit_kaplan_meier(range(1, subjects + 1), [True] * subjects)
    assert curve.median().value == subjects / 2
    assert curve.steps[subjects // 2 - 1].survival == Fraction(1, 2)


def test_the_calibration_cohort_has_the_medians_that_r_reads() -> None:
    # R's survfit on the calibration cohort: 84, 170 and, in responders, 560 days.
    groups = (
        [one for one in members() if one.regimen == "ipinivo"],
        [one for one in members() if one.regimen == "ipi"],
        [one for one in members() if one.rechallenge == "R"],
    )
    medians = [
        fit_kaplan_meier([m.pfs_days for m in group], [m.is_event for m in group]).median().value
        for group in groups
    ]
    assert medians == [84, 170, 560]


def test_numbers_at_risk_count_those_not_yet_gone() -> None:
    curve = fit_kaplan_meier(*times("0 3+ 3 5 9+"))
    assert [curve.at_risk(time) for time in (0, 1, 3, 4, 5, 9, 10)] == [5, 4, 4, 2, 2, 1, 0]
    assert [curve.events_by(time) for time in (0, 2, 3, 9)] == [1, 1, 2, 3]


def test_survival_at_a_time_is_the_step_before_it() -> None:
    curve = fit_kaplan_meier(*times(SIX_MP))
    assert curve.survival_at(5) == Estimate(1.0, None, None)
    assert round(curve.survival_at(12).value or 0, 3) == 0.753
    assert round(curve.survival_at(6).value or 0, 3) == 0.857


def test_survival_beyond_the_last_observation_is_not_known() -> None:
    assert fit_kaplan_meier(*times("2 4 6+")).survival_at(7) == Estimate(None, None, None)
    assert fit_kaplan_meier(*times("2 4 6")).survival_at(7) == Estimate(0.0, None, None)


def test_a_curve_that_stays_above_one_half_has_no_median() -> None:
    assert fit_kaplan_meier(*times("2 5+ 6+ 7+")).median().value is None
    assert fit_kaplan_meier(*times("2+ 5+")).median() == Estimate(None, None, None)


def test_a_day_zero_event_drops_the_curve_at_zero() -> None:
    assert fit_kaplan_meier(*times("0 5")).survival_at(0).value == 0.5


def test_nobody_gives_an_empty_curve() -> None:
    curve = fit_kaplan_meier([], [])
    assert (curve.subjects, curve.steps, curve.median()) == (0, (), Estimate(None, None, None))
    assert curve.survival_at(6) == Estimate(None, None, None)


def test_follow_up_counts_the_living_as_events() -> None:
    # Deaths at 2 and 4 leave without being events; the living at 6, 8 and 10 are: 2/3, 1/3, 0.
    curve = fit_reverse_kaplan_meier(*times("2 4 6+ 8+ 10+"))
    assert [float(step.survival) for step in curve.steps] == pytest.approx([1, 1, 2 / 3, 1 / 3, 0])
    assert curve.median().value == 8


def test_a_negative_or_missing_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="negative or not a number"):
        fit_kaplan_meier([-1, 3], [True, True])
    with pytest.raises(ValueError, match="negative or not a number"):
        fit_kaplan_meier([float("nan"), 3], [True, True])
    with pytest.raises(ValueError, match="2 durations, 1 event marks"):
        fit_kaplan_meier([1, 3], [True])


def _round(*values: Fraction | float | None) -> list[float]:
    return [round(float(value), 3) for value in values if value is not None]


def test_twelve_months_are_365_and_a_quarter_days() -> None:
    curve = fit_kaplan_meier([365, 366], [True, True])
    assert curve.survival_at(12 * DAYS_PER_MONTH).value == 0.5
    assert curve.events_by(12 * DAYS_PER_MONTH) == 1
