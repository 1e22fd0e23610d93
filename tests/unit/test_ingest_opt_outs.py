"""Taking away the rows of who opted out: every format, forms that repeat, hospitals one by one."""

from pathlib import Path
from typing import Literal

import duckdb
import pytest

from etl.governance import Governance
from etl.ingest import Registration, load_export
from etl.synthetic import generate_registry, write_export
from etl.warehouse import open_memory
from tests.unit.ingest_support import native_header, native_row, write_manifest, write_native


def opted_out(*patients: str) -> Governance:
    return Governance(opted_out=frozenset(patients), opt_outs=len(patients))


def cells_with(con: duckdb.DuckDBPyConnection, schema: str, text: str) -> list[str]:
    columns = con.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = ? "
        "and data_type = 'VARCHAR' and table_name not like 'opted_out%' order by all",
        [schema],
    ).fetchall()
    return [
        f"{table}.{column}"
        for table, column in columns
        if con.execute(
            f'select 1 from {schema}."{table}" where contains("{column}", ?) limit 1', [text]
        ).fetchone()
    ]


def sums_hold(registration: Registration, con: duckdb.DuckDBPyConnection) -> bool:
    registered = con.execute(
        "select bool_and(lines = loaded + rejected + opted_out) from raw.files"
    ).fetchone()
    return registered == (True,) and all(
        one.lines == one.loaded + one.rejected + one.opted_out for one in registration.files
    )


@pytest.mark.parametrize("dialect", ["native", "dmtr"])
def test_a_synthetic_registry_without_one_patient(
    tmp_path: Path, dialect: Literal["native", "dmtr"]
) -> None:
    folder = write_export(generate_registry(60, 3), tmp_path / "export", dialect, None)
    with open_memory() as con:
        load_export(con, folder, dialect)
        row = con.execute(
            "select patient_id, any_value(treatment_id) from source.treatments "
            "group by patient_id order by count(*) desc, patient_id limit 1"
        ).fetchone()
        assert row is not None
        patient, treatment = row
        before = con.execute("select count(*) from source.drugs").fetchone()
        assert cells_with(con, "raw", patient)
        registration = load_export(con, folder, dialect, governance=opted_out(patient))
        for text in (patient, treatment):
            assert cells_with(con, "raw", text) == []
            assert cells_with(con, "source", text) == []
        assert sums_hold(registration, con)
        assert sum(one.opted_out for one in registration.files) > 2
        after = con.execute("select count(*) from source.drugs").fetchone()
        assert before is not None
        assert after is not None
        assert after[0] < before[0]


def native_export(folder: Path) -> Path:
    """P1 and P2; an event of P1 names the treatment alone, one of P2 names P1's by mistake."""
    return write_native(
        folder,
        patients=native_header("patients")
        + native_row("patients", patient_id="P1", hospital_id="H1")
        + native_row("patients", patient_id="P2", hospital_id="H1"),
        treatments=native_header("treatments")
        + native_row("treatments", treatment_id="T1", patient_id="P1", regimen="nivolumab")
        + native_row("treatments", treatment_id="T2", patient_id="P2", regimen="nivolumab"),
        drugs=native_header("drugs")
        + native_row("drugs", treatment_id="T1", drug="nivolumab")
        + native_row("drugs", treatment_id="T2", drug="nivolumab"),
        adverse_events=native_header("adverse_events")
        + native_row("adverse_events", event_id="E1", treatment_id="T1", term="Colitis")
        + native_row("adverse_events", event_id="E2", patient_id="P2", treatment_id="T1")
        + native_row("adverse_events", event_id="E3", patient_id="P1 ", treatment_id="T9")
        + "P1,too,many,columns"
        + ",x" * 30
        + "\n",
    )


def test_a_row_is_the_patients_it_names_else_its_treatments(tmp_path: Path) -> None:
    with open_memory() as con:
        registration = load_export(
            con, native_export(tmp_path / "export"), "native", governance=opted_out("P1")
        )
        rows = {
            table: con.execute(f"select {key} from source.{table} order by all").fetchall()
            for table, key in (
                ("patients", "patient_id"),
                ("treatments", "treatment_id"),
                ("drugs", "treatment_id"),
                ("adverse_events", "event_id"),
            )
        }
        assert rows == {
            "patients": [("P2",)],
            "treatments": [("T2",)],
            "drugs": [("T2",)],
            "adverse_events": [("E2",)],
        }
        gone = {one.name: one.opted_out for one in registration.files if one.opted_out}
        assert gone == {
            "patients.csv": 1,
            "treatments.csv": 1,
            "drugs.csv": 1,
            "adverse_events.csv": 2,
        }
        assert sums_hold(registration, con)
        # The rejected line names the patient, too: it keeps its number and loses its text.
        assert con.execute("select line, text from raw.rejects").fetchall() == [
            (5, "(of a patient who opted out)")
        ]


def test_rows_kept_from_an_earlier_delivery_go_as_well(tmp_path: Path) -> None:
    def delivery(name: str, hospital: str, day: str, *patients: str) -> Path:
        folder = write_native(
            tmp_path / name,
            patients=native_header("patients")
            + "".join(
                native_row("patients", patient_id=one, hospital_id=hospital) for one in patients
            ),
        )
        write_manifest(folder, scope=[hospital], export_date=day)
        return folder

    with open_memory() as con:
        load_export(con, delivery("one", "H1", "2025-01-01", "P1", "P2"), "native")
        load_export(
            con,
            delivery("two", "H2", "2025-02-01", "P3"),
            "native",
            governance=opted_out("P1"),
        )
        rows = con.execute("select patient_id from source.patients order by all").fetchall()
        assert rows == [("P2",), ("P3",)]
        assert cells_with(con, "deliveries", "P1") == []


def keyed(folder: Path, *patients: tuple[str, str, str]) -> Path:
    """A delivery of patients, each with a person_key and a year of birth."""
    rows = [
        native_row("patients", patient_id=one, hospital_id="H1", person_key=key, birth_date=born)
        for one, key, born in patients
    ]
    write_native(folder, patients=native_header("patients") + "".join(rows))
    return folder


def stay(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = con.execute("select patient_id from source.patients order by 1").fetchall()
    return [str(one) for (one,) in found]


def test_an_opt_out_of_one_id_is_one_of_the_person(tmp_path: Path) -> None:
    folder = keyed(
        tmp_path / "a",
        ("M1", "K", "1961"),
        ("M2", "K", "1961-07"),
        ("M3", "K2", "1961"),
        ("M4", "0", "1961"),
    )
    with open_memory() as con:
        load_export(con, folder, "native", governance=opted_out("M2"))
        assert stay(con) == ["M3", "M4"]
        # Another id of the person, without the one that opted out.
        later = keyed(tmp_path / "b", ("M1", "K", "1961"), ("M3", "K2", "1961"))
        load_export(con, later, "native", governance=opted_out("M2"))
        assert stay(con) == ["M3"]
        load_export(con, later, "native", governance=opted_out())
        assert stay(con) == ["M1", "M3"]


def test_an_opt_out_is_of_nobody_else_under_a_key_that_is_of_several(tmp_path: Path) -> None:
    with open_memory() as con:
        for patients, left in (
            ((("M1", "K", "1961"), ("M2", "K", "1962")), ["M1"]),
            ((("M2", "999", "1961"), ("M3", "999", "1961")), ["M3"]),
            (tuple((f"M{n}", "L", "1961") for n in range(1, 5)), ["M1", "M3", "M4"]),
        ):
            folder = keyed(tmp_path / f"{len(patients)}{patients[0][1]}", *patients)
            load_export(con, folder, "native", governance=opted_out("M2"))
            assert stay(con) == left
