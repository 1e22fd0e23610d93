"""What the hospitals delivered, and how complete it is.

Belongs here: the delivery board and the heat tables of completeness. Does not belong here:
counting rows and known values (`quality.hospital_deliveries`, `quality.completeness`).
"""

from itertools import groupby
from typing import Any

from etl.outputs.quality import wording
from etl.outputs.quality.desk import NOT_MADE, Context, Desk
from etl.outputs.quality.page import Cell, Item, Section, Table, table

STATUS_CELLS = {
    "arrived": Cell("✓ arrived", mark="mark good"),
    "late": Cell("◷ late", mark="mark warning"),
    "missing": Cell("✕ missing", mark="mark error"),
    "unexpected": Cell("? unexpected", mark="mark info"),
}
_WORST = ("missing", "late", "unexpected", "arrived")
MOST_YEARS = 10
_ALL_YEARS = "all"
_ITEMS = {"braf": "BRAF", "ecog": "ECOG", "ldh": "LDH"}


def board(desk: Desk) -> Section:
    """Each hospital: expected, arrived, late, rows against last time."""
    heading, said = "Delivery board", _inbox(desk.context)
    if "quality.hospital_deliveries" not in desk.tables:
        return Section("deliveries", heading, (*said, NOT_MADE))
    rows = desk.rows(
        """
        select hospital_id, table_name, rows, rows_before, expected_rows, delivered_on,
            days_since_delivery, status
        from quality.hospital_deliveries where source = $source
        order by hospital_id nulls last, table_name
        """
    )
    if not rows:
        return Section("deliveries", heading, (*said, "No hospital is known to this registry."))
    hospitals = [
        (hospital, list(of_hospital))
        for hospital, of_hospital in groupby(rows, key=lambda one: one["hospital_id"])
    ]
    hospitals.sort(key=lambda one: _WORST.index(_status(one[1])))
    return Section("deliveries", heading, (*said, _told(hospitals), *_tables(hospitals)))


def _inbox(context: Context) -> tuple[Item, ...]:
    """The folders of the inbox that are not taken, and what was remarked of tonight's delivery."""
    if not context.not_taken:
        return context.about_deliveries
    made = table(
        "inbox",
        "Folders of the inbox that were not taken when this page was made.",
        ("Folder", "Since", "Why"),
        context.not_taken,
        note="What is in the inbox now: rechallenge deliveries.",
    )
    return (*context.about_deliveries, made)


def _told(hospitals: list[tuple[str | None, list[dict[str, Any]]]]) -> str:
    by_status: dict[str, list[str]] = {status: [] for status in _WORST}
    for hospital, rows in hospitals:
        if hospital is not None:  # rows that name none are no hospital
            by_status[_status(rows)].append(hospital)
    whole = wording.counted(sum(map(len, by_status.values())), "hospital")
    if all(status == "arrived" or not names for status, names in by_status.items()):
        return f"All {whole} arrived."
    missing = [
        f"{wording.count(len(names))} {status} ({wording.listed(names[:5])}"
        f"{' and others' if len(names) > 5 else ''})"
        for status, names in by_status.items()
        if names and status != "arrived"
    ]
    return f"Of {whole} {wording.count(len(by_status['arrived']))} arrived; {'; '.join(missing)}."


def _status(rows: list[dict[str, Any]]) -> str:
    found = {one["status"] for one in rows}
    return next(status for status in _WORST if status in found)


def _tables(hospitals: list[tuple[str | None, list[dict[str, Any]]]]) -> tuple[Table, Table]:
    names = sorted({one["table_name"] for _, rows in hospitals for one in rows})
    board = table(
        "board",
        "Deliveries of each hospital, the troubled first.",
        (
            *("Hospital", "Status", "Delivered on", "Days ago", "Rows", "Against last time"),
            *("Expected rows", "Tables off"),
        ),
        (_board_row(hospital, rows) for hospital, rows in hospitals),
        note="A table is off when its own status is not arrived; its rows stand below.",
    )
    detail = table(
        "board-tables",
        "Rows of each table as delivered, and the change against last time.",
        ("Hospital", *(name.replace("_", " ") for name in names)),
        (
            (hospital or "No hospital", *_table_cells(rows, names))
            for hospital, rows in sorted(hospitals, key=lambda one: one[0] or "~")
        ),
        summary="Rows by table",
    )
    return board, detail


def _board_row(hospital: str | None, rows: list[dict[str, Any]]) -> tuple[Cell | str | int, ...]:
    now = sum(one["rows"] or 0 for one in rows)
    before = [one["rows_before"] for one in rows if one["rows_before"] is not None]
    expected = [one["expected_rows"] for one in rows if one["expected_rows"] is not None]
    delivered = [one["delivered_on"] for one in rows if one["delivered_on"] is not None]
    days = [one["days_since_delivery"] for one in rows if one["days_since_delivery"] is not None]
    off = [one["table_name"].replace("_", " ") for one in rows if one["status"] != "arrived"]
    return (
        hospital or "No hospital",
        STATUS_CELLS[_status(rows)],
        wording.day(max(delivered, default=None)),
        Cell(str(min(days)) if days else wording.NONE, is_number=True),
        now,
        Cell(wording.change(now, sum(before) if before else None) or "first time", is_number=True),
        Cell(wording.count(sum(expected)) if expected else wording.NONE, is_number=True),
        "all" if len(off) == len(rows) > 1 else ", ".join(off),
    )


def _table_cells(rows: list[dict[str, Any]], names: list[str]) -> list[Cell]:
    found = {one["table_name"]: one for one in rows}
    made = []
    for name in names:
        one = found.get(name)
        if one is None or one["rows"] is None:
            made.append(Cell(wording.NONE, is_number=True))
            continue
        moved = wording.change(one["rows"], one["rows_before"])
        sign = "" if one["status"] == "arrived" else f" {one['status']}"
        small = f"{'' if moved == 'same' else moved}{sign}".strip()
        made.append(Cell(wording.count(one["rows"]), is_number=True, small=small))
    return made


def completeness(desk: Desk) -> Section:
    """How often key items are known, by hospital and year: one heat table an item."""
    heading = "Completeness of key items"
    if "quality.completeness" not in desk.tables:
        return Section("completeness", heading, (NOT_MADE,))
    rows = desk.rows(
        """
        select item, hospital_id, year, sum(patients) as patients, sum(known) as known
        from quality.completeness
        where patients > 0
        group by item, hospital_id, year order by item, hospital_id, year
        """
    )
    if not rows:
        return Section("completeness", heading, ("No patient was counted.",))
    years = last_years(rows)
    items: list[Item] = [
        items_by_year(
            rows,
            years,
            "Patients whose item is known, all hospitals together, by year.",
            " Below stands each item by hospital.",
        )
    ]
    for item, of_item in groupby(rows, key=lambda one: one["item"]):
        items.append(_heat(str(item), list(of_item), years))
    return Section("completeness", heading, tuple(items))


def items_by_year(
    rows: list[dict[str, Any]], years: list[int | None], caption: str, more: str = ""
) -> Table:
    """The share known of each item by year.

    Args:
        rows: item, year, patients and known; several rows of the same are added.
        years: the columns; None is that of patients without a year.
        caption: sentence above the table.
        more: what else stands below it.
    """
    items = sorted({one["item"] for one in rows})
    sums: dict[tuple[str, int | str | None], list[int]] = {}
    for one in rows:
        for key in ((one["item"], one["year"]), (one["item"], _ALL_YEARS)):
            known, patients = sums.setdefault(key, [0, 0])
            sums[key] = [known + int(one["known"]), patients + int(one["patients"])]
    return table(
        "completeness",
        caption,
        ("Item", "All years", *map(_year, years)),
        (
            (
                _item(item),
                *(heat_cell(*sums.get((item, year), (0, 0))) for year in (_ALL_YEARS, *years)),
            )
            for item in items
        ),
        note=(
            "Known of all patients: neither empty, unknown nor not tested; the stronger the shade, "
            f"the less complete.{left_out(rows, years)}{more}"
        ),
    )


def _heat(item: str, rows: list[dict[str, Any]], years: list[int | None]) -> Table:
    hospitals = sorted({one["hospital_id"] or "" for one in rows})
    found = {(one["hospital_id"] or "", one["year"]): one for one in rows}
    return table(
        f"completeness-{item.replace('_', '-')}",
        f"{_item(item)}: patients whose item is known, by hospital and year.",
        ("Hospital", *map(_year, years)),
        (
            (
                hospital or "No hospital",
                *(
                    heat_cell(int(one["known"]), int(one["patients"])) if one else Cell("")
                    for one in (found.get((hospital, year)) for year in years)
                ),
            )
            for hospital in hospitals
        ),
        note=left_out(rows, years).strip(),
        summary=f"{_item(item)} by hospital",
    )


def heat_cell(known: int, patients: int) -> Cell:
    """A share with its denominator, and the shade of how much is missing."""
    if patients == 0:
        return Cell(wording.NONE, is_number=True)
    missing = 1 - known / patients
    level = sum(missing > limit for limit in (0.0, 0.05, 0.2, 0.5))
    return Cell(
        wording.share(known, patients), is_number=True, level=level, small=f"{known}/{patients}"
    )


def last_years(rows: list[dict[str, Any]]) -> list[int | None]:
    """The last years, and a column of its own for patients whose year is not known."""
    known: list[int | None] = sorted({one["year"] for one in rows if one["year"] is not None})
    unknown: list[int | None] = [None] if any(one["year"] is None for one in rows) else []
    return [*known[-MOST_YEARS:], *unknown]


def left_out(rows: list[dict[str, Any]], years: list[int | None]) -> str:
    """Which years have no column, and how many patients they hold; nothing when all have one."""
    absent = sorted({one["year"] for one in rows} - {*years})
    if not absent:
        return ""
    span = str(absent[0]) if len(absent) == 1 else f"{absent[0]} to {absent[-1]}"
    return f" {span}: no column, because only the last {MOST_YEARS} years have one; in all years."


def _year(year: int | None) -> str:
    return "Year unknown" if year is None else str(year)


def _item(name: str) -> str:
    words = name.replace("_", " ")
    return _ITEMS.get(name, words[0].upper() + words[1:])
