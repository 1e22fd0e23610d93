"""The registry's list of its hospitals: signals, findings, completeness, and where each page is.

Belongs here: what the list says; it names hospitals, and is for the registry alone. Does not
belong here: the page of a hospital (`hospital_page`).
"""

from collections.abc import Sequence

from etl.hospital_indicators.definitions import INDICATORS, Indicator
from etl.outputs.hospitals import words
from etl.outputs.hospitals.drawings import Point, funnel
from etl.outputs.hospitals.facts import JUDGED, OUTSIDE, OUTSIDE_95, OUTSIDE_998, Hospital, Measured
from etl.outputs.hospitals.hospital_page import worklist_address
from etl.outputs.people import People
from etl.outputs.quality import wording
from etl.outputs.quality.addresses import hospital_page_path
from etl.outputs.quality.delivered import STATUS_CELLS
from etl.outputs.quality.page import Cell, Chart, Given, Item, Section, table


def sections(hospitals: Sequence[Hospital], people: People) -> list[Section]:
    """The list, top to bottom; `people` are those of the whole registry."""
    if not hospitals:
        none = "No hospital is known to this registry: no record names one."
        return [_hospitals_section(people, none)]
    return [
        _hospitals(hospitals, people),
        _signals(hospitals),
        _funnels(hospitals),
        words.definitions(),
    ]


def completeness_of(hospital: Hospital) -> tuple[int, int]:
    """Known of asked, over all items and years."""
    rows = hospital.completeness
    return sum(int(one["known"]) for one in rows), sum(int(one["patients"]) for one in rows)


def patients_of(hospital: Hospital) -> int:
    """Patients registered."""
    return next(
        (int(one.row["value"]) for one in hospital.measured if one.indicator.id == "patients"), 0
    )


def _hospitals(hospitals: Sequence[Hospital], people: People) -> Section:
    made = table(
        "hospitals",
        "Every hospital that delivers or is expected to.",
        (
            *("Hospital", "Delivery", "Patients", "Outside 95%", "Outside 99.8%"),
            *("Open errors", "Open warnings", "Queries open", "Items known", "List to send"),
        ),
        (_row(one) for one in hospitals),
        note=(
            "To send a hospital its page, send the file named like its worklist; the page holds no "
            "other hospital's name or numbers. Worklists open while rechallenge ui runs; a "
            "hospital without open findings has none. Outside 95% does not count those outside "
            "99.8%."
        ),
    )
    return _hospitals_section(people, made)


def _hospitals_section(people: People, item: Item) -> Section:
    said = (people.sentence,) if people.sentence else ()
    return Section("hospitals", "Hospitals", (*said, item))


def _row(one: Hospital) -> tuple[Given, ...]:
    known, asked = completeness_of(one)
    worklist = Cell("worklist", href=worklist_address(one)) if one.has_worklist else Cell("none")
    return (
        Cell(one.title, href=hospital_page_path(one.hospital_id).name),
        STATUS_CELLS[one.delivery["status"]],
        patients_of(one),
        len(one.outside(OUTSIDE_95)),
        len(one.outside(OUTSIDE_998)),
        one.open_findings("error"),
        one.open_findings("warning"),
        sum(int(row["queries"]) for row in one.findings),
        Cell(wording.share(known, asked), is_number=True),
        worklist,
    )


def _signals(hospitals: Sequence[Hospital]) -> Section:
    rows = [one.row for hospital in hospitals for one in hospital.measured]
    items: list[Item] = [words.chance_sentence(rows)]
    found = [(hospital, one) for hospital in hospitals for one in hospital.outside(OUTSIDE)]
    found.sort(key=lambda pair: pair[1].row["position"] not in OUTSIDE_998)
    if found:
        items.append(
            table(
                "signals",
                "Shares outside the limits, those outside 99.8% first.",
                (
                    *("Hospital", "Indicator", "Value", "95% interval"),
                    *("All hospitals", "Within 95%", "Against the limits"),
                ),
                (_signal(hospital, one) for hospital, one in found),
            )
        )
    return Section("signals", "Signals", tuple(items))


def _signal(hospital: Hospital, one: Measured) -> tuple[Given, ...]:
    row = one.row
    return (
        Cell(hospital.title, href=hospital_page_path(hospital.hospital_id).name),
        one.indicator.title,
        words.own_cell(one.indicator, row),
        Cell(words.interval_of(one.indicator, row), is_number=True),
        Cell(words.value_of(one.indicator, row["registry_value"]), is_number=True),
        Cell(f"{row['fewest_95']:,} to {row['most_95']:,}", is_number=True),
        words.position_cell(one.indicator, row["position"]),
    )


def _funnels(hospitals: Sequence[Hospital]) -> Section:
    items: list[Item] = []
    for indicator in INDICATORS:
        drawn = [
            (hospital, one)
            for hospital in hospitals
            for one in hospital.measured
            if one.indicator == indicator and one.row["position"] in JUDGED
        ]
        if indicator.has_funnel and drawn:
            items.append(_funnel(indicator, drawn))
    if items:
        items.insert(
            0,
            "Every hospital with enough patients or lines. Shaded: within 95%; dashed: 99.8%; "
            "line: all hospitals. Those outside are named.",
        )
    return Section("funnels", "Funnel plots", tuple(items) or ("No share could be compared.",))


def _funnel(indicator: Indicator, drawn: Sequence[tuple[Hospital, Measured]]) -> Chart:
    target = float(drawn[0][1].row["registry_value"])
    outside = [hospital.hospital_id for hospital, one in drawn if one.row["position"] in OUTSIDE]
    caption = (
        f"{indicator.title}: all hospitals {words.value_of(indicator, target)}; "
        f"{'none' if not outside else wording.listed(outside)} of "
        f"{wording.counted(len(drawn), 'hospital')} outside 95%."
    )
    points = [
        Point(
            int(one.row["denominator"]),
            float(one.row["value"]),
            hospital.hospital_id[:18] if one.row["position"] in OUTSIDE else "",
        )
        for hospital, one in drawn
    ]
    return Chart(funnel(f"Funnel plot. {caption}", target, points), caption)
