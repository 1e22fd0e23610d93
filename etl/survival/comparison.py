"""Comparing times to event: the log-rank test, Cox regression, landmarks.

Belongs here: estimators that compare groups or subjects on plain sequences. Ties are Efron's,
nothing is weighted. Does not belong here: one group's curve (`kaplan_meier`), which patients are
asked about, and whether a comparison of treatments that nobody randomised should be made at all:
the studies print none by default (docs/statistics.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LogRank:
    """A log-rank test.

    Attributes:
        chi_square: the statistic; None when no event tells the groups apart.
        degrees: degrees of freedom, one less than the groups.
        p_value: two-sided; None without a statistic.
        observed: events in each group.
        expected: events expected in each group if all had one hazard.
    """

    chi_square: float | None
    degrees: int
    p_value: float | None
    observed: dict[str, int]
    expected: dict[str, float]


@dataclass(frozen=True)
class Coefficient:
    """One covariate of a Cox model; the limits are of the hazard ratio (Wald)."""

    name: str
    coefficient: float
    standard_error: float
    hazard_ratio: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class CoxModel:
    """A Cox proportional hazards model."""

    subjects: int
    events: int
    coefficients: tuple[Coefficient, ...]
    log_likelihood: float


@dataclass(frozen=True)
class Landmark:
    """Those still followed and free of the event after a landmark, timed from there.

    Attributes:
        kept: places, in the sequences given, of those who are kept.
        durations: from the landmark on.
        events: whether each ended with the event.
    """

    kept: tuple[int, ...]
    durations: tuple[float, ...]
    events: tuple[bool, ...]


def landmark(durations: Sequence[float], events: Sequence[bool], at: float) -> Landmark:
    """Subjects whose time goes on after `at`; who ended on or before it tells nothing beyond.

    What a subject is called (a responder, say) must be what was known at the landmark: otherwise
    the time up to it is guaranteed to those so called.
    """
    kept = tuple(place for place, duration in enumerate(durations) if duration > at)
    return Landmark(
        kept,
        tuple(durations[place] - at for place in kept),
        tuple(bool(events[place]) for place in kept),
    )


def log_rank(
    durations: Sequence[float],
    events: Sequence[bool],
    groups: Sequence[str],
    entries: Sequence[float] | None = None,
) -> LogRank:
    """Compare the hazards of groups (Mantel 1966), with the hypergeometric variance for ties.

    Args:
        durations: one a subject.
        events: whether the duration ended with the event.
        groups: the group of each subject.
        entries: times of delayed entry; from 0 when not given.

    Raises:
        ValueError: lengths differ.
    """
    import numpy as np  # only where it is used: importing takes a while

    if not len(durations) == len(events) == len(groups):
        raise ValueError(
            f"{len(durations)} durations, {len(events)} event marks, {len(groups)} groups"
        )
    time, died = np.asarray(durations, float), np.asarray(events, bool)
    entered = np.full(len(time), -1.0) if entries is None else np.asarray(entries, float)
    names = sorted(set(groups))
    member = np.asarray([[group == name for name in names] for group in groups], bool)
    observed = (member & died[:, None]).sum(axis=0)
    expected = np.zeros(len(names))
    covariance = np.zeros((len(names), len(names)))
    for moment in np.unique(time[died]):
        at_risk = member[(entered < moment) & (time >= moment)].sum(axis=0)
        total, deaths = at_risk.sum(), (died & (time == moment)).sum()
        share = at_risk / total
        expected += deaths * share
        if total > 1:
            factor = deaths * (total - deaths) / (total - 1)
            covariance += factor * (np.diag(share) - np.outer(share, share))
    chi_square = _chi_square(observed - expected, covariance)
    return LogRank(
        chi_square,
        len(names) - 1,
        _p_value(chi_square, len(names) - 1),
        dict(zip(names, map(int, observed), strict=True)),
        dict(zip(names, map(float, expected), strict=True)),
    )


def _chi_square(difference: Any, covariance: Any) -> float | None:
    """The differences against their covariance, which has one rank less than the groups."""
    import numpy as np

    if not covariance.any():
        return None
    return float(difference @ np.linalg.pinv(covariance) @ difference)


def _p_value(chi_square: float | None, degrees: int) -> float | None:
    if chi_square is None:
        return None
    from scipy.stats import chi2

    return float(chi2.sf(chi_square, degrees))


def cox(
    durations: Sequence[float],
    events: Sequence[bool],
    covariates: Mapping[str, Sequence[float]],
    entries: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> CoxModel:
    """Fit a Cox model with Efron's ties (lifelines; Therneau and Grambsch 2000).

    Args:
        durations: one a subject, above 0 where entries are given.
        events: whether the duration ended with the event.
        covariates: numbers a subject, by name.
        entries: times of delayed entry; from 0 when not given.
        confidence: two-sided level of the limits.
    """
    import pandas as pd
    from lifelines import CoxPHFitter  # seconds to import, so only where it is used

    table = pd.DataFrame({name: list(map(float, given)) for name, given in covariates.items()})
    table["duration_"] = list(map(float, durations))
    table["event_"] = list(map(bool, events))
    if entries is not None:
        table["entry_"] = list(map(float, entries))
    fitter = CoxPHFitter(alpha=1 - confidence)
    fitter.fit(
        table,
        duration_col="duration_",
        event_col="event_",
        entry_col=None if entries is None else "entry_",
        fit_options={"precision": 1e-12},
    )
    level = f"{100 * confidence:g}%"
    rows = tuple(
        Coefficient(
            str(name),
            float(row["coef"]),
            float(row["se(coef)"]),
            float(row["exp(coef)"]),
            float(row[f"exp(coef) lower {level}"]),
            float(row[f"exp(coef) upper {level}"]),
            float(row["p"]),
        )
        for name, row in fitter.summary.iterrows()
    )
    return CoxModel(len(table), int(table["event_"].sum()), rows, float(fitter.log_likelihood_))
