"""Contract of the mart about hospitals: each indicator of each hospital beside the registry's.

Belongs here: that table. Does not belong here: which indicators there are and what they mean
(`etl/hospital_indicators`).
"""

from expectations.contracts.base import Contract, Series, column

KINDS = ("count", "share", "median", "survival")
DIRECTIONS = ("high is good", "low is good", "neither")
POSITIONS = (
    "within",
    "above_95",
    "below_95",
    "above_998",
    "below_998",
    "too_few",
    "not_judged",
)
_LIMIT = "exact binomial at the registry's share and this denominator; only of a share"


class HospitalIndicators(Contract):
    """What a hospital's page shows: its own figures and what chance explains."""

    layer = "marts"
    table = "hospital_indicators"
    grain = "One row per indicator, hospital and year; a row without a year is of all years."
    primary_key = ("indicator", "hospital_id", "year")
    owner = "team:registry"

    indicator: Series[str] = column("Id of the indicator.", nullable=False)
    title: Series[str] = column("The indicator in a few words.", nullable=False)
    kind: Series[str] = column(
        "count: how many; share: numerator / denominator; median: days; survival: Kaplan-Meier.",
        nullable=False,
        isin=KINDS,
    )
    direction: Series[str] = column(
        "Which side is good; neither where a high and a low value may both be right.",
        nullable=False,
        isin=DIRECTIONS,
    )
    hospital_id: Series[str] = column("Hospital of the patient.", nullable=False)
    year: Series[int] = column("Year of diagnosis, or in which the line began; missing: all years.")
    numerator: Series[int] = column(
        "Patients or lines with the property; of survival those who died.", ge=0
    )
    denominator: Series[int] = column(
        "Patients or lines asked about; of a count, the count itself.", nullable=False, ge=0
    )
    value: Series[float] = column(
        "Share or survival from 0 to 1, days, or a count; missing when it cannot be estimated.",
        ge=0,
    )
    lower: Series[float] = column("Lower limit of the interval, in the unit of the value.", ge=0)
    upper: Series[float] = column("Upper limit of the interval, in the unit of the value.", ge=0)
    confidence: Series[float] = column("Level of the interval; missing for a count.", ge=0, le=1)
    method: Series[str] = column("How value and interval were estimated.", nullable=False)
    registry_value: Series[float] = column(
        "The same over all hospitals, this one included; of a count, the mean of the hospitals.",
        ge=0,
    )
    hospitals: Series[int] = column(
        "Hospitals with anybody asked about in these years.", nullable=False, ge=1
    )
    fewest_95: Series[int] = column(f"Fewest within 95%: {_LIMIT}.", ge=0)
    most_95: Series[int] = column(f"Most within 95%: {_LIMIT}.", ge=0)
    fewest_998: Series[int] = column(f"Fewest within 99.8%: {_LIMIT}.", ge=0)
    most_998: Series[int] = column(f"Most within 99.8%: {_LIMIT}.", ge=0)
    position: Series[str] = column(
        "Where the hospital lies against the limits. too_few: fewer than ten asked about, or fewer "
        "than three hospitals; not_judged: no share.",
        nullable=False,
        isin=POSITIONS,
    )
    suppressed: Series[bool] = column(
        "Whether a shared version must not print it: it rests on a count below the minimum cell.",
        nullable=False,
    )
