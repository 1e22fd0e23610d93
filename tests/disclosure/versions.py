"""Shareable versions of small made-up studies, for the tests of disclosure control.

Belongs here: building a study twice, as it is shared and with nothing hidden, and planting a leak.
Does not belong here: the attack (`attacker`).
"""

import csv
import random
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etl.outputs.results import ReportContext, read_results
from etl.outputs.shareable.write import write_shareable
from etl.parameters import Parameters
from etl.studies import Study
from etl.studies.engine import select_cohort, write_estimates
from tests.disclosure.reading import Reader
from tests.unit.study_support import BOTH, IPI, add_patient, marts

CONTEXT = ReportContext(
    snapshot_id="5" * 64,
    source="native",
    registry="Test registry",
    export_date=date(2025, 3, 3),
    is_synthetic=False,
    code_version="0.1.0",
    rules_hash="7" * 64,
    parameters=Parameters(),
    minimum_cell=5,
)


@dataclass(frozen=True)
class Versions:
    """A study as it is shared, and with nothing hidden."""

    shared: Path
    open: Path

    def read(self) -> tuple[Reader, Reader]:
        """The open version, and the shared one with the names of all groups."""
        everything = Reader(self.open)
        return everything, Reader(self.shared, everything.groups)

    def leak(self, table: str, row: str, column: int, cell: str | None = None) -> None:
        """Put a cell of the open version, or another text, where the shared one hides it."""
        mine, theirs = (self._rows(folder, table) for folder in (self.shared, self.open))
        found = next(one for one in theirs if one[0] == row)
        [place] = [place for place, one in enumerate(mine) if one[0] == row]
        assert "suppressed" in mine[place][column]
        mine[place][column] = cell or found[column]
        with self._path(self.shared, table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(mine)

    def _rows(self, folder: Path, table: str) -> list[list[str]]:
        with self._path(folder, table).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    @staticmethod
    def _path(folder: Path, table: str) -> Path:
        return folder / "tables" / f"{table}.csv"


def write_both(con: duckdb.DuckDBPyConnection, study: Study, folder: Path) -> Versions:
    """Write a study as it is shared, and with a minimum cell of one, which hides nothing."""
    versions = Versions(folder / "shared", folder / "open")
    select_cohort(con, study)
    for path, least in ((versions.open, 1), (versions.shared, CONTEXT.minimum_cell)):
        con.execute("delete from marts.estimates")
        write_estimates(con, study, least)
        results = read_results(con, study, replace(CONTEXT, minimum_cell=least))
        write_shareable(results, path)
    return versions


def made_up(sizes: dict[str, int], seed: int) -> duckdb.DuckDBPyConnection:
    """Marts with groups of patients whose values are drawn, some of them missing or doubtful."""
    con = marts()
    draw = random.Random(seed)  # noqa: S311 - not a secret
    for regimen, patients in sizes.items():
        for number in range(patients):
            _add(con, f"{regimen}-{number}", regimen, draw)
    return con


def _add(con: duckdb.DuckDBPyConnection, patient: str, regimen: str, draw: random.Random) -> None:
    days = draw.randrange(30, 1200)
    survival = days + draw.randrange(0, 500)
    has_died = draw.random() < 0.5
    severe = draw.choice([None, None, 3, 2, "unknown"])
    add_patient(
        con,
        patient,
        {
            "regimen": regimen,
            "progression": 50,
            "end": 60,
            "end_reason": draw.choice(["progression", "toxicity", "completed"]),
            "worst_irae_grade": draw.choice([None, None, None, 3]),
            **_response(draw),
        },
        {
            "regimen": BOTH,
            "start": 200 + draw.randrange(300),
            "end": 900,
            "end_reason": draw.choice(["progression", "toxicity", "death"]),
            "pfs_days": days,
            # Death is an event of progression-free survival.
            "pfs_event": has_died or draw.random() < 0.6,
            "os_days": survival,
            "os_event": has_died,
            "toxicity_known": severe != "unknown",
            "worst_irae_grade": None if severe == "unknown" else severe,
            "response_doubtful_because": draw.choice([None] * 9 + ["AE-T19"]),
            "toxicity_doubtful_because": draw.choice([None] * 9 + ["AE-T19"]),
            "pfs_doubtful_because": draw.choice([None] * 9 + ["TR-T02"]),
            **_response(draw),
        },
    )
    values: dict[str, Any] = {
        "sex": draw.choice(["male", "female", "male", "other"]),
        "primary_type": draw.choice(["cutaneous", "cutaneous", "acral", "unknown_primary"]),
        "m_category": draw.choice(["M0", "M1a", "M1c", "M1d", None]),
        "ecog": draw.choice(["0", "0", "1", "2", None]),
        "ldh_category": draw.choice(["normal", "normal", "elevated", None]),
        "brain_metastases": draw.choice(["absent", "absent", "symptomatic", None]),
        "liver_metastases": draw.choice(["no", "yes", None]),
        "braf": draw.choice(["V600E", "V600K", "wild_type", "not_tested"]),
    }
    columns = ", ".join(f"{name} = ?" for name in values)
    con.execute(
        f"update marts.patients set {columns} where patient_id = ?", [*values.values(), patient]
    )


def _response(draw: random.Random) -> dict[str, Any]:
    found = draw.choice(["CR", "PR", "PR", "SD", "PD", "PD", None])
    return {"response_evaluable": found is not None, "best_overall_response": found}


GROUPS = (IPI, BOTH)
