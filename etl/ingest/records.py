"""The records of one file, whatever its format: columns of text with their lines.

Belongs here: what every reader returns and the buffer that collects rows. Does not belong here:
the formats themselves (`read_csv.py`, `read_xlsx.py`, `read_sav.py`).

A record is one row of the file, on one physical line or, where a quoted field holds line breaks,
on several. Its line is the first of them, counted from 1 in the file as delivered; in a workbook
the row, in an SPSS file the case.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from etl.ingest.registration import Reject

_CHUNK = 50_000
_CHUNK_CELLS = 5_000_000


@dataclass(frozen=True)
class UnreadCells:
    """The cells of one column that look filled in a workbook and are read as empty.

    `kind` is `formula` (without a stored result) or `merged` (covered by another cell); `column`
    counts from 0, `first` is the first of them as the workbook names it and `line` its row.
    """

    kind: str
    column: int
    cells: int
    first: str
    line: int

    def sentence(self, where: str, header: Sequence[str]) -> str:
        """What was read as empty, and what to do."""
        name = header[self.column]
        if self.kind == "formula":
            problem = (
                f"{self.cells} cells hold a formula without a stored result, the first {self.first}"
            )
            advice = "Open the workbook in a spreadsheet program, save it, and send it again"
        else:
            problem = f"{self.cells} cells are merged into another, the first {self.first}"
            advice = "Undo the merge and fill in each row"
        return f"{where}, column {name!r}: {problem}; they are read as empty. {advice}."


@dataclass
class Records:
    """What was read from one file.

    `table` has the columns c0, c1, ... in the order of `header`, all text. `lines` is counted
    apart from `table` and `rejects`, so that the three can be reconciled. `empty_codes` are
    the codes that the file itself declares as missing, and `labels` its value labels, by column
    (SPSS). `periods` are the columns whose values are a period that is no partial date, each with
    what it is. `unread` counts the cells of a workbook that look filled and are read as empty.
    """

    header: tuple[str, ...]
    table: pa.Table
    row_lines: pa.Array
    rejects: list[Reject] = field(default_factory=list)
    lines: int = 0
    warnings: list[str] = field(default_factory=list)
    empty_codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    unread: list[UnreadCells] = field(default_factory=list)


DESCRIBED = ("header", "lines", "warnings", "empty_codes", "labels", "periods")
"""What is known of records beside their rows, and can be written as JSON."""


class RowBuffer:
    """Collects rows of text and turns them into columns, a chunk at a time."""

    def __init__(self, width: int) -> None:
        self._schema = pa.schema([(f"c{number}", pa.string()) for number in range(width)])
        self._chunk = max(1, min(_CHUNK, _CHUNK_CELLS // max(1, width)))
        self._rows: list[Sequence[str | None]] = []
        self._lines: list[int] = []
        self._batches: list[pa.RecordBatch] = []
        self._line_batches: list[pa.Array] = []

    def append(self, row: Sequence[str | None], line: int) -> None:
        """Add one row of the buffer's width."""
        self._rows.append(row)
        self._lines.append(line)
        if len(self._rows) == self._chunk:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
            self._line_batches.append(pa.array(self._lines, pa.int64()))
            self._rows, self._lines = [], []

    def records(self, header: tuple[str, ...]) -> Records:
        """The rows collected, as records of a file with this header."""
        self._flush()
        lines = pa.chunked_array(self._line_batches, pa.int64())
        return Records(header, pa.Table.from_batches(self._batches, self._schema), lines)
