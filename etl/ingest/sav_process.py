"""The process that reads one SPSS file, apart from the run: a damaged file may end it.

Called by `read_sav.py`. Writes the records to its output as an Arrow stream, their descriptions
as JSON in its schema; or ends with code 3 and a sentence.
"""

import datetime as dt
import json
import math
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyreadstat

from etl.errors import InputUnreadableError
from etl.ingest.read_xlsx import number_text
from etl.ingest.records import DESCRIBED, Records, RowBuffer
from etl.sources import SourceFile

_MEMORY = 4 * 2**30
_EPOCH = dt.datetime(1582, 10, 14)  # noqa: DTZ001  # SPSS knows no zone
_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE")
_MOMENTS = ("DATETIME", "YMDHMS")
_TIMES = ("TIME", "DTIME", "MTIME")
_PERIODS = {"QYR": "quarter and year", "WKYR": "week and year"}
"""Formats of a period that is no partial date of format 1."""


def read_here(path: Path, file: SourceFile) -> Records:
    """Read the cases of an SPSS file in this process.

    Raises:
        InputUnreadableError: it is no SPSS file, or cut off.
    """
    try:
        columns, meta = pyreadstat.read_sav(
            str(path),
            user_missing=True,
            apply_value_formats=False,
            disable_datetime_conversion=True,
            output_format="dict",
        )
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError, OSError, KeyError) as error:
        said = error if isinstance(error, pyreadstat.ReadstatError) else type(error).__name__
        raise InputUnreadableError(
            f"{path}: the file cannot be read as SPSS ({said}). Expected a .sav file. It may be "
            "cut off or of another format: ask for it again."
        ) from None
    header = tuple(meta.column_names)
    if not header:
        raise InputUnreadableError(f"{path}: the file has no columns. Ask for it again.")
    formats = {name: _format(meta.original_variable_types.get(name)) for name in header}
    texts = [[_text(value, formats[name], file) for value in columns[name]] for name in header]
    buffer = RowBuffer(len(header))
    cases = 0
    for cases, row in enumerate(zip(*texts, strict=True), start=1):
        buffer.append(row, cases)
    records = buffer.records(header)
    # Some writers leave the number of cases open (-1); then what was read is all there is to ask.
    declared = meta.number_rows
    records.lines = cases if declared is None or declared < 0 else int(declared)
    records.empty_codes = {
        name: codes
        for name in header
        if (codes := _user_missing(meta, name, columns[name], formats[name], file))
    }
    records.labels = {
        name: {_text(code, formats[name], file) or "": str(label) for code, label in labels.items()}
        for name, labels in meta.variable_value_labels.items()
        if name in formats
    }
    records.periods = {
        name: _PERIODS[formats[name]] for name in header if formats[name] in _PERIODS
    }
    return records


def _format(written: str | None) -> str:
    """The name of a variable's format: DATE of DATE11."""
    return (written or "").rstrip("0123456789.").upper()


def _user_missing(
    meta: Any, name: str, values: Iterable[Any], form: str, file: SourceFile
) -> tuple[str, ...]:
    """The codes of a column that the file declares as missing, ranges by the values in them."""
    codes = {_text(value, form, file) for value in meta.missing_user_values.get(name, [])}
    for bounds in meta.missing_ranges.get(name, []):
        low, high = bounds["lo"], bounds["hi"]
        if isinstance(low, str):
            codes |= {low, high}
        else:
            codes |= {
                _text(value, form, file)
                for value in values
                if isinstance(value, float | int) and low <= value <= high
            }
    return tuple(sorted(code for code in codes if code))


def _text(value: object, form: str, file: SourceFile) -> str | None:
    """A value as text: by its variable's format a date, month, time or number."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]  # numpy's numbers
    if math.isnan(number):
        return None
    if form in _TIMES:
        seconds = round(number)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if form not in (*_DATES, *_MOMENTS, *_PERIODS, "MOYR"):
        return number_text(number, file)
    try:
        moment = _EPOCH + dt.timedelta(seconds=number)
    except OverflowError:
        return number_text(number, file)  # in no calendar: it stays what it is, and is found
    if form == "MOYR":
        return f"{moment:%Y-%m}"
    if form == "QYR":
        return f"{(moment.month + 2) // 3} Q {moment.year}"
    if form == "WKYR":
        return f"{(moment.timetuple().tm_yday + 6) // 7} WK {moment.year}"
    whole = form in _DATES or moment.time() == dt.time(0)
    return moment.date().isoformat() if whole else moment.isoformat(sep=" ")


def main() -> None:
    """Read the file that is named and write it out; see the module."""
    path, file = Path(sys.argv[1]), SourceFile.model_validate_json(sys.argv[2])
    limit = _MEMORY + 50 * path.stat().st_size
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        records = read_here(path, file)
    except InputUnreadableError as error:
        sys.stdout.buffer.write(str(error).encode())
        sys.exit(error.exit_code)
    described = {name: getattr(records, name) for name in DESCRIBED}
    table = records.table.append_column("_line", records.row_lines)
    table = table.replace_schema_metadata({"records": json.dumps(described)})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)


if __name__ == "__main__":
    main()
