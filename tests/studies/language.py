"""The language of the study tests: a patient as a timeline, and where a selection leaves them.

Belongs here: patients, reading them into rows of the native export, deriving them all at once, and
asking a study about each. Does not belong here: the patients of a study (cases), what is asserted
(the test modules).

A timeline is that of the spec (`tests/spec/language.py`) with its events between semicolons:

    0-300 nivolumab reason=completed; 84 scan PR; 400 scan PD; 420-500 pembrolizumab

An adverse event may also say `stopped=yes`: treatment was stopped for it.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from etl.sql_macros import create_macros
from etl.studies import Study, load_studies
from etl.studies.cohort import candidates_sql, lines_sql, pairs_considered_sql
from etl.studies.criteria import criteria
from etl.studies.engine import select_cohort
from etl.warehouse import create_schemas
from expectations.codelists import load_codelists
from tests.derivations import derive
from tests.spec.language import DAY_ZERO, Paragraph, Tables, as_rows, read_timeline
from tests.studies import cases

STUDIES: Mapping[str, Study] = load_studies()


@dataclass(frozen=True)
class Patient:
    """One synthetic patient of a study.

    Args:
        why: The claim, as the test's name.
        timeline: What was registered (see the module).
        leaves_at: Criterion that leaves the patient out; empty when the study takes them.
        primary: Type of the primary; empty is not registered.
        born: Date of birth; empty is not registered. Advanced disease is found on day 0.
        pair: Expected columns of marts.rechallenges.
    """

    why: str
    timeline: str
    leaves_at: str = ""
    primary: str = ""
    born: str = ""
    pair: Mapping[str, object] = field(default_factory=dict)


def taken(why: str, timeline: str, *, primary: str = "", born: str = "", **pair: object) -> Patient:
    """A patient whom the study takes, with what is expected of the pair."""
    return Patient(why, timeline, primary=primary, born=born, pair=pair)


def left_out(
    criterion: str, why: str, timeline: str, *, primary: str = "", born: str = ""
) -> Patient:
    """A patient whom a criterion leaves out, and none before it."""
    return Patient(why, timeline, criterion, primary, born)


def rows_of(patient: Patient, patient_id: str) -> Tables:
    """The rows of a native export that hold one patient."""
    paragraph = Paragraph(patient.why, patient.timeline.replace(";", "\n"))
    tables = as_rows(paragraph, patient_id)
    tables["patients"][0]["birth_date"] = patient.born or None
    tables["baselines"] = [
        {
            "patient_id": patient_id,
            "advanced_diagnosis_date": DAY_ZERO.isoformat(),
            "primary_type": patient.primary or None,
        }
    ]
    stopped = {
        f"{patient_id}-{event.name}"
        for event in read_timeline(paragraph.timeline)
        if event.facts.get("stopped") == "yes"
    }
    for event in tables["adverse_events"]:
        event["led_to_stop"] = "yes" if event["event_id"] in stopped else "no"
    return tables


@cache
def patients() -> Mapping[str, tuple[str, Patient]]:
    """Every patient of the cases by id, with the id of the study."""
    found: dict[str, tuple[str, Patient]] = {}
    for module in pkgutil.iter_modules(cases.__path__, f"{cases.__name__}."):
        told = importlib.import_module(module.name)
        for number, patient in enumerate(told.PATIENTS, start=1):
            found[f"{told.STUDY}-{number:02}"] = (told.STUDY, patient)
    return found


def registry(people: Mapping[str, Patient]) -> duckdb.DuckDBPyConnection:
    """A warehouse in which these patients, by id, are derived."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for patient_id, patient in people.items():
        for table, rows in rows_of(patient, patient_id).items():
            tables.setdefault(table, []).extend(rows)
    return derived(tables)


def derived(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory in which these rows of an export are derived."""
    con = duckdb.connect()
    con.execute("set threads = 1")
    create_schemas(con)
    load_codelists(con)
    create_macros(con)
    derive(con, **tables)
    return con


@cache
def everybody() -> duckdb.DuckDBPyConnection:
    """One warehouse with the patients of all cases."""
    return registry({patient_id: patient for patient_id, (_, patient) in patients().items()})


@cache
def left_at(study_id: str) -> Mapping[str, str]:
    """For each patient of the registry, the criterion that leaves them out; empty when none."""
    study, con = STUDIES[study_id], everybody()
    for statement in (lines_sql, pairs_considered_sql, candidates_sql):
        con.execute(statement(study))
    first: dict[str, str] = {}
    for criterion in criteria(study):
        rows = con.execute(
            "select patient_id from study_candidates "
            f"where not coalesce({criterion.condition}, false)"
        ).fetchall()
        for (patient_id,) in rows:
            first.setdefault(patient_id, criterion.name)
    rows = con.execute("select distinct patient_id from study_candidates").fetchall()
    return {patient_id: first.get(patient_id, "") for (patient_id,) in rows}


@cache
def pairs(study_id: str) -> Mapping[str, Mapping[str, Any]]:
    """The pairs that a study picks from the registry, by patient."""
    con = everybody()
    select_cohort(con, STUDIES[study_id])
    result = con.execute("select * from marts.rechallenges where study = ?", [study_id])
    names = [column[0] for column in result.description or []]
    found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {str(row["patient_id"]): row for row in found}
