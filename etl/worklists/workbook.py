"""Writing one worklist as a workbook.

Belongs here: sheets, widths, colours, the drop-down, the print setup. Does not belong here: what
a row says (`asking`), which rows there are (`select`).

Rows are streamed. The sheet is not protected, so that it can be sorted, filtered and its columns
moved; the check of each row finds what no longer belongs together.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from etl.worklists import instructions, words
from etl.worklists.cells import Sheet, number_cell, text_cell
from etl.worklists.identity import Identity
from etl.worklists.select import REGISTRY, Counts

Cells = Mapping[str, str | int | None]

HEADER_ROW = 3
_LINE = 12.0  # points of a line at 9 points
_TALLEST = 300.0
_FONT = "Calibri"
# Okabe and Ito's palette, lightened: told apart with any colour vision, and in grey by the sign.
_INK, _HEAD, _ASKED = "1F2933", "0B4F6C", "B85C00"
_ERROR, _WARNING = "F8D9C0", "D6EAF5"
_BAND, _INPUT, _MISSING = "F4F6F8", "FFF8DB", "F2B5D4"
_THIN = Side(style="thin", color="D0D5DB")
_IN_ROWS = ("told band", "input", "error", "warning", "number", "number band")
_PATIENT = Side(style="medium", color="5F6B7A")


@dataclass(frozen=True)
class Worklist:
    """One list, ready to be written: whose, what it holds, and its rows in words."""

    identity: Identity
    counts: Counts
    rows: Sequence[Cells]
    patients: Sequence[int]
    """The place of each row's patient in the list, so that rows of one chart stand together."""
    summary: Sequence[Counts] = ()
    """Every list, for the registry's own workbook."""


def write(worklist: Worklist, path: Path) -> None:
    """Write a worklist; the file is there whole or not at all."""
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    if worklist.summary:
        _write_summary(book.create_sheet(words.SUMMARY_SHEET), worklist)
    _write_list(book.create_sheet(words.LIST_SHEET), worklist)
    instructions.write(book.create_sheet(words.HELP_SHEET))
    _write_technical(book.create_sheet(words.TECHNICAL_SHEET), worklist.identity)
    book.properties.title = instructions.title(worklist.identity, worklist.counts)
    book.properties.creator = "Rechallenge"
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.tmp")
    book.save(building)
    building.replace(path)


def _styles() -> Iterable[NamedStyle]:
    base = NamedStyle("told")
    base.font = Font(name=_FONT, size=9, color=_INK)
    base.alignment = Alignment(wrap_text=True, vertical="top")
    base.border = Border(bottom=_THIN)
    yield base
    changes: dict[str, dict[str, Any]] = {
        "told band": {"fill": PatternFill("solid", fgColor=_BAND)},
        "input": {
            "fill": PatternFill("solid", fgColor=_INPUT),
            "border": Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN),
        },
        "error": {
            "fill": PatternFill("solid", fgColor=_ERROR),
            "font": Font(name=_FONT, size=9, bold=True, color=_INK),
        },
        "warning": {"fill": PatternFill("solid", fgColor=_WARNING)},
        "header": {
            "fill": PatternFill("solid", fgColor=_HEAD),
            "font": Font(name=_FONT, size=9, bold=True, color="FFFFFF"),
            "alignment": Alignment(wrap_text=True, vertical="center"),
        },
        "header input": {
            "fill": PatternFill("solid", fgColor=_ASKED),
            "font": Font(name=_FONT, size=9, bold=True, color="FFFFFF"),
            "alignment": Alignment(wrap_text=True, vertical="center"),
        },
        "title": {
            "font": Font(name=_FONT, size=14, bold=True, color=_HEAD),
            "alignment": Alignment(vertical="center"),
            "border": Border(),
        },
        "note": {
            "font": Font(name=_FONT, size=10, color=_INK),
            "alignment": Alignment(vertical="center"),
            "border": Border(),
        },
        "term": {"font": Font(name=_FONT, size=10, bold=True, color=_INK), "border": Border()},
        "plain": {"font": Font(name=_FONT, size=10, color=_INK), "border": Border()},
        "number": {"alignment": Alignment(horizontal="center", vertical="top")},
        "number band": {
            "alignment": Alignment(horizontal="center", vertical="top"),
            "fill": PatternFill("solid", fgColor=_BAND),
        },
    }
    for name, change in changes.items():
        style = _changed(base, name, change)
        yield style
        if name in _IN_ROWS:
            yield _changed(style, f"{name} first", {"border": _with_top(style.border)})
    yield _changed(base, "told first", {"border": _with_top(base.border)})


def _changed(base: NamedStyle, name: str, change: Mapping[str, Any]) -> NamedStyle:
    style = NamedStyle(name)
    for part in ("font", "alignment", "border", "fill"):
        setattr(style, part, change.get(part, getattr(base, part)))
    return style


def _write_list(sheet: Sheet, worklist: Worklist) -> None:
    columns = _columns(worklist)
    last = max(HEADER_ROW + len(worklist.rows), HEADER_ROW + 1)
    _lay_out(sheet, columns, last)
    sheet.append(
        [text_cell(sheet, instructions.title(worklist.identity, worklist.counts), "title")]
    )
    sheet.append([text_cell(sheet, instructions.remainder(worklist.counts).both, "note")])
    sheet.append(
        [
            text_cell(sheet, one.title, "header input" if one.kind == "answer" else "header")
            for one in columns
        ]
    )
    before = 0
    for number, (row, patient) in enumerate(zip(worklist.rows, worklist.patients, strict=True)):
        sheet.row_dimensions[HEADER_ROW + 1 + number].height = _height(row, columns)
        place = " first" if patient != before else ""
        sheet.append([_cell(sheet, one, row, patient, place) for one in columns])
        before = patient


def _columns(worklist: Worklist) -> list[words.Column]:
    """The columns of this list: an empty one of references, or the one hospital, is left out."""
    left_out = set()
    if not any(row["reference"] for row in worklist.rows):
        left_out.add("reference")
    if worklist.identity.list_id != REGISTRY:
        left_out.add("hospital")
    return [one for one in words.COLUMNS if one.key not in left_out]


def _lay_out(sheet: Sheet, columns: Sequence[words.Column], last: int) -> None:
    letters = {one.key: get_column_letter(at) for at, one in enumerate(columns, start=1)}
    for one in columns:
        dimension = sheet.column_dimensions[letters[one.key]]
        dimension.width = one.width
        dimension.hidden = one.kind == "technical"
    sheet.row_dimensions[1].height = 24
    sheet.row_dimensions[2].height = 18
    sheet.row_dimensions[HEADER_ROW].height = 30
    sheet.freeze_panes = f"{letters['rule']}{HEADER_ROW + 1}"
    final = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{final}{last}"
    sheet.data_validations.append(
        _drop_down(f"{letters['answer']}{HEADER_ROW + 1}:{letters['answer']}{last}")
    )
    first = HEADER_ROW + 1
    given, who = (f"${letters[key]}{first}" for key in ("answer", "who"))
    sheet.conditional_formatting.add(
        f"{letters['who']}{first}:{letters['who']}{last}",
        FormulaRule(  # type: ignore[no-untyped-call]
            [f'AND({given}<>"",{who}="")'], fill=PatternFill("solid", bgColor=_MISSING)
        ),
    )
    _set_up_print(sheet, f"A1:{letters['status']}{last}")


def _set_up_print(sheet: Sheet, area: str | None = None) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.3
    margins.top = margins.bottom = 0.5
    if area:
        sheet.print_area = area
        sheet.print_title_rows = f"1:{HEADER_ROW}"
    sheet.oddFooter.left.text = instructions.CONFIDENTIAL.both
    sheet.oddFooter.right.text = "&P / &N"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8


def _drop_down(where: str) -> DataValidation:
    """The four answers; one typed in either language alone is asked about and let through."""
    validation = DataValidation(
        type="list",
        formula1=f"'{words.TECHNICAL_SHEET}'!$D$1:$D${len(words.labels())}",
        allow_blank=True,
        errorStyle="warning",
        showErrorMessage=True,
        showInputMessage=True,
    )
    validation.errorTitle, validation.error = instructions.WRONG_ANSWER
    validation.promptTitle, validation.prompt = instructions.CHOOSE_ANSWER
    validation.add(where)
    return validation


def _cell(sheet: Sheet, column: words.Column, row: Cells, patient: int, place: str) -> Any:
    """A cell of a row; `place` is the ending of its style's name, another above each patient."""
    value = row[column.key]
    band = " band" if patient % 2 == 0 else ""
    if isinstance(value, int):
        return number_cell(sheet, value, f"number{band}{place}")
    text = value or ""
    if column.kind == "answer":
        return text_cell(sheet, text, f"input{place}")
    if column.key == "severity":
        severity = "error" if text.startswith(words.SIGNS["error"]) else "warning"
        return text_cell(sheet, text, f"{severity}{place}")
    return text_cell(sheet, text, f"told{band}{place}")


def _with_top(border: Border) -> Border:
    return Border(left=border.left, right=border.right, bottom=border.bottom, top=_PATIENT)


def _height(row: Cells, columns: Sequence[words.Column]) -> float:
    """Points that the fullest cell of a row needs; Excel does not work that out by itself."""
    lines = 1
    for one in columns:
        if one.kind == "technical":
            continue
        per_line = max(one.width * 1.15, 3)
        parts = str(row[one.key] or "").split("\n")
        lines = max(lines, sum(max(1, math.ceil(len(part) / per_line)) for part in parts))
    return min(_TALLEST, lines * _LINE + 3)


def _write_summary(sheet: Sheet, worklist: Worklist) -> None:
    columns = instructions.SUMMARY
    for at, (_, _, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.row_dimensions[1].height = 24
    sheet.row_dimensions[HEADER_ROW].height = 58
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"
    sheet.auto_filter.ref = (
        f"A{HEADER_ROW}:{get_column_letter(len(columns))}{HEADER_ROW + len(worklist.summary)}"
    )
    _set_up_print(sheet)
    sheet.append(
        [text_cell(sheet, instructions.title(worklist.identity, worklist.counts), "title")]
    )
    sheet.append([text_cell(sheet, instructions.SUMMARY_NOTE.both, "note")])
    sheet.append([text_cell(sheet, f"{s.dutch}\n{s.english}", "header") for _, s, _ in columns])
    for counts in worklist.summary:
        cells = []
        for key, _, _ in columns:
            value = getattr(counts, key)
            if isinstance(value, int):
                cells.append(number_cell(sheet, value, "number"))
            else:
                cells.append(text_cell(sheet, value or "", "told"))
        sheet.append(cells)


def _write_technical(sheet: Sheet, identity: Identity) -> None:
    sheet.sheet_state = "hidden"
    lines = identity.lines()
    labels = words.labels()
    for number in range(max(len(lines), len(labels))):
        name, value = lines[number] if number < len(lines) else ("", "")
        label = labels[number] if number < len(labels) else ""
        sheet.append([text_cell(sheet, text) for text in (name, value, "", label)])


def with_answers(worklist: Worklist, answers: Mapping[str, Mapping[str, str]]) -> Worklist:
    """The list with answers filled in, by finding; for trials and tests."""
    rows = [{**row, **answers.get(str(row["finding_id"]), {})} for row in worklist.rows]
    return replace(worklist, rows=rows)
