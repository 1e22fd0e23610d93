"""How far a study's response rate and progression-free survival move because of a rule.

Belongs here: laying out `quality.impact`. Does not belong here: working it out (`etl/impact`).
"""

from typing import Any

from etl.outputs.quality import wording
from etl.outputs.quality.desk import NOT_MADE, Desk, rule_cell
from etl.outputs.quality.page import Cell, Section, table
from etl.rounding import rounded

_ALL_RULES = "all"
_MOST = 25


def impact(desk: Desk) -> Section:
    """The rules that move a study most, with all rules together first."""
    heading = "What the findings move"
    if "quality.impact" not in desk.tables:
        return Section("impact", heading, (NOT_MADE,))
    rows = desk.rows(
        """
        select * from quality.impact
        where stratum = 'all' and patients_left > 0
        order by rule_id <> 'all', abs(coalesce(difference, 0)) desc, patients_left desc,
            study, rule_id, endpoint
        """
    )
    if not rows:
        said = "No finding takes a patient out of a study's response rate or its PFS."
        return Section("impact", heading, (said,))
    rest = len(rows) - _MOST
    made = table(
        "impact",
        "Response rate and median PFS as registered, and without the patients a rule makes "
        "doubtful; all rules together first, then the largest differences.",
        ("Study", "Rule", "Endpoint", "Patients who leave", "As registered", "Without", "Moves by"),
        (
            (
                Cell(one["study"], href=f"../{one['study']}/report.html"),
                _rule(one["rule_id"]),
                "response rate" if one["endpoint"] == "orr" else "median PFS",
                int(one["patients_left"]),
                Cell(_value(one, "as_registered"), is_number=True),
                Cell(_value(one, "without"), is_number=True),
                Cell(_moved(one), is_number=True),
            )
            for one in rows[:_MOST]
        ),
        note=(f"{wording.counted(rest, 'more row')} in quality.impact. " if rest > 0 else "")
        + "Groups of a study stand in its report. Where a number is small the difference is noise.",
    )
    return Section("impact", heading, (made,))


def _rule(rule_id: str) -> Cell:
    return Cell("all rules together") if rule_id == _ALL_RULES else rule_cell(rule_id)


def _value(one: dict[str, Any], edition: str) -> str:
    numerator, denominator = one[f"numerator_{edition}"], one[f"denominator_{edition}"]
    if not denominator:
        return "nobody evaluable"
    if one["endpoint"] == "orr":
        return wording.of(int(numerator), int(denominator))
    months = one["value_as_registered" if edition == "as_registered" else "value_without"]
    of = f"{wording.count(numerator)} events of {wording.count(denominator)}"
    return f"{'not reached' if months is None else f'{rounded(months)} months'}, {of}"


def _moved(one: dict[str, Any]) -> str:
    if one["difference"] is None:
        return wording.NONE
    is_rate = one["endpoint"] == "orr"
    moved = one["difference"] * (100 if is_rate else 1)
    sign = "+" if moved > 0 else "\u2212" if moved < 0 else ""
    return f"{sign}{rounded(abs(moved))} {'points' if is_rate else 'months'}"
