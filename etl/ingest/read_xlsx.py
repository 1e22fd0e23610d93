"""Reading a workbook: cells become the text that the mapping's dialect would have.

Belongs here: one worksheet in, records out. Does not belong here: what a column means
(`conform.py`).

A workbook holds typed cells. Dates become ISO text; numbers are written with the decimal sign
that the mapping declares, so that they are read back as what they are and never take a decimal
point for a thousands point. The line of a record is its row in the sheet.
"""

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl

from etl.errors import InputUnreadableError, RechallengeError
from etl.ingest.records import Records, RowBuffer
from etl.ingest.registration import Reject
from etl.ingest.xlsx_parts import check_sizes, unread_cells
from etl.sources import SourceFile

_MOST_ROWS = 1_048_576
_MOST_CELLS = 50_000_000


def read_xlsx(path: Path, data: bytes, file: SourceFile) -> Records:
    """Read the rows of one worksheet.

    Args:
        path: where the bytes come from, for messages.
        data: the file's contents.
        file: how the file is written; `sheet` names the worksheet, else the first is read.

    Raises:
        InputUnreadableError: it is no workbook, damaged, of an impossible size, or lacks the sheet
            or the header.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles; what a cell cannot hold reads #VALUE!
            check_sizes(path, parts)
            return _read(path, data, parts, file)
    except (RechallengeError, MemoryError):
        raise
    except Exception as error:
        raise _unreadable(path, error) from None


def _read(path: Path, data: bytes, parts: zipfile.ZipFile, file: SourceFile) -> Records:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        if file.sheet is not None and file.sheet not in book.sheetnames:
            raise InputUnreadableError(
                f"{path}: there is no sheet {file.sheet!r}. The workbook has "
                f"{', '.join(book.sheetnames)}. Correct `sheet` in the mapping or ask for the file."
            )
        sheet: Any = book[file.sheet] if file.sheet else book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        records = _records(path, sheet.iter_rows(values_only=True), file)
        where = f"{path.name}, sheet {sheet.title!r}"
        records.unread = unread_cells(
            parts, sheet._worksheet_path, file.data_row, len(records.header)
        )
        records.warnings += [one.sentence(where, records.header) for one in records.unread]
        return records
    finally:
        book.close()


def _unreadable(path: Path, error: Exception) -> InputUnreadableError:
    return InputUnreadableError(
        f"{path}: the file cannot be opened as a workbook ({type(error).__name__}). "
        "Expected .xlsx. It may be damaged, cut off, protected or of another format: ask for it "
        "again."
    )


def _records(path: Path, rows: Iterable[tuple[Any, ...]], file: SourceFile) -> Records:
    header: tuple[str, ...] = ()
    buffer, rejects = RowBuffer(0), []
    blank, count, seen = 0, 0, 0
    for number, cells in enumerate(rows, start=1):
        seen += max(len(cells), len(header))
        if number > _MOST_ROWS or seen > _MOST_CELLS:
            raise InputUnreadableError(
                f"{path}, row {number}: the sheet is larger than {_MOST_ROWS:,} rows or "
                f"{_MOST_CELLS:,} cells. Delete what stands beside and below the table, or send "
                "it as CSV."
            )
        if number == file.header_row:
            header = tuple((_text(cell, file) or "").strip() for cell in cells)
            while header and not header[-1]:
                header = header[:-1]
            buffer = RowBuffer(len(header))
        if number < file.data_row or not header:
            continue
        texts = [_text(cell, file) for cell in cells]
        if not any(texts):
            blank += 1
            continue
        count += 1
        if any(texts[len(header) :]):
            written = "\t".join(text or "" for text in texts)
            reason = f"has cells to the right of the {len(header)} columns of the header"
            rejects.append(Reject(number, reason, written))
        else:
            texts = texts[: len(header)] + [None] * (len(header) - len(texts))
            buffer.append(texts, number)
    if not header:
        raise InputUnreadableError(
            f"{path}, row {file.header_row}: there is no header. A table without rows still has "
            "its header. Ask for the file again, or correct `header_row` or `sheet` in the mapping."
        )
    records = buffer.records(header)
    records.rejects, records.lines = rejects, count
    if blank:
        records.warnings.append(f"{path.name}: {blank} blank rows, skipped.")
    return records


def _text(cell: object, file: SourceFile) -> str | None:
    """The text of a typed cell, see the module."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return number_text(cell, file)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def number_text(value: float, file: SourceFile) -> str:
    """A number as the file's dialect writes it: whole ones without a decimal sign."""
    text = str(int(value)) if float(value).is_integer() else repr(float(value))
    return text.replace(".", file.numbers.decimal)
