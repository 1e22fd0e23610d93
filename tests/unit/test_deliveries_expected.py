"""The reviewed file of expected rows: read, refused with a sentence, proposed anew."""

from pathlib import Path

import pytest

from etl.deliveries import parameters
from etl.deliveries.expected import (
    ExpectedRows,
    expected_rows_path,
    own_path,
    propose_expected_rows,
    read_expected_rows,
    write_expected_rows,
)
from etl.errors import InputUnreadableError
from etl.settings import Settings


def written(folder: Path, text: str) -> Path:
    path = folder / "native.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_reads_back_in_order(tmp_path: Path) -> None:
    rows = [
        ExpectedRows("H2", "patients", 5, 0.25),
        ExpectedRows("H1", "drugs", 7),
        ExpectedRows("H1", "patients", 3),
    ]
    write_expected_rows(tmp_path / "a" / "native.csv", rows)
    assert read_expected_rows(tmp_path / "a" / "native.csv") == [rows[2], rows[1], rows[0]]


def test_a_tolerance_that_is_left_out_is_a_tenth(tmp_path: Path) -> None:
    path = written(tmp_path, "hospital_id,table,rows\nH1,patients,3\n")
    assert read_expected_rows(path) == [ExpectedRows("H1", "patients", 3, 0.10)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",patients,3,", "line 2: hospital_id is empty"),
        ("H1,patient,3,", "line 2, column table: 'patient' is no table of the export format"),
        ("H1,patients,many,", "line 2, column rows: 'many' is not a count"),
        ("H1,patients,-3,", "line 2, column rows: '-3' is not a count"),
        ("H1,patients,3,10%", "line 2, column tolerance: '10%' is not a share"),
        ("H1,patients,3,2", "line 2, column tolerance: '2' is not a share"),
        ("H1,patients,3,\nH1,patients,4,", "line 3: H1 and patients stand there twice"),
    ],
)
def test_a_wrong_line_gets_a_sentence(tmp_path: Path, line: str, said: str) -> None:
    path = written(tmp_path, f"hospital_id,table,rows,tolerance\n{line}\n")
    with pytest.raises(InputUnreadableError) as error:
        read_expected_rows(path)
    assert said in str(error.value)


def test_a_file_without_its_columns_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadableError, match="rows is missing"):
        read_expected_rows(written(tmp_path, "hospital_id,table\nH1,patients\n"))


def test_no_file_expects_nothing(tmp_path: Path) -> None:
    assert read_expected_rows(tmp_path / "native.csv") is None


def test_the_file_of_the_site_is_part_of_what_a_snapshot_is_made_of(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    before = parameters(settings, "native")
    write_expected_rows(own_path(settings, "native"), [ExpectedRows("H1", "patients", 3)])
    assert expected_rows_path(settings, "native") == tmp_path / "expected_rows" / "native.csv"
    assert parameters(settings, "native") != before
    elsewhere = Settings(home=tmp_path, expected_rows=tmp_path / "reviewed")
    assert own_path(elsewhere, "native") == tmp_path / "reviewed" / "native.csv"


def test_a_proposal_keeps_tolerances_and_those_who_delivered_nothing() -> None:
    reviewed = [
        ExpectedRows("H1", "patients", 3, 0.5),
        ExpectedRows("H2", "patients", 9),
    ]
    delivered = [
        ("H1", "patients", 4),
        ("H1", "drugs", 0),
        ("H2", "patients", 0),
        ("H3", "patients", 1),
        (None, "patients", 2),
    ]
    assert propose_expected_rows(reviewed, delivered) == [
        ExpectedRows("H2", "patients", 9),
        ExpectedRows("H1", "patients", 4, 0.5),
        ExpectedRows("H1", "drugs", 0),
        ExpectedRows("H3", "patients", 1),
    ]
