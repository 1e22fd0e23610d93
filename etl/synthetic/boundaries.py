"""Patients one step from a boundary of a definition, written over background patients.

The stories stand in `boundaries.yaml`; the derivation is never consulted. They are planted after
everything else is drawn, so that no other patient changes.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from etl.synthetic.frames import LINKAGE_DAY, day, iso
from expectations.export_format import TABLES

FIRST_START = day("2019-01-07")
PATIENTS_A_STORY = 4
"""A registry has the stories when it has so many background patients for each of them."""

_Row = tuple[str, dict[str, str]]
_WRITTEN = {
    "ipi+nivo": "ipilimumab + nivolumab",
    "dabrafenib+trametinib": "dabrafenib + trametinib",
}
_BASELINE = {
    "primary_type": "cutaneous",
    "breslow_mm": "2.1",
    "ajcc_edition": "8",
    "stage": "IV",
    "m_category": "M1a",
    "ecog": "0",
    "ldh_category": "normal",
    "brain_metastases": "absent",
    "liver_metastases": "no",
    "organ_sites": "1",
    "braf": "V600E",
    "nras": "wild_type",
    "comorbidities": "0",
}


@dataclass(frozen=True)
class Boundary:
    """A patient who changes when a parameter takes another value.

    Attributes:
        parameter: the parameter, or the key of the seed study with its path.
        moved: the value under which the patient changes.
        changes: what changes: `enters` (the seed study), or a column of `marts.treatment_lines`.
        course: what happened, an entry a treatment, assessment, event or procedure.
        under: parameters that are changed before.
    """

    parameter: str
    moved: Any
    changes: str
    course: tuple[str, ...]
    under: tuple[tuple[str, Any], ...] = ()

    @property
    def is_of_study(self) -> bool:
        """Whether a key of the seed study is moved."""
        return "." in self.parameter

    @property
    def name(self) -> str:
        """Key of the story, unique among them."""
        return f"{self.parameter}={self.moved} from {' '.join(self.course)}"


@cache
def boundaries() -> tuple[Boundary, ...]:
    """Every story."""
    text = files("etl.synthetic").joinpath("boundaries.yaml").read_text(encoding="utf-8")
    return tuple(
        Boundary(
            entry["parameter"],
            entry["moved"],
            entry["changes"],
            tuple(entry["course"]),
            tuple(entry.get("under", {}).items()),
        )
        for entry in yaml.safe_load(text)
    )


def plant_boundaries(tables: dict[str, pd.DataFrame], free: Iterable[str]) -> dict[str, str]:
    """Write each story over one patient; who bears which, by the story's name.

    Args:
        tables: native tables as text, changed in place.
        free: patients treated with ipilimumab that may be written over.
    """
    stories, candidates = boundaries(), sorted(free)
    if len(candidates) < PATIENTS_A_STORY * len(stories):
        return {}
    step = len(candidates) // len(stories)
    bearers = dict(zip(candidates[::step], stories, strict=False))
    _forget(tables, set(bearers))
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in TABLES}
    hospitals = tables["patients"].set_index("patient_id")["hospital_id"]
    for number, (patient, story) in enumerate(bearers.items()):
        _tell(rows, story, patient, str(hospitals[patient]), f"B{number:03d}")
    for name, added in rows.items():
        if added:
            columns = list(TABLES[name].column_names)
            frame = pd.DataFrame(added, columns=columns, dtype=object).fillna("")
            tables[name] = pd.concat([tables[name], frame], ignore_index=True)
    return {story.name: patient for patient, story in bearers.items()}


def _forget(tables: dict[str, pd.DataFrame], bearers: set[str]) -> None:
    """Take away what happened to those patients; they are alive at the last linkage."""
    treatments = tables["treatments"]
    gone = set(treatments.loc[treatments["patient_id"].isin(bearers), "treatment_id"])
    for name in ("baselines", "treatments", "responses", "adverse_events", "local_treatments"):
        frame = tables[name]
        tables[name] = frame[~frame["patient_id"].isin(bearers)].reset_index(drop=True)
    drugs = tables["drugs"]
    tables["drugs"] = drugs[~drugs["treatment_id"].isin(gone)].reset_index(drop=True)
    patients = tables["patients"]
    alive = {
        "birth_date": "1958",
        "vital_status": "alive",
        "death_date": "",
        "death_cause": "",
        "last_contact_date": _date(LINKAGE_DAY),
        "vital_status_date": _date(LINKAGE_DAY),
        "vital_status_source": "linkage",
    }
    for column, value in alive.items():
        patients.loc[patients["patient_id"].isin(bearers), column] = value


def _tell(
    rows: dict[str, list[dict[str, str]]], story: Boundary, patient: str, hospital: str, key: str
) -> None:
    advanced = FIRST_START - 20
    for number, entry in enumerate(story.course):
        table, row = _row(entry)
        row |= {"patient_id": patient, TABLES[table].key[0]: f"{table[0].upper()}{key}{number}"}
        if table == "treatments":
            has_event = any(" event " in other for other in story.course)
            row |= {"hospital_id": hospital, "severe_toxicity": "unknown" if has_event else "no"}
            if row["setting"] == "adjuvant":
                advanced = day(row["stop_date"]) + 91
        rows[table].append(row)
    rows["baselines"].append(
        _BASELINE
        | {
            "patient_id": patient,
            "measured_date": _date(advanced),
            "primary_diagnosis_date": _date(FIRST_START - 400),
            "advanced_diagnosis_date": _date(advanced),
        }
    )


def _row(entry: str) -> tuple[str, dict[str, str]]:
    """The table and the row that an entry of a course stands for, without keys."""
    for pattern, write in _ENTRIES:
        if found := pattern.fullmatch(entry):
            return write(*(part or "" for part in found.groups()))
    raise ValueError(f"boundaries.yaml: {entry!r} is no treatment, event, procedure or assessment")


def _treatment(start: str, stop: str, adjuvant: str, regimen: str, reason: str) -> _Row:
    return "treatments", {
        "regimen": _WRITTEN.get(regimen, regimen),
        "setting": adjuvant.strip() or "advanced",
        "start_date": _on(start),
        "stop_date": _on(stop),
        "ongoing": "no",
        "stop_reason": reason or "completed",
    }


def _event(onset: str, term: str, grade: str) -> _Row:
    return "adverse_events", {
        "term": term,
        "category": "Gastrointestinal disorders",
        "ctcae_version": "5.0",
        "grade": grade,
        "immune_related": "yes",
        "onset_date": _on(onset),
        "outcome": "unknown",
        "led_to_stop": "no",
        "management": "steroids",
    }


def _procedure(on: str, kind: str) -> _Row:
    row = {"kind": kind, "site": "skin", "start_date": _on(on), "intent": "palliative"}
    return "local_treatments", row


def _assessment(on: str, response: str) -> _Row:
    criteria = "iRECIST" if response.startswith("i") else "RECIST1.1"
    return "responses", {"assessment_date": _on(on), "criteria": criteria, "response": response}


_ENTRIES: tuple[tuple[re.Pattern[str], Callable[..., _Row]], ...] = (
    (re.compile(r"(\d+)-(\d+) (adjuvant )?([^ ()]+)(?: \((\w+)\))?"), _treatment),
    (re.compile(r"(\d+) event (\w+) (\d)"), _event),
    (re.compile(r"(\d+) local (\w+)"), _procedure),
    (re.compile(r"(\d+) (\S+)"), _assessment),
)


def _on(days: str) -> str:
    return _date(FIRST_START + int(days))


def _date(number: int) -> str:
    return str(iso(np.array([number]))[0])
