"""Subgroups: the estimates by level of a baseline variable, as tables of both editions.

Belongs here: names of variables and levels, laying out `marts.subgroups`. Does not belong here:
any estimation (`etl/studies/subgroups`), the figure (`subgroup_figure`).
"""

from collections.abc import Mapping

from etl.outputs import wording
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table
from etl.studies.subgroups import ALL, MISSING

VARIABLES = {
    "all": "All patients",
    "age": "Age in years",
    "sex": "Sex",
    "ecog": "ECOG performance status",
    "ldh": "LDH",
    "brain_metastases": "Brain metastases",
    "liver_metastases": "Liver metastases",
    "extent": "Stage and M category",
    "braf": "BRAF",
    "first_stop_reason": "Why the initial treatment stopped",
    "interval": "Interval between exposures",
    "initial_response": "Initial response",
}
LEVELS = {
    "III_M1a_M1b": "Stage III, M1a or M1b",
    "V600": "V600 mutation",
    "not_V600": "No V600 mutation",
    "1_and_over": "1 or more",
    "non_responder": "Non-responder",
    MISSING: "Missing",
}
ENDPOINTS = {
    "orr": "Objective response",
    "irae_grade3plus": "Severe immune-related event",
    "pfs": "Median PFS in months",
}
_EDITIONS = {
    "as_registered": ("subgroups", "every value as registered"),
    "quality_filtered": ("subgroups_sound", "doubtful values left out"),
}


def level_name(level: str) -> str:
    """A level as a reader writes it."""
    words = level.replace("_", " ")
    return LEVELS.get(level, words[:1].upper() + words[1:])


def is_estimated(row: Record) -> bool:
    """Whether the level has an estimate; one that is not reached is one."""
    return row["numerator"] is not None


def has_estimates(results: Results) -> bool:
    """Whether any level of any variable is estimated."""
    return any(is_estimated(row) and row["variable"] != ALL for row in results.subgroups)


def by_level(results: Results, edition: str) -> dict[tuple[str, str], dict[str, Record]]:
    """Rows of an edition by variable and level, each by endpoint, in reporting order."""
    found: dict[tuple[str, str], dict[str, Record]] = {}
    for row in results.subgroups:
        if row["edition"] == edition:
            found.setdefault((row["variable"], row["level"]), {})[row["endpoint"]] = row
    return found


def subgroup_tables(results: Results) -> list[Table | str]:
    """A table an edition, or a sentence where no level has enough evaluable patients."""
    minimum = results.study.subgroups.minimum_evaluable
    if not results.subgroups:
        return ["The warehouse that this report was made from holds no subgroups."]
    if not has_estimates(results):
        said = (
            f"No level of a baseline variable has {minimum} evaluable patients, the fewest for "
            "which this study estimates one; their numbers stand in marts.subgroups."
        )
        return [said]
    return [_table(results, edition) for edition in _EDITIONS]


def _table(results: Results, edition: str) -> Table:
    name, words = _EDITIONS[edition]
    minimum = results.study.subgroups.minimum_evaluable
    rows: list[Row] = []
    for (variable, level), those in by_level(results, edition).items():
        head = "All patients" if variable == ALL else f"{VARIABLES[variable]}: {level_name(level)}"
        rows.append((head, *(_cell(those[endpoint]) for endpoint in ENDPOINTS)))
    return Table(
        name,
        f"Estimates by level of baseline variables, {words}; exploratory.",
        (
            "Variable and level",
            "Objective response: n/N = % (95% interval)",
            "Severe immune-related event: n/N = % (95% interval)",
            "PFS: median months (95% interval), N",
        ),
        tuple(rows),
        "Exploratory: nothing was tested, and levels differ in more than the variable that names "
        f"them. A level with fewer than {minimum} evaluable patients is not estimated (a choice "
        "of this project), nor are patients whose level is not known. Variables are those at "
        "diagnosis of advanced disease; the last three are of the initial treatment and what "
        f"followed it. Older: from {results.study.subgroups.age_years} years. Intervals: "
        "Clopper-Pearson; Kaplan-Meier, log(-log).",
    )


def _cell(row: Mapping[str, object]) -> str:
    record: Record = dict(row)
    if not is_estimated(record):
        return f"not estimated, N = {record['denominator']}"
    if record["statistic"] == "median":
        return f"{wording.median_cell(record)}, N = {record['denominator']}"
    return wording.proportion_cell(record)
