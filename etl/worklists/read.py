"""Reading answers out of workbooks that came back.

Belongs here: from a file to answers and to sentences about what cannot be read. Does not belong
here: whether a finding is known and open, and recording anything (`answers`).

A sheet may have been sorted, filtered, saved by another program, given more columns or have its
columns moved: the columns are found by their headers, the rows by their hidden cells. Sentences
name sheet, row and column and never quote what stands there.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from etl.errors import InputUnreadableError
from etl.worklists import words
from etl.worklists.cells import read_text
from etl.worklists.identity import FORMAT, Identity, row_check

LARGEST_FILE = 50_000_000
LARGEST_UNPACKED = 500_000_000
LONGEST_ANSWER = 10_000
_HEADER_WITHIN = 30  # rows in which the header must stand
_BLANK_ROWS = 2_000  # of which so many end a sheet
_TECHNICAL = ("finding_id", "accept_key", "fingerprint", "check")
_ANSWERS = ("answer", "comment", "who")
_NEEDED = (*_TECHNICAL, *_ANSWERS, "rule", "record")


@dataclass(frozen=True)
class Place:
    """Where something stands: sheet, row, and column where it is about one cell."""

    sheet: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"sheet {self.sheet}, row {self.row}" + (
            f", column {self.column}" if self.column else ""
        )


@dataclass(frozen=True)
class Problem:
    """One thing that could not be read or recorded; the sentence says what to do."""

    place: Place | None
    text: str

    def __str__(self) -> str:
        """Place and sentence."""
        return f"{self.place}: {self.text}" if self.place else self.text


@dataclass(frozen=True)
class Answered:
    """One row that somebody filled in. `answer` is empty where only a comment was given."""

    place: Place
    columns: Mapping[str, str]
    finding_id: str
    rule_id: str
    answer: str
    comment: str
    who: str

    def at(self, key: str) -> Place:
        """The place of one of its cells."""
        return Place(self.place.sheet, self.place.row, self.columns[key])


@dataclass(frozen=True)
class Returned:
    """What a workbook said: whose it is, its answers, and what could not be read."""

    path: Path
    identity: Identity
    rows: int
    answers: tuple[Answered, ...]
    problems: tuple[Problem, ...]


def read_workbook(path: Path) -> Returned:
    """Read the answers of one workbook.

    Raises:
        InputUnreadableError: it is no worklist of ours, or cannot be read as a whole.
    """
    book = _open(path)
    try:
        identity = _identity(book, path)
        answers: list[Answered] = []
        problems: list[Problem] = []
        rows, found = 0, False
        for sheet in book.worksheets:
            if sheet.title == words.TECHNICAL_SHEET:
                continue
            header = _header(sheet)
            if header is None:
                continue
            found = True
            missing = [key for key in _NEEDED if key not in header.columns]
            if missing:
                raise InputUnreadableError(
                    f"{path.name}, sheet {sheet.title}: the columns {_titles(missing)} are "
                    "missing. "
                    "Columns may be moved and hidden, not removed or renamed. Fill in the list "
                    "that was sent."
                )
            for row in _rows(sheet, header):
                rows += 1
                read = _row(row, header, identity)
                problems += [one for one in read if isinstance(one, Problem)]
                answers += [one for one in read if isinstance(one, Answered)]
        if not found:
            raise InputUnreadableError(
                f"{path.name}: no sheet has the columns of a worklist. Fill in the list that was "
                "sent, and keep its header."
            )
        kept, twice = _once(answers)
        return Returned(path, identity, rows, tuple(kept), (*problems, *twice))
    finally:
        book.close()


def _open(path: Path) -> Any:
    expected = "Save the worklist as an Excel workbook (.xlsx) and send it again."
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputUnreadableError(
                f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB: no worklist is. "
                f"{expected}"
            )
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > LARGEST_UNPACKED:
                raise InputUnreadableError(
                    f"{path.name} unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB: no "
                    f"worklist does. {expected}"
                )
        return load_workbook(path, read_only=True, data_only=True)
    except InputUnreadableError:
        raise
    except FileNotFoundError:
        raise InputUnreadableError(f"There is no file {path}.") from None
    except Exception:
        # openpyxl raises whatever its XML and ZIP parsers meet; the cause would quote the file.
        raise InputUnreadableError(
            f"{path.name} cannot be read as an Excel workbook; it may be another format, protected "
            f"by a password or damaged. {expected}"
        ) from None


def _identity(book: Any, path: Path) -> Identity:
    if words.TECHNICAL_SHEET not in book.sheetnames:
        raise InputUnreadableError(
            f"{path.name} is no worklist: its hidden sheet '{words.TECHNICAL_SHEET}' is missing. "
            "Fill in the file that was sent; a copy of the list in a new file cannot be read."
        )
    sheet = book[words.TECHNICAL_SHEET]
    sheet.reset_dimensions()
    lines: dict[str, str] = {}
    for row in sheet.iter_rows(max_row=20, max_col=2, values_only=True):
        name, value = (*row, None, None)[:2]
        if name:
            lines[read_text(name)] = read_text(value)
    try:
        return Identity.of(lines)
    except ValueError as error:
        if str(error) == "format":
            said = f"it is not of the form this version reads ({FORMAT})"
        else:
            said = "the contents of its hidden sheet were changed"
        raise InputUnreadableError(
            f"{path.name} cannot be read: {said}. Ask for the list again, or fill in the file "
            "as it was sent."
        ) from None


@dataclass(frozen=True)
class _Header:
    row: int
    columns: dict[str, int]

    @property
    def letters(self) -> dict[str, str]:
        return {key: get_column_letter(at + 1) for key, at in self.columns.items()}


def _header(sheet: Any) -> _Header | None:
    """The row that names the columns, where the sheet is a list."""
    sheet.reset_dimensions()
    for number, row in enumerate(
        sheet.iter_rows(max_row=_HEADER_WITHIN, values_only=True), start=1
    ):
        keys = [words.column_of(read_text(value)) for value in row]
        if {"finding_id", "answer"} & {*keys} and "rule" in keys:
            columns: dict[str, int] = {}
            for at, key in enumerate(keys):
                if key is not None:
                    columns.setdefault(key, at)
            return _Header(number, columns)
    return None


@dataclass(frozen=True)
class _Raw:
    place: Place
    cells: dict[str, str]


def _rows(sheet: Any, header: _Header) -> Iterator[_Raw]:
    blank = 0
    rows = sheet.iter_rows(min_row=header.row + 1, values_only=True)
    for number, row in enumerate(rows, start=header.row + 1):
        if all(value is None for value in row):
            blank += 1
            if blank > _BLANK_ROWS:
                return
            continue
        blank = 0
        cells = {
            key: read_text(row[at]) if at < len(row) else "" for key, at in header.columns.items()
        }
        if any(cells.values()):
            yield _Raw(Place(sheet.title, number), cells)


def _row(raw: _Raw, header: _Header, identity: Identity) -> Sequence[Answered | Problem]:
    """A row's answer, what is wrong with it, or nothing where it was left empty."""
    cells, letters = raw.cells, header.letters
    answer, comment, who = (cells[key] for key in _ANSWERS)

    def problem(key: str, text: str) -> list[Problem]:
        return [Problem(Place(raw.place.sheet, raw.place.row, letters[key]), text)]

    if not answer and not comment:
        return []  # `who` may have been filled down over rows that are not answered
    if not any(cells[key] for key in _TECHNICAL):
        return problem(
            "finding_id",
            "the row belongs to no finding: its hidden cells are empty. Answer in a row of the "
            "list.",
        )
    expected = row_check(
        identity,
        *(cells[key] for key in ("finding_id", "accept_key", "fingerprint", "rule", "record")),
    )
    if cells["check"] != expected:
        return problem(
            "finding_id",
            "the hidden cells do not belong to the rule and record of this row, so the answer may "
            "be meant for another. Was a part of the columns sorted, or the row pasted from "
            "another list? Answer in the list as it was sent.",
        )
    known = words.answer_of(answer) if answer else ""
    if known is None:
        return problem(
            "answer",
            "this is not one of the four answers. Choose one of: "
            f"{'; '.join(words.labels())}. Anything else goes into the comment.",
        )
    if not who:
        return problem("who", "it is not said who answers. Fill in a name or function.")
    longest = {"comment": comment, "who": who}
    for key, text in longest.items():
        if len(text) > LONGEST_ANSWER:
            return problem(
                key, f"the text is longer than {LONGEST_ANSWER:,} characters. Shorten it."
            )
    return [Answered(raw.place, letters, cells["finding_id"], cells["rule"], known, comment, who)]


def _once(answers: Sequence[Answered]) -> tuple[list[Answered], list[Problem]]:
    """Each finding answered once; a row copied within the list must say the same."""
    first: dict[str, Answered] = {}
    contradicted: dict[str, Place] = {}
    problems = []
    for one in answers:
        before = first.setdefault(one.finding_id, one)
        same = (one.answer, one.comment, one.who) == (before.answer, before.comment, before.who)
        if not same:
            contradicted[one.finding_id] = before.place
            problems.append(
                Problem(
                    one.place,
                    f"the same finding is answered otherwise in row {before.place.row} of sheet "
                    f"{before.place.sheet}. Neither was recorded; keep one of the two.",
                )
            )
    return [one for key, one in first.items() if key not in contradicted], problems


def _titles(keys: Sequence[str]) -> str:
    titles = {one.key: one.header.both for one in words.COLUMNS}
    return ", ".join(titles[key] for key in keys)
