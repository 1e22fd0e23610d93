"""Where a record comes from: its source row, which every statement cites; and what was given."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Source:
    """A row of a delivered file. `record` is its key."""

    file: str
    line: int
    record: str = ""

    def __str__(self) -> str:
        """The row as a person finds it: 'treatments.csv:12'."""
        return f"{self.file}:{self.line}"


Place = tuple[str, int, int, int]


@dataclass(frozen=True)
class Row:
    """What every record that mirrors a source row has."""

    source_file: str
    source_line: int
    record_key: str
    source_part: int = field(default=1, kw_only=True)
    source_number: int = field(default=1, kw_only=True)

    @property
    def place(self) -> Place:
        """File, line, part and number of the row."""
        return self.source_file, self.source_line, self.source_part, self.source_number

    @property
    def source(self) -> Source:
        """The row it was read from."""
        return Source(self.source_file, self.source_line, self.record_key)


@dataclass(frozen=True)
class Exposure(Row):
    """A substance given, as the derivations read it."""

    treatment_id: str
    substance: str
    start_date: date
    step: int
    is_ongoing: bool
    setting: str
    drug_class: str | None = None
    route: str | None = None
    stop_date: date | None = None
    stop_reason: str | None = None
    span: int = 1


@dataclass(frozen=True)
class Given(Exposure):
    """What a line is made of: rows of one course as one, from the line's first day at the earliest.

    `stop_date` is the next line's first day where the substance is carried into it.
    """

    line_id: str = ""
    is_carried: bool = False
