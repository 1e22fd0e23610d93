"""Kaplan-Meier: curve, median, survival at a time, numbers at risk, reverse follow-up.

Belongs here: estimation on durations and events, with delayed entry where given. The survival
is an exact product of fractions, because a floating-point product puts S = 0.5 at
0.5000000000000001 for n = 6, 8, 14, 18, 20 ... uncensored subjects and moves the median one event
later. The bands are log(-log) of Greenwood's variance. Every number is held to R's `survival`
(docs/statistics.md). Does not belong here: tests and models (`comparison`), unit conversion, which
patients are asked about.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import exp, isfinite, log, sqrt
from statistics import NormalDist

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
        entries: times of delayed entry; empty when everybody is followed from 0.
    """

    steps: tuple[Step, ...]
    subjects: int
    events: int
    confidence: float
    entries: tuple[float, ...] = ()

    def median(self, *, midpoint: bool = False) -> Estimate:
        """First time at which S(t) <= 0.5; limits by inverting the bands (Brookmeyer-Crowley).

        Args:
            midpoint: where S is exactly 0.5 over an interval, its middle instead of its first
                time, as R's `survfit` prints it. The limits are the same.
        """
        return Estimate(
            self._median(midpoint),
            next((step.time for step in self.steps if _reached(step.lower)), None),
            next((step.time for step in self.steps if _reached(step.upper)), None),
        )

    def _median(self, midpoint: bool) -> float | None:
        half = Fraction(1, 2)
        first = next((step for step in self.steps if step.survival <= half), None)
        if first is None:
            return None
        if not midpoint or first.survival < half:
            return first.time
        # A curve that stays at one half has no later drop; R then takes the last time.
        below = (step.time for step in self.steps if step.survival < half)
        return (first.time + next(below, self.steps[-1].time)) / 2

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
        """Subjects whose duration is at least `time`, and who had entered before it."""
        leaving = sum(step.events + step.censored for step in self.steps if step.time >= time)
        return leaving - sum(entry >= time for entry in self.entries)

    def events_by(self, time: float) -> int:
        """Events at or before `time`."""
        return sum(step.events for step in self.steps if step.time <= time)


def fit_kaplan_meier(
    durations: Sequence[float],
    events: Sequence[bool],
    confidence: float = 0.95,
    entries: Sequence[float] | None = None,
) -> Curve:
    """Fit a Kaplan-Meier curve with log(-log) bands.

    Args:
        durations: one a subject, in any unit, 0 allowed.
        events: whether the duration ended with the event; false is censored.
        confidence: two-sided level of the bands.
        entries: times from which each subject is at risk (left truncation); from 0 when not
            given. A subject is at risk after its entry, up to and including its duration, so one
            who leaves on the day of entry is never at risk and is left out. Where the few at risk
            early all have the event, the curve is 0 from there on, as in R.

    Raises:
        ValueError: lengths differ, a time is negative or not a number, an entry is after its
            duration, or the confidence is no level.
    """
    if len(durations) != len(events):
        raise ValueError(f"{len(durations)} durations, {len(events)} event marks")
    if any(not isfinite(duration) or duration < 0 for duration in durations):
        raise ValueError("a duration is negative or not a number")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    if entries is None:
        return _fit(tuple(durations), tuple(map(bool, events)), confidence, ())
    _assert_entries(durations, entries)
    followed = [
        (duration, bool(event), entry)
        for duration, event, entry in zip(durations, events, entries, strict=True)
        if entry < duration
    ]
    ends, marks, starts = zip(*followed, strict=True) if followed else ((), (), ())
    return _fit(ends, marks, confidence, starts)


def _assert_entries(durations: Sequence[float], entries: Sequence[float]) -> None:
    if len(entries) != len(durations):
        raise ValueError(f"{len(durations)} durations, {len(entries)} entries")
    if any(not isfinite(entry) or entry < 0 for entry in entries):
        raise ValueError("an entry is negative or not a number")
    if any(entry > duration for entry, duration in zip(entries, durations, strict=True)):
        raise ValueError("an entry is after the end of its subject's time")


@lru_cache(maxsize=256)
def _fit(
    durations: tuple[float, ...],
    events: tuple[bool, ...],
    confidence: float,
    entries: tuple[float, ...],
) -> Curve:
    """The curve; kept, because most sets are the same in both editions of a study."""
    steps = []
    survival, variance = Fraction(1), 0.0
    width = NormalDist().inv_cdf((1 + confidence) / 2)
    leaving = Counter(durations)
    dying = Counter(time for time, event in zip(durations, events, strict=True) if event)
    late = sorted(entries)
    left = 0
    for time in sorted(leaving):
        # Those who have not left yet, less those who have not entered before this time.
        at_risk = len(durations) - left - (len(late) - bisect_left(late, time))
        died = dying[time]
        survival *= Fraction(at_risk - died, at_risk)
        if died < at_risk:
            variance += died / (at_risk * (at_risk - died))
        lower, upper = _band(survival, variance, width)
        steps.append(Step(time, at_risk, died, leaving[time] - died, survival, lower, upper))
        left += leaving[time]
    return Curve(tuple(steps), len(durations), sum(events), confidence, entries)


def _band(
    survival: Fraction, variance: float, width: float
) -> tuple[float, float] | tuple[None, None]:
    """Pointwise log(-log) limits from Greenwood's sum; none where the curve is 0 or 1."""
    if not 0 < survival < 1:
        return None, None
    hazard = -log(survival)
    spread = exp(width * sqrt(variance) / hazard)
    return exp(-hazard * spread), exp(-hazard / spread)


def fit_reverse_kaplan_meier(
    durations: Sequence[float],
    events: Sequence[bool],
    confidence: float = 0.95,
    entries: Sequence[float] | None = None,
) -> Curve:
    """Potential follow-up (Schemper and Smith 1996): the censored are the events.

    A death is a censoring of follow-up, so the simple median of the survivors, which is biased
    by who died early, is never taken.
    """
    return fit_kaplan_meier(durations, [not event for event in events], confidence, entries)


def _reached(limit: float | None) -> bool:
    return limit is not None and limit <= 0.5 + TOLERANCE
