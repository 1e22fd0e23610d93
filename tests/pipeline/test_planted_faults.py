"""Planted faults: every one is found on its record, and nothing else is called an error.

Belongs here: recall and precision of the error rules over a synthetic registry, printed. Does not
belong here: the examples of single rules (tests/rules).
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.synthetic.faults import FAULTS, PER_RULE
from expectations.catalogue import load_catalogue
from tests.pipeline.nights import SyntheticNight, synthetic_night

Found = set[tuple[str, str]]


@pytest.fixture(scope="module", params=["native", "dmtr"])
def night(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SyntheticNight]:
    folder = tmp_path_factory.mktemp(str(request.param))
    with synthetic_night(folder, request.param, patients=3_000, seed=4) as faulty:
        yield faulty


def _errors(night: SyntheticNight) -> Found:
    rows = night.rows(
        "select rule_id, record_key from quality.findings_tonight where severity = 'error'"
    )
    return {(rule, key) for rule, key in rows}


def _planted(night: SyntheticNight) -> Found:
    return {(fault["rule_id"], fault["record_key"]) for fault in night.truth["faults"]}


def test_each_planted_fault_is_found_on_its_record_and_no_other_error_is(
    night: SyntheticNight, capsys: pytest.CaptureFixture[str]
) -> None:
    planted, found = _planted(night), _errors(night)
    hit = planted & found
    recall, precision = len(hit) / len(planted), len(hit) / len(found)
    with capsys.disabled():
        print(  # noqa: T201  # the proof asks for it
            f"\n{night.registration.source}: {len(planted)} planted faults of "
            f"{len({rule for rule, _ in planted})} error rules, {len(found)} error findings: "
            f"recall {recall:.3f}, precision {precision:.3f}"
        )
    assert planted - found == set()
    assert found - planted == set()
    assert (recall, precision) == (1.0, 1.0)


def test_every_kind_of_fault_is_planted_several_times(night: SyntheticNight) -> None:
    planted = Counter(fault["rule_id"] for fault in night.truth["faults"])
    assert planted == dict.fromkeys(FAULTS, PER_RULE)


def test_no_fault_lies_in_the_cohort_or_in_a_decoy(night: SyntheticNight) -> None:
    patients = {fault["patient_id"] for fault in night.truth["faults"]} - {""}
    assert patients & set(night.truth["cohort"]) == set()
    for kind, decoys in night.truth["decoys"].items():
        assert patients & set(decoys) == set(), kind


def test_no_fault_takes_a_patient_out_of_the_ipilimumab_treated(night: SyntheticNight) -> None:
    derived = night.rows(
        "select distinct patient_id from marts.treatment_lines where setting = 'advanced' "
        "and regimen in ('ipilimumab', 'ipilimumab+nivolumab') order by patient_id"
    )
    assert [patient for (patient,) in derived] == night.truth["ipilimumab_treated"]


def test_findings_name_the_file_and_line_that_hold_the_record(night: SyntheticNight) -> None:
    without = night.rows(
        "select rule_id, record_key from quality.findings_tonight "
        "where stage = 'source' and (source_file is null or source_line is null) "
        "and patient_id is not null"  # a finding about a hospital stands in no line
    )
    assert without == []


def test_faults_do_not_hold_the_gate(night: SyntheticNight) -> None:
    assert (
        night.rows(
            "select f.rule_id, f.record_key from quality.findings_tonight as f "
            "where f.stage = 'mart' and f.severity = 'error'"
        )
        == []
    )


def test_a_registry_without_faults_has_no_error_at_all(tmp_path: Path) -> None:
    with synthetic_night(tmp_path, "native", patients=2_000, seed=9, with_faults=False) as sound:
        assert sound.truth["faults"] == []
        assert _errors(sound) == set()


def test_every_error_rule_about_source_records_has_a_planted_fault() -> None:
    rules = {
        rule.id
        for rule in load_catalogue().rules
        if rule.severity == "error" and rule.stage == "source"
    }
    assert rules == set(FAULTS)
