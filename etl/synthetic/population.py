"""The background population: who is in the registry and which treatments they are to have.

Belongs here: group sizes, planned regimens by era, calendar, follow-up, and the frames of everyone
outside the calibration cohort. Does not belong here: how a line runs (`courses.py`), the cohort
(`cohort.py`) or the decoys (`decoys.py`). Nobody here has ipilimumab + nivolumab after ipilimumab.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.synthetic import courses
from etl.synthetic.calibration import DEFAULT_PATIENTS, HOSPITALS, IPILIMUMAB_TREATED, members
from etl.synthetic.frames import (
    ASSESSMENT_COLUMNS,
    EPISODE_COLUMNS,
    EVENT_COLUMNS,
    LINKAGE_DAY,
    LOCAL_COLUMNS,
    Course,
    day,
    empty,
    stack,
)
from etl.synthetic.patterns import INDEX

FIRST_DAY = day("2013-01-07")
_HOSPITAL_SHARES = np.linspace(2.0, 0.6, HOSPITALS) / np.linspace(2.0, 0.6, HOSPITALS).sum()

# share of the patients without ipilimumab, first start, last start, first regimens and their shares
_OTHER_GROUPS: tuple[tuple[str, float, str, str, dict[str, float]], ...] = (
    ("anti-PD-1", 0.42, "2014-09-01", "2025-01-20", {"pembro": 0.6, "nivo": 0.4}),
    ("BRAF/MEK early", 0.07, "2013-03-01", "2015-06-01", {"vem": 1.0}),
    ("BRAF/MEK", 0.17, "2015-06-01", "2025-01-20", {"dabtram": 0.7, "encobini": 0.3}),
    ("chemotherapy", 0.05, "2013-03-01", "2019-01-01", {"dtic": 0.8, "carbotax": 0.2}),
    ("local", 0.05, "2015-01-01", "2024-12-01", {}),
    ("untreated", 0.13, "2013-03-01", "2025-01-01", {}),
    ("adjuvant", 0.11, "2018-12-01", "2024-12-01", {}),
)
_BEFORE_IPI = {"dtic": 0.5, "vem": 0.4, "carbotax": 0.1}
_AFTER_IPI = {"pembro": 0.5, "nivo": 0.2, "dabtram": 0.2, "dtic": 0.1}
_BEFORE_COMBINATION = {"dabtram": 0.45, "encobini": 0.1, "pembro": 0.45}
_AFTER_COMBINATION = {
    "dabtram": 0.45,
    "encobini": 0.2,
    "pembro": 0.1,
    "dtic": 0.15,
    "carbotax": 0.1,
}
_AFTER_OTHER = {"dabtram": 0.4, "encobini": 0.1, "pembro": 0.3, "dtic": 0.1, "carbotax": 0.1}


@dataclass(frozen=True)
class Sizes:
    """How many patients of each kind a registry of a given size has."""

    total: int
    ipilimumab: int
    cohort: int
    cohort_copies: int


def sizes(patients: int) -> Sizes:
    """Group sizes for a registry of that many patients.

    From the default size on, the cohort is there once per default registry. Below it the cohort is
    kept whole as long as it is at most a fifth of the ipilimumab-treated; smaller registries have
    the first part of it.
    """
    ipilimumab = round(patients * IPILIMUMAB_TREATED / DEFAULT_PATIENTS)
    whole = len(members())
    copies = max(1, patients // DEFAULT_PATIENTS)
    cohort = whole * copies if ipilimumab >= 5 * whole else ipilimumab // 5
    return Sizes(patients, ipilimumab, cohort, copies)


def draw_population(size: Sizes, rng: np.random.Generator) -> Course:
    """Everyone outside the calibration cohort, numbered from the cohort's size."""
    treated = size.ipilimumab - size.cohort
    others = size.total - size.ipilimumab
    frames: list[Course] = []
    next_pid = size.cohort
    mono = round(treated * 0.24)
    for count, kind in ((mono, "ipi"), (treated - mono, "ipinivo")):
        frames.append(_ipilimumab_treated(count, kind, next_pid, rng))
        next_pid += count
    for position, (name, share, first, last, regimens) in enumerate(_OTHER_GROUPS):
        is_last = position == len(_OTHER_GROUPS) - 1
        count = size.total - next_pid if is_last else int(others * share)
        plan = np.full((count, 5), -1)
        if regimens:
            plan[:, 0] = _choose(regimens, count, rng)
            plan[:, 1] = _choose(_AFTER_OTHER, count, rng)
            plan = _without_repeats(plan, rng)
        anchor = rng.integers(day(first), day(last), count)
        zeros = np.zeros(count, dtype=int)
        frames.append(_course(name, plan, zeros, anchor, next_pid, rng))
        next_pid += count
    return join(frames)


def join(parts: list[Course]) -> Course:
    """Several groups as one course."""
    filled = [part for part in parts if len(part.patients)]
    return Course(
        pd.concat([part.patients for part in filled]).sort_index(),
        stack([part.episodes for part in filled], EPISODE_COLUMNS),
        stack([part.assessments for part in filled], ASSESSMENT_COLUMNS),
        stack([part.events for part in filled], EVENT_COLUMNS),
        stack([part.locals for part in filled], LOCAL_COLUMNS),
    )


def draw_persons(
    pids: np.ndarray, advanced: np.ndarray, group: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Demographics of the patients whose advanced disease was diagnosed on those days."""
    n = len(pids)
    age = rng.normal(62, 13, n).clip(21, 91)
    disease_free = rng.exponential(900, n).clip(max=7000).round()
    disease_free = np.minimum(disease_free, ((age - 16) * 365.25).round())
    disease_free = np.where(rng.random(n) < 0.12, 0, disease_free)
    return pd.DataFrame(
        {
            "group": group,
            "hospital": rng.choice(HOSPITALS, n, p=_HOSPITAL_SHARES),
            "sex": np.where(rng.random(n) < 0.58, "male", "female"),
            "birth": (advanced - (age * 365.25)).round(),
            "primary": advanced - disease_free,
            "advanced": advanced.astype(float),
            "death": np.nan,
            "known_until": np.nan,
            "is_lost": False,
            "is_targeted": False,
            "is_sealed": False,
        },
        index=pd.Index(pids, name="pid"),
    )


def episodes_of(lines: courses.Lines, pids: np.ndarray, hospital: np.ndarray) -> pd.DataFrame:
    """The lines as one advanced episode each."""
    row, k = np.nonzero(lines.exists)
    frame = pd.DataFrame(
        {
            "pid": pids[row],
            "line": k + 1,
            "regimen": lines.regimen[row, k],
            "setting": "advanced",
            "start": lines.start[row, k],
            "stop": lines.stop[row, k],
            "reason": courses.REASONS[lines.reason[row, k]],
            "induction_stop": lines.induction_stop[row, k],
            "hospital": hospital[row],
            "written": "",
            "severe_toxicity": "",
            "rechallenge": "",
            "is_sealed": False,
        }
    )
    return stack([frame], EPISODE_COLUMNS)


def _ipilimumab_treated(count: int, kind: str, first_pid: int, rng: np.random.Generator) -> Course:
    is_mono = kind == "ipi"
    before = rng.choice(3, count, p=[0.4, 0.5, 0.1] if is_mono else [0.62, 0.3, 0.08])
    after = rng.choice(3, count, p=[0.3, 0.45, 0.25])
    earlier = _BEFORE_IPI if is_mono else _BEFORE_COMBINATION
    later = _AFTER_IPI if is_mono else _AFTER_COMBINATION
    plan = np.full((count, 5), -1)
    for k in range(5):
        plan[:, k] = np.where(k < before, _choose(earlier, count, rng), plan[:, k])
        plan[:, k] = np.where(k == before, INDEX[kind], plan[:, k])
        is_after = (k > before) & (k <= before + after)
        plan[:, k] = np.where(is_after, _choose(later, count, rng), plan[:, k])
    plan = _without_repeats(plan, rng)
    position = (plan == INDEX[kind]).argmax(axis=1)
    first, last = ("2013-09-01", "2016-09-01") if is_mono else ("2016-07-01", "2025-01-15")
    anchor = rng.integers(day(first), day(last), count)
    return _course("ipilimumab", plan, position, anchor, first_pid, rng)


def _course(
    group: str,
    plan: np.ndarray,
    position: np.ndarray,
    anchor: np.ndarray,
    first_pid: int,
    rng: np.random.Generator,
) -> Course:
    """A group whose line at `position` starts on day `anchor`."""
    n = len(plan)
    pids = np.arange(first_pid, first_pid + n)
    forced = np.arange(plan.shape[1])[None, :] < position[:, None]
    lines = courses.simulate(plan, forced, rng)
    shift = anchor - np.nan_to_num(lines.start[np.arange(n), position])
    shift = np.fmax(shift, FIRST_DAY + 60)
    anchor = shift + np.nan_to_num(lines.start[np.arange(n), position])
    for name in ("start", "stop", "progression", "induction_stop"):
        getattr(lines, name)[:] += shift[:, None]
    lines.death = lines.death + shift
    advanced = shift - rng.integers(8, 55, n)
    patients = draw_persons(pids, advanced, group, rng)
    untreated = plan[:, 0] < 0
    if group in {"local", "untreated"}:
        lines.death = advanced + 20 + rng.exponential(200 if group == "untreated" else 900, n)
        lines.death = lines.death.round()
    targeted = {INDEX[key] for key in ("dabtram", "encobini", "vem")}
    is_targeted: np.ndarray = np.asarray(np.isin(plan, list(targeted)).any(axis=1))
    patients["is_targeted"] = is_targeted
    _follow(patients, lines, np.where(untreated, advanced, anchor), rng)
    limit = patients["known_until"].to_numpy()
    assessments = courses.scans(lines, pids, limit, rng)
    episodes = episodes_of(lines, pids, patients["hospital"].to_numpy())
    return Course(
        patients,
        episodes,
        assessments,
        empty(EVENT_COLUMNS),
        empty(LOCAL_COLUMNS),
    )


def _follow(
    patients: pd.DataFrame, lines: courses.Lines, anchor: np.ndarray, rng: np.random.Generator
) -> None:
    """Set death and the last day of which anything is known; forget what came later."""
    n = len(patients)
    known = LINKAGE_DAY - rng.integers(0, 80, n)
    lost = rng.random(n) < 0.06
    span = np.maximum(LINKAGE_DAY - anchor - 31, 1)
    lost_on = anchor + 30 + (rng.random(n) * span).astype(int)
    known = np.where(lost, np.minimum(known, lost_on), known)
    known = np.maximum(known, np.minimum(anchor + 5, LINKAGE_DAY))
    death = np.where(lines.death <= LINKAGE_DAY, lines.death, np.nan)
    known = np.where(~np.isnan(death) & ~lost, death, np.fmin(known, death))
    started = lines.start <= known[:, None]
    for name in ("start", "stop", "progression", "induction_stop"):
        values = getattr(lines, name)
        values[~started] = np.nan
    lines.progression[lines.progression > known[:, None]] = np.nan
    unfinished = lines.stop > known[:, None]
    lines.stop[unfinished] = np.nan
    lines.reason[unfinished] = -1
    late = lines.induction_stop > known[:, None]
    lines.induction_stop[late] = np.nan
    patients["death"] = death
    patients["known_until"] = known
    patients["is_lost"] = lost & (known < LINKAGE_DAY - 90)


def _choose(shares: dict[str, float], count: int, rng: np.random.Generator) -> np.ndarray:
    keys = np.array([INDEX[key] for key in shares])
    return rng.choice(keys, count, p=list(shares.values()))


def _without_repeats(plan: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Replace a regimen a patient already had; where nothing is left the course ends."""
    plan = plan.copy()
    alternatives = [INDEX["carbotax"], INDEX["dtic"], INDEX["dabtram"]]
    for k in range(1, plan.shape[1]):
        for alternative in [*rng.permutation(alternatives), -1]:
            repeated = (plan[:, :k] == plan[:, [k]]).any(axis=1) & (plan[:, k] >= 0)
            plan[:, k] = np.where(repeated, alternative, plan[:, k])
    return plan
