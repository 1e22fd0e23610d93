"""A worklist opened, answered and saved by LibreOffice comes back without a loss.

LibreOffice reads the workbook and writes it as flat XML; the answers are put in there, as it
would write what a person typed; it saves that as a workbook again, by way of ODS.
"""

import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from openpyxl import load_workbook

from etl.worklists import words
from etl.worklists.answers import import_file
from expectations import queries
from tests.unit.test_worklist_workbook import HOSTILE, columns, hostile, rows
from tests.unit.worklist_support import EXPORTED, SNAPSHOT

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
_ = hostile  # the fixture

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def converted(path: Path, to: str, folder: Path) -> Path:
    """Let LibreOffice open a file and save it as another kind."""
    folder.mkdir(parents=True, exist_ok=True)
    profile = (folder.parent / "profile").as_uri()
    subprocess.run(
        [
            str(SOFFICE),
            f"-env:UserInstallation={profile}",
            "--headless",
            *("--convert-to", to, "--outdir", str(folder), str(path)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    made = folder / f"{path.stem}.{to}"
    assert made.exists(), f"LibreOffice did not read {path.name}"
    return made


def text_of(cell: ElementTree.Element) -> str:
    return "\n".join("".join(part.itertext()) for part in cell.findall(f"{{{TEXT}}}p"))


def cells_of(row: ElementTree.Element) -> list[ElementTree.Element]:
    """The cells of a row one by one: LibreOffice writes equal neighbours once, with a count."""
    repeated = f"{{{TABLE}}}number-columns-repeated"
    for cell in list(row):
        times = int(cell.attrib.pop(repeated, "1"))
        if times > 1 and times < 100:
            at = list(row).index(cell)
            for _ in range(times - 1):
                row.insert(at, ElementTree.fromstring(ElementTree.tostring(cell)))  # noqa: S314
    return list(row)


def typed(path: Path, answers: Mapping[str, tuple[str, str, str]]) -> None:
    """Type answers into the list of a flat document, by finding."""
    # The names of namespaces stand in formulas, too: they must stay what they are.
    for _event, (prefix, uri) in ElementTree.iterparse(path, events=["start-ns"]):  # noqa: S314
        ElementTree.register_namespace(prefix, uri)
    tree = ElementTree.parse(path)  # noqa: S314 - our own file
    [sheet] = [
        table
        for table in tree.iter(f"{{{TABLE}}}table")
        if table.get(f"{{{TABLE}}}name") == words.LIST_SHEET
    ]
    at: dict[str, int] = {}
    done = set()
    for row in sheet.iter(f"{{{TABLE}}}table-row"):
        cells = cells_of(row)
        texts = [text_of(cell) for cell in cells]
        if not at:
            keys = [words.column_of(text) for text in texts]
            if "finding_id" in keys:
                at = {key: place for place, key in enumerate(keys) if key}
            continue
        finding_id = texts[at["finding_id"]] if len(texts) > at["finding_id"] else ""
        if finding_id not in answers:
            continue
        done.add(finding_id)
        for key, text in zip(("answer", "comment", "who"), answers[finding_id], strict=True):
            cell = cells[at[key]]
            for part in list(cell):
                cell.remove(part)
            cell.set(f"{{{OFFICE}}}value-type", "string")
            for line in text.split("\n"):
                ElementTree.SubElement(cell, f"{{{TEXT}}}p").text = line
    assert done == set(answers), "an answer found no row"
    tree.write(path, encoding="utf-8", xml_declaration=True)


def test_every_text_survives_being_saved_by_libreoffice(hostile: Path, tmp_path: Path) -> None:
    ods = converted(hostile, "ods", tmp_path / "ods")
    back = converted(ods, "xlsx", tmp_path / "xlsx")
    before = rows(load_workbook(hostile)[words.LIST_SHEET])
    after = rows(load_workbook(back)[words.LIST_SHEET])
    assert len(before) == len(HOSTILE)
    assert after == before
    for sheet in load_workbook(back).worksheets:
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds, sheet.title


def test_answers_typed_in_libreoffice_come_back_as_typed(hostile: Path, tmp_path: Path) -> None:
    flat = converted(hostile, "fods", tmp_path / "flat")
    comments = [
        "=1+1",
        "007",
        "1-2-2021",
        "zó ünïcode 東京 🧬",
        "eerste\ntweede",
        "TRUE",
        "_x0041_",
    ]
    answers = {
        f"f{number:06d}": (list(words.labels())[number % 4], comment, "Jansen & Ço")
        for number, comment in enumerate(comments)
    }
    typed(flat, answers)
    back = converted(converted(flat, "ods", tmp_path / "ods"), "xlsx", tmp_path / "xlsx")
    stewards = tmp_path / "acceptances.sqlite"
    with duckdb.connect() as con:
        _publish_again(con)
        outcome = import_file(back, con, stewards, on=date(2025, 3, 14))
    assert outcome.is_whole
    found = {one.finding_id: one for one in queries.read(stewards)}
    assert {key: one.answer_comment for key, one in found.items()} == {
        key: comment for key, (_, comment, _) in answers.items()
    }
    assert {key: one.answer for key, one in found.items()} == {
        key: words.answer_of(label) for key, (label, _, _) in answers.items()
    }
    assert {one.answered_by for one in found.values()} == {"Jansen & Ço"}


def test_the_list_opens_with_its_layout(hostile: Path, tmp_path: Path) -> None:
    back = converted(converted(hostile, "ods", tmp_path / "ods"), "xlsx", tmp_path / "xlsx")
    book = load_workbook(back)
    sheet = book[words.LIST_SHEET]
    original = load_workbook(hostile)[words.LIST_SHEET]
    assert sheet.auto_filter.ref == original.auto_filter.ref
    assert len(sheet.data_validations.dataValidation) == 1
    technical = sheet.cell(1, columns(sheet)["finding_id"]).column_letter
    assert sheet.column_dimensions[technical].hidden
    assert book[words.TECHNICAL_SHEET].sheet_state == "hidden"


def _publish_again(con: duckdb.DuckDBPyConnection) -> None:
    """The registry that the hostile list was made of."""
    from tests.unit.worklist_support import finding, publish

    publish(
        con,
        *(
            finding(number, record_key=text or "R", patient_id=f"{number:02d}{text}")
            for number, text in enumerate(HOSTILE)
        ),
    )
    assert con.execute("select export_date from quality.snapshots").fetchone() == (EXPORTED,)
    assert con.execute("select snapshot_id from quality.snapshots").fetchone() == (SNAPSHOT,)
