"""Contract of the mart of subgroups: main estimates by level of a baseline variable.

Belongs here: that table. Does not belong here: the groups a study reports in (`studies`).
"""

from expectations.contracts.base import Contract, Series, column
from expectations.contracts.studies import EDITIONS

SUBGROUP_ENDPOINTS = ("orr", "irae_grade3plus", "pfs")
SUBGROUP_STATISTICS = ("proportion", "median")
VARIABLES = (
    "all",
    "age",
    "sex",
    "ecog",
    "ldh",
    "brain_metastases",
    "liver_metastases",
    "extent",
    "braf",
    "first_stop_reason",
    "interval",
    "initial_response",
)


class Subgroups(Contract):
    """What a study finds in each level of a baseline variable; exploratory, nothing is tested."""

    layer = "marts"
    table = "subgroups"
    grain = (
        "One row per study, edition, baseline variable, level, endpoint and statistic; the levels "
        "too small to be estimated among them."
    )
    primary_key = ("study", "edition", "variable", "level", "endpoint", "statistic")
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    edition: Series[str] = column(
        "All values as registered, or without the doubtful ones.", nullable=False, isin=EDITIONS
    )
    variable: Series[str] = column(
        "What the level is of, at diagnosis of advanced disease; interval, first_stop_reason and "
        "initial_response are of the initial treatment. `all`: every patient, for comparison.",
        nullable=False,
        isin=VARIABLES,
    )
    level: Series[str] = column("The level; `missing` where it is not known.", nullable=False)
    endpoint: Series[str] = column("What is estimated.", nullable=False, isin=SUBGROUP_ENDPOINTS)
    statistic: Series[str] = column(
        "How it is summarised.", nullable=False, isin=SUBGROUP_STATISTICS
    )
    value: Series[float] = column(
        "Proportion from 0 to 1, or median in months; missing when not estimated or not reached, "
        "as `method` says.",
        ge=0,
    )
    lower: Series[float] = column("Lower limit of the interval, in the unit of the value.", ge=0)
    upper: Series[float] = column("Upper limit of the interval, in the unit of the value.", ge=0)
    confidence: Series[float] = column(
        "Two-sided level of the interval.", nullable=False, gt=0, lt=1
    )
    method: Series[str] = column(
        "Estimator and interval, what was not reached, or why nothing was estimated.",
        nullable=False,
    )
    numerator: Series[int] = column(
        "Patients with the property or the event; missing when not estimated.", ge=0
    )
    denominator: Series[int] = column(
        "Patients of the level in the evaluable set.", nullable=False, ge=0
    )
    evaluable_set: Series[str] = column("Name of the set that was evaluable.", nullable=False)
    suppressed: Series[bool] = column(
        "Whether a shared version must not print it: a count is below the minimum cell, or would "
        "give one away.",
        nullable=False,
    )
