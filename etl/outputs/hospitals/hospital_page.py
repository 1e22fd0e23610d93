"""The page of one hospital: its own figures, beside the others without their names.

Belongs here: what the page says. Does not belong here: the registry's list (`index_page`),
reading (`facts`).

Nothing on the page tells which other hospital a value is of: no code, no name, no number of
patients, no value of fewer patients than the minimum cell, no exact value (ADR 0176).
"""

from etl.outputs.hospitals import words
from etl.outputs.hospitals.drawings import Point, funnel, strip
from etl.outputs.hospitals.facts import FEWEST_OTHERS, JUDGED, Hospital, Measured, Row
from etl.outputs.quality import wording
from etl.outputs.quality.addresses import WORKLISTS, worklist_name
from etl.outputs.quality.delivered import MOST_YEARS, STATUS_CELLS, items_by_year, last_years
from etl.outputs.quality.desk import rule_cell
from etl.outputs.quality.page import Cell, Chart, Given, Item, Section, Table, severity_cell, table
from etl.rounding import percent, rounded

_GROUPS = (
    ("registration", "Registration: how much is known"),
    ("care", "Treatment and outcome"),
)
_MOST_RULES = 12
_LEGEND = (
    "Diamond: this hospital. Line: all hospitals together. Grey dots: other hospitals without "
    "names, rounded to whole percents or days, in order of value."
)
_NOT_SHOWN = (
    f"Fewer than {FEWEST_OTHERS} other hospitals can be compared. The registry's value, the limits "
    "and the others' values are not shown, because they would tell the figures of single hospitals."
)


def sections(hospital: Hospital) -> list[Section]:
    """The page, top to bottom."""
    found = [_indicators(hospital), _funnels(hospital), _by_year(hospital)]
    found += [_completeness(hospital), _delivered(hospital), _findings(hospital)]
    found.append(words.definitions())
    return [section for section in found if section.items]


def lead(hospital: Hospital) -> str:
    """The page in two sentences."""
    shown = [one.row for one in hospital.measured if one.is_compared]
    opened = ", ".join(
        wording.counted(hospital.open_findings(severity), f"open {word}")
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "remark"))
    )
    if not any(one["open"] for one in hospital.findings):
        opened = "No finding is open"
    return f"{words.chance_sentence(shown)} {opened}."


def _delivered(hospital: Hospital) -> Section:
    delivery = hospital.delivery
    said = f"Delivery status: {delivery['status']}."
    if delivery["delivered_on"]:
        days = int(delivery["days_since_delivery"])
        said += (
            f" The newest delivery has the data cut-off {wording.day(delivery['delivered_on'])}, "
            f"{wording.counted(days, 'day')} before this night; it is late after "
            f"{delivery['late_after_days']}."
        )
    said += _gaps(hospital)
    if not hospital.tables:
        return Section("delivered", "What was delivered", (said,))
    names = [str(one["table_name"]).replace("_", " ") for one in hospital.tables]
    rows: list[tuple[Given, ...]] = [
        ("Rows", *(int(one["rows"] or 0) for one in hospital.tables)),
        ("Against last time", *(_moved(one) for one in hospital.tables)),
    ]
    if any(one["expected_rows"] is not None for one in hospital.tables):
        rows.append(("Expected rows", *(_expected(one) for one in hospital.tables)))
    rows.append(("Status", *(STATUS_CELLS[one["status"]] for one in hospital.tables)))
    made = table("delivered", "Rows delivered by table.", ("Counted", *names), rows)
    return Section("delivered", "What was delivered", (said, made))


def _moved(one: Row) -> Cell:
    moved = wording.change(one["rows"] or 0, one["rows_before"])
    return Cell(moved or "first time", is_number=True)


def _expected(one: Row) -> Cell:
    expected = one["expected_rows"]
    return Cell(wording.NONE if expected is None else wording.count(expected), is_number=True)


def _gaps(hospital: Hospital) -> str:
    if len(hospital.cut_offs) < 2:
        return ""
    days = [
        (later - earlier).days
        for later, earlier in zip(hospital.cut_offs, hospital.cut_offs[1:], strict=False)
    ]
    return (
        f" Days between the last {len(hospital.cut_offs)} cut-offs published, the newest first: "
        f"{', '.join(map(str, days[:8]))}{', ...' if len(days) > 8 else ''}."
    )


def _indicators(hospital: Hospital) -> Section:
    items: list[Item] = []
    for group, heading in _GROUPS:
        measured = [one for one in hospital.measured if one.indicator.group == group]
        if measured:
            items.append(_table(group, heading, measured))
    if not items:
        items.append("No patient of this hospital was counted.")
    elif not any(one.is_compared for one in hospital.measured):
        items.append(_NOT_SHOWN)
    return Section("indicators", "Indicators, all years together", tuple(items))


def _table(group: str, heading: str, measured: list[Measured]) -> Table:
    return table(
        group,
        f"{heading}.",
        (
            *("Indicator", "This hospital", "95% interval", "All hospitals"),
            *("Against the limits", "Among the others"),
        ),
        (_row(one) for one in measured),
        note=_LEGEND if any(one.is_compared for one in measured) else "",
    )


def _row(one: Measured) -> tuple[Given, ...]:
    registry = one.row["registry_value"] if one.is_compared else None
    direction = "" if one.indicator.direction == "neither" else one.indicator.direction
    return (
        Cell(one.indicator.title, small=direction),
        words.own_cell(one.indicator, one.row),
        Cell(words.interval_of(one.indicator, one.row), is_number=True),
        Cell(words.value_of(one.indicator, registry), is_number=True),
        words.position_cell(one.indicator, one.position),
        _strip_cell(one),
    )


def _strip_cell(one: Measured) -> Cell:
    own, registry = one.row["value"], one.row["registry_value"]
    if not one.others or own is None or registry is None:
        return Cell(wording.NONE if one.is_compared else "not shown")
    low, high = (words.value_of(one.indicator, value) for value in (one.others[0], one.others[-1]))
    label = (
        f"{one.indicator.title}: this hospital {words.value_of(one.indicator, own)}, all hospitals "
        f"{words.value_of(one.indicator, registry)}, {len(one.others)} others from {low} to {high}."
    )
    ends = min(own, registry, *one.others), max(own, registry, *one.others)
    is_share = one.indicator.kind != "median"
    words_of = [percent(end, 0) if is_share else str(rounded(end, 0)) for end in ends]
    drawn = strip(label, own, registry, one.others, (words_of[0], words_of[1]))
    return Cell("", drawing=drawn)


def _funnels(hospital: Hospital) -> Section:
    drawn = [
        _funnel(hospital, one)
        for one in hospital.measured
        if one.indicator.has_funnel and one.position in JUDGED
    ]
    if not drawn:
        return Section("funnels", "Funnel plots", ())
    said = (
        "Share by number of patients or lines. Shaded: within 95%; dashed: 99.8%; line: all "
        "hospitals. The others stand at the right edge, because their numbers would tell which "
        "hospital they are."
    )
    return Section("funnels", "Funnel plots", (said, *drawn))


def _funnel(hospital: Hospital, one: Measured) -> Chart:
    row = one.row
    own = Point(int(row["denominator"]), float(row["value"]), hospital.hospital_id[:18])
    position = words.position_cell(one.indicator, one.position).text
    caption = (
        f"{one.indicator.title}: {row['numerator']:,} of {row['denominator']:,} "
        f"({words.value_of(one.indicator, row['value'])}), all hospitals "
        f"{words.value_of(one.indicator, row['registry_value'])}; {position}."
    )
    svg = funnel(
        f"Funnel plot. {caption} Within 95% lie {row['fewest_95']} to {row['most_95']}, within "
        f"99.8% {row['fewest_998']} to {row['most_998']}.",
        float(row["registry_value"]),
        (),
        own=own,
        others=one.others,
    )
    return Chart(svg, caption)


def _by_year(hospital: Hospital) -> Section:
    counts = {(row["indicator"], row["year"]): int(row["denominator"]) for row in hospital.by_year}
    years = sorted({year for _, year in counts})[-MOST_YEARS:]
    measured = [one for one in hospital.measured if one.indicator.group == "volume"]
    if not measured:
        return Section("volume", "Patients and lines", ())
    rows: list[tuple[Given, ...]] = [
        (
            one.indicator.title,
            int(one.row["denominator"]),
            Cell(
                f"{rounded(one.row['registry_value'], 0):,}" if one.is_compared else wording.NONE,
                is_number=True,
            ),
            *(counts.get((one.indicator.id, year), 0) for year in years),
        )
        for one in measured
    ]
    made = table(
        "volume",
        "Patients by year of diagnosis, advanced lines by the year they began.",
        ("Counted", "All years", "Mean hospital", *map(str, years)),
        rows,
        note="Earlier years, and patients without a year, count in all years.",
    )
    return Section("volume", "Patients and lines", (made,))


def _completeness(hospital: Hospital) -> Section:
    rows = list(hospital.completeness)
    items: tuple[Item, ...] = ()
    if rows:
        items = (
            items_by_year(
                rows,
                last_years(rows),
                "Patients of this hospital whose item is known, by year of diagnosis.",
            ),
        )
    return Section("completeness", "Completeness by item and year", items)


def _findings(hospital: Hospital) -> Section:
    heading = "Open findings"
    rows: list[Row] = list(hospital.findings)
    if not rows:
        return Section("findings", heading, ("No finding is open.",))
    made: list[Item] = [_findings_table("findings", rows[:_MOST_RULES])]
    if len(rows) > _MOST_RULES:
        rest = rows[_MOST_RULES:]
        made.append(
            _findings_table("findings-more", rest, f"{wording.counted(len(rest), 'more rule')}")
        )
    return Section("findings", heading, tuple(made))


def _findings_table(name: str, rows: list[Row], summary: str = "") -> Table:
    return table(
        name,
        "Findings of this hospital by rule, errors first.",
        (
            *("Rule", "What must be true", "Severity", "New", "Known"),
            *("Accepted", "Queries open", "Days since asked"),
        ),
        (
            (
                rule_cell(one["rule_id"], base="../quality/rules/"),
                one["title"],
                severity_cell(one["severity"]),
                int(one["new"]),
                int(one["known"]),
                int(one["accepted"]),
                int(one["queries"]),
                Cell(
                    wording.NONE
                    if one["days_since_asked"] is None
                    else str(one["days_since_asked"]),
                    is_number=True,
                ),
            )
            for one in rows
        ),
        note=""
        if summary
        else "Known: open since an earlier night. Records stand in the worklist.",
        summary=summary,
    )


def worklist_address(hospital: Hospital) -> str:
    """Where its worklist stands, from its page."""
    return f"../../{WORKLISTS}/{worklist_name(hospital.hospital_id)}"
