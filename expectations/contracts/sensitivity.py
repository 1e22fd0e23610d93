"""Contract of the sensitivity mart: what every study finds under other definitions.

Belongs here: that table. Does not belong here: the alternatives (`etl/sensitivity`).
"""

from expectations.contracts.base import Contract, Series, column

MEASURES = (
    "lines",
    "patients",
    "patients_entered",
    "patients_left",
    "orr",
    "pfs_median",
    "irae_grade3plus",
)


class Sensitivity(Contract):
    """How far the conclusions of a study move when a definition is changed."""

    layer = "marts"
    table = "sensitivity"
    grain = "One row per study, alternative definition, stratum and measure."
    primary_key = ("study", "parameter", "tried", "stratum", "measure")
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    parameter: Series[str] = column(
        "What is changed; `scenario` where several definitions are changed together.",
        nullable=False,
    )
    tried: Series[str] = column("Value tried, or name of the scenario.", nullable=False)
    title: Series[str] = column("The alternative in words.", nullable=False)
    is_default: Series[bool] = column(
        "Whether this is what the study and the night use.", nullable=False
    )
    stratum: Series[str] = column("Group of the study, or `all`.", nullable=False)
    measure: Series[str] = column(
        "lines: lines of the study's setting in the registry; patients: rechallenged patients of "
        "the study; patients_entered, patients_left: against the default; orr, irae_grade3plus: "
        "proportions; pfs_median: months.",
        nullable=False,
        isin=MEASURES,
    )
    value: Series[float] = column(
        "Count, proportion from 0 to 1, or months; missing when not reached or nobody is "
        "evaluable.",
        ge=0,
    )
    lower: Series[float] = column("Lower limit of the interval, in the unit of the value.", ge=0)
    upper: Series[float] = column("Upper limit of the interval, in the unit of the value.", ge=0)
    numerator: Series[int] = column("Patients with the property or the event.", ge=0)
    denominator: Series[int] = column("Patients in the evaluable set.", ge=0)
    suppressed: Series[bool] = column(
        "Whether a shared version must not print it: it rests on a count below the minimum cell.",
        nullable=False,
    )
