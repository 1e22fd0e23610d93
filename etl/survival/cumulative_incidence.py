"""Cumulative incidence with competing causes: the Aalen-Johansen estimator, exact.

Belongs here: incidence of each cause on durations and causes, with its variance and limits. Does
not belong here: which line is at risk until when (`derived.line_toxicity`), or a crude proportion
(`proportions`).

One minus Kaplan-Meier, with the competing causes censored, answers another question (what if
nobody had died or gone on to the next line) and is always too high; without competing causes the
two are equal. The curve is an exact sum of fractions and keeps tied times tied. lifelines'
`AalenJohansenFitter` does not: where times are tied it adds a random jitter of its own, so its
result changes with the seed and is off by the order the jitter happens to give; registry days are
tied nearly always.

The variance is the infinitesimal jackknife, as R's survfit gives it for several states; with ties
and without competing causes it is Greenwood's. The limits are R's `conf.type = "log-log"`:
log(-log(F)) of the incidence itself, not of one minus it as in `kaplan_meier`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import exp, isfinite, log, sqrt
from statistics import NormalDist

from etl.survival.kaplan_meier import Estimate

CENSORED = 0
"""The cause of a duration that ended without any event."""


@dataclass(frozen=True)
class IncidenceStep:
    """The curve from `time` up to the next step.

    Attributes:
        time: time of an event or a censoring, in the unit of the durations.
        at_risk: subjects at risk just before `time`.
        events: events at `time`, by cause.
        event_free: probability that no cause has occurred up to and including `time`, exact.
        incidence: cumulative incidence of each cause up to and including `time`, exact.
    """

    time: float
    at_risk: int
    events: dict[int, int]
    event_free: Fraction
    incidence: dict[int, Fraction]


@dataclass(frozen=True)
class IncidenceCurve:
    """Cumulative incidence of each cause.

    Attributes:
        steps: one step per distinct time, ascending.
        causes: the causes that occur, ascending.
        subjects: number of subjects.
        confidence: two-sided level of the limits.
    """

    steps: tuple[IncidenceStep, ...]
    causes: tuple[int, ...]
    subjects: int
    confidence: float

    def incidence_at(self, time: float, cause: int = 1) -> Estimate:
        """Incidence of a cause by `time`, with limits.

        None where it is not known: nobody was there, or `time` lies beyond the last observed time
        while some were still without an event. No limits at 0 and at 1.
        """
        found = self.exact_at(time, cause)
        if found is None:
            return Estimate(None, None, None)
        if not 0 < found < 1:
            return Estimate(float(found), None, None)
        value = float(found)
        quantile = NormalDist().inv_cdf(0.5 + self.confidence / 2)
        spread = quantile * sqrt(self.variance_at(time, cause)) / (value * log(value))
        lower, upper = sorted(exp(-exp(log(-log(value)) + sign * spread)) for sign in (-1, 1))
        return Estimate(value, lower, upper)

    def exact_at(self, time: float, cause: int = 1) -> Fraction | None:
        """Incidence of a cause by `time` as a fraction; None where it is not known."""
        if not self.steps or (time > self.steps[-1].time and self.steps[-1].event_free > 0):
            return None
        index = bisect_right(self.steps, time, key=lambda step: step.time) - 1
        return Fraction(0) if index < 0 else self.steps[index].incidence.get(cause, Fraction(0))

    def variance_at(self, time: float, cause: int = 1) -> float:
        """Variance of the incidence of a cause by `time` (infinitesimal jackknife)."""
        until = [step for step in self.steps if step.time <= time]
        if not until:
            return 0.0
        reached = float(until[-1].incidence.get(cause, 0))
        variance, event_free = 0.0, 1.0
        for step in until:
            hazard = sum(step.events.values()) / step.at_risk
            own = step.events.get(cause, 0) / step.at_risk
            # Who fails here, of any cause, cannot add to the incidence that comes after.
            later = reached - float(step.incidence.get(cause, 0))
            lost = later / (1 - hazard) if hazard < 1 else 0.0
            variance += (
                event_free**2 * own * (1 - own)
                - 2 * event_free * lost * own * (1 - hazard)
                + lost**2 * hazard * (1 - hazard)
            ) / step.at_risk
            event_free = float(step.event_free)
        return max(variance, 0.0)

    def events_by(self, time: float, cause: int = 1) -> int:
        """Events of a cause at or before `time`."""
        return sum(step.events.get(cause, 0) for step in self.steps if step.time <= time)

    def at_risk(self, time: float) -> int:
        """Subjects whose duration is at least `time`."""
        return next((step.at_risk for step in self.steps if step.time >= time), 0)


def fit_aalen_johansen(
    durations: Sequence[float], causes: Sequence[int], confidence: float = 0.95
) -> IncidenceCurve:
    """Fit the cumulative incidence of each cause.

    Args:
        durations: one a subject, in any unit, 0 allowed.
        causes: how each duration ended: 0 censored, 1, 2, ... the causes.
        confidence: two-sided level of the limits.

    Raises:
        ValueError: lengths differ, a duration is negative or not a number, or a cause is negative.
    """
    if len(durations) != len(causes):
        raise ValueError(f"{len(durations)} durations, {len(causes)} causes")
    if any(not isfinite(duration) or duration < 0 for duration in durations):
        raise ValueError("a duration is negative or not a number")
    if any(cause < CENSORED for cause in causes):
        raise ValueError("a cause is negative; 0 is censored, 1 and up are causes")
    return _fit(tuple(durations), tuple(causes), confidence)


@lru_cache(maxsize=256)
def _fit(
    durations: tuple[float, ...], causes: tuple[int, ...], confidence: float
) -> IncidenceCurve:
    """The curve; kept, because most sets are the same in both editions of a study."""
    occurring = tuple(sorted(set(causes) - {CENSORED}))
    leaving = Counter(durations)
    ending = Counter(zip(durations, causes, strict=True))
    event_free, at_risk = Fraction(1), len(durations)
    incidence = dict.fromkeys(occurring, Fraction(0))
    steps = []
    for time in sorted(leaving):
        events = {c: ending[time, c] for c in occurring if ending[time, c]}
        if events:
            incidence = incidence | {
                cause: incidence[cause] + event_free * Fraction(count, at_risk)
                for cause, count in events.items()
            }
            event_free *= Fraction(at_risk - sum(events.values()), at_risk)
        steps.append(IncidenceStep(time, at_risk, events, event_free, incidence))
        at_risk -= leaving[time]
    return IncidenceCurve(tuple(steps), occurring, len(durations), confidence)
