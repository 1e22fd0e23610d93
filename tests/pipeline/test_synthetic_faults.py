"""Planting faults: who may get one, what is written down, what stays as it was.

Belongs here: the bench and the truth file. Does not belong here: whether rules find the faults
(tests/pipeline/test_planted_faults.py).
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from etl.synthetic import Registry, generate_registry, write_export
from etl.synthetic.fault_shares import SHARED_TABLES
from etl.synthetic.faults import FAULTS, Bench, fault
from expectations.export_format import TABLES


@pytest.fixture(scope="module")
def faulty() -> Registry:
    return generate_registry(3_000, 2)


@pytest.fixture(scope="module")
def sound() -> Registry:
    return generate_registry(3_000, 2, with_faults=False)


def test_faults_change_the_registry_only_where_the_truth_says(
    faulty: Registry, sound: Registry
) -> None:
    named = {entry.patient_id for entry in faulty.faults} - {""}
    for name in ("responses", "adverse_events", "treatments", "baselines"):
        before, after = sound.tables[name], faulty.tables[name].iloc[: len(sound.tables[name])]
        differs = (before.to_numpy() != after.to_numpy()).any(axis=1)
        changed = set(before.loc[differs, "patient_id"])
        unnamed = {entry.rule_id for entry in faulty.faults if not entry.patient_id}
        swapped = {"BAS-C06"} if name == "baselines" else set()
        assert len(changed - named) <= 3 * len(swapped & unnamed)


def test_no_patient_has_two_faults(faulty: Registry) -> None:
    patients = Counter(entry.patient_id for entry in faulty.faults if entry.patient_id)
    assert max(patients.values()) == 1


def test_faults_are_outside_the_cohort_and_the_decoys(faulty: Registry) -> None:
    spared = {*faulty.cohort, *(p for ids in faulty.decoys.values() for p in ids)}
    assert {entry.patient_id for entry in faulty.faults} & spared == set()


def test_the_truth_names_a_record_without_a_key_by_file_and_line(
    faulty: Registry, tmp_path: Path
) -> None:
    for dialect, file in (("native", "responses.csv"), ("dmtr", "respons.csv")):
        folder, truth = tmp_path / dialect, tmp_path / f"{dialect}.json"
        write_export(faulty, folder, dialect, truth)  # type: ignore[arg-type]
        faults = json.loads(truth.read_text(encoding="utf-8"))["faults"]
        keyless = [entry for entry in faults if entry["rule_id"] == "RSP-C06"]
        assert len(keyless) == 3
        lines = (folder / file).read_bytes().decode("cp1252").splitlines()
        for entry in keyless:
            name, line = entry["record_key"].split(":")
            assert name == file
            written = lines[int(line) - 1]
            assert written[0] in ",;"
            assert entry["patient_id"] in written


def test_a_pick_gives_each_patient_once_and_never_a_protected_one(sound: Registry) -> None:
    tables = {name: frame.copy() for name, frame in sound.tables.items()}
    protected = set(tables["patients"]["patient_id"].iloc[:2_000])
    bench = Bench(tables, np.random.default_rng(0), set(protected), set())
    every = tables["responses"]["response"] != ""
    first = [row["owner"] for _, row in bench.pick("responses", every, 20)]
    second = [row["owner"] for _, row in bench.pick("responses", every, 10_000)]
    assert len(first) == 20
    assert len(set(first + second)) == len(first) + len(second)
    assert set(first + second) & protected == set()


def test_appended_rows_come_after_all_others(sound: Registry) -> None:
    tables = {name: frame.copy() for name, frame in sound.tables.items()}
    bench = Bench(tables, np.random.default_rng(0), set(), set())
    length = len(tables["hospitals"])
    assert bench.add("hospitals", {"hospital_id": "H98"}) == length
    assert bench.add("hospitals", {"hospital_id": "H99"}, name="North") == length + 1
    bench.finish()
    last = tables["hospitals"].iloc[-1]
    assert tuple(last) == ("H99", "North", "", "")
    assert tuple(tables["hospitals"].columns) == TABLES["hospitals"].column_names


def test_at_a_hundred_percent_every_row_carries_a_fault() -> None:
    sound = generate_registry(600, 2, with_faults=False)
    spoiled = generate_registry(600, 2, fault_share=1)
    for name in SHARED_TABLES:
        before = sound.tables[name]
        after = spoiled.tables[name].iloc[: len(before)]
        assert (before.to_numpy() != after.to_numpy()).any(axis=1).all(), name


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_the_share_is_of_the_rows_of_patients_tables(share: float) -> None:
    registry = generate_registry(900, 3, fault_share=share)
    rows = sum(len(registry.tables[name]) for name in SHARED_TABLES)
    touched = {
        (entry.table, entry.record_key or str(entry.row), entry.rule_id)
        for entry in registry.faults
    }
    assert len(touched) == pytest.approx(share * rows, abs=8)


def test_below_a_hundred_percent_the_cohort_and_the_decoys_are_spared() -> None:
    registry = generate_registry(900, 3, fault_share=0.3)
    spared = {*registry.cohort, *(p for ids in registry.decoys.values() for p in ids)}
    assert {entry.patient_id for entry in registry.faults} & spared == set()


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_lies_between_nothing_and_all(share: float) -> None:
    with pytest.raises(ValueError, match="a share lies between 0 and 1"):
        generate_registry(10, 3, fault_share=share)


def test_a_rule_has_one_mutation() -> None:
    taken = next(iter(FAULTS))
    with pytest.raises(ValueError, match=f"rule {taken} has two mutations"):
        fault(taken)(FAULTS[taken])
