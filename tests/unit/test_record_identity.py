"""What a record is known by: its content where it has no key, one form of every text."""

import unicodedata
from pathlib import Path

import duckdb
import pytest

from etl.ingest import load_export
from etl.models import run_layer
from etl.parameters import Parameters
from expectations.catalogue import load_catalogue
from expectations.evaluate import judge, prepare
from tests.support import native, rows, run_layers
from tests.unit.ingest_support import native_header, native_row, write_manifest, write_native
from tests.unit.ledger_support import catalogue_of, events, night

RULES = catalogue_of("AE-C06", "AE-C14")
PATIENTS = "patient_id | hospital_id\nP1 | H1"
HEAD = "event_id | patient_id | term | grade\n"
FIRST = " | P1 | Colitis | 9\n | P1 | Rash | 2\n | P1 | Rash | 2\n"


def test_rows_added_above_records_without_a_key_change_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, RULES, patients=PATIENTS, adverse_events=HEAD + FIRST)
    first = len(events(con))
    assert first == 4
    grown = HEAD + "E9 | P1 | Fatigue | 1\n | P1 | Fever | 1\n" + FIRST
    night(con, 2, RULES, patients=PATIENTS, adverse_events=grown)
    assert sorted(event for _, _, event in events(con)[first:]) == ["new", *["persisting"] * 4]
    persisting = "select source_line from quality.findings where status = 'persisting' order by all"
    assert rows(con, persisting) == [(4,), (4,), (5,), (6,)]


def test_a_corrected_cell_of_a_record_without_a_key_makes_another_record(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, RULES, patients=PATIENTS, adverse_events=HEAD + FIRST)
    corrected = HEAD + FIRST.replace("Colitis | 9", "Colitis | 3")
    night(con, 2, RULES, patients=PATIENTS, adverse_events=corrected)
    closed = "select rule_id, status from quality.findings where closed_on is not null order by all"
    assert rows(con, closed) == [("AE-C06", "vanished"), ("AE-C14", "vanished")]
    details = rows(
        con, "select distinct detail from quality.finding_events where event = 'vanished'"
    )
    assert details == [("the record is no longer delivered",)]


def test_columns_that_are_empty_or_blank_do_not_count_to_the_content(
    con: duckdb.DuckDBPyConnection,
) -> None:
    native(con, patients=PATIENTS, adverse_events=HEAD + " | P1 | Colitis | 2")
    run_layers(con, "staging")
    key = rows(con, "select record_key from staging.adverse_events")
    again = [{"patient_id": "P1", "term": "  Colitis ", "grade": "2", "outcome": " ", "_line": 77}]
    native(con, patients=PATIENTS, adverse_events=again)
    run_layers(con, "staging")
    assert rows(con, "select record_key from staging.adverse_events") == key


def test_a_drug_is_known_by_its_episode_and_the_hash_of_name_and_start(
    con: duckdb.DuckDBPyConnection,
) -> None:
    drugs = "treatment_id | drug | start_date | doses\nT1 | Opdivo | 2020-01-02 | 1\n"
    treatments = "treatment_id | patient_id\nT1 | P1"
    native(con, patients=PATIENTS, treatments=treatments, drugs=drugs)
    run_layers(con, "staging")
    before = rows(con, "select record_key from staging.drugs")
    assert "Opdivo" not in before[0][0]
    more = drugs.replace("T1 | Opdivo", "T1 | Yervoy | 2020-01-02 | 4\nT1 | Opdivo")
    native(con, patients=PATIENTS, treatments=treatments, drugs=more)
    run_layers(con, "staging")
    kept = rows(con, "select record_key from staging.drugs where drug = 'Opdivo'")
    assert kept == before


ZURICH = "Z\u00fcrich"


@pytest.fixture
def delivered(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """One hospital in two forms; one patient twice, once with a space without width."""
    decomposed = unicodedata.normalize("NFD", ZURICH)
    patients = native_header("patients") + "".join(
        native_row("patients", patient_id=key, hospital_id=hospital, sex=sex)
        for key, hospital, sex in (
            ("P1", ZURICH, "male"),
            ("P2", decomposed, "fe\u200bmale"),
            ("P2\u200b", ZURICH, "male"),
        )
    )
    responses = native_header("responses") + native_row(
        "responses", response_id="R1", patient_id="P1\ufeff", response="PD"
    )
    hospitals = native_header("hospitals") + native_row(
        "hospitals", hospital_id=decomposed, name=decomposed
    )
    folder = write_native(
        tmp_path / "export", patients=patients, responses=responses, hospitals=hospitals
    )
    write_manifest(folder)
    load_export(con, folder, "native")
    run_layer(con, "staging", Parameters().as_sql())
    return con


def test_one_hospital_in_two_forms_is_one(delivered: duckdb.DuckDBPyConnection) -> None:
    assert rows(delivered, "select distinct hospital_id from staging.patients") == [(ZURICH,)]
    assert rows(delivered, "select hospital_id, name from staging.hospitals") == [(ZURICH, ZURICH)]
    # Only raw keeps the text as delivered.
    assert rows(delivered, "select count(distinct hospital_id) from raw.patients") == [(2,)]


def test_ids_and_codes_lose_what_prints_nothing(delivered: duckdb.DuckDBPyConnection) -> None:
    assert rows(delivered, "select patient_id, is_placed from staging.responses") == [("P1", True)]
    assert rows(delivered, "select sex from staging.patients where sex = 'female'") == [("female",)]


def test_cells_are_counted_and_a_duplicate_says_how_its_key_differed(
    delivered: duckdb.DuckDBPyConnection,
) -> None:
    catalogue = load_catalogue()
    prepare(delivered, catalogue)
    judge(delivered, catalogue, "source")
    counted = rows(
        delivered,
        "select record_key, compared_with, severity from quality.findings_tonight "
        "where rule_id = 'DEL-C41' order by all",
    )
    assert [(key, severity) for key, _, severity in counted] == [
        ("hospitals.csv|hospital_id", "info"),
        ("hospitals.csv|name", "info"),
        ("patients.csv|hospital_id", "info"),
        ("patients.csv|patient_id", "info"),
        ("patients.csv|sex", "info"),
        ("responses.csv|patient_id", "info"),
    ]
    assert rows(
        delivered,
        "select record_key, compared_with ->> 'key_forms' from quality.findings_tonight "
        "where rule_id = 'PAT-C06b'",
    ) == [("P2", "P2 / P2<U+200B>")]
