"""The parts of a workbook: sizes that no table has, and cells that openpyxl does not show."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, range_boundaries

from etl.errors import InputUnreadableError
from etl.ingest.records import UnreadCells

_MEGABYTE = 2**20
_SHEET_ALWAYS = 16 * _MEGABYTE
_SHEET_RATIO = 100
_STRINGS = 128 * _MEGABYTE
_OTHER = 32 * _MEGABYTE
_PARTS = 10_000
_HAS_FORMULA_OR_MERGE = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[\s/>]")
_BLOCK = _MEGABYTE


def check_sizes(path: Path, parts: zipfile.ZipFile) -> None:
    """Refuse a workbook that unpacks to more than a table can be.

    Raises:
        InputUnreadableError: names the part and its size.
    """
    found = parts.infolist()
    if len(found) > _PARTS:
        raise _too_large(path, f"{len(found):,} parts")
    for part in found:
        if part.filename.startswith("xl/worksheets/"):
            most = max(_SHEET_ALWAYS, _SHEET_RATIO * part.compress_size)
        elif part.filename.endswith("sharedStrings.xml"):
            most = _STRINGS
        elif part.filename.endswith((".xml", ".rels")):
            most = _OTHER
        else:
            continue  # pictures and the like are not read
        if part.file_size > most:
            megabytes = part.file_size // _MEGABYTE
            raise _too_large(path, f"{part.filename} of {megabytes:,} megabytes")


def _too_large(path: Path, what: str) -> InputUnreadableError:
    return InputUnreadableError(
        f"{path}: the workbook unpacks to {what}, which no table needs. It was not read. Ask for "
        "it again, or for CSV."
    )


def unread_cells(
    parts: zipfile.ZipFile, sheet: str, first_row: int, width: int
) -> list[UnreadCells]:
    """The cells of a sheet that hold a formula without a stored result, or are merged away.

    Args:
        parts: the workbook's parts.
        sheet: name of the sheet's part.
        first_row: the row of the first record, counted from 1.
        width: how many columns the table has.
    """
    with parts.open(sheet) as stream:
        if not _holds_any(stream):
            return []
    found: dict[tuple[str, int], UnreadCells] = {}
    with parts.open(sheet) as stream:
        for kind, column, row, cells in _unread(stream, first_row, width):
            before = found.get((kind, column))
            line = row if before is None else min(row, before.line)
            total = cells + (before.cells if before else 0)
            first = f"{get_column_letter(column + 1)}{line}"
            found[kind, column] = UnreadCells(kind, column, total, first, line)
    return [found[key] for key in sorted(found)]


def _holds_any(stream: IO[bytes]) -> bool:
    """Whether there is a formula or a merge at all: most sheets have none, and this is quick."""
    tail = b""
    while block := stream.read(_BLOCK):
        if _HAS_FORMULA_OR_MERGE.search(tail + block):
            return True
        tail = block[-64:]
    return False


def _unread(stream: IO[bytes], first_row: int, width: int) -> Iterator[tuple[str, int, int, int]]:
    """Kind, column from 0, row of the first, and how many."""
    for _, element in ElementTree.iterparse(stream):  # noqa: S314 - sizes are bounded above
        name = element.tag.rpartition("}")[2]
        if name == "c":
            at = _formula_without_result(element)
            if at is not None and at[1] >= first_row and at[0] < width:
                yield "formula", at[0], at[1], 1
        elif name == "mergeCell":
            yield from _merged(element.get("ref", ""), first_row, width)
        if name == "row":
            element.clear()


def _formula_without_result(cell: ElementTree.Element) -> tuple[int, int] | None:
    parts = {child.tag.rpartition("}")[2]: child for child in cell}
    if "f" not in parts or "r" not in cell.attrib:
        return None
    value = parts.get("v")
    if value is not None and (value.text or cell.get("t") == "str"):
        return None
    letters, row = coordinate_from_string(cell.attrib["r"])
    return column_index_from_string(letters) - 1, row


def _merged(reference: str, first_row: int, width: int) -> Iterator[tuple[str, int, int, int]]:
    bounds = [int(number) for number in range_boundaries(reference) if number is not None]
    if len(bounds) != 4:
        return  # whole rows or columns: no merge that a spreadsheet program writes
    left, top, right, bottom = bounds
    for column in range(left - 1, min(right, width)):
        # The first cell of the range keeps its value.
        start = max(first_row, top + 1 if column == left - 1 else top)
        if start <= bottom:
            yield "merged", column, start, bottom - start + 1
