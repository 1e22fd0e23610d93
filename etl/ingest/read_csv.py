"""Reading delimited text exactly: every physical line is loaded, rejected, blank or header.

Belongs here: decoding with the declared encoding and splitting into records with the declared
dialect; nothing is sniffed. Does not belong here: what a column means (`conform.py`).

Two ways lead to the same records, and a test holds them together: a plain file (no quotation
mark, every line as wide as the header) is split by Arrow, ten times faster; any other by Python's
strict csv reader, which can say what is wrong on which line.
"""

import csv
import gc
import io
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from etl.errors import InputUnreadableError
from etl.ingest.records import Records, RowBuffer
from etl.ingest.registration import Reject
from etl.sources import SourceFile


def read_csv(path: Path, data: bytes, file: SourceFile) -> Records:
    """Split the bytes of a delimited file into records.

    Args:
        path: where the bytes come from, for messages.
        data: the file's contents.
        file: how the file is written.

    Raises:
        InputUnreadableError: nothing in it, another encoding than declared, no header, or cut off
            inside a quoted field.
    """
    if not data.strip():
        raise InputUnreadableError(
            f"{path}: the file is empty ({len(data)} bytes). A table without rows still has its "
            "header. Ask for the file again."
        )
    text = decode(path, data, file.encoding)
    if "\n" not in text and text.count("\r") > 1:
        raise InputUnreadableError(
            f"{path}, line 1: lines end with a carriage return alone. Expected line feeds, with "
            "or without carriage return. Save the file again with Unix or Windows line ends."
        )
    head = io.StringIO(text, newline="\n")
    header = _header(path, list(islice(head, file.data_row - 1)), file)
    plain = _split_plain(text, file, header)
    return plain if plain is not None else _split_strictly(path, text, file, header)


def decode(path: Path, data: bytes, encoding: str) -> str:
    """Decode strictly; a byte-order mark is not content.

    Raises:
        InputUnreadableError: names the line and the byte that does not fit, or says that the file
            is plainly UTF-8 where an eight-bit encoding was declared.
    """
    name = encoding.lower().replace("_", "-")
    if name in ("utf-8", "utf8"):
        name = "utf-8-sig"
    elif name not in ("utf-8-sig", "ascii") and not name.startswith("utf-"):
        _refuse_utf8(path, data, encoding)
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise InputUnreadableError(
            f"{path}, line {line}, byte {column} of the line: byte 0x{data[error.start]:02x} is "
            f"not {encoding}. Expected a file written in {encoding}. Export it in that encoding, "
            "or correct `encoding` in the mapping."
        ) from None


def _refuse_utf8(path: Path, data: bytes, encoding: str) -> None:
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return
    line = next(n for n, text in enumerate(data.split(b"\n"), start=1) if not text.isascii())
    raise InputUnreadableError(
        f"{path}, line {line}: the file is declared {encoding}, and all of it is valid UTF-8, "
        f"which text in {encoding} with accents is not. Export it in {encoding}, or correct "
        "`encoding` in the mapping."
    )


def _reader(lines: list[str], start: int, file: SourceFile) -> Any:
    """A strict reader of the physical lines from index `start` on."""
    rest = iter(lines)
    rest.__setstate__(start)  # type: ignore[attr-defined]  # in place, where islice walks there
    if file.quote == "none":
        return csv.reader(
            rest, delimiter=file.delimiter_character, quoting=csv.QUOTE_NONE, quotechar=None
        )
    return csv.reader(
        rest,
        delimiter=file.delimiter_character,
        quotechar=file.quote,
        doublequote=True,
        strict=True,
    )


def _header(path: Path, lines: list[str], file: SourceFile) -> tuple[str, ...]:
    where = f"{path}, line {file.header_row}"
    if len(lines) < max(file.header_row, file.data_row - 1):
        raise InputUnreadableError(
            f"{path}: the file has {len(lines)} lines and its header should take up "
            f"{file.data_row - 1}. It is cut off or not the file that was meant."
        )
    try:
        row = next(_reader([lines[file.header_row - 1]], 0, file))
    except csv.Error as error:
        raise InputUnreadableError(f"{where}: the header cannot be read ({error}).") from None
    if len(row) == 1 and any(sign in row[0] for sign in (",", ";", "\t", "|")):
        quoted = file.delimiter_character in row[0]
        raise InputUnreadableError(
            f"{where}: the header is one single column. "
            + (
                "The whole line stands in quotation marks (doubly quoted)."
                if quoted
                else f"Expected columns separated by {file.delimiter!r}."
            )
            + " Export the file again, or correct `delimiter` or `quote` in the mapping."
        )
    return tuple(name.strip() for name in row)


def _split_plain(text: str, file: SourceFile, header: tuple[str, ...]) -> Records | None:
    """Split a file in which every physical line is a record; None when it is not such a file."""
    quoted = file.quote != "none" and file.quote in text
    if quoted or "\0" in text or text.count("\r") != text.count("\r\n"):
        return None
    lines = text.count("\n") + (not text.endswith("\n")) - (file.data_row - 1)
    names = [f"c{number}" for number in range(len(header))]
    if lines == 0:
        return None
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(text.encode()),
            pyarrow.csv.ReadOptions(skip_rows=file.data_row - 1, column_names=names),
            pyarrow.csv.ParseOptions(delimiter=file.delimiter_character, quote_char=False),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:  # a line of another width, or longer than a block
        return None
    if table.num_rows != lines:  # blank lines, which Arrow leaves out
        return None
    first = file.data_row
    return Records(header, table, pa.array(np.arange(first, first + lines)), lines=lines)


def _split_strictly(path: Path, text: str, file: SourceFile, header: tuple[str, ...]) -> Records:
    lines = io.StringIO(text, newline="\n").readlines()
    has_nul, width = "\0" in text, len(header)
    rows, rejects = RowBuffer(width), []
    position, blank, continued = file.data_row - 1, 0, 0
    collecting = gc.isenabled()
    gc.disable()  # millions of rows and no cycles: the collector would take most of the time
    try:
        while position < len(lines):
            reader = _reader(lines, position, file)
            end = 0
            try:
                for row in reader:
                    start, end = end, reader.line_num
                    continued += end - start - 1
                    if len(row) == width and not (has_nul and "\0" in "".join(row)):
                        rows.append(row, position + start + 1)
                    elif not row:
                        blank += 1
                    else:
                        written = "".join(lines[position + start : position + end])
                        reason = _reason(row, width, file)
                        rejects.append(Reject(position + start + 1, reason, written))
                break
            except csv.Error as error:
                # Give up one physical line only and start again behind it: the next may be sound.
                first = position + end
                _refuse_cut_off(path, lines, first, error)
                rejects.append(Reject(first + 1, _quoting(error), lines[first]))
                position = first + 1
    finally:
        if collecting:
            gc.enable()
    records = rows.records(header)
    records.rejects = rejects
    records.lines = len(lines) - (file.data_row - 1) - blank - continued
    if blank:
        records.warnings.append(f"{path.name}: {blank} blank lines, skipped.")
    return records


def _reason(row: list[str], width: int, file: SourceFile) -> str:
    if any("\0" in cell for cell in row):
        return "holds a NUL byte; the file was damaged on its way"
    if len(row) == 1 and file.delimiter_character in row[0]:
        return "the whole line stands in quotation marks (doubly quoted)"
    return f"has {len(row)} fields where the header has {width}"


def _quoting(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quotation mark opens a field that is never closed"
    return f"quotation marks do not match ({error})"


def _refuse_cut_off(path: Path, lines: list[str], first: int, error: csv.Error) -> None:
    if "unexpected end of data" in str(error) and not lines[-1].endswith("\n"):
        raise InputUnreadableError(
            f"{path}, line {len(lines)}: the file ends inside a quoted field that opens on line "
            f"{first + 1}. Expected a closing quotation mark and a line end: the file is cut off. "
            "Ask for it again."
        )
