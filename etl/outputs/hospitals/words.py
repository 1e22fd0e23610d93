"""Words for indicators: values, intervals, positions, what chance explains.

Belongs here: phrases that the hospital's page and the registry's list share. Does not belong here:
words of every page (`etl/outputs/quality/wording`).
"""

from collections.abc import Iterable

import numpy as np

from etl.deliveries.funnel import TAIL, TAIL_95, expected_outside
from etl.hospital_indicators.build import FEWEST_ASKED, FEWEST_HOSPITALS
from etl.hospital_indicators.definitions import INDICATORS, Indicator
from etl.outputs.hospitals.facts import JUDGED, OUTSIDE, OUTSIDE_998, Row
from etl.outputs.quality import wording
from etl.outputs.quality.page import Cell, Item, Section, table
from etl.rounding import percent, rounded

NO_CASE_MIX = (
    "Not corrected for case mix. Hospitals treat different patients, and outcomes are counted as "
    "registered. A figure outside the limits is a reason to look at registration, patients and "
    "care; it is no judgement, and the hospitals are not ranked."
)
_POSITIONS = {
    "within": ("within", "plain"),
    "above_95": ("▲ above 95%", ""),
    "below_95": ("▼ below 95%", ""),
    "above_998": ("▲▲ above 99.8%", ""),
    "below_998": ("▼▼ below 99.8%", ""),
    "too_few": ("too few", "plain"),
    "not_judged": (wording.NONE, ""),
}


def value_of(indicator: Indicator, value: float | None) -> str:
    """A value in its unit."""
    if value is None or np.isnan(value):
        return wording.NONE
    if indicator.kind in ("share", "survival"):
        return percent(value)
    number = f"{rounded(value, 0 if float(value).is_integer() else 1):,}"
    return f"{number} days" if indicator.kind == "median" else number


def own_cell(indicator: Indicator, row: Row) -> Cell:
    """The hospital's own value with its counts."""
    if indicator.kind == "count":
        return Cell(value_of(indicator, row["value"]), is_number=True)
    counts = (
        f"n={row['denominator']:,}"
        if row["numerator"] is None
        else f"{row['numerator']:,}/{row['denominator']:,}"
    )
    if indicator.kind == "survival":
        counts = f"{row['numerator']:,} died of {row['denominator']:,}"
    return Cell(value_of(indicator, row["value"]), is_number=True, small=counts)


def interval_of(indicator: Indicator, row: Row) -> str:
    """The interval; a dash where there is none."""
    if row["lower"] is None or row["upper"] is None:
        return wording.NONE
    lower, upper = (value_of(indicator, row[side]).removesuffix(" days") for side in _SIDES)
    return f"{lower} to {upper}"


_SIDES = ("lower", "upper")


def position_cell(indicator: Indicator, position: str) -> Cell:
    """Where it lies, with a sign, and marked by whether that side is good."""
    text, mark = _POSITIONS[position]
    if position in OUTSIDE:
        side = "high" if position.startswith("above") else "low"
        if indicator.direction == "neither":
            mark = "warning"
        elif indicator.direction == f"{side} is good":
            mark = "good"
        else:
            mark = "error" if position in OUTSIDE_998 else "warning"
    return Cell(text, mark=f"mark {mark}" if mark else "")


def chance_sentence(rows: Iterable[Row]) -> str:
    """How many shares lie outside, and how many chance alone would put there."""
    judged = [row for row in rows if row["position"] in JUDGED]
    if not judged:
        return "No share could be compared with the registry's."
    n = [row["denominator"] for row in judged]
    p = [row["registry_value"] for row in judged]
    outside = sum(row["position"] in OUTSIDE for row in judged)
    far = sum(row["position"] in OUTSIDE_998 for row in judged)
    by_chance = float(expected_outside(n, p, TAIL_95).sum())
    far_by_chance = float(expected_outside(n, p, TAIL).sum())
    return (
        f"Of {wording.counted(len(judged), 'share')} with limits {outside:,} "
        f"{'lies' if outside == 1 else 'lie'} outside 95%, of which {far:,} outside 99.8%. Did all "
        f"hospitals have the registry's shares, chance alone would put about {rounded(by_chance)} "
        f"outside 95% and {rounded(far_by_chance, 2)} outside 99.8%."
    )


def definitions() -> Section:
    """What each indicator means, who is counted, and who says so."""
    made = table(
        "definitions",
        "Definitions of the indicators.",
        ("Indicator", "Definition", "Good side", "Source"),
        (
            (
                one.title,
                one.definition,
                one.direction,
                one.source,
            )
            for one in INDICATORS
        ),
    )
    items: list[Item] = [
        (
            "Limits are exact binomial at the registry's share and the hospital's own number: "
            "outside 95% lies what chance alone gives in less than 1 of 40 on that side, outside "
            "99.8% in less than 1 of 1,000 (Spiegelhalter, Stat Med 2005;24:1185-202). Intervals "
            "of shares are those of Clopper and Pearson at 95%; of medians they lie between two "
            f"of the values (sign test). Fewer than {FEWEST_ASKED} patients or lines, or fewer "
            f"than {FEWEST_HOSPITALS} hospitals, are too few to compare. A patient belongs to the "
            "hospital that registered the patient."
        ),
        made,
    ]
    return Section("definitions", "How to read this page", tuple(items))
