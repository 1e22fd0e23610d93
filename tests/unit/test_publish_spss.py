"""Marts as SPSS files: read back, they say what the warehouse says."""

from datetime import date
from pathlib import Path

import pyreadstat
import pytest

from etl.publish.spss import write_sav
from expectations.contracts import contract_for, physical_columns
from tests.unit.study_support import BOTH, IPI, add_patient, insert, marts

MADE = date(2025, 3, 3)
LINES = contract_for("marts.treatment_lines")
PATIENTS = contract_for("marts.patients")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    con = marts()
    first = {"regimen": IPI, "start": 0, "end": 60, "best_overall_response": "PR"}
    add_patient(con, "P1", first, {"regimen": BOTH, "start": 200, "has_unknown_stop": True})
    insert(
        con,
        "marts.patients",
        [{"patient_id": "Pé2", "sex": "female", "death_date": date(2021, 2, 28)}],
    )
    write_sav(con, LINES, tmp_path / "lines.sav", MADE)
    write_sav(con, PATIENTS, tmp_path / "patients.sav", MADE)
    return tmp_path


def test_every_column_has_its_label(files: Path) -> None:
    _, meta = pyreadstat.read_sav(files / "lines.sav")
    promised = {column.name: column.comment for column in physical_columns(LINES)}
    assert {name: text[:200] for name, text in promised.items()} == {
        name: text[:200] for name, text in meta.column_names_to_labels.items()
    }


def test_codes_become_labelled_numbers_and_dates_stay_dates(files: Path) -> None:
    frame, meta = pyreadstat.read_sav(files / "patients.sav")
    second = frame[frame["patient_id"] == "Pé2"].iloc[0]
    assert second["sex"] == 2
    assert meta.variable_value_labels["sex"][2.0] == "female: Female"
    assert second["death_date"] == date(2021, 2, 28)
    labelled, _ = pyreadstat.read_sav(files / "patients.sav", apply_value_formats=True)
    assert set(labelled["sex"].dropna()) == {"female: Female"}


def test_truth_values_and_missing_ones(files: Path) -> None:
    frame, meta = pyreadstat.read_sav(files / "lines.sav")
    assert frame["has_unknown_stop"].tolist() == [0, 1]
    assert meta.variable_value_labels["has_unknown_stop"] == {0.0: "No", 1.0: "Yes"}
    assert frame["regimen"].tolist() == [IPI, BOTH]
    assert frame["end_date"].isna().tolist() == [False, True]
    assert frame["pfs_days"].isna().all()


def test_the_same_table_gives_the_same_bytes(files: Path) -> None:
    con = marts()
    write_sav(con, PATIENTS, files / "a.sav", MADE)
    write_sav(con, PATIENTS, files / "b.sav", MADE)
    content = (files / "a.sav").read_bytes()
    assert content == (files / "b.sav").read_bytes()
    assert b"03 Mar 25" in content[:120]
    assert len(pyreadstat.read_sav(files / "a.sav")[0]) == 0
