"""Courses of treatment, drawn for many patients at once.

Belongs here: given which regimens a patient is to have, when each line starts and stops, how it
responds, when it progresses and when the patient dies; and the scans that show it. Does not belong
here: who the patients are (`population.py`) or the calibration cohort (`cohort.py`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.synthetic.frames import ASSESSMENT_COLUMNS, stack
from etl.synthetic.patterns import INDEX, REGIMENS, response_table

CR, PR, SD, PD, NE = range(5)
REASONS = np.array(
    ["progression", "toxicity", "completed", "patient_choice", "death", "other", ""], dtype=object
)
_PROGRESSION, _TOXICITY, _COMPLETED, _CHOICE, _DEATH, _OTHER = range(6)
_PLANNED = np.array([regimen.planned_days for regimen in REGIMENS])
_MAXIMUM_SCANS = 34


@dataclass
class Lines:
    """Lines of n patients by line number (n, k), in days from the first start; NaN: none."""

    regimen: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    reason: np.ndarray
    progression: np.ndarray
    induction_stop: np.ndarray
    category: np.ndarray
    death: np.ndarray

    @property
    def exists(self) -> np.ndarray:
        """Which lines were started."""
        started: np.ndarray = ~np.isnan(self.start)
        return started


@dataclass
class _Draw:
    stop: np.ndarray
    reason: np.ndarray
    progression: np.ndarray
    induction_stop: np.ndarray
    category: np.ndarray
    death: np.ndarray


def scan_day(number: np.ndarray) -> np.ndarray:
    """Planned day of the nth scan: every 12 weeks for two years, then every 24."""
    return np.where(number <= 9, 84 * number, 756 + 168 * (number - 9))


def scans_until(days: np.ndarray) -> np.ndarray:
    """How many planned scans fall within that many days."""
    count = np.where(days <= 756, days // 84, 9 + (days - 756) // 168)
    return np.clip(count, 0, _MAXIMUM_SCANS).astype(int)


def simulate(plan: np.ndarray, forced: np.ndarray, rng: np.random.Generator) -> Lines:
    """Draw the courses of the planned regimens.

    Args:
        plan: (n, k) positions in `REGIMENS`, -1 for none.
        forced: (n, k) lines that must progress and be followed by the next.
        rng: source of chance.
    """
    n, depth = plan.shape
    blank = np.full((n, depth), np.nan)
    lines = Lines(
        plan.copy(),
        blank.copy(),
        blank.copy(),
        np.full((n, depth), -1),
        blank.copy(),
        blank.copy(),
        np.full((n, depth), -1),
        np.full(n, np.nan),
    )
    start = np.zeros(n)
    who = np.nonzero(plan[:, 0] >= 0)[0]
    for k in range(depth):
        if not len(who):
            break
        drawn = _draw_line(plan[who, k], start[who], forced[who, k], rng)
        lines.start[who, k] = start[who]
        lines.category[who, k] = drawn.category
        lines.progression[who, k] = drawn.progression
        lines.induction_stop[who, k] = drawn.induction_stop
        planned_next = plan[who, k + 1] >= 0 if k + 1 < depth else np.zeros(len(who), bool)
        goes_on = planned_next & ~np.isnan(drawn.progression)
        goes_on &= forced[who, k] | (rng.random(len(who)) < 0.62)
        _end_courses(drawn, start[who], ~goes_on, rng)
        lines.stop[who, k] = drawn.stop
        lines.reason[who, k] = drawn.reason
        lines.death[who] = drawn.death
        following = np.fmax(drawn.progression, drawn.stop) + rng.integers(12, 50, len(who))
        start[who] = following
        who = who[goes_on]
    lines.regimen[~lines.exists] = -1
    return lines


def _draw_line(
    regimen: np.ndarray, start: np.ndarray, forced: np.ndarray, rng: np.random.Generator
) -> _Draw:
    n = len(regimen)
    category = (rng.random(n)[:, None] > response_table()[regimen]).sum(axis=1).clip(max=NE)
    category = np.where(forced & (category == NE), PD, category)
    progression = start + _progression_after(category, forced, rng)
    death = np.where(
        (category == NE) & (rng.random(n) < 0.75), start + rng.integers(12, 75, n), np.nan
    )
    planned, reason, induction = _planned_stop(regimen, rng)
    stop = start + planned
    early = progression <= stop
    stop = np.where(early, progression + rng.integers(0, 8, n), stop)
    reason = np.where(early, _PROGRESSION, reason)
    dies = death <= stop
    stop = np.where(dies, death, stop)
    reason = np.where(dies, _DEATH, reason)
    return _Draw(stop, reason, progression, np.fmin(start + induction, stop), category, death)


def _progression_after(
    category: np.ndarray, forced: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    n = len(category)
    scan = np.select(
        [category == PD, category == SD, category == PR],
        [np.ones(n), 1 + rng.geometric(0.45, n), 2 + rng.geometric(0.16, n)],
        4 + rng.geometric(0.12, n),
    )
    scan = np.where(forced, np.minimum(scan, 6), scan)
    days = scan_day(scan) + rng.normal(0, 9, n).clip(-21, 21).round()
    early = (category == PD) & (rng.random(n) < 0.2)
    days = np.where(early, rng.integers(43, 70, n), days)
    never = np.select([category == PR, category == CR], [0.22, 0.6], 0.0) > rng.random(n)
    return np.where((never & ~forced) | (category == NE), np.nan, days)


def _planned_stop(
    regimen: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = len(regimen)
    doses = rng.choice([1, 2, 3, 4], n, p=[0.08, 0.12, 0.15, 0.65])
    is_ipi, is_combination = regimen == INDEX["ipi"], regimen == INDEX["ipinivo"]
    chance = rng.random(n)
    stops_for_toxicity = np.where(is_combination, chance < 0.36, chance < 0.12)
    chooses = (chance > 0.9) & ~is_ipi & ~is_combination
    days = _PLANNED[regimen].astype(float)
    days = np.where(is_combination & (rng.random(n) < 0.4), 63, days)
    days = np.where(stops_for_toxicity, rng.integers(30, 300, n).clip(max=days * 0.7), days)
    days = np.where(chooses, rng.integers(60, 500, n).clip(max=days * 0.9), days)
    reason = np.select([stops_for_toxicity, chooses], [_TOXICITY, _CHOICE], _COMPLETED)
    short = np.select([chance < 0.7, chance < 0.9], [_TOXICITY, _OTHER], _CHOICE)
    reason = np.where(is_ipi, np.where(doses == 4, _COMPLETED, short), reason)
    days = np.where(is_ipi, 21 * (doses - 1), days)
    induction = np.where(is_combination & ~stops_for_toxicity, 63, 21 * (doses - 1))
    days = np.where(is_combination & stops_for_toxicity, induction + rng.integers(0, 19, n), days)
    return days.round(), reason, np.where(is_combination, induction, np.nan)


def _end_courses(
    drawn: _Draw, start: np.ndarray, ended: np.ndarray, rng: np.random.Generator
) -> None:
    """Draw the deaths of those whose course ends with this line."""
    n = len(start)
    progressed = ~np.isnan(drawn.progression)
    after = np.fmax(drawn.progression, drawn.stop) + 5 + rng.exponential(230, n).round()
    survives = rng.random(n) < 0.12
    melanoma = ended & progressed & ~survives
    other = start + 100 + rng.exponential(9000, n).round()
    elsewhere = ended & ~progressed & np.isnan(drawn.death) & (drawn.category != NE)
    drawn.death = np.select([melanoma, elsewhere], [after, other], drawn.death)
    cut = elsewhere & (drawn.death <= drawn.stop)
    drawn.stop = np.where(cut, drawn.death, drawn.stop)
    drawn.reason = np.where(cut, _DEATH, drawn.reason)
    drawn.induction_stop = np.fmin(drawn.induction_stop, drawn.stop)


def scans(
    lines: Lines, pids: np.ndarray, limit: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """The assessments of those lines, up to the `limit` of each patient (its last known day)."""
    row, k = np.nonzero(lines.exists)
    following = np.concatenate([lines.start[:, 1:], np.full((len(lines.start), 1), np.nan)], axis=1)
    horizon = np.fmin(limit[row], following[row, k])
    start, progression = lines.start[row, k], lines.progression[row, k]
    category = lines.category[row, k]
    last = np.fmin(horizon, progression - 25)
    count = np.where(category == NE, 0, scans_until(np.clip(last - start, 0, None)))
    group = np.repeat(np.arange(len(row)), count)
    number = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count) + 1
    when = start[group] + scan_day(number) + rng.normal(0, 6, len(group)).clip(-18, 18).round()
    response = _responses(category[group], number, (rng.random(len(row)) < 0.65)[group])
    chance = rng.random(len(group))
    response = np.where(chance > 0.985, "NE", response)
    kept = (when <= last[group]) & (chance > 0.05)
    routine = pd.DataFrame(
        {
            "pid": pids[row[group]],
            "line": k[group] + 1,
            "day": when,
            "criteria": "RECIST1.1",
            "response": response,
            "is_sealed": False,
        }
    )[kept]
    shown = progression <= horizon
    unseen = (lines.reason[row, k] == _PROGRESSION) & (rng.random(len(row)) < 0.012)
    shown &= ~(unseen & (lines.stop[row, k] <= limit[row]))
    clinical = np.where(rng.random(len(row)) < 0.12, "clinical", "RECIST1.1")
    progressions = pd.DataFrame(
        {
            "pid": pids[row],
            "line": k + 1,
            "day": progression,
            "criteria": clinical,
            "response": "PD",
            "is_sealed": False,
        }
    )[shown]
    return stack([routine, progressions], ASSESSMENT_COLUMNS)


def _responses(category: np.ndarray, number: np.ndarray, is_fast: np.ndarray) -> np.ndarray:
    first = np.where(is_fast, 1, 2)
    partial = np.where(number >= first, "PR", "SD")
    complete = np.where(number > first, "CR", "PR")
    return np.select([category == PR, category == CR], [partial, complete], "SD").astype(object)
