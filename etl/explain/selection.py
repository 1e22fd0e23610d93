"""Which steps of each study's selection one patient passes, asked of the patient alone.

Belongs here: running a study's own selection over one patient. Does not belong here: the
selection (`etl/studies`), what is said of it (`rechallenge`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from etl.studies.cohort import candidates_sql, lines_sql, pairs_considered_sql
from etl.studies.criteria import Criterion, criteria
from etl.studies.definition import Study

_TABLES = ("study_candidates", "study_pairs", "study_lines")


@dataclass(frozen=True)
class Selection:
    """What a study makes of the patient.

    Attributes:
        steps: each criterion, in order, and whether the patient meets it.
        candidate: the lines the study would pick, with what it looks at.
    """

    study: Study
    steps: tuple[tuple[Criterion, bool], ...]
    candidate: Mapping[str, Any]

    @property
    def left_out_by(self) -> Criterion | None:
        """The first step that the patient does not meet."""
        return next((step for step, met in self.steps if not met), None)

    @property
    def passed(self) -> int:
        """How many steps the patient passes before the one that leaves them out."""
        met = [met for _, met in self.steps]
        return met.index(False) if False in met else len(met)

    @property
    def is_in(self) -> bool:
        """Whether the study takes the patient."""
        return self.left_out_by is None


def select(
    con: duckdb.DuckDBPyConnection, study: Study, patients: Sequence[str]
) -> list[Selection]:
    """Run a study's selection on a warehouse that holds one patient, or copies of one.

    Args:
        con: session on the patient alone, derived.
        study: the definition.
        patients: ids of which the selection is wanted.
    """
    for statement in (lines_sql, pairs_considered_sql, candidates_sql):
        con.execute(statement(study))
    steps = criteria(study)
    asked = ", ".join(f"coalesce(({step.condition}), false)" for step in steps)
    found = [_selection(con, study, steps, asked, patient) for patient in patients]
    for table in _TABLES:
        con.execute(f"drop table {table}")
    return found


def _selection(
    con: duckdb.DuckDBPyConnection,
    study: Study,
    steps: tuple[Criterion, ...],
    asked: str,
    patient: str,
) -> Selection:
    cursor = con.execute(f"select {asked}, * from study_candidates where patient_id = ?", [patient])
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone() or (False,) * len(names)
    verdicts, candidate = row[: len(steps)], dict(zip(names, row, strict=True))
    return Selection(study, tuple(zip(steps, verdicts, strict=True)), candidate)
