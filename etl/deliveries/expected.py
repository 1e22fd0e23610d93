"""The reviewed file of expected rows: how many rows each hospital is expected to hold, by table.

Belongs here: finding, reading, writing and loading that file. Does not belong here: what is made
of a difference (`board`, the rules on deliveries).

One CSV a source, `hospital_id,table,rows,tolerance`: the tolerance is the share by which the rows
may differ, 0.10 when left empty. A person reviews a change of it as a difference of two files.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.errors import InputUnreadableError
from etl.settings import Settings
from expectations.export_format import TABLES

COLUMNS = ("hospital_id", "table", "rows", "tolerance")
DEFAULT_TOLERANCE = 0.10
COUNTED = tuple(name for name in TABLES if name != "hospitals")
_SOURCES = Path(__file__).parent.parent / "sources"


@dataclass(frozen=True)
class ExpectedRows:
    """The rows expected of one hospital in one table."""

    hospital_id: str
    table: str
    rows: int
    tolerance: float = DEFAULT_TOLERANCE


def expected_rows_path(settings: Settings, source: str) -> Path:
    """The reviewed file of a source: the site's own where it is there, else the one shipped."""
    own = own_path(settings, source)
    shipped = _SOURCES / source / "expected_rows.csv"
    return shipped if not own.exists() and shipped.exists() else own


def own_path(settings: Settings, source: str) -> Path:
    """Where the site keeps its own reviewed file of a source."""
    folder = settings.expected_rows or settings.home / "expected_rows"
    return folder / f"{source}.csv"


def read_expected_rows(path: Path) -> list[ExpectedRows] | None:
    """The rows of a reviewed file; None when there is no file.

    Raises:
        InputUnreadableError: a line is wrong; the sentence names file, line and column.
    """
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
        if missing:
            raise InputUnreadableError(
                f"{path}, line 1: expected the columns {', '.join(COLUMNS)}; "
                f"{', '.join(missing)} is missing. `rechallenge deliveries --write-expected` "
                "writes such a file."
            )
        found: dict[tuple[str, str], ExpectedRows] = {}
        for row in reader:
            one = _read(row, f"{path}, line {reader.line_num}")
            if (one.hospital_id, one.table) in found:
                raise InputUnreadableError(
                    f"{path}, line {reader.line_num}: {one.hospital_id} and {one.table} stand "
                    "there twice. Keep one of the two lines."
                )
            found[one.hospital_id, one.table] = one
    return list(found.values())


def _read(row: dict[str, str], place: str) -> ExpectedRows:
    hospital, table = (row["hospital_id"] or "").strip(), (row["table"] or "").strip()
    if not hospital:
        raise InputUnreadableError(f"{place}: hospital_id is empty. Write the hospital's code.")
    if table not in COUNTED:
        raise InputUnreadableError(
            f"{place}, column table: {table!r} is no table of the export format. "
            f"Known are {', '.join(COUNTED)}."
        )
    rows = (row["rows"] or "").strip()
    if not rows.isdecimal():
        raise InputUnreadableError(
            f"{place}, column rows: {rows!r} is not a count. Write a whole number, 0 or more."
        )
    return ExpectedRows(hospital, table, int(rows), _tolerance(row.get("tolerance"), place))


def _tolerance(text: str | None, place: str) -> float:
    if not (text or "").strip():
        return DEFAULT_TOLERANCE
    try:
        tolerance = float(text or "")
    except ValueError:
        tolerance = -1.0
    if not 0 <= tolerance <= 1:
        raise InputUnreadableError(
            f"{place}, column tolerance: {text!r} is not a share. Write a number from 0 to 1."
        )
    return tolerance


def write_expected_rows(path: Path, rows: Sequence[ExpectedRows]) -> None:
    """Write a reviewed file, ordered by hospital and table, so that a change reads as a diff."""
    order = {name: place for place, name in enumerate(COUNTED)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in sorted(rows, key=lambda row: (row.hospital_id, order[row.table])):
            writer.writerow([one.hospital_id, one.table, one.rows, f"{one.tolerance:g}"])


def propose_expected_rows(
    reviewed: Sequence[ExpectedRows], delivered: Sequence[tuple[str | None, str, int]]
) -> list[ExpectedRows]:
    """The reviewed file as it would be, were what was delivered right.

    A tolerance that was reviewed stays. A hospital that delivered nothing keeps what was expected
    of it: that it is missing is no reason to stop expecting it.

    Args:
        reviewed: What is expected now.
        delivered: Hospital, table and rows; rows that name no hospital are left out.
    """
    tolerances = {(one.hospital_id, one.table): one.tolerance for one in reviewed}
    delivers = {hospital for hospital, _, rows in delivered if hospital and rows > 0}
    kept = [one for one in reviewed if one.hospital_id not in delivers]
    return kept + [
        ExpectedRows(hospital, table, rows, tolerances.get((hospital, table), DEFAULT_TOLERANCE))
        for hospital, table, rows in delivered
        if hospital in delivers and hospital is not None
    ]


def load_expected_rows(con: duckdb.DuckDBPyConnection, rows: Sequence[ExpectedRows] | None) -> None:
    """Fill the temporary tables `expected_rows` and `reviewed_file` (one row: is there one)."""
    con.execute(
        "create or replace temp table expected_rows "
        "(hospital_id varchar, table_name varchar, expected_rows bigint, tolerance double)"
    )
    con.execute("create or replace temp table reviewed_file as select ? as exists", [bool(rows)])
    if rows:
        con.executemany(
            "insert into expected_rows values (?, ?, ?, ?)",
            [[one.hospital_id, one.table, one.rows, one.tolerance] for one in rows],
        )
