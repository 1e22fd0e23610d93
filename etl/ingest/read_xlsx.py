"""Reading a workbook: cells become the text that the mapping's dialect would have.

Belongs here: one worksheet in, records out. Does not belong here: what a column means
(`conform.py`).

A workbook holds typed cells. Dates become ISO text; numbers are written with the decimal sign
that the mapping declares, so that they are read back as what they are and never take a decimal
point for a thousands point. The line of a record is its row in the sheet.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import InputUnreadableError
from etl.ingest.records import Records, RowBuffer
from etl.ingest.registration import Reject
from etl.sources import SourceFile


def read_xlsx(path: Path, data: bytes, file: SourceFile) -> Records:
    """Read the rows of one worksheet.

    Args:
        path: where the bytes come from, for messages.
        data: the file's contents.
        file: how the file is written; `sheet` names the worksheet, else the first is read.

    Raises:
        InputUnreadableError: it is no workbook, or lacks the sheet or the header.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise _unreadable(path, error) from None
    try:
        if file.sheet is not None and file.sheet not in book.sheetnames:
            raise InputUnreadableError(
                f"{path}: there is no sheet {file.sheet!r}. The workbook has "
                f"{', '.join(book.sheetnames)}. Correct `sheet` in the mapping or ask for the file."
            )
        sheet = book[file.sheet] if file.sheet else book.worksheets[0]
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # what the file says of its size may be wrong
        return _records(path, sheet.iter_rows(values_only=True), file)
    except (zipfile.BadZipFile, KeyError, SyntaxError, EOFError) as error:
        raise _unreadable(path, error) from None
    finally:
        book.close()


def _unreadable(path: Path, error: Exception) -> InputUnreadableError:
    return InputUnreadableError(
        f"{path}: the file cannot be opened as a workbook ({error or type(error).__name__}). "
        "Expected .xlsx. It may be cut off, protected or of another format: ask for it again."
    )


def _records(path: Path, rows: Iterable[tuple[Any, ...]], file: SourceFile) -> Records:
    header: tuple[str, ...] = ()
    buffer, rejects = RowBuffer(0), []
    blank, count = 0, 0
    for number, cells in enumerate(rows, start=1):
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
