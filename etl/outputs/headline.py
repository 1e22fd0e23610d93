"""The main estimates of a study, at the head of its report.

Belongs here: which estimates are the main ones. Does not belong here: estimation, HTML.
"""

from etl.outputs import outcome_tables, wording
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.studies.endpoints import time_endpoints


def headline_table(results: Results) -> Table | None:
    """The main estimates by group, at the head of the page."""
    if not results.pairs:
        return None
    rows = []
    reported = {one.name for one in time_endpoints(results.study)}
    recurrence = results.study.endpoints.recurrence is not None
    for endpoint, statistic, subset in (
        ("orr", "proportion", "all"),
        ("irae_grade3plus", "proportion", "all"),
        *([("irae_recurrence", "proportion", "all")] if recurrence else []),
        ("discordance", "proportion", "all"),
        ("rechallenge_only", "proportion", "all"),
        ("pfs", "median", "all"),
        ("pfs", "median", outcome_tables.RESPONDERS),
        ("os", "median", "all"),
        *([("os_delayed_entry", "median", "all")] if "os_delayed_entry" in reported else []),
    ):
        found = [
            results.estimate(endpoint, stratum, statistic=statistic, subset=subset)
            for stratum in results.strata
        ]
        unit = "Months, median" if statistic == "median" else "n/N = %"
        of = wording.evaluable_set(found[0]["evaluable_set"])
        rows.append(
            (
                f"{unit} (95% interval): {outcome_tables.time_name(endpoint, subset)} ({of})",
                *map(wording.estimate_cell, found),
            )
        )
    groups = (
        f"{wording.group_name(stratum)} (N = {len(results.members(stratum))})"
        for stratum in results.strata
    )
    return Table(
        "headline",
        f"Main estimates{wording.by_group(results.study.strata)}, as registered.",
        ("Endpoint (evaluable set)", *groups),
        tuple(rows),
    )
