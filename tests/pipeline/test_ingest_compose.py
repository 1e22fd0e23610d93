"""The state of a registry: the newest delivery of each hospital, with its age."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.ingest import Registration, fingerprint, load_export
from etl.warehouse import open_memory
from tests.unit.ingest_support import native_header, native_row, rows, write_manifest, write_native


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def delivery(
    folder: Path, day: str, scope: object, patients: dict[str, str], sex: str = "male"
) -> Path:
    """A delivery of patients by hospital, each with a treatment, a drug and a response."""
    texts = {name: native_header(name) for name in ("patients", "treatments", "drugs", "responses")}
    for patient, hospital in patients.items():
        texts["patients"] += native_row(
            "patients", patient_id=patient, hospital_id=hospital, sex=sex
        )
        texts["treatments"] += native_row(
            "treatments", treatment_id=f"T{patient}", patient_id=patient, hospital_id=hospital
        )
        texts["drugs"] += native_row("drugs", treatment_id=f"T{patient}", drug="ipilimumab")
        texts["responses"] += native_row("responses", response_id=f"R{patient}", patient_id=patient)
    write_native(folder, **texts)
    write_manifest(folder, export_date=day, scope=scope)
    return folder


def load(con: duckdb.DuckDBPyConnection, folder: Path) -> Registration:
    return load_export(con, folder, "native")


def patients(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(rows(con, "select patient_id, sex from source.patients"))


def ids(con: duckdb.DuckDBPyConnection, table: str, column: str) -> set[str]:
    return {value for (value,) in rows(con, f"select {column} from source.{table}")}


def test_a_full_delivery_is_the_state_and_keeps_nothing_back(con, tmp_path):
    folder = delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1"})
    registration = load(con, folder)
    assert registration.export_id == fingerprint(folder, "native")
    assert rows(con, "from source.deliveries") == [
        (None, dt.date(2025, 1, 1), registration.export_id)
    ]
    assert rows(con, "from deliveries.exports") == []


def test_a_hospitals_delivery_replaces_its_own_rows_and_no_others(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P2": "H2", "P3": "H2"}))
    registration = load(con, delivery(tmp_path / "b", "2025-02-01", ["H2"], {"P2": "H2"}, "female"))
    assert patients(con) == {"P1": "male", "P2": "female"}
    assert ids(con, "treatments", "treatment_id") == {"TP1", "TP2"}
    assert ids(con, "drugs", "treatment_id") == {"TP1", "TP2"}
    assert ids(con, "responses", "response_id") == {"RP1", "RP2"}
    assert rows(con, "select hospital_id, export_date from source.deliveries order by all") == [
        ("H1", dt.date(2025, 1, 1)),
        ("H2", dt.date(2025, 2, 1)),
    ]
    assert (registration.scope, registration.export_date) == ("H2", dt.date(2025, 2, 1))
    assert (
        "Hospital H1: its newest delivery is of 2025-01-01, 31 days older than the newest of all."
        in registration.warnings
    )


def test_rows_say_which_delivery_their_line_is_in(con, tmp_path):
    first = load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P2": "H2"}))
    load(con, delivery(tmp_path / "b", "2025-02-01", ["H2"], {"P2": "H2"}))
    files = dict(rows(con, "select patient_id, _file from source.patients"))
    assert files["P1"] == f"patients.csv of 2025-01-01, {first.export_id[:8]}"
    assert files["P2"].startswith("patients.csv of 2025-02-01, ")


def test_every_row_has_the_cut_off_of_the_delivery_it_came_from(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P2": "H2"}))
    load(con, delivery(tmp_path / "b", "2025-02-01", ["H2"], {"P2": "H2"}))
    for table, key in (("patients", "patient_id"), ("responses", "response_id")):
        found = rows(
            con,
            f"select right({key}, 2), export_date from source.{table} "
            "inner join source.cutoffs on file_name = _file order by all",
        )
        assert found == [("P1", dt.date(2025, 1, 1)), ("P2", dt.date(2025, 2, 1))]


def test_hospitals_that_deliver_one_by_one_make_up_the_registry(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", ["H1"], {"P1": "H1"}))
    load(con, delivery(tmp_path / "b", "2025-01-02", ["H2"], {"P2": "H2"}))
    load(con, delivery(tmp_path / "c", "2025-01-03", ["H3", "H1"], {"P3": "H3", "P4": "H1"}))
    assert set(patients(con)) == {"P2", "P3", "P4"}
    assert rows(con, "select count(*) from deliveries.exports") == [(2,)]


def test_the_same_delivery_twice_is_the_same_state(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P2": "H2"}))
    folder = delivery(tmp_path / "b", "2025-02-01", ["H2"], {"P2": "H2"})
    first = load(con, folder)
    before = rows(con, "select * from source.patients order by all")
    assert load(con, folder) == first
    assert rows(con, "select * from source.patients order by all") == before
    assert first.export_id != fingerprint(folder, "native")  # the state is more than this delivery


def test_an_older_delivery_changes_nothing_and_says_so(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-03-01", ["H1"], {"P1": "H1"}))
    late = load(con, delivery(tmp_path / "b", "2025-01-01", ["H1"], {"P9": "H1"}))
    assert set(patients(con)) == {"P1"}
    assert late.export_date == dt.date(2025, 3, 1)
    assert "the state of the registry did not change" in late.warnings[-1]


def test_a_full_delivery_older_than_a_hospitals_own_leaves_that_hospital(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-03-01", ["H1"], {"P1": "H1"}))
    load(con, delivery(tmp_path / "b", "2025-02-01", "full", {"P9": "H1", "P2": "H2"}))
    assert set(patients(con)) == {"P1", "P2"}
    load(con, delivery(tmp_path / "c", "2025-04-01", "full", {"P9": "H1", "P2": "H2"}))
    assert set(patients(con)) == {"P9", "P2"}
    assert rows(con, "from deliveries.exports") == []


def test_a_hospital_that_delivers_nothing_any_more_is_empty_not_old(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P2": "H2"}))
    load(con, delivery(tmp_path / "b", "2025-02-01", ["H2"], {}))
    assert set(patients(con)) == {"P1"}


def test_rows_without_a_hospital_stay_with_their_delivery(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P0": ""}))
    load(con, delivery(tmp_path / "b", "2025-02-01", ["H1"], {"P1": "H1", "P5": "H5"}))
    assert set(patients(con)) == {"P1", "P0", "P5"}  # P5: outside the scope, with its delivery


def test_another_registry_in_between_loses_nothing(con, tmp_path):
    load(con, delivery(tmp_path / "a", "2025-01-01", "full", {"P1": "H1", "P2": "H2"}))
    from tests.unit.ingest_support import write_dutch

    load_export(con, write_dutch(tmp_path / "d", {}), "dmtr")
    load(con, delivery(tmp_path / "b", "2025-02-01", ["H2"], {"P2": "H2"}, "female"))
    assert patients(con) == {"P1": "male", "P2": "female"}


def test_what_is_collected_is_what_any_delivery_collects(con, tmp_path):
    first = delivery(tmp_path / "a", "2025-01-01", ["H1"], {"P1": "H1"})
    (first / "hospitals.csv").write_text(native_header("hospitals"))
    load(con, first)
    load(con, delivery(tmp_path / "b", "2025-02-01", ["H2"], {"P2": "H2"}))
    assert rows(
        con, "select distinct collected from source.collected where table_name = 'hospitals'"
    ) == [(True,)]
    assert rows(con, "select count(*) from source.collected") == [(86,)]
