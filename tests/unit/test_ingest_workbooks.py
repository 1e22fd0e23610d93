"""Workbooks that are not what they look like: formulas without results, merges, damage, bombs."""

import contextlib
import datetime as dt
import io
import random
import resource
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import openpyxl
import pytest

from etl.deliveries import build_deliveries
from etl.errors import InputUnreadableError
from etl.ingest.load import read_records
from etl.ingest.records import Records
from etl.models import run_layer
from etl.parameters import Parameters
from etl.sources import SourceFile
from etl.warehouse import open_memory
from expectations import evaluate
from expectations.catalogue import load_catalogue
from expectations.codelists import load_codelists
from tests.unit.ingest_support import rows
from tests.unit.test_ingest_formats import HEADER, load

BOOK = SourceFile.model_validate({"name": "t.xlsx", "format": "xlsx"})


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def made(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "hospital", "stop"])
    for number in range(1, 6):
        sheet.append([f"P{number}", "H1", number])
    change(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def plain(_sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """The rows alone."""


def read(data: bytes) -> Records:
    return read_records(Path("t.xlsx"), data, BOOK)


def refused(data: bytes) -> str:
    with pytest.raises(InputUnreadableError) as caught:
        read(data)
    return str(caught.value)


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed, or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = [one.filename for one in old.infolist()]
        for name in dict.fromkeys([*names, part]):
            content = old.read(name) if name in names else b""
            new.writestr(name, change(content) if name == part else content)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def found(records: Records) -> list[tuple[str, int, int, str, int]]:
    return [(one.kind, one.column, one.cells, one.first, one.line) for one in records.unread]


def test_a_formula_without_a_result_is_counted_by_column_with_its_first_cell() -> None:
    def formulas(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for row in (3, 4, 6):
            sheet[f"C{row}"] = f"=1+{row}"
        sheet["B5"] = '="H"&1'

    records = read(made(formulas))
    assert found(records) == [("formula", 1, 1, "B5", 5), ("formula", 2, 3, "C3", 3)]
    one, three = records.warnings
    assert "sheet 'Sheet', column 'hospital': 1 cells hold a formula" in one
    assert "column 'stop': 3 cells hold a formula without a stored result, the first C3" in three
    assert [row["c2"] for row in records.table.to_pylist()] == ["1", None, None, "4", None]


@pytest.mark.parametrize(
    ("cell", "value", "unread"),
    [
        (b'<c r="C2"><f>A1</f><v>7</v></c>', "7", 0),
        (b'<c r="C2" t="str"><f>A1</f><v></v></c>', None, 0),  # its result is an empty text
        (b'<c r="C2"><f>A1</f><v></v></c>', None, 1),
        (b'<c r="C2"><f t="shared" si="0"/></c>', None, 1),
    ],
)
def test_a_stored_result_is_read(cell: bytes, value: str | None, unread: int) -> None:
    def put(xml: bytes) -> bytes:
        before, after = xml.split(b'<c r="C2"', 1)
        return before + cell + after.split(b"</c>", 1)[1]

    records = read(changed(made(plain), SHEET, put))
    assert records.table.to_pylist()[0]["c2"] == value
    assert sum(one.cells for one in records.unread) == unread


def test_a_merge_is_counted_by_column_without_its_first_cell_and_the_header() -> None:
    def merges(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.merge_cells("B2:B4")
        sheet.merge_cells("A5:C6")
        sheet.merge_cells("E1:F9")  # beside the table

    assert found(read(made(merges))) == [
        ("merged", 0, 1, "A6", 6),
        ("merged", 1, 4, "B3", 3),
        ("merged", 2, 2, "C5", 5),
    ]


def test_a_workbook_without_either_has_no_remark() -> None:
    records = read(made(plain))
    assert (records.unread, records.warnings) == ([], [])


def test_what_is_read_as_empty_is_a_finding(con, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for number in range(3):
        sheet.append([f"P{number}", "=DATE(2021,6,14)", 1, 1, 1])
    sheet.merge_cells("C2:C4")
    book.save(tmp_path / "diagnose.xlsx")
    load(con, tmp_path, "diagnose.xlsx")
    load_codelists(con)
    run_layer(con, "staging", Parameters().as_sql())
    catalogue = load_catalogue()
    evaluate.prepare(con, catalogue)
    build_deliveries(con, snapshot_id="checked", as_of=dt.date(2025, 3, 3))
    counts = {one.rule_id: one for one in evaluate.judge(con, catalogue, "source")}
    assert {rule: counts[rule].violated for rule in ("XLS-C01", "XLS-C02")} == {
        "XLS-C01": 1,
        "XLS-C02": 1,
    }
    assert rows(
        con,
        "select record_key, source_file, source_line, cells, first_cell "
        "from quality.subject_unread_cells order by 1",
    ) == [
        ("diagnose.xlsx|ldh|merged", "diagnose.xlsx", 3, 2, "C3"),
        ("diagnose.xlsx|meetdatum|formula", "diagnose.xlsx", 2, 3, "B2"),
    ]


def test_a_damaged_workbook_is_refused_with_a_sentence_or_read() -> None:
    """300 mutations of bytes, of the archive and of what is packed in it."""
    whole = made(lambda sheet: sheet.merge_cells("B2:B4"))
    chance = random.Random(20250303)  # noqa: S311 - no secret
    refusals = 0
    for number in range(300):
        if number % 2:
            data = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            if chance.random() < 0.3:
                del data[chance.randrange(len(data)) :]
            mutated = bytes(data)
        else:
            part = chance.choice([SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])

            def garble(xml: bytes) -> bytes:
                data = bytearray(xml)
                for _ in range(chance.randint(1, 4)):
                    at = chance.randrange(len(data))
                    data[at : at + chance.randint(0, 9)] = chance.randbytes(chance.randint(0, 4))
                return bytes(data)

            mutated = changed(whole, part, garble)
        with contextlib.suppress(InputUnreadableError):
            read(mutated)
            continue
        refusals += 1
    assert 100 < refusals < 300


def big(part: str, opening: bytes, piece: bytes, times: int, closing: bytes) -> bytes:
    return changed(made(plain), part, lambda _: opening + piece * times + closing)


NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.mark.parametrize(
    ("bomb", "sentence"),
    [
        (
            lambda: big("xl/sharedStrings.xml", b"<sst>", b"<si><t>a</t></si>", 8 << 20, b"</sst>"),
            "xl/sharedStrings.xml of 136 megabytes",
        ),
        (
            lambda: big(
                SHEET,
                b"<worksheet " + NAMESPACE + b"><sheetData><row>",
                b'<c t="n"/>',
                2 << 20,
                b"</row></sheetData></worksheet>",
            ),
            "xl/worksheets/sheet1.xml of 20 megabytes",
        ),
        (
            lambda: big("xl/styles.xml", b"<styleSheet>", b" " * 1024, 33 << 10, b"</styleSheet>"),
            "xl/styles.xml of 33 megabytes",
        ),
        (
            lambda: changed(
                made(plain),
                SHEET,
                lambda xml: xml.replace(b'<row r="6"', b'<row r="99999999"'),
            ),
            "the sheet is larger than 1,048,576 rows",
        ),
        (
            lambda: changed(
                made(plain),
                SHEET,
                lambda xml: xml.replace(
                    b"</sheetData>",
                    b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (n, n) for n in range(7, 200))
                    + b"</sheetData>",
                ),
            ),
            "the sheet is larger than",
        ),
    ],
)
def test_a_bomb_is_refused_before_it_takes_memory(
    bomb: Callable[[], bytes], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.ingest.read_xlsx._MOST_CELLS", 2_000_000)  # the last, in a second
    data = bomb()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sentence in refused(data)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150_000  # kilobytes
