"""Writing the shareable version: report.html, estimates.csv, release.json and tables.

Belongs here: the folder and its files. Does not belong here: what stands in them (`document`).

A file that an earlier version left in the folder goes: nothing but what was audited together may
lie there.
"""

import csv
import json
import shutil
from pathlib import Path

from etl.outputs import tables, wording
from etl.outputs.results import Record, Results
from etl.outputs.shareable.document import compose, render
from etl.outputs.shareable.masked import HIDDEN, Shared, share
from etl.outputs.shareable.outcomes import limits
from etl.outputs.tables import Table
from etl.rounding import rounded

METHODS = ("definition", "parameters", "versions")
"""Tables without a number of patients."""

COLUMNS = (
    "study",
    "edition",
    "stratum",
    "subset",
    "endpoint",
    "statistic",
    "at",
    "value",
    "lower",
    "upper",
    "confidence",
    "method",
    "numerator",
    "denominator",
    "at_risk",
    "evaluable_set",
)


def write_shareable(results: Results, folder: Path) -> list[Path]:
    """Write the shareable version of a study.

    Args:
        results: what the study found.
        folder: the version's own folder, made anew.

    Returns:
        The files written.

    Raises:
        NotTheMartsReleaseError: the estimates were marked by another release.
    """
    shared = share(results, results.context.minimum_cell)
    document = compose(shared)
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "tables").mkdir(parents=True)
    is_safe = not (shared.release.exposed or document.exposed)
    counted = [
        (table.name, *_cells(table)) for table in document.tables if table.name not in METHODS
    ]
    cells = sum(found for _, found, _ in counted)
    hidden = sum(found for _, _, found in counted)
    page = folder / "report.html"
    page.write_text(render(shared, document, hidden, cells, is_safe), encoding="utf-8")
    return [
        page,
        _write_estimates(shared, folder / "estimates.csv"),
        _write_release(shared, counted, folder / "release.json", is_safe),
        *(tables.write_csv(table, folder / "tables") for table in document.tables),
    ]


def _cells(table: Table) -> tuple[int, int]:
    """Cells of a table that hold a number or the mark, and those that hold the mark."""
    cells = [cell for row in table.rows for cell in row[1:]]
    hidden = sum(HIDDEN in cell for cell in cells)
    numbers = sum(any(letter.isdigit() for letter in cell) for cell in cells if HIDDEN not in cell)
    return numbers + hidden, hidden


def _write_estimates(shared: Shared, path: Path) -> Path:
    """The rows that may be shown, rounded as on the page; the others are not in the file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            _row(shared, row) for row in shared.results.estimates if not row["suppressed"]
        )
    return path


def _row(shared: Shared, row: Record) -> dict[str, object]:
    """A row as the page prints it; how many had the event is in no row of a median."""
    shown: dict[str, object] = {name: row[name] for name in COLUMNS}
    if row["statistic"] == "median" and row["denominator"]:
        lower, upper = limits(shared, row)
        shown["value"] = None if row["value"] is None else wording.number(row["value"])
        shown["lower"], shown["upper"] = (
            limit if limit[0].isdigit() else (HIDDEN if limit == HIDDEN else None)
            for limit in (lower, upper)
        )
        shown["numerator"] = None
    else:
        for name in ("value", "lower", "upper"):
            shown[name] = None if row[name] is None else rounded(row[name], 3)
    return {name: "" if value is None else value for name, value in shown.items()}


def _write_release(
    shared: Shared, counted: list[tuple[str, int, int]], path: Path, is_safe: bool
) -> Path:
    policy, context = shared.policy, shared.results.context
    content = {
        "study": shared.results.study.id,
        "version": "shareable",
        "snapshot_id": context.snapshot_id,
        "policy": {
            "minimum_cell": policy.minimum_cell,
            "zero_is_small": policy.zero_is_small,
            "complementary": policy.complementary,
            "missing_counts_exempt": policy.missing_counts_exempt,
            "mark": HIDDEN,
        },
        "groups_left_out": bool(shared.release.groups.left_out),
        "tables": {name: {"cells": cells, "hidden": hidden} for name, cells, hidden in counted},
        "estimates_shown": sum(not row["suppressed"] for row in shared.results.estimates),
        "estimates_left_out": sum(row["suppressed"] for row in shared.results.estimates),
        "audit": {
            "method": "lowest and highest value of each small count that agree with all that is "
            "shown, in whole numbers, over all groups and tables",
            "protected_range": policy.minimum_cell,
            "every_small_count_is_protected": is_safe,
        },
        "left_out_by_policy": [
            "Kaplan-Meier curves",
            "swimmer plot",
            "Sankey diagram",
            "events in all of times",
            "milestones other than yearly ones",
            "subgroups",
            "other definitions",
            "impact of rules",
            "delayed entry",
            "cumulative incidence",
            "counts of records by rule",
        ],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
