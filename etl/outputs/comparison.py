"""What was found beside what the publication prints.

Belongs here: the comparison table and whether a number is the printed one. Does not belong here:
any use of a published figure in a computation.
"""

from etl.outputs import wording
from etl.outputs.outcome_tables import time_name
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table
from etl.rounding import rounded
from etl.studies.definition import PublishedFigure


def comparison_table(results: Results) -> Table | None:
    """What was found beside what the publication prints; None without a publication."""
    publication = results.study.publication
    if publication is None or not publication.figures:
        return None
    rows = tuple(_compared(results, figure) for figure in publication.figures)
    return Table(
        "comparison",
        f"Found here, and printed by {publication.citation}.",
        ("Quantity", "Group", "Printed", "Found", "n/N found", "Same as printed"),
        rows,
        "Published figures are used for this table only. "
        + (" ".join(publication.note.split()) if publication.note else "")
        + " Fractions marked * have such a denominator in the publication.",
    )


def is_same(results: Results, figure: PublishedFigure) -> bool:
    """Whether what was found rounds to what is printed, over the same fraction where known."""
    found = found_value(results, figure)
    if found is None or float(rounded(found, figure.decimals)) != figure.value:
        return False
    if figure.denominator is None:
        return True
    row = _row_of(results, figure)
    fraction = (figure.numerator, figure.denominator)
    return row is not None and (row["numerator"], row["denominator"]) == fraction


def _compared(results: Results, figure: PublishedFigure) -> Row:
    found = found_value(results, figure)
    names = {"screened": "Patients with an initial treatment", "patients": "Rechallenged patients"}
    name = names.get(figure.endpoint) or time_name(figure.endpoint, figure.subset)
    unit = {"median": " months", "count": ""}.get(figure.statistic, "%")
    if figure.at is not None:
        name = f"{name}, at {figure.at} months"
    fraction = wording.NONE
    row = None if figure.endpoint in names else _row_of(results, figure)
    if row is not None:
        fraction = f"{row['numerator']}/{row['denominator']}"
    star = "*" if figure.reconstructed else ""
    return (
        name,
        wording.group_name(figure.stratum),
        figure.printed,
        wording.NONE if found is None else f"{rounded(found, figure.decimals):,}{unit}",
        f"{fraction}{star}",
        "yes" if is_same(results, figure) else "no",
    )


def found_value(results: Results, figure: PublishedFigure) -> float | None:
    """What was found, in the unit that is printed; None where there is no value."""
    if figure.endpoint == "patients":
        return len(results.members(figure.stratum))
    if figure.endpoint == "screened":
        return next(
            float(step["patients"])
            for step in results.attrition
            if step["criterion"] == "initial_line"
        )
    row = _row_of(results, figure)
    if row is None or row["value"] is None:
        return None
    return float(row["value"]) * (1 if figure.statistic == "median" else 100)


def _row_of(results: Results, figure: PublishedFigure) -> Record | None:
    """The estimate to compare with; None for a group that no patient here belongs to."""
    if figure.stratum not in results.strata:
        return None
    return results.estimate(
        figure.endpoint,
        figure.stratum,
        statistic=figure.statistic,
        subset=figure.subset,
        at=figure.at,
    )
