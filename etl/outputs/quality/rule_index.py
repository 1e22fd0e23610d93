"""All rules on one page, by family: over a hundred stay navigable.

Belongs here: that list. Does not belong here: a rule's own page (`rule_pages`).
"""

from itertools import groupby
from pathlib import Path
from typing import Any

from etl.outputs.quality import trends, wording
from etl.outputs.quality.addresses import ALL_RULES
from etl.outputs.quality.desk import Desk, rule_cell
from etl.outputs.quality.page import Cell, Given, Section, severity_cell, table, write
from expectations.catalogue import Rule


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
    tonight = {str(one["rule_id"]): one for one in desk.results}
    rules = sorted(desk.catalogue.rules, key=lambda rule: (rule.family, rule.id))
    return [
        _family(family, list(of_family), tonight, histories)
        for family, of_family in groupby(rules, key=lambda rule: rule.family)
    ]


def _family(
    family: str,
    rules: list[Rule],
    tonight: dict[str, dict[str, Any]],
    histories: dict[str, list[dict[str, Any]]],
) -> Section:
    open_now = sum(int(tonight[rule.id]["open"]) for rule in rules if rule.id in tonight)
    made = table(
        f"family-{family}",
        f"{wording.counted(len(rules), 'rule')}, {wording.counted(open_now, 'open finding')}.",
        (
            *("Rule", "What must be true", "Severity", "Check in Dagster"),
            *("Violated, of judged", "Open", "Over the nights"),
        ),
        (_row(rule, tonight.get(rule.id), histories.get(rule.id, [])) for rule in rules),
    )
    return Section(family, family.replace("-", " "), (made,))


def _row(
    rule: Rule, counts: dict[str, Any] | None, history: list[dict[str, Any]]
) -> tuple[Given, ...]:
    named = (rule_cell(rule.id, base=""), rule.title, severity_cell(rule.severity))
    if counts is None:
        return (*named, rule.check_name, "not judged this night", wording.NONE, "")
    shadow = Cell("in shadow") if counts["shadow_nights_left"] else int(counts["open"])
    return (
        *named,
        rule.check_name,
        Cell(wording.of(int(counts["violated"]), int(counts["judged"])), is_number=True),
        shadow,
        Cell("", drawing=trends.sparkline(history)),
    )
