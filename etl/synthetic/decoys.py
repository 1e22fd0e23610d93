"""Decoys: courses that a naive rule counts as rechallenge, and that are none.

Belongs here: rewriting background courses into those that the definition of a line has to see
through, and the list of who got which. Does not belong here: the definition itself
(`etl/sql/derived`), which this module never consults.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.synthetic.calibration import HOSPITALS
from etl.synthetic.early_disease import resect
from etl.synthetic.frames import EPISODE_COLUMNS, Course, day, stack
from etl.synthetic.patterns import INDEX

LONGEST_PAUSE = 90
COMBINATION_WINDOW = 28


@dataclass
class Decoys:
    """Who got which decoy, by kind."""

    pids: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def used(self) -> np.ndarray:
        """Everyone who has one."""
        return np.concatenate([np.array([], dtype=int), *self.pids.values()])


def plant(course: Course, rng: np.random.Generator) -> Decoys:
    """Rewrite some background courses into decoys; the kinds do not share patients."""
    decoys = Decoys()
    for kind, share, candidates, rewrite in _KINDS:
        course.episodes = course.episodes.sort_values(["pid", "start"], kind="stable")
        course.episodes = course.episodes.reset_index(drop=True)
        context = _context(course)
        eligible = context[candidates(context) & ~context["pid"].isin(decoys.used)]
        eligible = eligible.drop_duplicates("pid")
        treated = context.loc[context["is_ipilimumab"], "pid"].nunique()
        wanted = min(len(eligible), max(1, round(share * treated))) if len(eligible) else 0
        chosen = eligible.iloc[np.sort(rng.permutation(len(eligible))[:wanted])]
        rewrite(course, chosen, rng)
        decoys.pids[kind] = chosen["pid"].to_numpy(dtype=int)
    course.episodes = course.episodes.sort_values(["pid", "start", "line"], kind="stable")
    course.episodes = course.episodes.reset_index(drop=True)
    decoys.pids["maintenance_in_the_same_row"] = _maintained(course, decoys)
    return decoys


def _context(course: Course) -> pd.DataFrame:
    """The episodes, with how long each may be changed freely: until `horizon`."""
    frame = course.episodes.copy()
    frame["position"] = frame.index
    first = course.assessments[course.assessments["response"] == "PD"]
    first = first.groupby(["pid", "line"])["day"].min().rename("progressed").reset_index()
    frame = frame.merge(first, on=["pid", "line"], how="left")
    frame["following"] = frame.groupby("pid")["start"].shift(-1)
    patients = course.patients.reindex(frame["pid"])
    frame["known_until"] = patients["known_until"].to_numpy(dtype=float)
    frame["advanced_on"] = patients["advanced"].to_numpy(dtype=float)
    progressed = frame["progressed"].fillna(frame["stop"].where(frame["reason"] == "progression"))
    frame["horizon"] = pd.concat(
        [progressed, frame["following"], frame["known_until"]], axis=1
    ).min(axis=1)
    free = ~frame["is_sealed"].astype(bool) & (frame["setting"] == "advanced")
    frame["is_ipilimumab"] = free & frame["regimen"].isin([INDEX["ipi"], INDEX["ipinivo"]])
    frame["is_combination"] = free & (frame["regimen"] == INDEX["ipinivo"])
    frame["lasted"] = frame["stop"] - frame["start"]
    return frame


def _replace(
    course: Course, chosen: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame
) -> None:
    """Put two rows in the place of each chosen episode."""
    kept = course.episodes.drop(index=chosen["position"].tolist())
    course.episodes = stack([kept, first, second], EPISODE_COLUMNS)


def _separate_maintenance(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    first, second = chosen.copy(), chosen.copy()
    first["stop"] = first["induction_stop"]
    first["reason"] = "completed"
    second["regimen"] = INDEX["nivo"]
    second["start"] = chosen["induction_stop"] + rng.integers(21, 43, len(chosen))
    second["induction_stop"] = np.nan
    _replace(course, chosen, first, second)


def _toxicity_pause(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    n = len(chosen)
    pause = np.where(rng.random(n) < 0.2, LONGEST_PAUSE, rng.integers(30, LONGEST_PAUSE + 1, n))
    first, second = chosen.copy(), chosen.copy()
    first["stop"] = first["start"] + 21 * rng.integers(1, 3, n)
    first["induction_stop"] = first["stop"]
    first["reason"] = "toxicity"
    second["start"] = first["stop"] + pause
    second["stop"] = second["start"] + 42
    second["induction_stop"] = second["stop"]
    second["reason"] = "completed"
    second["rechallenge"] = np.where(rng.random(n) < 0.4, "yes", "no")
    _replace(course, chosen, first, second)


def _reintroduction(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    """Given again after a long interval, without a progression: a new line, not a rechallenge."""
    n = len(chosen)
    first, second = chosen.copy(), chosen.copy()
    first["stop"] = first["start"] + 63
    first["induction_stop"] = first["stop"]
    first["reason"] = "patient_choice"
    second["line"] = first["line"] + 1
    second["start"] = first["stop"] + rng.integers(LONGEST_PAUSE + 30, 200, n)
    second["stop"] = second["start"] + 42
    second["induction_stop"] = second["stop"]
    second["reason"] = "completed"
    _replace(course, chosen, first, second)
    begun = pd.Series(second["start"].to_numpy(), index=second["pid"])
    scans = course.assessments
    later = scans["day"] > scans["pid"].map(begun)
    scans["line"] = scans["line"] + later.astype(int)


def _two_rows(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    n = len(chosen)
    apart = np.where(rng.random(n) < 0.25, COMBINATION_WINDOW, rng.integers(0, 29, n))
    first, second = chosen.copy(), chosen.copy()
    first["regimen"], second["regimen"] = INDEX["ipi"], INDEX["nivo"]
    first["stop"] = first["induction_stop"]
    first["reason"] = "completed"
    first["induction_stop"] = second["induction_stop"] = np.nan
    second["start"] = second["start"] + apart
    _replace(course, chosen, first, second)


def _transfer(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    """Both hospitals register the episode: from its start, or each its own part."""
    n = len(chosen)
    first, second = chosen.copy(), chosen.copy()
    moved = first["start"] + 42
    first["stop"], first["reason"] = moved, "other"
    first["induction_stop"] = np.fmin(first["induction_stop"], moved)
    own_part = rng.random(n) < 0.5
    second["start"] = np.where(own_part, moved + rng.integers(7, 20, n), second["start"])
    second["induction_stop"] = np.fmax(second["induction_stop"], second["start"])
    second["hospital"] = (second["hospital"] + rng.integers(1, HOSPITALS, n)) % HOSPITALS
    _replace(course, chosen, first, second)


def _beyond_progression(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    """Induction goes on over a progression: both substances again within the window of the last."""
    first, second = chosen.copy(), chosen.copy()
    longest = COMBINATION_WINDOW - (first["stop"] - first["induction_stop"])
    second["start"] = first["stop"] + rng.integers(7, longest + 1)
    second["stop"] = second["start"] + 42
    second["induction_stop"] = second["stop"]
    second["reason"] = "other"
    _replace(course, chosen, first, second)


def _alone_again(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
    del rng
    rows = chosen["position"].to_numpy() + 1
    episodes = course.episodes
    start = episodes.loc[rows, "start"].to_numpy(dtype=float)
    stop = episodes.loc[rows, "stop"].to_numpy(dtype=float)
    shorter = ~(stop <= start + 63)
    over = start + 63 > chosen["known_until"].to_numpy(dtype=float)
    episodes.loc[rows, "regimen"] = INDEX["ipi"]
    episodes.loc[rows, "stop"] = np.where(shorter, np.where(over, np.nan, start + 63), stop)
    reason = episodes.loc[rows, "reason"].to_numpy(dtype=object)
    episodes.loc[rows, "reason"] = np.where(shorter, np.where(over, "", "completed"), reason)
    episodes.loc[rows, "induction_stop"] = np.nan


def _perioperative(
    regimen: str, setting: str, days: int
) -> Callable[[Course, pd.DataFrame, np.random.Generator], None]:
    def rewrite(course: Course, chosen: pd.DataFrame, rng: np.random.Generator) -> None:
        n = len(chosen)
        added = chosen.copy()
        start = chosen["advanced_on"] - rng.integers(240, 700, n)
        added["line"], added["setting"], added["regimen"] = 0, setting, INDEX[regimen]
        added["start"], added["stop"] = start, start + days
        added["reason"] = "completed"
        added["induction_stop"] = start + days if regimen == "ipinivo" else np.nan
        course.episodes = stack([course.episodes, added], EPISODE_COLUMNS)
        resect(course, added["pid"].to_numpy(), start.to_numpy(dtype=float), setting, days, rng)

    return rewrite


def _is_followed(frame: pd.DataFrame) -> pd.Series:
    """Followed by another line, late enough not to be treatment beyond progression."""
    return frame["is_ipilimumab"] & (frame["following"] - frame["stop"] > COMBINATION_WINDOW)


def _maintained(course: Course, decoys: Decoys) -> np.ndarray:
    frame = _context(course)
    kept = frame["is_combination"] & (frame["stop"] - frame["induction_stop"] > 60)
    pids = frame.loc[kept, "pid"].unique()
    return np.setdiff1d(pids.astype(int), decoys.used)


_Candidates = Callable[[pd.DataFrame], pd.Series]
_Rewrite = Callable[[Course, pd.DataFrame, np.random.Generator], None]
_KINDS: tuple[tuple[str, float, _Candidates, _Rewrite], ...] = (
    (
        "maintenance_in_its_own_row",
        0.035,
        lambda f: f["is_combination"] & (f["stop"] - f["induction_stop"] > 75),
        _separate_maintenance,
    ),
    (
        "resumed_after_toxicity_pause",
        0.014,
        lambda f: f["is_combination"] & (f["horizon"] - f["start"] > 210),
        _toxicity_pause,
    ),
    (
        "two_rows_of_one_combination",
        0.02,
        lambda f: f["is_combination"] & (f["lasted"] > 60) & (f["horizon"] - f["start"] > 60),
        _two_rows,
    ),
    (
        "transfer_between_hospitals",
        0.012,
        lambda f: f["is_combination"] & (f["lasted"] > 62) & (f["horizon"] - f["start"] > 62),
        _transfer,
    ),
    (
        "treated_beyond_progression",
        0.004,
        lambda f: (
            f["is_combination"]
            & (f["reason"] == "progression")
            & f["following"].isna()
            & f["progressed"].notna()
            & (f["stop"] - f["induction_stop"] <= COMBINATION_WINDOW // 2)
            & (f["known_until"] - f["stop"] > 100)
        ),
        _beyond_progression,
    ),
    (
        "reintroduced_without_progression",
        0.004,
        lambda f: f["is_combination"] & f["following"].isna() & (f["horizon"] - f["start"] > 350),
        _reintroduction,
    ),
    ("ipilimumab_again_alone", 0.012, _is_followed, _alone_again),
    (
        "adjuvant_ipilimumab_before",
        0.008,
        lambda f: f["is_combination"] & (f["advanced_on"] > day("2016-06-01")),
        _perioperative("ipi", "adjuvant", 63),
    ),
    (
        "neoadjuvant_combination_before",
        0.004,
        lambda f: f["is_combination"] & (f["advanced_on"] > day("2023-02-01")),
        _perioperative("ipinivo", "neoadjuvant", 21),
    ),
)
