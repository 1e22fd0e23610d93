"""A delivery with an SPSS file through a whole night: what it declares as missing is missing."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from etl.sources import load
from expectations.export_format import TABLES
from tests.pipeline.support_refresh import ask, refresh
from tests.unit.ingest_support import native_header, native_row, write_manifest, write_native

pytestmark = pytest.mark.slow

_NATIVE = Path(load.__file__).parent / "native" / "mapping.yaml"
_EPOCH = dt.date(1582, 10, 14)
_NEVER = dt.date(1900, 1, 1)
# P2 and P3 live: no death is written as a day that the file declares as missing.
PEOPLE = {
    "P1": ("dead", dt.date(2020, 5, 21), dt.date(2020, 5, 21)),
    "P2": ("alive", _NEVER, dt.date(2024, 3, 1)),
    "P3": ("alive", _NEVER, dt.date(2023, 1, 1)),
}


def _seconds(day: dt.date) -> float:
    return (day - _EPOCH).days * 86_400.0


def _patients(path: Path) -> None:
    frame = pd.DataFrame({name: [""] * len(PEOPLE) for name in TABLES["patients"].column_names})
    frame["patient_id"] = list(PEOPLE)
    frame["hospital_id"] = "H1"
    frame["sex"] = "female"
    frame["vital_status"] = [status for status, *_ in PEOPLE.values()]
    frame["death_date"] = [_seconds(death) for _, death, _ in PEOPLE.values()]
    frame["last_contact_date"] = [_seconds(contact) for *_, contact in PEOPLE.values()]
    dates = dict.fromkeys(("death_date", "last_contact_date"), "DATE11")
    missing = {"death_date": [_seconds(_NEVER)]}
    pyreadstat.write_sav(frame, str(path), variable_format=dates, missing_ranges=missing)


def test_a_date_that_the_file_declares_as_missing_is_no_death(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = tmp_path / "sources" / "trial" / "mapping.yaml"
    mapping.parent.mkdir(parents=True)
    text = _NATIVE.read_text(encoding="utf-8")
    for before, after in (
        ("registry: native", "registry: trial"),
        ("{name: patients.csv}", "{name: patients.sav, format: sav}"),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    mapping.write_text(text, encoding="utf-8")
    monkeypatch.setenv("SOURCES", str(mapping.parents[1]))

    treatments = native_header("treatments") + "".join(
        native_row(
            "treatments",
            treatment_id=f"T{patient}",
            patient_id=patient,
            hospital_id="H1",
            regimen="ipilimumab+nivolumab",
            setting="advanced",
            start_date="2019-05-22",
        )
        for patient in PEOPLE
    )
    export = write_native(tmp_path / "export", treatments=treatments)
    (export / "patients.csv").unlink()
    _patients(export / "patients.sav")
    write_manifest(export, files={"patients.sav": {"rows": len(PEOPLE)}})
    home = tmp_path / "home"
    ended = refresh(export, home, "--source", "trial")
    assert ended.code == 0, ended.err
    started = dt.date(2019, 5, 22)
    assert ask(
        home, "select patient_id, regimen, os_days, os_event from marts.treatment_lines order by 1"
    ) == [
        (patient, "ipilimumab+nivolumab", (contact - started).days, status == "dead")
        for patient, (status, _, contact) in PEOPLE.items()
    ]
    assert ask(home, "select patient_id, death_date from marts.patients order by 1") == [
        ("P1", dt.date(2020, 5, 21)),
        ("P2", None),
        ("P3", None),
    ]
