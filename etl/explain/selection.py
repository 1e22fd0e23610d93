"""Which steps of each study's selection one patient passes, asked of the patient alone.

Belongs here: running a study's own selection over one patient. Does not belong here: the
selection (`etl/studies`), what is said of it (`rechallenge`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from etl.studies.cohort import candidates_sql
from etl.studies.criteria import Criterion, criteria
from etl.studies.definition import Study

_TABLE = re.compile(r"create\s+(?:or\s+replace\s+)?(?:temp\s+)?table\s+(\w+)", re.IGNORECASE)


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


def select(con: duckdb.DuckDBPyConnection, study: Study) -> Selection:
    """Run a study's selection on a warehouse that holds one patient.

    Args:
        con: session on the patient alone, derived.
        study: the definition.
    """
    sql = candidates_sql(study)
    found = _TABLE.search(sql)
    if found is None:
        raise LookupError(f"the selection of {study.id} makes no table of candidates")
    con.execute(sql)
    steps = criteria(study)
    asked = ", ".join(f"coalesce(({step.condition}), false)" for step in steps)
    verdicts = con.execute(f"select {asked} from {found[1]}").fetchone()
    cursor = con.execute(f"select * from {found[1]}")
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    con.execute(f"drop table {found[1]}")
    return Selection(
        study,
        tuple(zip(steps, verdicts or [False] * len(steps), strict=True)),
        dict(zip(names, row or [None] * len(names), strict=True)),
    )
