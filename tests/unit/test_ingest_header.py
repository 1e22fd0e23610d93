"""Headers that are none, and files of which every record is a reject: refused, naming the trap."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.errors import InputUnreadableError
from etl.ingest import load_export
from etl.warehouse import open_memory
from tests.unit.ingest_support import native_header, native_row, rows, write_native

HEADER = native_header("patients")
ROW = native_row("patients", patient_id="P4711", hospital_id="H1", death_date="2021-06-26")
OTHER = native_row("patients", patient_id="P4712", hospital_id="H1", death_date="2021-06-26")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def refused(con: duckdb.DuckDBPyConnection, folder: Path, patients: str) -> str:
    with pytest.raises(InputUnreadableError) as caught:
        load_export(con, write_native(folder / "export", patients=patients), "native")
    sentence = str(caught.value)
    assert "patients.csv, line " in sentence
    assert not {"4711", "2021", "06-26"} & set(sentence.replace("'", " ").replace("-", " ").split())
    assert "P4711" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("patients", "trap"),
    [
        (
            HEADER + ROW.replace("\n", ",\n") + OTHER.replace("\n", ",\n"),
            "line 2: not one of 2 records could be read: each line ends with a ','",
        ),
        ("sep=,\n" + HEADER + ROW, "line 1 is a `sep=` line of a spreadsheet program"),
        ("# made on Monday\n" + HEADER + ROW, "line 1 is a comment, not the header"),
        ("# made on Monday, at noon\n" + HEADER + ROW, "line 1 is a comment, not the header"),
        ((HEADER + ROW + OTHER).replace("\n", "\n\r"), "line feed and carriage return (LF CR)"),
        (
            HEADER + "P4711,H1\n",
            "not one of 1 records could be read: the first has 2 fields where the header has",
        ),
    ],
)
def test_a_file_of_rejects_alone_is_refused_naming_the_trap(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, patients: str, trap: str
) -> None:
    assert trap in refused(con, tmp_path, patients)


def test_a_file_with_one_sound_record_is_read(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    registration = load_export(
        con, write_native(tmp_path, patients=HEADER + ROW.replace("\n", ",\n") + OTHER), "native"
    )
    assert rows(con, "select patient_id from source.patients") == [("P4712",)]
    assert any("1 of 2 records rejected" in sentence for sentence in registration.warnings)


def test_a_trailing_delimiter_in_header_and_rows_alike_is_read(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    patients = (HEADER + ROW + OTHER).replace("\n", ",\n")
    load_export(con, write_native(tmp_path, patients=patients), "native")
    assert rows(con, "select count(*) from source.patients") == [(2,)]


def test_a_file_without_a_header_prints_none_of_its_values(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    row = native_row(
        "patients", patient_id="P4711", death_date="2021-06-26", last_contact_date="2021-06-26"
    )
    assert "line 1: there is no header" in refused(con, tmp_path, row + OTHER)


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("birth_date", "columns 4 and 15 are both named 'birth_date'"),
        ("Shoe size,shoe size", "columns 15 and 16 are both named 'shoe size'"),
        ("2021-06-26,2021-06-26", "columns 15 and 16 have the same name"),
        ("P4711,P4711", "columns 15 and 16 have the same name"),
    ],
)
def test_a_name_is_printed_only_when_it_looks_like_one(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, added: str, said: str
) -> None:
    width = len(HEADER.split(","))
    said = said.replace("15", str(width + 1)).replace("16", str(width + 2))
    assert said in refused(con, tmp_path, HEADER.replace("\n", f",{added}\n"))


def test_a_kept_column_is_named_only_when_its_name_looks_like_one(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    width = len(HEADER.split(","))
    folder = write_native(tmp_path, patients=HEADER.replace("\n", ",maat,P4711\n"))
    said = [one for one in load_export(con, folder, "native").warnings if "kept in raw" in one]
    assert said == [f"patients.csv: columns kept in raw and not read: maat, column {width + 2}."]
