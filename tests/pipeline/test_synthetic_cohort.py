"""The calibration cohort is in the raw rows, read here in the plainest way.

Belongs here: each member's rows against the calibration, by a reading of the definitions that
shares no code with the derivation. Does not belong here: the pipeline (tests/pipeline).
"""

import datetime as dt
from collections import Counter, defaultdict

import pytest

from etl.synthetic import Registry, generate_registry
from etl.synthetic.calibration import (
    DEFAULT_PATIENTS,
    IPILIMUMAB_TREATED,
    SEVERE_TOXICITY,
    Member,
    members,
)
from etl.synthetic.patterns import SPELLINGS

EVALUABLE = {"CR", "PR", "SD", "PD"}
SUBSTANCE = {written: name for name, spellings in SPELLINGS.items() for written in spellings}
Row = dict[str, str]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return generate_registry(DEFAULT_PATIENTS, 1, with_faults=False)


def _by_patient(registry: Registry, table: str) -> dict[str, list[Row]]:
    frame = registry.tables[table]
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in frame[frame["patient_id"].isin(registry.cohort)].to_dict("records"):
        grouped[row["patient_id"]].append({str(key): value for key, value in row.items()})
    return grouped


def _substances(registry: Registry) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    drugs = registry.tables["drugs"]
    for treatment, drug in zip(drugs["treatment_id"], drugs["drug"], strict=True):
        found[treatment].add(SUBSTANCE.get(drug, drug))
    return {treatment: frozenset(names) for treatment, names in found.items()}


def _response(rows: list[Row], after: str, until: str) -> str:
    """R, N or not evaluable, over the assessments of one line up to its first progression."""
    own = sorted(
        (row["assessment_date"], row["response"])
        for row in rows
        if after < row["assessment_date"] <= until
    )
    seen = []
    for _, response in own:
        seen.append(response)
        if response == "PD":
            break
    if not EVALUABLE & set(seen):
        return "NE"
    return "R" if {"CR", "PR"} & set(seen) else "N"


def _days(start: str, end: str) -> int:
    return (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days


def _read(registry: Registry) -> Counter[Member]:
    treatments, responses = _by_patient(registry, "treatments"), _by_patient(registry, "responses")
    persons, substances = _by_patient(registry, "patients"), _substances(registry)
    combination = frozenset({"ipilimumab", "nivolumab"})
    found: Counter[Member] = Counter()
    for patient in registry.cohort:
        rows = sorted(treatments[patient], key=lambda row: row["start_date"])
        of = [substances[row["treatment_id"]] for row in rows]
        first = next(i for i, names in enumerate(of) if "ipilimumab" in names)
        again = next(i for i in range(first + 1, len(rows)) if of[i] == combination)
        starts = [row["start_date"] for row in rows] + ["9999"]
        scans, death = responses[patient], persons[patient][0]["death_date"]
        assert any(
            scan["response"] == "PD" and starts[first] < scan["assessment_date"] <= starts[again]
            for scan in scans
        )
        start = starts[again]
        events = [
            scan["assessment_date"]
            for scan in scans
            if scan["response"] == "PD" and scan["assessment_date"] > start
        ]
        events += [death] if death else []
        last = max(
            (
                scan["assessment_date"]
                for scan in scans
                if scan["response"] in EVALUABLE and scan["assessment_date"] >= start
            ),
            default=start,
        )
        initial = _response(scans, starts[first], starts[first + 1])
        found[
            Member(
                "ipinivo" if of[first] == combination else "ipi",
                "missing" if initial == "NE" else initial,  # type: ignore[arg-type]
                _response(scans, start, starts[again + 1]),  # type: ignore[arg-type]
                _days(start, min(events)) if events else _days(start, last),
                bool(events),
            )
        ] += 1
    return found


def test_every_member_of_the_calibration_cohort_is_in_the_rows(registry: Registry) -> None:
    assert _read(registry) == Counter(members())
    assert len(registry.cohort) == len(members())


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_cohort_does_not_depend_on_the_seed(seed: int) -> None:
    assert _read(generate_registry(600, seed, with_faults=False)) == Counter(members()[:60])


def test_toxicity_at_rechallenge_is_as_calibrated(registry: Registry) -> None:
    treatments, events = (
        _by_patient(registry, "treatments"),
        _by_patient(registry, "adverse_events"),
    )
    substances = _substances(registry)
    severe: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for position, patient in enumerate(registry.cohort):
        group = members()[position].regimen
        rows = sorted(treatments[patient], key=lambda row: row["start_date"])
        row = [
            r for r in rows if len(substances[r["treatment_id"]] & {"ipilimumab", "nivolumab"}) == 2
        ]
        again = row[-1]
        own = [e for e in events[patient] if e["treatment_id"] == again["treatment_id"]]
        assert (again["severe_toxicity"] == "yes") == bool(own)
        assert all(e["immune_related"] == "yes" and int(e["grade"]) >= 3 for e in own)
        severe[group] += bool(own)
        known[group] += again["severe_toxicity"] in {"yes", "no"}
    assert {group: (severe[group], known[group]) for group in known} == SEVERE_TOXICITY


def test_as_many_as_calibrated_had_ipilimumab_for_advanced_disease(registry: Registry) -> None:
    treatments, substances = registry.tables["treatments"], _substances(registry)
    written = {"ipilimumab", "Ipilimumab", "Yervoy", "ipi"}
    treated = {
        patient
        for key, patient, setting, regimen in zip(
            treatments["treatment_id"],
            treatments["patient_id"],
            treatments["setting"],
            treatments["regimen"],
            strict=True,
        )
        if setting == "advanced"
        and (
            "ipilimumab" in substances.get(key, set())
            or (key not in substances and ("ipi" in regimen.lower() or regimen in written))
        )
    }
    assert treated == set(registry.ipilimumab_treated)
    assert len(treated) == IPILIMUMAB_TREATED
