"""Adverse events of the synthetic registry.

Belongs here: drawing events (term, grade, course, management) for given patients and onsets, and
the background's events per episode. Does not belong here: the code list of terms, which stands in
`expectations/codelists/`.
"""

import numpy as np
import pandas as pd

from etl.synthetic.frames import EVENT_COLUMNS
from etl.synthetic.patterns import IMMUNE_EVENTS, OTHER_EVENTS, REGIMENS, Toxicity

_SEVERE = np.array([regimen.severe for regimen in REGIMENS])
_IMMUNE = np.array([regimen.immune for regimen in REGIMENS])
_WITHOUT_GRADE_4 = [e.term for e in (*IMMUNE_EVENTS, *OTHER_EVENTS) if not e.has_grade_4]


def draw_events(
    pids: np.ndarray,
    onset: np.ndarray,
    latest: np.ndarray,
    is_immune: np.ndarray,
    rng: np.random.Generator,
    grade: np.ndarray | None = None,
) -> pd.DataFrame:
    """One event a patient and onset.

    Args:
        pids: patients.
        onset: day of onset.
        latest: last day on which anything of the patient is known.
        is_immune: whether the event is immune related.
        rng: source of chance.
        grade: grades; drawn as 3 or 4 when not given.
    """
    n = len(pids)
    term, category, resolves = _terms(is_immune, rng)
    grades = np.where(rng.random(n) < 0.84, 3, 4) if grade is None else grade
    grades = np.where((grades == 4) & np.isin(term, _WITHOUT_GRADE_4), 3, grades)
    resolved = onset + 4 + rng.exponential(35, n).round()
    does = (rng.random(n) < resolves) & (resolved <= latest)
    chance = rng.random(n)
    outcome = np.select(
        [does, chance < 0.6, chance < 0.9], ["resolved", "not_resolved", "resolving"], "unknown"
    )
    steroids = is_immune & (grades >= 3)
    management = np.select(
        [
            steroids & (grades == 4),
            steroids & (chance < 0.15),
            steroids & (chance < 0.9),
            grades == 4,
        ],
        [
            "steroids;hospitalisation",
            "steroids;second_line_immunosuppression",
            "steroids",
            "hospitalisation",
        ],
        "none",
    )
    begins = onset + rng.integers(0, 5, n)
    managed = (management != "none") & (begins <= latest)
    frame = pd.DataFrame(
        {
            "pid": pids,
            "term": term,
            "category": category,
            "grade": grades,
            "immune_related": np.where(is_immune, "yes", "no"),
            "onset": onset,
            "resolved": np.where(does, resolved, np.nan),
            "outcome": outcome,
            "led_to_stop": "no",
            "management": management,
            "management_start": np.where(managed, begins, np.nan),
        }
    )
    return frame[list(EVENT_COLUMNS)]


def background_events(
    episodes: pd.DataFrame, patients: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Severe events of the background episodes, and a few mild ones.

    An episode that stopped for toxicity has one that led to it; others have one as often as their
    regimen brings it.
    """
    n = len(episodes)
    following = episodes.groupby("pid")["start"].shift(-1).to_numpy(dtype=float)
    start = episodes["start"].to_numpy(dtype=float)
    known = patients["known_until"].reindex(episodes["pid"]).to_numpy(dtype=float)
    stop = np.fmin(episodes["stop"].to_numpy(dtype=float), known)
    stop = np.where(np.isnan(stop), known, stop)
    regimen = episodes["regimen"].to_numpy(dtype=int)
    for_toxicity = (episodes["reason"] == "toxicity").to_numpy() & (rng.random(n) < 0.97)
    chance = _SEVERE[regimen] * np.where(_SEVERE[regimen] > 0.4, 0.35, 0.6)
    other = ~for_toxicity & (rng.random(n) < chance)
    mild = ~for_toxicity & ~other & (rng.random(n) < 0.01)
    latest = np.fmin(np.fmin(stop + 30, following - 1), known)
    latest = np.where(for_toxicity, stop, latest)
    span = np.clip(np.fmin(latest, start + 200) - start, 0, None)
    onset = start + (rng.random(n) * (span + 1)).astype(int)
    onset = np.where(for_toxicity, np.maximum(start, stop - rng.integers(0, 14, n)), onset)
    wanted = (for_toxicity | other | mild) & ~episodes["is_sealed"].to_numpy(dtype=bool)
    wanted &= ~np.isnan(onset)
    grade = np.where(rng.random(n) < 0.84, 3, 4)
    grade = np.where(mild, 2, grade)
    frame = draw_events(
        episodes["pid"].to_numpy()[wanted],
        onset[wanted],
        known[wanted],
        _IMMUNE[regimen][wanted],
        rng,
        grade[wanted],
    )
    frame["led_to_stop"] = np.where(for_toxicity[wanted], "yes", "no")
    return frame


def fatal_events(
    patients: pd.DataFrame, episodes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Grade 5 events of a few patients who died within ten weeks of starting immunotherapy."""
    last = episodes.groupby("pid").tail(1).set_index("pid")
    death = patients["death"].reindex(last.index)
    early = (death - last["start"] < 70) & ~last["is_sealed"].astype(bool)
    early &= _IMMUNE[last["regimen"].to_numpy(dtype=int)]
    early &= patients["known_until"].reindex(last.index) >= death
    early &= last["reason"] == "death"
    chosen = early.to_numpy() & (rng.random(len(last)) < 0.15)
    pids = last.index.to_numpy()[chosen]
    days = death.to_numpy(dtype=float)[chosen]
    begun = last["start"].to_numpy(dtype=float)[chosen]
    onset = np.maximum(begun, days - rng.integers(1, 12, len(pids)))
    frame = draw_events(pids, onset, days, np.ones(len(pids), bool), rng, np.full(len(pids), 5))
    deadly = [event for event in IMMUNE_EVENTS if event.may_be_fatal]
    position = rng.integers(0, len(deadly), len(pids))
    frame["term"] = np.array([event.term for event in deadly], dtype=object)[position]
    frame["category"] = np.array([event.category for event in deadly], dtype=object)[position]
    frame["resolved"] = np.nan
    frame["outcome"] = "fatal"
    frame["management"] = "steroids;hospitalisation"
    frame["management_start"] = onset
    return frame


def _terms(
    is_immune: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    immune, other = (
        _draw_terms(IMMUNE_EVENTS, len(is_immune), rng),
        _draw_terms(OTHER_EVENTS, len(is_immune), rng),
    )
    picked = [np.where(is_immune, left, right) for left, right in zip(immune, other, strict=True)]
    return picked[0], picked[1], picked[2].astype(float)


def _draw_terms(
    events: tuple[Toxicity, ...], n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weight = np.array([event.weight for event in events])
    position = rng.choice(len(events), n, p=weight / weight.sum())
    return (
        np.array([event.term for event in events], dtype=object)[position],
        np.array([event.category for event in events], dtype=object)[position],
        np.array([event.resolves for event in events])[position],
    )
