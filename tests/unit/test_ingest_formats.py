"""Workbooks and SPSS files: typed cells become the text their dialect would have."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml

from etl.errors import InputUnreadableError
from etl.ingest import Registration, load_export
from etl.ingest.read_sav import read_sav
from etl.sources import SourceFile, read_mapping
from etl.warehouse import open_memory
from expectations.export_format import BASELINES, TABLES
from tests.unit.ingest_support import rows
from tests.unit.sav_forks import damaged, forks

MAPPED = {
    "patient_id": "patientnr",
    "measured_date": "meetdatum",
    "ldh_u_per_l": "ldh",
    "breslow_mm": "breslow",
    "ecog": {"from": "who", "codes": {"1": {"to": "1", "label": "goed"}, "8": "unknown"}},
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def load(con: duckdb.DuckDBPyConnection, folder: Path, name: str, **reading: str) -> Registration:
    """Load a folder whose one file has the baselines, all else not collected."""
    mapping = {
        "registry": "trial",
        "title": "Trial",
        "description": "One file.",
        "files": {
            "diagnose": {
                "name": name,
                "format": name.rsplit(".")[-1],
                "dates": "day_month_year",
                "numbers": {"decimal": ",", "thousands": "."},
                **reading,
            }
        },
        "tables": {
            "baselines": {
                "from": "diagnose",
                "columns": MAPPED,
                "not_collected": [
                    c.name for c in BASELINES.columns if c.name not in MAPPED and not c.optional
                ],
            }
        },
        "not_collected": [table for table in TABLES if table != "baselines"],
    }
    path = folder / "mapping.yaml"
    path.write_text(yaml.safe_dump(mapping))
    return load_export(con, folder, "trial", mapping=read_mapping(path))


def refusal(con: duckdb.DuckDBPyConnection, folder: Path, name: str, **reading: str) -> str:
    with pytest.raises(InputUnreadableError) as caught:
        load(con, folder, name, **reading)
    return str(caught.value)


def workbook(folder: Path, *lines: list[object], sheet: str = "Blad1") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in lines:
        page.append(line)
    book.save(folder / "diagnose.xlsx")
    return folder / "diagnose.xlsx"


HEADER: list[object] = ["patientnr", "meetdatum", "ldh", "breslow", "who"]
SELECT = (
    "select patient_id, measured_date, ldh_u_per_l, ldh_u_per_l__raw, breslow_mm, ecog, _line "
    "from source.baselines order by _line"
)


def test_typed_cells_and_text_cells_give_the_same_values(con, tmp_path):
    workbook(
        tmp_path,
        HEADER,
        ["P1", dt.datetime(2021, 6, 14), 3759, 3.759, 1],  # noqa: DTZ001  # cells have no zone
        ["P2", "14-06-2021", "3.759", "3,759", "1"],
        ["007", "06-2021", 3759.0, None, 8],
    )
    load(con, tmp_path, "diagnose.xlsx")
    assert rows(con, SELECT) == [
        ("P1", "2021-06-14", "3759", "3759", "3.759", "1", 2),
        ("P2", "2021-06-14", "3759", "3.759", "3.759", "1", 3),
        ("007", "2021-06", "3759", "3759", None, "unknown", 4),
    ]


def test_rows_keep_their_number_and_blank_rows_are_counted_aloud(con, tmp_path):
    workbook(tmp_path, HEADER, ["P1"], [], ["P2", None, None, None, None, "beyond"], ["P3"])
    registration = load(con, tmp_path, "diagnose.xlsx")
    assert [(row[0], row[-1]) for row in rows(con, SELECT)] == [("P1", 2), ("P3", 5)]
    assert rows(con, "select line, reason from raw.rejects") == [
        (4, "has cells to the right of the 5 columns of the header")
    ]
    assert registration.files[0].lines == 3
    assert "diagnose.xlsx: 1 blank rows, skipped." in registration.warnings


def test_a_named_sheet_is_read_and_a_missing_one_refused(con, tmp_path):
    workbook(tmp_path, HEADER, ["P1"], sheet="Export")
    load(con, tmp_path, "diagnose.xlsx", sheet="Export")
    assert [row[0] for row in rows(con, SELECT)] == ["P1"]
    sentence = refusal(con, tmp_path, "diagnose.xlsx", sheet="Blad2")
    assert "there is no sheet 'Blad2'. The workbook has Export" in sentence


def test_a_header_alone_is_valid_and_no_header_is_not(con, tmp_path):
    workbook(tmp_path, HEADER)
    load(con, tmp_path, "diagnose.xlsx")
    assert rows(con, SELECT) == []
    workbook(tmp_path)
    assert "there is no header" in refusal(con, tmp_path, "diagnose.xlsx")


def test_a_workbook_that_is_cut_off_or_none_is_refused(con, tmp_path):
    path = workbook(tmp_path, HEADER, ["P1"])
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], b"patientnr;ldh\n"):
        path.write_bytes(data)
        assert "cannot be opened as a workbook" in refusal(con, tmp_path, "diagnose.xlsx")
    path.write_bytes(b"")
    assert "the file is empty (0 bytes)" in refusal(con, tmp_path, "diagnose.xlsx")


def spss(folder: Path, **arguments: object) -> Path:
    frame = pd.DataFrame(
        {
            "patientnr": ["P1", "P2", "één"],
            "meetdatum": [dt.date(2021, 6, 14), None, dt.date(1950, 1, 1)],
            "ldh": [3759.0, 999.0, 12.5],
            "breslow": [3.759, float("nan"), 99.0],
            "who": [1.0, 9.0, 8.0],
        }
    )
    path = folder / "diagnose.sav"
    pyreadstat.write_sav(frame, str(path), **arguments)
    return path


def test_spss_values_dates_and_user_missing_codes(con, tmp_path):
    spss(
        tmp_path,
        variable_value_labels={"who": {1: "goed", 8: "onbekend", 9: "niet gevraagd"}},
        missing_ranges={"ldh": [999], "breslow": [{"lo": 90, "hi": 99}], "who": [8, 9]},
    )
    registration = load(con, tmp_path, "diagnose.sav")
    assert rows(con, SELECT) == [
        ("P1", "2021-06-14", "3759", "3759", "3.759", "1", 1),
        ("P2", None, None, None, None, None, 2),
        ("één", "1950-01-01", "12.5", "12,5", None, "unknown", 3),  # 8 is translated: it wins
    ]
    assert rows(con, "select ldh, who from raw.diagnose where _line = 2") == [("999", "9")]
    assert [text for text in registration.warnings if "label" in text] == []


def test_spss_labels_that_differ_from_the_mapping_are_reported(con, tmp_path):
    spss(tmp_path, variable_value_labels={"who": {1: "slecht", 9: "niet gevraagd"}})
    warnings = load(con, tmp_path, "diagnose.sav").warnings
    differs, unknown = [text for text in warnings if "column who" in text]
    assert "code 1 is labelled 'slecht' in the file and 'goed' in the mapping" in differs
    assert "code 9 (niet gevraagd) is not in the mapping" in unknown
    assert [row[5] for row in rows(con, SELECT)] == ["1", "9", "unknown"]


def test_an_spss_file_that_is_cut_off_or_none_is_refused(con, tmp_path):
    path = spss(tmp_path)
    whole = path.read_bytes()
    for data in (whole[:-1], whole[:50], b"patientnr;ldh\n"):
        path.write_bytes(data)
        assert "cannot be read as SPSS" in refusal(con, tmp_path, "diagnose.sav")


_1582 = dt.date(1582, 10, 14)


def test_spss_user_missing_dates_are_empty_by_value_and_by_range(con, tmp_path):
    days = [dt.date(2020, 5, 21), dt.date(1900, 1, 1), dt.date(1901, 6, 1), dt.date(1902, 1, 2)]
    seconds = [(day - _1582).days * 86_400.0 for day in days]
    spss_dates(tmp_path, seconds, "DATE11", missing_ranges={"meetdatum": [seconds[1]]})
    load(con, tmp_path, "diagnose.sav")
    assert [row[1] for row in rows(con, SELECT)] == ["2020-05-21", None, "1901-06-01", "1902-01-02"]
    assert rows(con, "select meetdatum from raw.diagnose where _line = 2") == [("1900-01-01",)]
    span = {"lo": seconds[1], "hi": seconds[3] - 86_400}
    spss_dates(tmp_path, seconds, "DATE11", missing_ranges={"meetdatum": [span]})
    load(con, tmp_path, "diagnose.sav")
    assert [row[1] for row in rows(con, SELECT)] == ["2020-05-21", None, None, "1902-01-02"]


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("DATE11", ["2020-08-29", "2020-10-08"]),
        ("SDATE10", ["2020-08-29", "2020-10-08"]),
        ("MOYR8", ["2020-08", "2020-10"]),
        ("DATETIME20", ["2020-08-29", "2020-10-08 12:00:00"]),
    ],
)
def test_spss_formats_of_dates(con, tmp_path, form, values):
    seconds_since_1582 = 13_818_038_400.0
    spss_dates(tmp_path, [seconds_since_1582, seconds_since_1582 + 40.5 * 86_400], form)
    load(con, tmp_path, "diagnose.sav")
    assert [row[1] for row in rows(con, SELECT)] == values


@pytest.mark.parametrize(("form", "period"), [("QYR8", "quarter"), ("WKYR10", "week")])
def test_spss_quarters_and_weeks_are_refused_by_name_where_they_are_read(
    con, tmp_path, form, period
):
    spss_dates(tmp_path, [13_818_038_400.0], form)
    sentence = refusal(con, tmp_path, "diagnose.sav")
    assert f"the column 'meetdatum' holds {period} and year" in sentence


def spss_dates(folder: Path, seconds: list[float], form: str, **arguments: object) -> None:
    count = len(seconds)
    frame = pd.DataFrame(
        {
            "patientnr": [f"P{number}" for number in range(count)],
            "meetdatum": seconds,
            "ldh": [1.0] * count,
            "breslow": [1.0] * count,
            "who": [1.0] * count,
        }
    )
    path = folder / "diagnose.sav"
    pyreadstat.write_sav(frame, str(path), variable_format={"meetdatum": form}, **arguments)


def test_an_spss_file_that_ends_its_reader_is_refused(con, tmp_path, monkeypatch):
    """A process that dies of the file (here: is told to) never takes the run with it."""
    path = spss(tmp_path)
    ended = tmp_path / "sitecustomize.py"
    ended.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sentence = refusal(con, tmp_path, "diagnose.sav")
    assert f"{path}: the file cannot be read as SPSS" in sentence
    assert "code -11" in sentence


@pytest.mark.slow
def test_whatever_is_damaged_in_an_spss_file_it_is_read_or_refused(tmp_path, monkeypatch):
    path = spss(tmp_path, variable_value_labels={"who": {1: "goed"}}, missing_ranges={"who": [8]})
    whole, file = path.read_bytes(), SourceFile(name=path.name, format="sav")
    answers: Counter[str] = Counter()
    with forks(tmp_path) as run:
        monkeypatch.setattr("etl.ingest.read_sav.subprocess.run", run)
        assert read_sav(path, file).lines == 3
        for number in range(40):
            path.write_bytes(damaged(whole, number))
            try:
                records = read_sav(path, file)
            except InputUnreadableError as error:
                answers["refused" if str(error).startswith(f"{path}: the file ") else "?"] += 1
            else:
                assert len(records.table) == len(records.row_lines)
                answers["read"] += 1
    assert answers["read"] + answers["refused"] == 40
    assert min(answers["read"], answers["refused"]) > 0
