"""Planted faults: every one is found on its record, and nothing else is called an error.

Belongs here: recall and precision of the error rules over a synthetic registry, printed. Does not
belong here: the examples of single rules (tests/rules).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from etl.synthetic.fault_shares import SHARED_TABLES
from etl.synthetic.faults import FAULTS, PER_RULE
from expectations.catalogue import load_catalogue
from tests.pipeline.nights import SyntheticNight, synthetic_night

Found = set[tuple[str, str]]


@pytest.fixture(scope="module", params=["native", "dmtr"])
def night(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SyntheticNight]:
    folder = tmp_path_factory.mktemp(str(request.param))
    with synthetic_night(folder, request.param, patients=4_000, seed=4) as faulty:
        yield faulty


def _errors(night: SyntheticNight) -> Found:
    rows = night.rows(
        "select rule_id, case when record_key like 'no key|%' "
        "then source_file || ':' || source_line else record_key end "
        "from quality.findings_tonight where severity = 'error'"
    )
    return {(rule, key) for rule, key in rows}


def _planted(night: SyntheticNight) -> Found:
    return {(fault["rule_id"], fault["record_key"]) for fault in night.truth["faults"]}


def _violations(night: SyntheticNight) -> Found:
    """Errors on records, listed, or folded under the cause that is listed."""
    rows = night.rows(
        "select f.rule_id, f.record_key from quality.folded_tonight as f "
        "inner join quality.rules as r using (rule_id) where r.severity = 'error'"
    )
    return _errors(night) | {(rule, key) for rule, key in rows}


def _proven(night: SyntheticNight, capsys: pytest.CaptureFixture[str]) -> tuple[float, float]:
    """Recall and precision: a fault is found when its rule is violated on its record."""
    planted, found = _planted(night), _violations(night)
    hit = planted & found
    recall = len(hit) / len(planted) if planted else 1.0
    precision = len(hit) / len(found) if found else 1.0
    with capsys.disabled():
        print(  # noqa: T201  # the proof asks for it
            f"\n{night.registration.source}: {len(planted)} planted faults of "
            f"{len({rule for rule, _ in planted})} error rules, {len(found)} error findings: "
            f"recall {recall:.3f}, precision {precision:.3f}"
        )
    assert planted - found == set()
    assert found - planted == set()
    return recall, precision


@dataclass(frozen=True)
class Shared:
    """A registry of which a share of the rows is faulty, large enough for 300 faults."""

    share: float
    dialect: Literal["native", "dmtr"]
    patients: int
    seed: int


@pytest.mark.parametrize(
    "asked",
    [
        Shared(0.0, "native", 2_000, 31),
        Shared(0.001, "native", 26_000, 32),
        Shared(0.1, "dmtr", 3_000, 33),
        Shared(0.1, "native", 3_000, 34),
        Shared(1.0, "dmtr", 3_000, 35),
        Shared(1.0, "native", 3_000, 36),
    ],
    ids=lambda asked: f"{asked.dialect}-{asked.share:.1%}",
)
def test_recall_and_precision_whatever_share_of_the_rows_is_faulty(
    asked: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with synthetic_night(
        tmp_path,
        asked.dialect,
        patients=asked.patients,
        seed=asked.seed,
        fault_share=asked.share,
    ) as night:
        rows = sum(len(night.registry.tables[table]) for table in SHARED_TABLES)
        assert _proven(night, capsys) == (1.0, 1.0)
        planted = Counter(fault["rule_id"] for fault in night.truth["faults"])
    assert abs(planted.total() / rows - asked.share) < 0.001
    if asked.share:
        assert planted.total() >= 300
        assert planted.keys() == FAULTS.keys()


def test_each_planted_fault_is_found_on_its_record_and_no_other_error_is(
    night: SyntheticNight, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _proven(night, capsys) == (1.0, 1.0)


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
