"""Each study takes and leaves out the patients of its cases, at the criterion that is meant."""

import pytest

from etl.studies.criteria import criteria
from tests.studies.language import STUDIES, left_at, pairs, patients

IDS = [f"{study}: {patient.why}" for study, patient in patients().values()]
EVERYBODY_PASSES = {"every_patient", "setting"}


@pytest.mark.parametrize("patient_id", patients(), ids=IDS)
def test_patient(patient_id: str) -> None:
    study, patient = patients()[patient_id]
    assert left_at(study)[patient_id] == patient.leaves_at
    pair = pairs(study).get(patient_id)
    assert (pair is None) == bool(patient.leaves_at)
    if pair is not None:
        assert {name: pair[name] for name in patient.pair} == patient.pair


def test_every_study_has_cases() -> None:
    assert {study for study, _ in patients().values()} == set(STUDIES)


@pytest.mark.parametrize("study_id", STUDIES)
def test_every_criterion_has_a_patient_on_both_sides(study_id: str) -> None:
    told = [patient for study, patient in patients().values() if study == study_id]
    asked = {criterion.name for criterion in criteria(STUDIES[study_id])} - EVERYBODY_PASSES
    between = STUDIES[study_id].between
    if between.progression_after_stop:
        asked -= {"progression_between"}  # met by whoever progressed after the stop
    if between.progression_within_days_of_last_dose is not None:
        asked -= {"initial_progression"}  # met by whoever progressed by then
    assert {patient.leaves_at for patient in told} - {""} == asked
    assert any(not patient.leaves_at for patient in told)
