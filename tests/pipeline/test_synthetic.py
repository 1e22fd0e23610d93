"""The synthetic registry as a delivery: seeded, scaled, consistent, the same in every dialect.

Belongs here: what the raw rows are like, and that both layouts are read alike. Does not belong
here: the calibration cohort (`test_synthetic_cohort.py`) or what is derived.
"""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etl.errors import WrongUseError
from etl.ingest import load_export
from etl.synthetic import Registry, generate_registry, write_export
from etl.synthetic.calibration import members
from etl.synthetic.population import sizes
from etl.warehouse import open_memory
from expectations.codelists import codes
from expectations.export_format import TABLES


@pytest.fixture(scope="module")
def sound() -> Registry:
    return generate_registry(2_000, 7, with_faults=False)


def _differ(one: Registry, other: Registry) -> bool:
    return any(not one.tables[name].equals(other.tables[name]) for name in TABLES)


def test_a_seed_gives_the_same_registry_and_another_seed_another() -> None:
    first = generate_registry(150, 11)
    np.random.default_rng(0).random()  # no other generator takes part
    assert not _differ(first, generate_registry(150, 11))
    assert _differ(first, generate_registry(150, 12))


@pytest.mark.parametrize(
    ("patients", "treated", "cohort"),
    [(1, 1, 0), (17, 9, 1), (400, 200, 40), (7_500, 3_759, 73), (16_000, 8_019, 146)],
)
def test_groups_scale_with_the_registry(patients: int, treated: int, cohort: int) -> None:
    size = sizes(patients)
    assert (size.ipilimumab, size.cohort) == (treated, cohort)
    if patients <= 400:
        registry = generate_registry(patients, 5, with_faults=False)
        assert len(registry.tables["patients"]) == patients
        assert len(registry.ipilimumab_treated) == treated
        assert len(registry.cohort) == cohort


def test_a_registry_without_patients_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one patient, not 0"):
        generate_registry(0, 1)


def test_sound_rows_have_the_columns_codes_and_keys_of_format_1(sound: Registry) -> None:
    for name, table in TABLES.items():
        frame = sound.tables[name]
        assert tuple(frame.columns) == table.column_names
        assert frame.map(type).eq(str).all().all(), name
        for column in table.columns:
            if column.codelist is not None:
                outside = set(frame[column.name]) - {"", *codes(column.codelist)}
                assert outside == set(), f"{name}.{column.name}"
    for name, key in (
        ("patients", "patient_id"),
        ("treatments", "treatment_id"),
        ("responses", "response_id"),
        ("adverse_events", "event_id"),
        ("local_treatments", "procedure_id"),
    ):
        assert sound.tables[name][key].is_unique
    known = set(sound.tables["patients"]["patient_id"])
    for name in ("baselines", "treatments", "responses", "adverse_events", "local_treatments"):
        assert set(sound.tables[name]["patient_id"]) <= known
    assert set(sound.tables["drugs"]["treatment_id"]) <= set(
        sound.tables["treatments"]["treatment_id"]
    )


def test_in_sound_rows_nothing_happens_before_birth_after_death_or_after_the_export(
    sound: Registry,
) -> None:
    patients = sound.tables["patients"].set_index("patient_id")
    owner = sound.tables["treatments"].set_index("treatment_id")["patient_id"]
    for name, table in TABLES.items():
        frame = sound.tables[name]
        if name == "hospitals":
            continue
        patient = frame["treatment_id"].map(owner) if name == "drugs" else frame["patient_id"]
        death = patient.map(patients["death_date"])
        birth = patient.map(patients["birth_date"])
        for column in table.columns:
            if column.kind != "date" or column.name == "birth_date":
                continue
            dates = frame[column.name]
            given = dates != ""
            assert (dates[given] <= sound.export_date).all(), f"{name}.{column.name}"
            assert (dates[given & (death != "")] <= death[given & (death != "")]).all()
            assert (dates[given] > birth[given].str[:4]).all()


def test_in_sound_rows_starts_come_before_stops(sound: Registry) -> None:
    for name, first, last in (
        ("treatments", "start_date", "stop_date"),
        ("drugs", "start_date", "stop_date"),
        ("adverse_events", "onset_date", "management_start_date"),
        ("patients", "birth_date", "last_contact_date"),
    ):
        frame = sound.tables[name]
        both = frame[(frame[first] != "") & (frame[last] != "")]
        assert (both[first] <= both[last]).all()


def test_entered_severe_toxicity_agrees_with_the_events_in_sound_rows(sound: Registry) -> None:
    events = sound.tables["adverse_events"]
    severe = set(events.loc[events["grade"].astype(int) >= 3, "treatment_id"])
    treatments = sound.tables["treatments"]
    has_event = treatments["treatment_id"].isin(severe)
    assert (has_event == (treatments["severe_toxicity"] == "yes")).all()
    assert set(treatments.loc[~has_event, "severe_toxicity"]) == {"no", "unknown", ""}


def test_decoys_do_not_share_patients_and_are_outside_the_cohort(sound: Registry) -> None:
    listed = [patient for ids in sound.decoys.values() for patient in ids]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(sound.ipilimumab_treated) - set(sound.cohort)
    assert {kind for kind, ids in sound.decoys.items() if ids} == {
        "maintenance_in_its_own_row",
        "maintenance_in_the_same_row",
        "resumed_after_toxicity_pause",
        "two_rows_of_one_combination",
        "transfer_between_hospitals",
        "treated_beyond_progression",
        "reintroduced_without_progression",
        "ipilimumab_again_alone",
        "adjuvant_ipilimumab_before",
        "neoadjuvant_combination_before",
    }


def test_a_toxicity_pause_lasts_at_most_90_days_and_some_last_exactly_that() -> None:
    registry = generate_registry(4_000, 3, with_faults=False)
    treatments = registry.tables["treatments"]
    written = treatments["regimen"].str.lower()
    is_combination = written.str.contains("ipi") & written.str.contains("nivo")
    is_combination &= treatments["setting"] == "advanced"
    pauses = []
    for patient in registry.decoys["resumed_after_toxicity_pause"]:
        rows = treatments[(treatments["patient_id"] == patient) & is_combination]
        stopped, resumed = rows.sort_values("start_date").to_dict("records")[:2]
        assert stopped["stop_reason"] == "toxicity"
        gap = pd.Timestamp(resumed["start_date"]) - pd.Timestamp(stopped["stop_date"])
        pauses.append(gap.days)
    assert len(pauses) == len(registry.decoys["resumed_after_toxicity_pause"])
    assert max(pauses) == 90
    assert pauses.count(90) >= 3


def test_partial_dates_are_there_and_never_in_the_cohort(sound: Registry) -> None:
    baselines = sound.tables["baselines"]
    lengths = set(baselines["primary_diagnosis_date"].str.len())
    assert lengths == {4, 7, 10}
    own = baselines[baselines["patient_id"].isin(sound.cohort)]
    assert set(own["primary_diagnosis_date"].str.len()) == {10}


def test_the_native_delivery_is_listed_in_its_manifest(tmp_path: Path) -> None:
    registry = generate_registry(60, 1)
    folder = write_export(registry, tmp_path / "delivery")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == 1
    assert manifest["export_date"] == registry.export_date
    assert set(manifest["files"]) == {table.file_name for table in TABLES.values()}
    for name, listed in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == listed["sha256"]
        rows = list(csv.reader(content.decode("utf-8").splitlines()))
        assert len(rows) - 1 == listed["rows"]
        assert tuple(rows[0]) == TABLES[name.removesuffix(".csv")].column_names


def test_the_dutch_delivery_is_written_in_dutch_ways(tmp_path: Path) -> None:
    registry = generate_registry(400, 1, with_faults=False)
    folder = write_export(registry, tmp_path / "delivery", "dmtr")
    text = (folder / "diagnose.csv").read_bytes().decode("cp1252")
    header, *lines = text.splitlines()
    rows = [dict(zip(header.split(";"), line.split(";"), strict=True)) for line in lines]
    baselines = registry.tables["baselines"]
    thick = baselines.index[baselines["breslow_mm"] != ""][0]
    assert rows[thick]["breslow_mm"] == baselines.loc[thick, "breslow_mm"].replace(".", ",")
    high = baselines.index[baselines["ldh_u_per_l"].str.len() == 4][0]
    value = baselines.loc[high, "ldh_u_per_l"]
    assert rows[high]["ldh"] == f"{value[0]}.{value[1:]}"
    year, month, day = baselines.loc[high, "advanced_diagnosis_date"].split("-")
    assert rows[high]["datum_diagnose_gevorderd"] == f"{day}-{month}-{year}"
    assert {row["ldh_eenheid"] for row in rows} == {"", "U/l", "ukat/l"}
    other = next(i for i, row in enumerate(rows) if row["ldh_eenheid"] == "ukat/l")
    in_native_unit = float(rows[other]["ldh"].replace(",", ".")) * 60
    assert in_native_unit == pytest.approx(float(baselines.loc[other, "ldh_u_per_l"]))


def test_the_truth_may_not_lie_in_the_delivery(tmp_path: Path) -> None:
    registry = generate_registry(5, 1, with_faults=False)
    with pytest.raises(WrongUseError, match="must not lie inside the delivery"):
        write_export(registry, tmp_path / "d", faults_path=tmp_path / "d" / "truth.json")
    write_export(registry, tmp_path / "d", faults_path=tmp_path / "truth.json")
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert truth["ipilimumab_treated"] == list(registry.ipilimumab_treated)


def test_a_layout_that_is_not_text_files_cannot_be_written(tmp_path: Path) -> None:
    registry = generate_registry(5, 1, with_faults=False)
    with pytest.raises(WrongUseError, match="cannot be written"):
        write_export(registry, tmp_path / "d", "tcga_skcm")  # type: ignore[arg-type]


def test_the_default_cohort_is_the_whole_of_the_calibration() -> None:
    assert sizes(7_500).cohort == len(members())


def test_both_layouts_load_to_the_same_source_tables(tmp_path: Path) -> None:
    registry = generate_registry(400, 7, with_faults=False)
    found: dict[str, dict[str, list[tuple[object, ...]]]] = {}
    for dialect in ("native", "dmtr"):
        delivery = write_export(registry, tmp_path / dialect, dialect, None)
        with open_memory() as con:
            load_export(con, delivery, dialect)
            found[dialect] = {
                name: con.execute(
                    f"select {', '.join(table.column_names)} from source.{name} order by all"
                ).fetchall()
                for name, table in TABLES.items()
            }
    assert found["dmtr"] == found["native"]
    assert len(found["native"]["patients"]) == 400
