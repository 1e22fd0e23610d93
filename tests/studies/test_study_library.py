"""Every study of the library loads, is on the page, and renders a report."""

import re
from functools import cache
from pathlib import Path

import duckdb
import pytest

from etl.outputs.library_page import PATH, render
from etl.outputs.report import write_outputs
from etl.parameters import Parameters
from etl.studies import build_study
from etl.studies.criteria import criteria
from etl.studies.load import HERE
from tests.studies.cohorts import CONTEXT, only
from tests.studies.language import STUDIES, derived, everybody, patients

LIBRARY = (
    *("betof-warner-2020", "chapman-2021", "chiarion-sileni-2014", "cricket", "dolladille-2020"),
    *("hepner-2021", "jansen-2019", "keynote-006-second-course", "lebbe-2014", "pokorny-2021"),
    *("robert-2013", "van-dijk-2025", "van-not-2024", "van-zeijl-2022", "whitman-2020"),
)


def test_the_library_is_complete() -> None:
    assert tuple(STUDIES) == LIBRARY
    assert sorted(path.stem for path in HERE.glob("*.yaml")) == sorted(LIBRARY)


def test_the_page_is_up_to_date() -> None:
    assert PATH.read_text(encoding="utf-8") == render(), "run: python -m etl.outputs.library_page"


@pytest.mark.parametrize("study_id", STUDIES)
def test_a_study_is_on_the_page_with_all_that_it_asks_and_assumes(study_id: str) -> None:
    study = STUDIES[study_id]
    _, _, section = render().partition(f"\n## {study_id}\n")
    section = section.split("\n## ")[0]
    for said in (*study.assumptions, *(step.description for step in criteria(study)[1:])):
        assert said in section
    for figure in study.publication.figures if study.publication else ():
        assert figure.printed in section


@pytest.mark.parametrize("study_id", STUDIES)
def test_a_definition_is_written_with_care(study_id: str) -> None:
    study = STUDIES[study_id]
    assert study.question.rstrip().endswith("?")
    assert len(study.assumptions) >= 5
    assert all(sentence.endswith(".") for sentence in study.assumptions)
    assert len(set(study.assumptions)) == len(study.assumptions)


@cache
def nobody() -> duckdb.DuckDBPyConnection:
    """A registry without patients."""
    return derived({})


@pytest.mark.parametrize("study_id", STUDIES)
def test_a_report_without_patients(study_id: str, tmp_path: Path) -> None:
    with only(nobody(), "") as con:
        build_study(con, STUDIES[study_id], Parameters())
        write_outputs(con, STUDIES[study_id], tmp_path, CONTEXT)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No patient meets the definition of this study" in text


@pytest.mark.parametrize("study_id", STUDIES)
def test_a_report_with_the_patients_at_its_boundaries(study_id: str, tmp_path: Path) -> None:
    told = [patient for study, patient in patients().values() if study == study_id]
    taken = sum(not patient.leaves_at for patient in told)
    with only(everybody(), f"{study_id}-") as con:
        build_study(con, STUDIES[study_id], Parameters())
        assert con.execute(
            "select count(*) from marts.rechallenges where study = ?", [study_id]
        ).fetchone() == (taken,)
        written = write_outputs(con, STUDIES[study_id], tmp_path, CONTEXT)
    assert all(path.is_file() for path in written)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert STUDIES[study_id].title in text
    assert not re.search(rf"\b{study_id}-\d\d\b", text), "a patient is named"
