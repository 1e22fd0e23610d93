"""Cumulative incidence against R's survfit for several causes, and against Kaplan-Meier."""

import shutil
import subprocess
import warnings
from fractions import Fraction
from pathlib import Path

import pytest

from etl.survival.cumulative_incidence import fit_aalen_johansen
from etl.survival.kaplan_meier import Estimate, fit_kaplan_meier

# Ties between causes, and between causes and censorings; a death on day 0.
TIMES = [0, 3, 3, 3, 5, 5, 7, 7, 7, 9, 12, 12, 15, 20, 20, 21]
CAUSES = [1, 1, 2, 0, 1, 1, 0, 2, 3, 1, 2, 0, 1, 0, 1, 0]

# R 4, survival 3.5-3:
# e <- survfit(Surv(TIMES, factor(CAUSES, 0:3)) ~ 1, conf.type = "log-log")
# for (j in 2:4) print(cbind(e$time, e$n.risk, e$pstate[,j], e$std.err[,j], e$lower[,j],
#                            e$upper[,j]))
# One row a time and cause: time, at risk, incidence, standard error, limits.
PRINTED_BY_R = {
    1: [
        (0, 16, 0.0625, 0.0605153647844909, 0.00409816532132047, 0.246994462218279),
        (3, 15, 0.125, 0.0826797284707685, 0.02067502548505768, 0.327984354552463),
        (5, 12, 0.260416666666667, 0.1123620714404092, 0.08025422283464563, 0.487900631276704),
        (7, 10, 0.260416666666667, 0.1123620714404092, 0.08025422283464563, 0.487900631276704),
        (9, 7, 0.337797619047619, 0.1242587899980821, 0.12137152206920233, 0.572046430836177),
        (12, 6, 0.337797619047619, 0.1242587899980821, 0.12137152206920233, 0.572046430836177),
        (15, 4, 0.434523809523810, 0.1374815605396317, 0.17308580588769812, 0.672945858875431),
        (20, 3, 0.531250000000000, 0.1407228928293321, 0.23756994472685239, 0.757024320819755),
    ],
    2: [
        (3, 15, 0.062500000000000, 0.0605153647844909, 0.00409816532132047, 0.246994462218279),
        (5, 12, 0.062500000000000, 0.0605153647844909, 0.00409816532132047, 0.246994462218279),
        (7, 10, 0.130208333333333, 0.0860328017443567, 0.02132575094437363, 0.339568830237996),
        (12, 6, 0.207589285714286, 0.1074396637194981, 0.04992601385544751, 0.438367723461045),
        (20, 3, 0.207589285714286, 0.1074396637194981, 0.04992601385544751, 0.438367723461045),
    ],
    3: [
        (7, 10, 0.0677083333333333, 0.06533379642383, 0.00436072318079508, 0.263452608251349),
        (20, 3, 0.0677083333333333, 0.06533379642383, 0.00436072318079508, 0.263452608251349),
    ],
}


@pytest.mark.parametrize("cause", PRINTED_BY_R)
def test_incidence_standard_error_and_limits_equal_survfit(cause: int) -> None:
    curve = fit_aalen_johansen(TIMES, CAUSES)
    for time, at_risk, value, error, lower, upper in PRINTED_BY_R[cause]:
        found = curve.incidence_at(time, cause)
        assert curve.at_risk(time) == at_risk
        assert (found.value, curve.variance_at(time, cause) ** 0.5) == pytest.approx((value, error))
        assert (found.lower, found.upper) == pytest.approx((lower, upper))


def test_the_incidences_and_the_event_free_are_one_exactly() -> None:
    curve = fit_aalen_johansen(TIMES, CAUSES)
    assert {step.event_free + sum(step.incidence.values()) for step in curve.steps} == {1}
    assert curve.exact_at(20) == Fraction(17, 32)


def test_without_competing_causes_it_is_one_minus_kaplan_meier() -> None:
    # R: survfit(Surv(t, factor(k == 1)) ~ 1) and survfit(Surv(t, k == 1) ~ 1) agree likewise,
    # in the standard errors too: 0.1709934100477615 at 20.
    only = [int(cause == 1) for cause in CAUSES]
    curve = fit_aalen_johansen(TIMES, only)
    survival = fit_kaplan_meier(TIMES, [cause == 1 for cause in only])
    assert [step.incidence[1] for step in curve.steps] == [1 - s.survival for s in survival.steps]
    assert curve.variance_at(20) ** 0.5 == pytest.approx(0.1709934100477615)


def test_one_minus_kaplan_meier_is_too_high_where_causes_compete() -> None:
    exact = fit_aalen_johansen(TIMES, CAUSES).exact_at(20)
    naive = fit_kaplan_meier(TIMES, [cause == 1 for cause in CAUSES]).survival_at(20).value
    assert exact == Fraction(17, 32)
    assert naive is not None
    assert 1 - naive == pytest.approx(0.6875)


def test_the_order_of_tied_subjects_does_not_matter() -> None:
    pairs = list(zip(TIMES, CAUSES, strict=True))
    expected = fit_aalen_johansen(TIMES, CAUSES).exact_at(15, 1)
    for turn in range(1, len(pairs)):
        pairs = [*pairs[turn:], *pairs[:turn]]
        again = fit_aalen_johansen([time for time, _ in pairs], [cause for _, cause in pairs])
        assert again.exact_at(15, 1) == expected


def test_lifelines_jitters_ties_and_so_does_not_give_the_estimate() -> None:
    from lifelines import AalenJohansenFitter

    found = []
    for seed in (1, 2, 3, 4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitter = AalenJohansenFitter(seed=seed).fit(TIMES, CAUSES, event_of_interest=1)
        found.append(float(fitter.cumulative_density_.iloc[-1, 0]))
    assert len(set(found)) == 4
    assert min(found) < 17 / 32 - 0.01 < 17 / 32 + 0.01 < max(found)


def test_a_time_before_the_first_event_has_incidence_0_without_limits() -> None:
    curve = fit_aalen_johansen([4, 6, 9], [1, 2, 0])
    assert curve.incidence_at(3) == Estimate(0.0, None, None)
    assert curve.incidence_at(4).value == pytest.approx(1 / 3)


def test_beyond_the_last_time_it_is_known_only_if_nobody_is_left() -> None:
    assert fit_aalen_johansen([4, 6, 9], [1, 2, 0]).incidence_at(10).value is None
    assert fit_aalen_johansen([4, 6, 9], [1, 2, 1]).incidence_at(10).value == pytest.approx(2 / 3)
    assert fit_aalen_johansen([4, 6], [1, 1]).incidence_at(10) == Estimate(1.0, None, None)


def test_a_cause_that_never_occurs_has_incidence_0() -> None:
    curve = fit_aalen_johansen([4, 6], [1, 0])
    assert curve.causes == (1,)
    assert curve.incidence_at(5, cause=2) == Estimate(0.0, None, None)


def test_events_and_subjects_at_risk_are_counted() -> None:
    curve = fit_aalen_johansen(TIMES, CAUSES)
    assert [curve.events_by(time) for time in (0, 4, 5, 21)] == [1, 2, 4, 7]
    assert [curve.events_by(time, 2) for time in (2, 3, 12)] == [0, 1, 3]
    assert [curve.at_risk(time) for time in (0, 1, 21, 22)] == [16, 15, 1, 0]


def test_nobody_has_no_incidence() -> None:
    curve = fit_aalen_johansen([], [])
    assert curve.incidence_at(3) == Estimate(None, None, None)
    assert (curve.subjects, curve.causes) == (0, ())


def test_a_narrower_level_gives_narrower_limits() -> None:
    wide = fit_aalen_johansen(TIMES, CAUSES).incidence_at(9)
    narrow = fit_aalen_johansen(TIMES, CAUSES, confidence=0.8).incidence_at(9)
    assert wide.value == narrow.value
    assert wide.lower < narrow.lower < narrow.upper < wide.upper  # type: ignore[operator]


def test_what_is_no_duration_or_cause_is_refused() -> None:
    with pytest.raises(ValueError, match="2 durations, 1 causes"):
        fit_aalen_johansen([1, 2], [1])
    with pytest.raises(ValueError, match="negative or not a number"):
        fit_aalen_johansen([1, float("nan")], [1, 0])
    with pytest.raises(ValueError, match="a cause is negative"):
        fit_aalen_johansen([1, 2], [1, -1])


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_survfit_agrees_on_its_own_registry_of_1384_patients(tmp_path: Path) -> None:
    # survival::mgus2: progression to a plasma cell malignancy, death competing; months, many ties.
    script = """
    library(survival)
    d <- transform(mgus2, t = ifelse(pstat == 0, futime, ptime),
                   k = ifelse(pstat == 0, 2 * death, 1))
    e <- survfit(Surv(t, factor(k, 0:2)) ~ 1, d, conf.type = "log-log")
    s <- summary(e, times = c(12, 60, 120, 240, 360))
    options(digits = 15)
    write.table(cbind(d$t, d$k), "given.txt", row.names = FALSE, col.names = FALSE)
    found <- cbind(s$time, s$pstate[, 2:3], s$std.err[, 2:3], s$lower[, 2:3], s$upper[, 2:3])
    write.table(found, "found.txt", row.names = FALSE, col.names = FALSE)
    """
    subprocess.run(["Rscript", "-e", script], cwd=tmp_path, check=True, capture_output=True)
    given, found = (
        [list(map(float, line.split())) for line in (tmp_path / name).read_text().splitlines()]
        for name in ("given.txt", "found.txt")
    )
    curve = fit_aalen_johansen([row[0] for row in given], [int(row[1]) for row in given])
    assert curve.subjects == 1384
    for time, *values in found:
        for cause in (1, 2):
            estimate = curve.incidence_at(time, cause)
            error = curve.variance_at(time, cause) ** 0.5
            ours = (estimate.value, error, estimate.lower, estimate.upper)
            assert ours == pytest.approx(tuple(values[cause - 1 :: 2]), rel=1e-9)
