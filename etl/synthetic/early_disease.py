"""Treatment before advanced disease, and local treatment.

Belongs here: adjuvant episodes of the adjuvant group and of some later advanced patients, the
operations that go with them, T-VEC and radiotherapy. Does not belong here: adjuvant ipilimumab
before ipilimumab + nivolumab, which is a decoy (`decoys.py`).
"""

import numpy as np
import pandas as pd

from etl.synthetic.frames import EPISODE_COLUMNS, LOCAL_COLUMNS, Course, day, stack
from etl.synthetic.patterns import INDEX

ADJUVANT_FROM = day("2018-12-01")


def add_early_disease(course: Course, avoid: np.ndarray, rng: np.random.Generator) -> None:
    """Add adjuvant episodes, T-VEC and radiotherapy; `avoid` already have a perioperative one."""
    patients = course.patients
    is_adjuvant = (patients["group"] == "adjuvant").to_numpy()
    pids = patients.index.to_numpy()[is_adjuvant]
    start = patients.loc[pids, "advanced"].to_numpy(dtype=float) + rng.integers(28, 80, len(pids))
    _adjuvant(course, pids, start, patients.loc[pids, "known_until"].to_numpy(dtype=float), rng)
    relapsed = ~is_adjuvant & (patients["advanced"] > ADJUVANT_FROM + 500).to_numpy()
    relapsed &= ~patients["is_sealed"].to_numpy(dtype=bool)
    relapsed &= ~np.isin(patients.index, avoid) & (rng.random(len(patients)) < 0.13)
    pids = patients.index.to_numpy()[relapsed]
    advanced = patients.loc[pids, "advanced"].to_numpy(dtype=float)
    _adjuvant(course, pids, advanced - rng.integers(200, 500, len(pids)), advanced - 20, rng)
    _local(course, rng)


def _adjuvant(
    course: Course,
    pids: np.ndarray,
    start: np.ndarray,
    latest: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """A year of adjuvant treatment, shorter after toxicity or when it reaches `latest`."""
    begun = start < latest - 5
    pids, start, latest = pids[begun], start[begun], latest[begun]
    n = len(pids)
    if not n:
        return
    is_toxic = rng.random(n) < 0.16
    planned = np.where(is_toxic, rng.integers(30, 250, n), 364)
    stop = start + planned
    known = course.patients.loc[pids, "known_until"].to_numpy(dtype=float)
    is_open = (stop > latest) & (known <= latest)
    reason = np.select([stop > latest, is_toxic], ["other", "toxicity"], "completed").astype(object)
    stop = np.where(is_open, np.nan, np.fmin(stop, latest))
    keys = np.array([INDEX["nivo"], INDEX["pembro"], INDEX["dabtram"]])
    regimen = rng.choice(keys, n, p=[0.45, 0.4, 0.15])
    course.patients.loc[pids[regimen == INDEX["dabtram"]], "is_targeted"] = True
    rows = pd.DataFrame(
        {
            "pid": pids,
            "line": 0,
            "regimen": regimen,
            "setting": "adjuvant",
            "start": start,
            "stop": stop,
            "reason": np.where(is_open, "", reason),
            "induction_stop": np.nan,
            "hospital": course.patients.loc[pids, "hospital"].to_numpy(),
            "written": "",
            "severe_toxicity": "",
            "rechallenge": "",
            "is_sealed": False,
        }
    )
    course.episodes = stack([course.episodes, rows], EPISODE_COLUMNS)
    resect(course, pids, start, "adjuvant", 0, rng)


def _local(course: Course, rng: np.random.Generator) -> None:
    patients = course.patients
    is_local = (patients["group"] == "local").to_numpy()
    is_irradiated = ~is_local & (patients["group"] != "adjuvant").to_numpy()
    is_irradiated &= rng.random(len(patients)) < 0.2
    chosen = is_local | is_irradiated
    known = patients["known_until"].to_numpy(dtype=float)
    advanced = patients["advanced"].to_numpy(dtype=float)
    span = np.clip(known - advanced, 0, np.where(is_local, 40, 900))
    when = advanced + (rng.random(len(patients)) * (span + 1)).astype(int)
    kind = np.where(rng.random(len(patients)) < 0.5, "stereotactic", "radiotherapy")
    site = rng.choice(["brain", "bone", "lung", "lymph node"], len(patients))
    rows = pd.DataFrame(
        {
            "pid": patients.index.to_numpy(),
            "kind": np.where(is_local, "t_vec", kind),
            "site": np.where(is_local, "skin", site),
            "day": np.fmin(when, known),
            "intent": "palliative",
        }
    )[chosen]
    course.locals = stack([course.locals, rows], LOCAL_COLUMNS)


def resect(
    course: Course,
    pids: np.ndarray,
    start: np.ndarray,
    setting: str,
    days: int,
    rng: np.random.Generator,
) -> None:
    """Add the operation that goes with a perioperative treatment, after the primary diagnosis."""
    n = len(pids)
    first_day = np.asarray(start, dtype=float)
    operated = first_day - rng.integers(25, 80, n)
    if setting == "neoadjuvant":
        operated = first_day + days + rng.integers(14, 40, n)
    rows = pd.DataFrame(
        {
            "pid": pids,
            "kind": "surgery",
            "site": "lymph node basin",
            "day": operated,
            "intent": "curative",
        }
    )
    course.locals = stack([course.locals, rows], LOCAL_COLUMNS)
    earliest = np.fmin(first_day, operated) - 30
    primary = course.patients.loc[pids, "primary"].to_numpy(dtype=float)
    course.patients.loc[pids, "primary"] = np.fmin(primary, earliest)
