"""What a worklist looks like in the file, and that nothing in it is ever executed."""

import re
import zipfile
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl.worklists import words
from etl.worklists.cells import on_one_line, read_text, shown
from etl.worklists.workbook import HEADER_ROW
from expectations.query_life import Query
from tests.unit.worklist_support import DAY, ERROR, STUDY_ERROR, finding, publish, written

HOSTILE = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-2",
    "@x",
    "\t=1+1",
    "\r\n=1+1",
    "{=1+1}",
    "007",
    "1e5",
    "2021-03-02",
    "TRUE",
    "#N/A",
    "_x0041_",
    "' quoted",
    "zó ünïcode 東京 🧬",
    "  blanks  around  ",
    "a\x00b\x0bc\x1fd\ufffe",
    "x" * 40_000,
]


def columns(sheet: Worksheet) -> dict[str, int]:
    """The place of each of our columns."""
    keys = [words.column_of(read_text(cell.value)) for cell in sheet[HEADER_ROW]]
    return {key: at for at, key in enumerate(keys, start=1) if key}


def rows(sheet: Worksheet) -> list[dict[str, str]]:
    at = columns(sheet)
    return [
        {key: read_text(sheet.cell(number, place).value) for key, place in at.items()}
        for number in range(HEADER_ROW + 1, sheet.max_row + 1)
    ]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A list whose values are what nobody should ever type."""
    with duckdb.connect() as con:
        texts = [re.sub(r"\x00", "", text) for text in HOSTILE]
        publish(
            con,
            *(
                finding(
                    number,
                    record_key=text or "R",
                    patient_id=f"{number:02d}{text}",
                    raw_values=_json({"onset_date": text, "resolved_date": None}),
                    compared_with=_json({"patient_death_date": text}),
                )
                for number, text in enumerate(texts)
            ),
            references={f"f{number:06d}": text for number, text in enumerate(texts)},
        )
        return written(con, tmp_path)["H1"].path


def _json(value: object) -> str:
    import json

    return json.dumps(value)


def test_nothing_from_the_data_is_a_formula(hostile: Path) -> None:
    with zipfile.ZipFile(hostile) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name), name
    book = load_workbook(hostile)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    assert cell.data_type != "f", (sheet.title, cell.coordinate)
                    assert cell.quotePrefix, (sheet.title, cell.coordinate)
                    assert cell.number_format == "@", (sheet.title, cell.coordinate)


def test_every_value_can_be_read_in_the_sheet(hostile: Path) -> None:
    found = rows(load_workbook(hostile)[words.LIST_SHEET])
    assert len(found) == len(HOSTILE)
    entered = [row["entered"] for row in found]
    for text in ("=cmd|' /C calc'!A0", "+1", "-2", "@x", "007", "1e5", "2021-03-02", "#N/A"):
        assert sum(one.startswith(f"{text}\n") for one in entered) == 1, text
    assert any("␋" in one and "␟" in one and "\ufffd" in one for one in entered)
    assert any("… (+39,750)" in one for one in entered)
    assert all(row["entered"].endswith("(leeg) / (empty)") for row in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1f", "a␀b␟"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ufffe\uffff\ud800", "\ufffd\ufffd\ufffd"),
        ("tab\there", "tab⇥here"),
        ("x" * 1200, "x" * 1000 + " … (+200)"),
    ],
)
def test_a_text_becomes_one_that_xml_can_hold(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_value_of_several_lines_stays_beside_its_field() -> None:
    assert on_one_line("a\r\nb\tc") == "a⏎b⇥c"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (7.0, "7"), (True, "TRUE"), (" a_x000D_\nb ", "a\nb"), ("007", "007")],
)
def test_a_cell_is_read_as_the_text_that_stands_in_it(value: object, text: str) -> None:
    assert read_text(value) == text


@pytest.fixture
def sheet(tmp_path: Path) -> Worksheet:
    """The list of a hospital with two patients, one row released."""
    query = Query("Q00012", "f000001", ERROR, "h", "R1", "H1", "ak1", released_on=DAY)
    with duckdb.connect() as con:
        publish(
            con,
            finding(1, STUDY_ERROR),
            finding(2, patient_id="P1"),
            finding(3, patient_id="P3", compared_with='{"patient_death_date":"2021"}'),
            in_studies={"P1": ("van-dijk-2025", STUDY_ERROR)},
        )
        path = written(con, tmp_path, query)["H1"].path
    return load_workbook(path)[words.LIST_SHEET]


def test_the_list_is_made_to_be_worked_in(sheet: Worksheet) -> None:
    at = columns(sheet)
    assert sheet.freeze_panes == f"{sheet.cell(4, at['rule']).coordinate}"
    assert (sheet.auto_filter.ref or "").startswith(f"A{HEADER_ROW}:")
    assert (sheet.auto_filter.ref or "").endswith(str(HEADER_ROW + 3))
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.print_title_rows == f"$1:${HEADER_ROW}"
    for column in words.COLUMNS:
        if column.key in at:
            letter = sheet.cell(1, at[column.key]).column_letter
            hidden = sheet.column_dimensions[letter].hidden
            assert hidden is (column.kind == "technical"), column.key
    assert all(sheet.row_dimensions[number].height for number in range(1, HEADER_ROW + 4))


def test_the_answer_is_chosen_from_a_list(sheet: Worksheet) -> None:
    [validation] = sheet.data_validations.dataValidation
    answer = sheet.cell(HEADER_ROW + 1, columns(sheet)["answer"]).column_letter
    assert str(validation.sqref) == f"{answer}{HEADER_ROW + 1}:{answer}{HEADER_ROW + 3}"
    assert validation.type == "list"
    technical = sheet.parent[words.TECHNICAL_SHEET]  # type: ignore[index]
    offered = [technical.cell(row, 4).value for row in range(1, 5)]
    assert offered == list(words.labels())
    assert technical.sheet_state == "hidden"


def test_a_row_says_what_is_wrong_in_both_languages(sheet: Worksheet) -> None:
    first, second, third = rows(sheet)
    assert first["rule"] == STUDY_ERROR
    assert "van-dijk-2025" in first["consequence"]
    assert (first["patient"], second["patient"], third["patient"]) == ("P1", "P1", "P3")
    assert second["sentence_nl"] == "Een bijwerking is niet hersteld voordat zij begon"
    assert second["sentence_en"] == "An adverse event does not resolve before it began"
    assert second["fix_nl"].startswith("Controleer beide datums")
    assert second["place"] == "adverse_events.csv\nregel / line 3"
    assert third["compared"].endswith("patient_death_date = 2021")
    assert (first["query"], second["query"]) == ("Q00012", "")
    assert (second["days"], second["status"]) == ("9", "al bekend / known before")


def test_the_reference_column_is_left_out_where_nobody_delivers_it(sheet: Worksheet) -> None:
    assert "reference" not in columns(sheet)


def test_the_registrys_book_sums_up_every_hospital(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        publish(con, finding(1), finding(2, hospital_id=None), finding(3, hospital_id="H2"))
        path = written(con, tmp_path)["registry"].path
    book = load_workbook(path)
    assert book.sheetnames == [
        words.SUMMARY_SHEET,
        words.LIST_SHEET,
        words.HELP_SHEET,
        words.TECHNICAL_SHEET,
    ]
    summary = book[words.SUMMARY_SHEET]
    found = [[cell.value for cell in row[:4]] for row in summary.iter_rows(min_row=4)]
    assert found == [
        ["H1", "North", 1, 1],
        ["H2", None, 1, 1],
        ["registry", None, 1, 1],
    ]
    assert [row["patient"] for row in rows(book[words.LIST_SHEET])] == ["P2"]


def test_a_hospital_without_findings_gets_a_list_that_says_so(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        publish(con, finding(1))
        path = written(con, tmp_path)["H2"].path
    sheet = load_workbook(path)[words.LIST_SHEET]
    assert "geen open bevindingen" in str(sheet["A2"].value)
    assert columns(sheet)["answer"] > 0


def test_what_is_left_out_is_counted_in_the_list(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        publish(con, *(finding(number) for number in range(1, 6)))
        path = written(con, tmp_path, rows=2)["H1"].path
    sheet = load_workbook(path)[words.LIST_SHEET]
    assert "nog 3 van 3 patiënten volgen" in str(sheet["A2"].value)
    assert "3 more of 3 patients follow" in str(sheet["A2"].value)
    assert len(rows(sheet)) == 2


def test_every_header_is_known_by_either_language() -> None:
    for column in words.COLUMNS:
        for text in (column.title, column.header.english, column.header.dutch.upper()):
            assert words.column_of(f"  {text} ") == column.key


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("waarde bevestigd", "value confirmed"),
        ("Waarde  Bevestigd.", "value confirmed"),
        ("NIET ONZE PATIENT", "not our patient"),
        ("niet onze patiënt / not our patient", "not our patient"),
        ("gecorrigeerd bij de bron", "corrected at source"),
        ("regel klopt niet", "rule is wrong"),
        ("rule is wrong", "rule is wrong"),
        ("klopt", None),
        ("value", None),
    ],
)
def test_an_answer_is_understood_in_either_language(typed: str, answer: str | None) -> None:
    assert words.answer_of(typed) == answer
