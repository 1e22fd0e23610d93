"""The table of the report that says how far each rule moves the main estimates.

Belongs here: `quality.impact` as a reader meets it. Does not belong here: what is in it
(`etl/impact`), the other tables of data quality (`method_tables`).
"""

from collections.abc import Mapping
from typing import Any

from etl.outputs import wording
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table
from etl.rounding import rounded

ALL_RULES = "all"


def impact_table(results: Results) -> Table:
    """Response rate and median over all patients, as registered and without each rule's doubts."""
    found: dict[str, dict[str, Record]] = {}
    for row in results.impact:
        found.setdefault(row["rule_id"], {})[row["endpoint"]] = row
    ordered = sorted(found.items(), key=_most_moved_first)
    rows = [_row(rule_id, of["orr"], of["pfs"]) for rule_id, of in ordered]
    if ordered:
        rows.insert(0, _as_registered(**ordered[0][1]))
    return Table(
        "impact",
        "How far each rule moves response and progression-free survival, all patients.",
        (
            "Rule",
            "Patients touched",
            "Leave for response",
            "Response",
            "Moved, points",
            "Leave for PFS",
            "Median PFS, months",
            "Moved, months",
        ),
        tuple(rows),
        "Beside a rule: without the patients whose value it makes doubtful, alone or with others. "
        "All rules together give the quality-filtered edition; the differences "
        "do not add up to it where a patient is touched by several rules.",
    )


def _row(rule_id: str, orr: Record, pfs: Record) -> Row:
    return (
        "All rules together" if rule_id == ALL_RULES else rule_id,
        wording.count(orr["patients_touched"]),
        wording.count(orr["patients_left"]),
        _proportion(orr, "without"),
        _moved(orr["difference"], scale=100, decimals=1),
        wording.count(pfs["patients_left"]),
        _median(pfs, "without"),
        _moved(pfs["difference"], scale=1, decimals=2),
    )


def _as_registered(orr: Record, pfs: Record) -> Row:
    none = wording.NONE
    estimates = _proportion(orr, "as_registered"), _median(pfs, "as_registered")
    return ("As registered", none, none, estimates[0], none, none, estimates[1], none)


def _proportion(row: Record, edition: str) -> str:
    return wording.share(row[f"numerator_{edition}"], row[f"denominator_{edition}"])


def _median(row: Record, edition: str) -> str:
    if not row[f"denominator_{edition}"]:
        return wording.NONE
    value = row[f"value_{edition}"]
    return "not reached" if value is None else wording.number(value, 2)


def _moved(difference: float | None, *, scale: int, decimals: int) -> str:
    if difference is None:
        return wording.NONE
    moved = rounded(scale * difference, decimals)
    return f"{moved:+}" if moved else str(rounded(0, decimals))


def _most_moved_first(one: tuple[str, Mapping[str, Record]]) -> tuple[Any, ...]:
    rule_id, of = one
    moved = sum(row["patients_left"] for row in of.values())
    return (rule_id == ALL_RULES, -moved, -of["orr"]["patients_touched"], rule_id)
