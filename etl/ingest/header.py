"""What a header must be, and the traps that make every record of a file a reject.

A file without a header has values where names are expected: messages print a name only where it
is one.
"""

import re
from collections.abc import Collection
from pathlib import Path

from etl.errors import InputUnreadableError
from etl.ingest.records import Records
from etl.sources import SourceFile

_NAME = re.compile(r"[^\W\d][^\W\d]*(?:[ _.\-/%()]+[^\W\d]*)*")
_LONGEST = 40
_VALUE = re.compile(r"[+-]?[\d.,]+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")


def shown(name: str, number: int, known: Collection[str]) -> str:
    """A column as a message names it: by name where that is surely none of a patient's values.

    Args:
        name: what stands in the header.
        number: the column, counted from 1.
        known: the names that the mapping reads.
    """
    if name in known or (len(name) <= _LONGEST and _NAME.fullmatch(name)):
        return name
    return f"column {number}"


def check_header(
    path: Path, file: SourceFile, header: tuple[str, ...], known: Collection[str]
) -> None:
    """Refuse a file without a header, and one that gives a name twice.

    Args:
        path: the file, for messages.
        file: how it is written.
        header: what stands where the header should.
        known: the names that the mapping reads.

    Raises:
        InputUnreadableError: see above.
    """
    where = f"{path}, line {file.header_row}"
    values = [number for number, name in enumerate(header, start=1) if _VALUE.fullmatch(name)]
    if values and not set(header) & set(known):
        raise InputUnreadableError(
            f"{where}: there is no header: no column has a name that is read, and "
            f"{len(values)} of {len(header)} hold a number or a date. Export the file with its "
            "header, or correct `header_row` in the mapping."
        )
    seen: dict[str, int] = {}
    for number, name in enumerate(header, start=1):
        if name and name.lower() in seen:
            both = shown(name, number, known)
            named = f"are both named {name!r}" if both == name else "have the same name"
            raise InputUnreadableError(
                f"{where}: columns {seen[name.lower()]} and {number} {named}. Expected each name "
                "once (capitals make no difference). Export the file again with one name a column."
            )
        seen[name.lower()] = number


def refuse_all_rejected(path: Path, file: SourceFile, records: Records) -> None:
    """Refuse a file of which not one record could be read, naming the trap it fell into.

    Raises:
        InputUnreadableError: it has records, and every one is a reject.
    """
    if not records.rejects or records.table.num_rows:
        return
    first = records.rejects[0]
    raise InputUnreadableError(
        f"{path}, line {first.line}: not one of {records.lines} records could be read: "
        f"{_trap(file, records)}. Export the file again, or correct how the mapping describes it."
    )


def _trap(file: SourceFile, records: Records) -> str:
    header = [name.lower() for name in records.header]
    texts = [reject.text for reject in records.rejects]
    delimiter = file.delimiter_character
    if header[0].startswith("sep="):
        return f"line {file.header_row} is a `sep=` line of a spreadsheet program, not the header"
    if header[0].startswith(("#", "//", "--")):
        return f"line {file.header_row} is a comment, not the header"
    if all(text.startswith("\r") or text.endswith("\n\r") for text in texts):
        return "lines end with line feed and carriage return (LF CR), the wrong way round"
    if all(text.rstrip("\r\n").endswith(delimiter) for text in texts):
        return (
            f"each line ends with a {delimiter!r} that the header does not have, so that it has a "
            "field more"
        )
    reasons = {reject.reason for reject in records.rejects}
    more = f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else ""
    return f"the first {records.rejects[0].reason}{more}"
