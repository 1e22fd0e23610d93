"""What people and programs do to a worklist before it comes back.

Belongs here: edits of the sheet, harmless and harmful. Does not belong here: what is said of them
(the tests).
"""

from openpyxl.worksheet.worksheet import Worksheet

from etl.worklists import words
from etl.worklists.workbook import HEADER_ROW
from tests.unit.test_worklist_workbook import columns

FIRST = HEADER_ROW + 1


def sorted_backwards(sheet: Worksheet) -> None:
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST)]
    for number, row in enumerate(reversed(values), start=FIRST):
        for at, value in enumerate(row, start=1):
            sheet.cell(number, at).value = value


def moved(sheet: Worksheet) -> None:
    sheet.move_range(f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}", cols=3)
    for number in range(1, sheet.max_row + 1):
        sheet.cell(number, 1).value = f"own note {number}"
    hidden = columns(sheet)["check"]
    for number in range(1, sheet.max_row + 1):
        sheet.cell(number, 2).value = sheet.cell(number, hidden).value
        sheet.cell(number, hidden).value = None


def under_dutch_headers(sheet: Worksheet) -> None:
    for key, at in columns(sheet).items():
        one = next(column for column in words.COLUMNS if column.key == key)
        sheet.cell(HEADER_ROW, at).value = one.header.dutch


def filtered(sheet: Worksheet) -> None:
    sheet.row_dimensions[FIRST].hidden = True


def renamed(sheet: Worksheet) -> None:
    sheet.title = "Mijn lijst"


def with_a_line_above(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    sheet.insert_rows(FIRST + 2)


def column_sorted_alone(sheet: Worksheet) -> None:
    at = columns(sheet)["finding_id"]
    one, other = sheet.cell(FIRST, at), sheet.cell(FIRST + 1, at)
    one.value, other.value = other.value, one.value


def hidden_cell_changed(sheet: Worksheet) -> None:
    sheet.cell(FIRST, columns(sheet)["accept_key"]).value = "another"


def rule_changed(sheet: Worksheet) -> None:
    sheet.cell(FIRST, columns(sheet)["rule"]).value = "AE-T03"


def hidden_cells_emptied(sheet: Worksheet) -> None:
    for key in ("finding_id", "accept_key", "fingerprint", "check"):
        sheet.cell(FIRST, columns(sheet)[key]).value = None


def copied_with_another_answer(sheet: Worksheet) -> None:
    for cell in list(sheet[FIRST]):
        sheet.cell(FIRST + 5, cell.column).value = cell.value
    sheet.cell(FIRST + 5, columns(sheet)["answer"]).value = "regel klopt niet"


def comment_too_long(sheet: Worksheet) -> None:
    sheet.cell(FIRST, columns(sheet)["comment"]).value = "x" * 20_000
