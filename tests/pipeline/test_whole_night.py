"""A night with everything: every study of the library, and the seed study's sensitivity."""

import csv
from pathlib import Path

import pytest

from etl.sensitivity import SCENARIOS
from etl.studies import load_studies
from tests.pipeline.support_refresh import DAY, STUDY, ask, current, rechallenge


@pytest.fixture(scope="module")
def whole(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("whole") / "home"
    ended = rechallenge(
        "refresh", "--export", pristine, "--as-of", DAY, home=home, sensitivity=True
    )
    assert ended.code == 0, ended.err
    return home


def outputs(home: Path) -> Path:
    return home / "published" / current(home) / "outputs"


def test_every_study_has_its_report_and_its_numbers(whole: Path) -> None:
    for study in load_studies():
        page = (outputs(whole) / study / "report.html").read_text(encoding="utf-8")
        assert "<h2" in page, study
    estimated = ask(whole, "select distinct study from marts.estimates order by study")
    assert [study for (study,) in estimated] == sorted(load_studies())
    wrong = ask(
        whole,
        "select study, step from marts.attrition qualify patients + excluded <> "
        "lag(patients, 1, patients + excluded) over (partition by study order by step)",
    )
    assert wrong == []


def test_a_study_without_patients_says_so(whole: Path) -> None:
    filled = {study for (study,) in ask(whole, "select distinct study from marts.rechallenges")}
    empty = sorted(set(load_studies()) - filled)
    assert empty, "every study has a patient: take a smaller registry"
    for study in empty:
        page = (outputs(whole) / study / "report.html").read_text(encoding="utf-8")
        assert "No patient" in page, study


def test_the_seed_study_was_asked_again_under_every_alternative(whole: Path) -> None:
    asked = ask(
        whole,
        "select study, count(distinct (parameter, tried)) from marts.sensitivity group by study",
    )
    assert asked == [(STUDY, len(SCENARIOS))]
    [(own,)] = ask(whole, f"select count(*) from marts.rechallenges where study = '{STUDY}'")
    same = ask(
        whole,
        "select distinct value from marts.sensitivity where is_default "
        "and measure = 'patients' and stratum = 'all'",
    )
    assert same == [(float(str(own)),)]
    with (outputs(whole) / STUDY / "tables" / "alternatives.csv").open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == len(SCENARIOS) + 1
    assert (outputs(whole) / STUDY / "figures" / "sensitivity_alternatives.svg").exists()
