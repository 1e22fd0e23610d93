"""What the numbers of a report must agree with, whatever the study.

Belongs here: reading every printed estimate off a page and comparing it with estimates.csv.
Does not belong here: which reports are read (`test_report_numbers`, `test_report_published`).
"""

from pathlib import Path
from typing import Any

from tests.ui.report_support import estimate, estimates, table, written

RESPONSE = {
    "Objective response to rechallenge": "orr",
    "Disease control by rechallenge": "dcr",
    "Responder status differs": "discordance",
    "Responded to the rechallenge only": "rechallenge_only",
    "Responded to the initial treatment only": "initial_only",
}
HEADLINE = RESPONSE | {
    "Severe immune-related event": "irae_grade3plus",
    "The same immune-related event again": "irae_recurrence",
    "Progression-free survival": "pfs",
    "Progression-free survival, responders to rechallenge": "pfs",
    "Overall survival": "os",
    "Overall survival, delayed entry": "os_delayed_entry",
}
TIMES = {
    "Progression-free survival, delayed entry": "pfs_delayed_entry",
    "Progression-free survival": "pfs",
    "Duration of response": "dor",
    "Overall survival, delayed entry": "os_delayed_entry",
    "Overall survival": "os",
    "Time to next treatment or death": "ttnt",
    "Follow-up": "follow_up",
}


def disagreements(page: Any, folder: Path) -> tuple[list[str], int]:
    """Cells that are not what estimates.csv says, and how many were compared."""
    rows = estimates(folder)
    strata = {_group(row["stratum"]): row["stratum"] for row in rows}
    compared = [
        *_headline(table(page, "headline"), rows, strata),
        *_response(table(page, "response"), rows, strata, _sizes(page)),
        *_times(table(page, "times"), rows, strata),
        *_toxicity(table(page, "toxicity"), rows, strata),
    ]
    wrong = [
        f"{where}: {cell!r}, not {asked!r}" for where, cell, asked in compared if cell != asked
    ]
    return wrong, len(compared)


Compared = tuple[str, str, str]


def _headline(
    cells: dict[str, dict[str, str]], rows: list[dict[str, str]], strata: dict[str, str]
) -> list[Compared]:
    found = []
    for head, row in cells.items():
        _, _, label = head.partition(": ")
        name = label.rpartition(" (")[0]
        subset = "rechallenge_responders" if name.endswith("responders to rechallenge") else "all"
        statistic = "median" if head.startswith("Months") else "proportion"
        for column, cell in row.items():
            asked = estimate(
                rows,
                endpoint=HEADLINE[name],
                stratum=strata[column.rpartition(" (N = ")[0]],
                subset=subset,
                statistic=statistic,
            )
            found.append((f"headline, {head}, {column}", cell, written(asked)))
    return found


def _sizes(page: Any) -> dict[str, str]:
    """Patients of each group, as the heads of the first table say."""
    heads = next(iter(table(page, "headline").values()))
    return dict(head.removesuffix(")").split(" (N = ") for head in heads)


def _response(
    cells: dict[str, dict[str, str]],
    rows: list[dict[str, str]],
    strata: dict[str, str],
    sizes: dict[str, str],
) -> list[Compared]:
    found = []
    for head, row in cells.items():
        name, _, group = head.partition(": ")
        asked = estimate(
            rows, endpoint=RESPONSE[name], stratum=strata[group], statistic="proportion"
        )
        found.append((f"response, {head}", row["n/N = % (95% interval)"], written(asked)))
        of_all = row["Of all patients"].partition(" (")[0]
        said = f"{asked['numerator']}/{sizes[group]}"
        found.append((f"response of all, {head}", of_all, said))
    return found


def _times(
    cells: dict[str, dict[str, str]], rows: list[dict[str, str]], strata: dict[str, str]
) -> list[Compared]:
    found = []
    for head, row in cells.items():
        label, _, group = head.rpartition(": ")
        endpoint = next(code for name, code in TIMES.items() if label.startswith(name))
        subset = "rechallenge_responders" if ", responders to rechallenge" in label else "all"
        keys = {"endpoint": endpoint, "stratum": strata[group], "subset": subset}
        median = estimate(rows, statistic="median", **keys)
        events = f"{median['numerator']}/{median['denominator']}"
        found.append((f"events, {head}", row["Events/N"], events))
        found.append((f"median, {head}", row["Median (95% interval)"], written(median)))
        for column, cell in row.items():
            if column.startswith("At ") and endpoint != "follow_up":
                at = column.split(" ")[1]
                asked = estimate(rows, statistic="survival_at", at=at, **keys)
                found.append((f"{column}, {head}", cell, written(asked)))
    return found


def _toxicity(
    cells: dict[str, dict[str, str]], rows: list[dict[str, str]], strata: dict[str, str]
) -> list[Compared]:
    return [
        (
            f"toxicity, {head}",
            row["n/N = % (95% interval)"],
            written(
                estimate(
                    rows,
                    endpoint="irae_grade3plus",
                    stratum=strata[head],
                    statistic="proportion",
                )
            ),
        )
        for head, row in cells.items()
    ]


def _group(stratum: str) -> str:
    return "All patients" if stratum == "all" else stratum.replace("+", " + ").replace("_", " ")
