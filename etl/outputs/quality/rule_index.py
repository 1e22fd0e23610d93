"""All rules on one page, by family: over a hundred stay navigable.

Belongs here: that list. Does not belong here: a rule's own page (`rule_pages`).
"""

from itertools import groupby
from pathlib import Path
from typing import Any

from etl.outputs.quality import trends, wording
from etl.outputs.quality.addresses import ALL_RULES
from etl.outputs.quality.desk import Desk, rule_cell
from etl.outputs.quality.page import Cell, Section, severity_cell, table, write


def write_rule_index(desk: Desk, outputs: Path) -> Path:
    """Write the list of all rules below the folder of the outputs."""
    open_now = sum(int(one["open"]) for one in desk.results)
    return write(
        "rules.html",
        outputs / ALL_RULES,
        context=desk.context,
        sections=list(_sections(desk)),
        lead=(
            f"{wording.counted(len(desk.results), 'rule')} were judged; "
            f"{wording.counted(open_now, 'finding')} stand open."
        ),
    )


def _sections(desk: Desk) -> list[Section]:
    histories = trends.rule_histories(desk)
    rows = sorted(desk.results, key=lambda one: (one["family"], one["rule_id"]))
    return [
        _family(desk, family, list(of_family), histories)
        for family, of_family in groupby(rows, key=lambda one: str(one["family"]))
    ]


def _family(
    desk: Desk,
    family: str,
    rows: list[dict[str, Any]],
    histories: dict[str, list[dict[str, Any]]],
) -> Section:
    open_now = sum(int(one["open"]) for one in rows)
    made = table(
        f"family-{family}",
        f"{wording.counted(len(rows), 'rule')}, {wording.counted(open_now, 'open finding')}.",
        (
            *("Rule", "What must be true", "Severity", "Check in Dagster"),
            *("Violated, of judged", "Open", "Over the nights"),
        ),
        (
            (
                rule_cell(one["rule_id"], base=""),
                one["title"] + (" (in shadow)" if one["shadow_nights_left"] else ""),
                severity_cell(one["severity"]),
                desk.catalogue.by_id[one["rule_id"]].check_name,
                Cell(wording.of(int(one["violated"]), int(one["judged"])), is_number=True),
                int(one["open"]),
                Cell("", drawing=trends.sparkline(histories.get(one["rule_id"], []))),
            )
            for one in rows
        ),
    )
    return Section(family, family.replace("-", " "), (made,))
