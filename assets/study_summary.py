"""A study's main findings on a terminal, read from the published marts.

Belongs here: which estimates a person wants to see first, and how a line of them reads. Does not
belong here: computing them (`etl.studies`), the report (`etl.outputs`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assets.cli_common import out, query, show_table
from etl.outputs.wording import estimate_cell, group_name

_MAIN = (
    ("orr", "all", "objective response to rechallenge"),
    ("irae_grade3plus", "all", "severe immune-related event"),
    ("irae_recurrence", "all", "the same immune-related event again"),
    ("discordance", "all", "responder status differs"),
    ("rechallenge_only", "all", "responded to the rechallenge only"),
    ("pfs", "all", "progression-free survival"),
    ("pfs", "rechallenge_responders", "progression-free survival, responders"),
    ("os", "all", "overall survival"),
    ("os_delayed_entry", "all", "overall survival, delayed entry"),
)
_WHERE_ASKED = ("irae_recurrence", "os_delayed_entry")


def show_study(database: Path, study: str) -> None:
    """Print attrition and main estimates of a published study, as registered."""
    asked = {"study": study}
    out(f"\n{study}, as registered\n")
    show_table(query(database, _ATTRITION, asked))
    sizes = query(database, _SIZES, asked)
    show_table(_pivot(query(database, _ESTIMATES, asked), sizes))


def show_other_studies(database: Path, study: str) -> None:
    """Print how many patients each other published study finds, and their response."""
    rows = [
        {
            "other studies": row["study"],
            "patients": row["patients"],
            "objective response to rechallenge": _cell(row),
        }
        for row in query(database, _OTHERS, {"study": study})
    ]
    if rows:
        show_table(rows)


def _pivot(
    rows: list[Mapping[str, Any]], sizes: list[Mapping[str, Any]]
) -> list[dict[str, object]]:
    """One row an endpoint, one column a stratum; the whole group last."""
    strata = sorted({str(row["stratum"]) for row in rows}, key=lambda name: (name == "all", name))
    patients = {str(row["stratum"]): int(row["patients"]) for row in sizes}
    patients["all"] = sum(patients.values())
    heads = {name: f"{group_name(name)} (N = {patients.get(name, 0)})" for name in strata}
    found = {(row["endpoint"], row["subset"], row["stratum"]): row for row in rows}
    return [
        {
            "endpoint": words,
            **{heads[name]: _cell(found.get((endpoint, subset, name))) for name in strata},
        }
        for endpoint, subset, words in _MAIN
        if endpoint not in _WHERE_ASKED or any(key[0] == endpoint for key in found)
    ]


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None or not row["denominator"]:
        return "nobody evaluable"
    months = " months" if row["statistic"] == "median" and row["value"] is not None else ""
    return estimate_cell(row).replace(" (", f"{months} (", 1)


_ATTRITION = """
    select patients, description as criterion
    from marts.attrition
    where study = $study and edition = 'as_registered'
    order by step
"""

_SIZES = """
    select stratum, count(*) as patients
    from marts.rechallenges
    where study = $study
    group by stratum
"""

_OTHERS = """
    select study, count(rechallenges.patient_id) as patients,
        any_value(statistic) as statistic, any_value(value) as value, any_value(lower) as lower,
        any_value(upper) as upper, any_value(numerator) as numerator,
        any_value(denominator) as denominator
    from marts.estimates
    left join marts.rechallenges using (study)
    where study <> $study and edition = 'as_registered' and endpoint = 'orr'
        and estimates.stratum = 'all'
    group by study
    order by study
"""

_ESTIMATES = """
    select endpoint, subset, stratum, statistic, value, lower, upper,
        numerator, denominator, evaluable_set
    from marts.estimates
    where study = $study and edition = 'as_registered' and statistic in ('proportion', 'median')
    order by endpoint, subset, stratum
"""
