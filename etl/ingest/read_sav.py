"""Reading an SPSS file: values as codes, the codes it declares as missing, its labels.

Belongs here: one .sav in, records out. Does not belong here: what a column means (`conform.py`).

A coded value is read as its code; the mapping translates it. A code that the file declares as
user-missing is empty, unless the mapping's `codes` name it. Dates become ISO text, a month and
year a partial date, numbers as in a workbook (`read_xlsx.py`). The line of a record is its case
number. The file is read in a process of its own (`sav_process.py`), which a damaged one may end.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from etl.errors import InputUnreadableError
from etl.ingest.records import Records
from etl.sources import SourceFile

_SECONDS = 120
_BYTES_A_SECOND = 100_000
_PACKAGES = Path(__file__).parents[2]


def read_sav(path: Path, file: SourceFile) -> Records:
    """Read the cases of an SPSS file.

    Args:
        path: the file.
        file: how it is written; its encoding stands in the file itself.

    Raises:
        InputUnreadableError: it is no SPSS file, cut off, or damaged so that reading it ended
            the process or took too long.
    """
    command = [sys.executable, "-m", "etl.ingest.sav_process", str(path), file.model_dump_json()]
    python_path = os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")]))
    seconds = _SECONDS + path.stat().st_size // _BYTES_A_SECOND
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and module
            command,
            capture_output=True,
            check=False,
            timeout=seconds,
            env={**os.environ, "PYTHONPATH": python_path},
        )
    except subprocess.TimeoutExpired:
        raise _damaged(path, f"reading it did not end within {seconds} seconds") from None
    if done.returncode == InputUnreadableError.exit_code:
        raise InputUnreadableError(done.stdout.decode())
    if done.returncode != 0:
        raise _damaged(path, f"reading it ended the process that reads, code {done.returncode}")
    table = pa.ipc.open_stream(done.stdout).read_all()
    described = json.loads((table.schema.metadata or {})[b"records"])
    header = tuple(described.pop("header"))
    rows = table.drop_columns(["_line"]).replace_schema_metadata(None)
    records = Records(header, rows, table["_line"], **described)
    records.empty_codes = {name: tuple(codes) for name, codes in records.empty_codes.items()}
    return records


def _damaged(path: Path, problem: str) -> InputUnreadableError:
    return InputUnreadableError(
        f"{path}: the file cannot be read as SPSS: {problem}. It is damaged: ask for it again."
    )
