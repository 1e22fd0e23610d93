"""Reading an SPSS file: values as codes, the codes it declares as missing, its labels.

Belongs here: one .sav in, records out. Does not belong here: what a column means (`conform.py`).

A coded value is read as its code; the mapping translates it. A code that the file declares as
user-missing is empty, unless the mapping's `codes` name it. Dates become ISO text, numbers as in a
workbook (`read_xlsx.py`). The line of a record is its case number.
"""

import datetime as dt
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyreadstat

from etl.errors import InputUnreadableError
from etl.ingest.read_xlsx import number_text
from etl.ingest.records import Records, RowBuffer
from etl.sources import SourceFile


def read_sav(path: Path, file: SourceFile) -> Records:
    """Read the cases of an SPSS file.

    Args:
        path: the file.
        file: how it is written; its encoding stands in the file itself.

    Raises:
        InputUnreadableError: it is no SPSS file, or cut off.
    """
    try:
        columns, meta = pyreadstat.read_sav(
            str(path), user_missing=True, apply_value_formats=False, output_format="dict"
        )
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError, OSError) as error:
        raise InputUnreadableError(
            f"{path}: the file cannot be read as SPSS ({error}). Expected a .sav file. It may be "
            "cut off or of another format: ask for it again."
        ) from None
    header = tuple(meta.column_names)
    if not header:
        raise InputUnreadableError(f"{path}: the file has no columns. Ask for it again.")
    buffer = RowBuffer(len(header))
    texts = [[_text(value, file) for value in columns[name]] for name in header]
    cases = 0
    for cases, row in enumerate(zip(*texts, strict=True), start=1):
        buffer.append(row, cases)
    records = buffer.records(header)
    # Some writers leave the number of cases open (-1); then what was read is all there is to ask.
    declared = meta.number_rows
    records.lines = cases if declared is None or declared < 0 else int(declared)
    records.empty_codes = {
        name: codes for name in header if (codes := _user_missing(meta, name, columns[name], file))
    }
    records.labels = {
        name: {_text(code, file) or "": str(label) for code, label in labels.items()}
        for name, labels in meta.variable_value_labels.items()
    }
    return records


def _user_missing(meta: Any, name: str, values: Iterable[Any], file: SourceFile) -> tuple[str, ...]:
    """The codes of a column that the file declares as missing, ranges by the values in them."""
    codes = {_text(value, file) for value in meta.missing_user_values.get(name, [])}
    for bounds in meta.missing_ranges.get(name, []):
        low, high = bounds["lo"], bounds["hi"]
        if isinstance(low, str):
            codes |= {low, high}
        else:
            codes |= {
                _text(value, file)
                for value in values
                if isinstance(value, float | int) and low <= value <= high
            }
    return tuple(sorted(code for code in codes if code))


def _text(value: object, file: SourceFile) -> str | None:
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]  # numpy's numbers
    return None if math.isnan(number) else number_text(number, file)
