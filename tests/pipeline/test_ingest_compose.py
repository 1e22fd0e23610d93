"""The state of a registry: the newest delivery of each hospital, with its age."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.ingest import Registration, fingerprint, load_export
from etl.ingest.received import read_received, short
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
    assert rows(con, "select count(*) from deliveries.exports where in_force") == [(2,)]


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


def received(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None]]:
    """Folder, status, and the delivery after which the same contents came again; oldest first."""
    names = {one.delivery_id: one.folder for one in read_received(con)}
    return [
        (one.folder, one.status, names.get(short(one.came_again_after or "")))
        for one in reversed(read_received(con))
    ]


def test_a_superseded_delivery_sent_again_is_the_newest_and_is_named(con, tmp_path):
    first = delivery(tmp_path / "1", "2025-03-03", ["H2"], {"P1": "H2"}, "male")
    load(con, first)
    load(con, delivery(tmp_path / "2", "2025-03-03", ["H2"], {"P1": "H2"}, "female"))
    assert patients(con) == {"P1": "female"}
    assert received(con) == [("1", "superseded", None), ("2", "in force", None)]
    again = load(con, shutil.copytree(first, tmp_path / "3"))
    assert patients(con) == {"P1": "male"}
    assert received(con) == [
        ("1", "superseded", None),
        ("2", "superseded", None),
        ("3", "in force", "2"),
    ]
    ids = {one.folder: one.delivery_id for one in read_received(con)}
    [remark] = [one for one in again.warnings if ids["2"] in one]
    assert ids["3"] == ids["1"]
    assert ids["1"] in remark
    assert len(received(con)) == len(read_received(con)) == 3
    load(con, first)  # what is in force is not sent again
    assert len(received(con)) == 3


def test_whole_registries_sent_again_are_named_too(con, tmp_path):
    load(con, delivery(tmp_path / "1", "2025-01-01", "full", {"P1": "H1"}))
    load(con, delivery(tmp_path / "2", "2025-02-01", "full", {"P1": "H1", "P2": "H1"}))
    load(con, tmp_path / "1")
    assert received(con) == [
        ("1", "superseded", None),
        ("2", "superseded", None),
        ("1", "in force", "2"),
    ]
    assert set(patients(con)) == {"P1"}


def test_a_superseded_delivery_that_is_older_by_its_cut_off_changes_nothing(con, tmp_path):
    load(con, delivery(tmp_path / "1", "2025-01-01", ["H1"], {"P1": "H1"}))
    load(con, delivery(tmp_path / "2", "2025-02-01", ["H1"], {"P2": "H1"}))
    assert "stays" in load(con, tmp_path / "1").warnings[-1]
    assert set(patients(con)) == {"P2"}
    assert [status for _, status, _ in received(con)] == ["superseded", "in force", "older"]


def test_a_withdrawn_delivery_does_not_block_its_hospital(con, tmp_path):
    load(con, delivery(tmp_path / "h1", "2025-01-01", ["H1"], {"P1": "H1"}))
    load(con, delivery(tmp_path / "before", "2025-01-01", ["H2"], {"P2": "H2"}))
    load(con, delivery(tmp_path / "mistyped", "2025-12-01", ["H2"], {"P3": "H2"}))
    corrected = delivery(tmp_path / "corrected", "2025-02-01", ["H2"], {"P4": "H2"})
    load(con, corrected)
    assert set(patients(con)) == {"P1", "P3"}  # older than what is in hand
    mistyped = [one.export_id for one in read_received(con) if one.folder == "mistyped"]

    def without(folder: str) -> set[str]:
        load_export(con, tmp_path / folder, "native", withdrawn=mistyped)
        return set(patients(con))

    assert without("h1") == {"P1", "P4"}  # what came before and after it stands
    assert without("corrected") == {"P1", "P4"}
    assert rows(con, "select max(export_date) from source.deliveries") == [(dt.date(2025, 2, 1),)]
    statuses = {folder: status for folder, status, _ in received(con)}
    assert statuses == {
        "h1": "in force",
        "before": "superseded",
        "mistyped": "withdrawn",
        "corrected": "in force",
    }
    load(con, tmp_path / "mistyped")  # taken again
    assert set(patients(con)) == {"P1", "P3"}


def test_a_withdrawn_whole_registry_is_no_base_of_a_part(con, tmp_path):
    load(con, delivery(tmp_path / "all", "2025-01-01", "full", {"P1": "H1", "P2": "H2"}))
    [whole] = read_received(con)
    part = delivery(tmp_path / "part", "2024-12-01", ["H2"], {"P3": "H2"})
    load_export(con, part, "native", withdrawn=[whole.export_id])
    assert set(patients(con)) == {"P3"}


def test_a_whole_delivery_is_not_kept_from_a_hospital_by_a_withdrawn_part(con, tmp_path):
    load(con, delivery(tmp_path / "part", "2025-12-01", ["H1"], {"P1": "H1"}))
    whole = delivery(tmp_path / "all", "2025-02-01", "full", {"P9": "H1", "P2": "H2"})
    load(con, whole)
    assert set(patients(con)) == {"P1", "P2"}
    part = [one.export_id for one in read_received(con) if one.folder == "part"]
    load_export(con, whole, "native", withdrawn=part)
    assert set(patients(con)) == {"P9", "P2"}
