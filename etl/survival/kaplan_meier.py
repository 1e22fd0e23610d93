"""Kaplan-Meier: curve, median, survival at a time, numbers at risk, reverse follow-up.

Belongs here: estimation on durations and events. The curve's log(-log) bands are lifelines';
the survival itself is an exact product of fractions, because a floating-point product puts
S = 0.5 at 0.5000000000000001 for n = 6, 8, 14, 18, 20 ... uncensored subjects and moves the
median one event later. Does not belong here: unit conversion, which patients are asked about.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isfinite

TOLERANCE = 1e-9
"""How far a confidence band may lie above one half and still count as having reached it."""


@dataclass(frozen=True)
class Step:
    """The curve from `time` up to the next step.

    Attributes:
        time: time of an event or a censoring, in the unit of the durations.
        at_risk: subjects at risk just before `time`.
        events: events at `time`.
        censored: censorings at `time`.
        survival: S(time), exact.
        lower: lower limit of the pointwise log(-log) band; None where it is not defined.
        upper: upper limit of the band; None where it is not defined.
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: Fraction
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Estimate:
    """A value with its limits; None means not reached (or nobody to estimate from)."""

    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve.

    Attributes:
        steps: one step per distinct time, ascending.
        subjects: number of subjects.
        events: number of events.
        confidence: two-sided level of the bands.
    """

    steps: tuple[Step, ...]
    subjects: int
    events: int
    confidence: float

    def median(self) -> Estimate:
        """First time at which S(t) <= 0.5; limits by inverting the bands (Brookmeyer-Crowley)."""
        half = Fraction(1, 2)
        return Estimate(
            next((step.time for step in self.steps if step.survival <= half), None),
            next((step.time for step in self.steps if _reached(step.lower)), None),
            next((step.time for step in self.steps if _reached(step.upper)), None),
        )

    def survival_at(self, time: float) -> Estimate:
        """S(time) with its band; None beyond the last observed time of a curve still above 0."""
        if not self.steps:
            return Estimate(None, None, None)
        last = self.steps[-1]
        if time > last.time and last.survival > 0:
            return Estimate(None, None, None)
        index = bisect_right([step.time for step in self.steps], time) - 1
        if index < 0 or self.steps[index].survival == 1:
            return Estimate(1.0, None, None)
        step = self.steps[index]
        return Estimate(float(step.survival), step.lower, step.upper)

    def at_risk(self, time: float) -> int:
        """Subjects whose duration is at least `time`."""
        return sum(step.events + step.censored for step in self.steps if step.time >= time)

    def events_by(self, time: float) -> int:
        """Events at or before `time`."""
        return sum(step.events for step in self.steps if step.time <= time)


def fit_kaplan_meier(
    durations: Sequence[float], events: Sequence[bool], confidence: float = 0.95
) -> Curve:
    """Fit a Kaplan-Meier curve with log(-log) bands.

    Args:
        durations: one a subject, in any unit, 0 allowed.
        events: whether the duration ended with the event; false is censored.
        confidence: two-sided level of the bands.

    Raises:
        ValueError: lengths differ, or a duration is negative or not a number.
    """
    if len(durations) != len(events):
        raise ValueError(f"{len(durations)} durations, {len(events)} event marks")
    if any(not isfinite(duration) or duration < 0 for duration in durations):
        raise ValueError("a duration is negative or not a number")
    return _fit(tuple(durations), tuple(map(bool, events)), confidence)


@lru_cache(maxsize=256)
def _fit(durations: tuple[float, ...], events: tuple[bool, ...], confidence: float) -> Curve:
    """The curve; kept, because most sets are the same in both editions of a study."""
    if not durations:
        return Curve((), 0, 0, confidence)
    bands = _bands(durations, events, confidence)
    steps = []
    survival = Fraction(1)
    at_risk = len(durations)
    leaving = Counter(durations)
    dying = Counter(time for time, event in zip(durations, events, strict=True) if event)
    for time in sorted(leaving):
        died = dying[time]
        survival *= Fraction(at_risk - died, at_risk)
        lower, upper = bands[float(time)] if 0 < survival < 1 else (None, None)
        steps.append(Step(time, at_risk, died, leaving[time] - died, survival, lower, upper))
        at_risk -= leaving[time]
    return Curve(tuple(steps), len(durations), sum(events), confidence)


def fit_reverse_kaplan_meier(
    durations: Sequence[float], events: Sequence[bool], confidence: float = 0.95
) -> Curve:
    """Potential follow-up (Schemper and Smith 1996): the censored are the events.

    A death is a censoring of follow-up, so the simple median of the survivors, which is biased
    by who died early, is never taken.
    """
    return fit_kaplan_meier(durations, [not event for event in events], confidence)


def _reached(limit: float | None) -> bool:
    return limit is not None and limit <= 0.5 + TOLERANCE


def _bands(
    durations: Sequence[float], events: Sequence[bool], confidence: float
) -> dict[float, tuple[float, float]]:
    """Pointwise limits at each time, as lifelines computes them (exponential Greenwood)."""
    from lifelines import KaplanMeierFitter  # seconds to import, so only where it is used

    fitter = KaplanMeierFitter(alpha=1 - confidence)
    fitter.fit(list(durations), [int(event) for event in events])
    table = fitter.confidence_interval_
    return {
        float(time): (float(lower), float(upper))
        for time, lower, upper in zip(table.index, table.iloc[:, 0], table.iloc[:, 1], strict=True)
    }
