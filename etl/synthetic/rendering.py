"""From days to the text of the native format.

Belongs here: keys, spellings, entered values (line number, best response, severe toxicity), partial
dates and missing values. Does not belong here: what happened (`courses.py`, `cohort.py`) or wrong
values (`faults.py`): whatever is written here is consistent.
"""

import numpy as np
import pandas as pd

from etl.synthetic.baselines import draw_baselines
from etl.synthetic.calibration import HOSPITALS
from etl.synthetic.frames import LINKAGE_DAY, Course, day, iso
from etl.synthetic.patterns import REGIMENS, SPELLINGS
from expectations.export_format import TABLES

Tables = dict[str, pd.DataFrame]
_RANK = {"CR": 5, "PR": 4, "SD": 3, "PD": 1, "NE": 0}
_BY_RANK = {rank: code for code, rank in _RANK.items()}
_CTCAE_5 = day("2018-04-01")


def hospital_codes(positions: np.ndarray) -> np.ndarray:
    """Codes of the hospitals at those positions."""
    codes = np.array([f"H{number:02d}" for number in range(1, HOSPITALS + 1)], dtype=object)
    chosen: np.ndarray = codes[positions.astype(int)]
    return chosen


def render(course: Course, rng: np.random.Generator) -> tuple[Tables, pd.Series]:
    """The native tables as text, and the patient_id of each pid."""
    labels = _patient_labels(course.patients, rng)
    episodes = _keyed_episodes(course, labels)
    assessments = _linked(course.assessments, episodes, "day", same_day=False)
    events = _linked(course.events, episodes, "onset", same_day=True)
    course.episodes, course.assessments, course.events = episodes, assessments, events
    fatal = set(course.events.loc[course.events["grade"] == 5, "pid"])
    tables: Tables = {
        "patients": _patients(course, labels, fatal, rng),
        "baselines": draw_baselines(course.patients, rng),
        "treatments": _treatments(course, rng),
        "drugs": _drugs(course, rng),
        "responses": _responses(course, labels, rng),
        "adverse_events": _events(course, labels),
        "local_treatments": _locals(course, labels),
        "hospitals": _hospitals(),
    }
    baselines = tables["baselines"]
    baselines["patient_id"] = labels.reindex(baselines["pid"]).to_numpy()
    tables["baselines"] = baselines.sort_values("patient_id", kind="stable")
    return {
        name: tables[name].reset_index(drop=True)[list(TABLES[name].column_names)]
        for name in TABLES
    }, labels


def _patient_labels(patients: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    numbers = rng.permutation(len(patients)) + 1
    width = max(5, len(str(len(patients))))
    text = [f"P{number:0{width}d}" for number in numbers]
    return pd.Series(text, index=patients.index, dtype=object)


def _keys(prefix: str, count: int) -> list[str]:
    width = max(5, len(str(count)))
    return [f"{prefix}{number:0{width}d}" for number in range(1, count + 1)]


def _keyed_episodes(course: Course, labels: pd.Series) -> pd.DataFrame:
    episodes = course.episodes.copy()
    episodes["patient_id"] = labels.reindex(episodes["pid"]).to_numpy()
    episodes = episodes.sort_values(["patient_id", "start", "line", "regimen"], kind="stable")
    episodes = episodes.reset_index(drop=True)
    episodes["treatment_id"] = _keys("T", len(episodes))
    return episodes


def _linked(
    frame: pd.DataFrame, episodes: pd.DataFrame, when: str, *, same_day: bool
) -> pd.DataFrame:
    """Each row with the latest episode that had started."""
    left = frame.astype({when: float, "pid": int})
    left = left.sort_values(when, kind="stable")
    right = episodes[["pid", "start", "treatment_id"]].astype({"pid": int, "start": float})
    right = right.sort_values("start", kind="stable")
    return pd.merge_asof(
        left, right, left_on=when, right_on="start", by="pid", allow_exact_matches=same_day
    ).reset_index(drop=True)


def _patients(
    course: Course, labels: pd.Series, fatal: set[int], rng: np.random.Generator
) -> pd.DataFrame:
    frame = course.patients
    n = len(frame)
    death = frame["death"].to_numpy(dtype=float)
    lost = frame["is_lost"].to_numpy(dtype=bool)
    unlinked = lost & (rng.random(n) < 0.15)
    is_dead = ~np.isnan(death) & ~unlinked
    known = frame["known_until"].to_numpy(dtype=float)
    linked = ~is_dead & ~unlinked & (rng.random(n) < 0.9)
    verified = np.where(linked, LINKAGE_DAY, np.nan)
    progressed = set(course.assessments.loc[course.assessments["response"] == "PD", "pid"])
    has_progressed = np.isin(frame.index, list(progressed))
    chance = rng.random(n)
    cause = np.select([chance < 0.86, chance < 0.95], ["melanoma", "other"], "unknown")
    cause = np.where(~has_progressed & (chance < 0.5), "other", cause)
    cause = np.where(np.isin(frame.index, list(fatal)), "toxicity", cause).astype(object)
    birth = iso(frame["birth"].to_numpy(dtype=float))
    year_only = rng.random(n) < 0.3
    table = pd.DataFrame(
        {
            "patient_id": labels.to_numpy(),
            "hospital_id": hospital_codes(frame["hospital"].to_numpy()),
            "sex": frame["sex"].to_numpy(dtype=object),
            "birth_date": np.where(year_only, _cut(birth, 4), birth),
            "vital_status": np.select([is_dead, unlinked], ["dead", "unknown"], "alive"),
            "death_date": iso(np.where(is_dead, death, np.nan)),
            "death_cause": np.where(is_dead, cause, ""),
            "last_contact_date": iso(np.where(is_dead & ~lost, death, known)),
            "vital_status_date": iso(verified),
            "vital_status_source": np.where(linked, "linkage", np.where(is_dead, "", "hospital")),
            "person_key": "",
        }
    )
    numbers = rng.permutation(n) + 100_000
    table["source_record_ref"] = table["hospital_id"] + "-" + numbers.astype(str)
    return table.sort_values("patient_id", kind="stable")


def _treatments(course: Course, rng: np.random.Generator) -> pd.DataFrame:
    frame = course.episodes
    n = len(frame)
    sealed = frame["is_sealed"].to_numpy(dtype=bool)
    stop = frame["stop"].to_numpy(dtype=float)
    patients = course.patients.reindex(frame["pid"])
    lost = patients["is_lost"].to_numpy(dtype=bool)
    dead = ~np.isnan(patients["death"].to_numpy(dtype=float))
    is_open = np.isnan(stop)
    ongoing = np.select([~is_open, lost | dead], ["no", "unknown"], "yes")
    is_advanced = (frame["setting"] == "advanced").to_numpy()
    number = frame["line"].to_numpy(dtype=int)
    miscounted = ~sealed & np.isin(frame["pid"], _some(course.patients.index, 0.03, rng))
    entered = np.where(is_advanced, (number + miscounted).astype(str), "").astype(object)
    entered = np.where(~sealed & (rng.random(n) < 0.03), "", entered)
    return pd.DataFrame(
        {
            "treatment_id": frame["treatment_id"].to_numpy(),
            "patient_id": frame["patient_id"].to_numpy(),
            "hospital_id": hospital_codes(frame["hospital"].to_numpy()),
            "regimen": _regimen_text(frame, rng),
            "setting": frame["setting"].to_numpy(dtype=object),
            "start_date": iso(frame["start"].to_numpy(dtype=float)),
            "stop_date": iso(stop),
            "ongoing": ongoing,
            "stop_reason": frame["reason"].to_numpy(dtype=object),
            "line_number": entered,
            "rechallenge": frame["rechallenge"].to_numpy(dtype=object),
            "best_response": _best_response(course, rng),
            "severe_toxicity": _severe_toxicity(course, rng),
            "source_record_ref": "",
        }
    )


def _some(index: pd.Index, share: float, rng: np.random.Generator) -> np.ndarray:
    return index.to_numpy()[rng.random(len(index)) < share]


def _regimen_text(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    regimen = frame["regimen"].to_numpy(dtype=int)
    chance = rng.random(len(frame))
    text = np.full(len(frame), "", dtype=object)
    for position, pattern in enumerate(REGIMENS):
        rows = regimen == position
        choices = np.array(pattern.written, dtype=object)
        weighted = np.minimum((chance[rows] ** 2 * len(choices)).astype(int), len(choices) - 1)
        text[rows] = choices[weighted]
    written = frame["written"].to_numpy(dtype=object)
    return np.where(written != "", written, text)


def _best_response(course: Course, rng: np.random.Generator) -> np.ndarray:
    """As entered: the best of the line's assessments, with a few disagreements."""
    scans = course.assessments
    rank = scans["response"].map(_RANK).astype(float)
    best = rank.groupby([scans["pid"], scans["line"]]).max()
    frame = course.episodes
    keys = pd.MultiIndex.from_arrays([frame["pid"].astype(int), frame["line"].astype(int)])
    code = best.reindex(keys).map(_BY_RANK).fillna("").to_numpy(dtype=object)
    advanced = (frame["setting"] == "advanced").to_numpy()
    sealed = frame["is_sealed"].to_numpy(dtype=bool)
    chance = rng.random(len(frame))
    swapped = ~sealed & (chance < 0.015) & np.isin(code, ["PR", "SD"])
    code = np.where(swapped, np.where(code == "PR", "SD", "PR"), code)
    code = np.where(~sealed & (chance > 0.94), "", code)
    return np.where(advanced, code, "")


def _severe_toxicity(course: Course, rng: np.random.Generator) -> np.ndarray:
    frame = course.episodes
    severe = course.events.loc[course.events["grade"].astype(int) >= 3, "treatment_id"]
    has_event = frame["treatment_id"].isin(set(severe)).to_numpy()
    chance = rng.random(len(frame))
    demanded = frame["severe_toxicity"].to_numpy(dtype=object)
    blank = (demanded != "known") & (chance < 0.1)
    blank |= demanded == "unknown"
    unknown = np.where(chance < 0.07, "unknown", "")
    unknown = np.where(demanded == "unknown", "unknown", unknown)
    return np.where(has_event, "yes", np.where(blank, unknown, "no"))


def _drugs(course: Course, rng: np.random.Generator) -> pd.DataFrame:
    frame = course.episodes
    known = course.patients["known_until"].reindex(frame["pid"]).to_numpy(dtype=float)
    sealed = frame["is_sealed"].to_numpy(dtype=bool)
    has_rows = sealed | (rng.random(len(frame)) > 0.05)
    parts = [
        _drug_rows(frame[has_rows], known[has_rows], position, slot, rng)
        for position, pattern in enumerate(REGIMENS)
        for slot in range(len(pattern.substances))
    ]
    drugs = pd.concat(parts, ignore_index=True)
    return drugs.sort_values(["treatment_id", "slot", "start_date"], kind="stable")


def _drug_rows(
    frame: pd.DataFrame, known: np.ndarray, position: int, slot: int, rng: np.random.Generator
) -> pd.DataFrame:
    pattern = REGIMENS[position]
    chosen = (frame["regimen"] == position).to_numpy()
    rows, known = frame[chosen], known[chosen]
    n = len(rows)
    substance = pattern.substances[slot]
    start = rows["start"].to_numpy(dtype=float)
    stop = rows["stop"].to_numpy(dtype=float)
    interval = pattern.interval_days
    if pattern.key == "ipinivo" and substance == "ipilimumab":
        induction = rows["induction_stop"].to_numpy(dtype=float)
        stop, interval = np.where(np.isnan(induction), stop, induction), 21
    until = np.where(np.isnan(stop), known, stop)
    doses = np.floor((until - start) / interval).astype(int) + 1
    if substance == "ipilimumab":
        doses = doses.clip(max=4)
    spelling = np.array(SPELLINGS[substance], dtype=object)
    dose, unit = pattern.doses[slot]
    return pd.DataFrame(
        {
            "treatment_id": rows["treatment_id"].to_numpy(),
            "slot": slot,
            "drug": spelling[rng.integers(0, len(spelling), n)],
            "start_date": iso(start),
            "stop_date": iso(stop),
            "doses": np.where(rng.random(n) < 0.05, "", doses.astype(str).astype(object)),
            "dose": dose,
            "dose_unit": unit,
        }
    )


def _responses(course: Course, labels: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    frame = course.assessments.assign(
        patient_id=labels.reindex(course.assessments["pid"]).to_numpy()
    ).sort_values(["patient_id", "day"], kind="stable")
    unlinked = rng.random(len(frame)) < 0.03
    treatment = frame["treatment_id"].fillna("").to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "response_id": _keys("R", len(frame)),
            "patient_id": frame["patient_id"].to_numpy(),
            "treatment_id": np.where(unlinked, "", treatment),
            "assessment_date": iso(frame["day"].to_numpy(dtype=float)),
            "criteria": frame["criteria"].to_numpy(dtype=object),
            "response": frame["response"].to_numpy(dtype=object),
        }
    )


def _events(course: Course, labels: pd.Series) -> pd.DataFrame:
    frame = course.events.assign(
        patient_id=labels.reindex(course.events["pid"]).to_numpy()
    ).sort_values(["patient_id", "onset", "term"], kind="stable")
    onset = frame["onset"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "event_id": _keys("E", len(frame)),
            "patient_id": frame["patient_id"].to_numpy(),
            "treatment_id": frame["treatment_id"].fillna("").to_numpy(dtype=object),
            "term": frame["term"].to_numpy(dtype=object),
            "category": frame["category"].to_numpy(dtype=object),
            "ctcae_version": np.where(onset >= _CTCAE_5, "5.0", "4.03"),
            "grade": frame["grade"].astype(int).astype(str).to_numpy(dtype=object),
            "immune_related": frame["immune_related"].to_numpy(dtype=object),
            "onset_date": iso(onset),
            "resolved_date": iso(frame["resolved"].to_numpy(dtype=float)),
            "outcome": frame["outcome"].to_numpy(dtype=object),
            "led_to_stop": frame["led_to_stop"].to_numpy(dtype=object),
            "management": frame["management"].to_numpy(dtype=object),
            "management_start_date": iso(frame["management_start"].to_numpy(dtype=float)),
        }
    )


def _locals(course: Course, labels: pd.Series) -> pd.DataFrame:
    frame = course.locals.assign(
        patient_id=labels.reindex(course.locals["pid"]).to_numpy()
    ).sort_values(["patient_id", "day"], kind="stable")
    return pd.DataFrame(
        {
            "procedure_id": _keys("L", len(frame)),
            "patient_id": frame["patient_id"].to_numpy(),
            "kind": frame["kind"].to_numpy(dtype=object),
            "site": frame["site"].to_numpy(dtype=object),
            "start_date": iso(frame["day"].to_numpy(dtype=float)),
            "intent": frame["intent"].to_numpy(dtype=object),
        }
    )


def _hospitals() -> pd.DataFrame:
    positions = np.arange(HOSPITALS)
    return pd.DataFrame(
        {
            "hospital_id": hospital_codes(positions),
            "name": [f"Synthetic hospital {number}" for number in positions + 1],
            "active_from": "2012-07-01",
            "active_to": "",
        }
    )


def _cut(text: np.ndarray, length: int) -> np.ndarray:
    return np.array([value[:length] for value in text], dtype=object)
