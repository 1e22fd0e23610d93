"""How numbers and names are written in tables, figures and the report.

Belongs here: formatting of proportions, intervals, times, dates and set names, in one place so
that page, table and figure agree. Does not belong here: any computation.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from etl import rounding
from etl.rounding import rounded

ENDPOINT_NAMES = {
    "orr": "Objective response to rechallenge",
    "dcr": "Disease control by rechallenge",
    "discordance": "Responder status differs",
    "rechallenge_only": "Responded to the rechallenge only",
    "initial_only": "Responded to the initial treatment only",
    "irae_grade3plus": "Severe immune-related event",
    "irae_recurrence": "The same immune-related event again",
    "pfs": "Progression-free survival",
    "pfs_delayed_entry": "Progression-free survival, delayed entry",
    "os": "Overall survival",
    "os_delayed_entry": "Overall survival, delayed entry",
    "dor": "Duration of response",
    "ttnt": "Time to next treatment or death",
    "follow_up": "Follow-up",
}
SET_NAMES = {
    "all": "all patients",
    "response_evaluable": "response evaluable",
    "pair_evaluable": "both responses evaluable",
    "toxicity_known": "toxicity known",
    "toxicity_dated": "toxicity known and dated",
    "recurrence_known": "toxicity and its organ class known",
    "pfs_known": "PFS known",
    "pfs_known_from_initial": "PFS known, from the initial treatment: immortal time",
    "pfs_known_at_entry": "without an event and followed after the rechallenge began",
    "os_known": "survival known",
    "os_known_from_initial": "survival known, from the initial treatment: immortal time",
    "os_known_at_entry": "followed after the rechallenge began",
    "ttnt_known": "time to next treatment known",
    "response_dated": "responders with a dated response",
}
SUBSET_NAMES = {"all": "all patients", "rechallenge_responders": "responders to rechallenge"}
EDITION_NAMES = {"as_registered": "As registered", "quality_filtered": "Quality filtered"}

STRATA_HEADS = {
    "initial_regimen": "Initial treatment",
    "rechallenge_regimen": "Rechallenge",
    "rechallenge_class": "Class of the rechallenge",
    "first_stop_reason": "Why the initial treatment stopped",
    "first_stop_progression": "Why the initial treatment stopped",
    "none": "Group",
}

NONE = "\u2013"


def group_name(stratum: str) -> str:
    """A group as a reader writes it: 'ipilimumab + nivolumab', 'patient choice'."""
    return "All patients" if stratum == "all" else stratum.replace("+", " + ").replace("_", " ")


def by_group(strata: str) -> str:
    """', by initial treatment' at the end of a caption; nothing without groups."""
    return "" if strata == "none" else f", by {_small(STRATA_HEADS[strata])}"


def _small(text: str) -> str:
    return text[0].lower() + text[1:]


def count(number: int) -> str:
    """3759 as '3,759'."""
    return f"{number:,}"


def percent(value: float | None) -> str:
    """0.361 as '36.1%', halves up: 5 of 16 is 31.3%."""
    return NONE if value is None else rounding.percent(value)


def limits(lower: float | None, upper: float | None) -> str:
    """' (20.8% to 53.8%)' behind a share; nothing where there is no interval."""
    if lower is None or upper is None:
        return ""
    return f" ({percent(lower)} to {percent(upper)})"


def share(part: int, whole: int) -> str:
    """'13/36 (36.1%)'; an empty whole has no percentage."""
    return f"{part}/{whole} ({percent(part / whole)})" if whole else f"{part}/{whole}"


def part_of(part: int, whole: int) -> str:
    """'13 (36.1%)' for a column whose N stands in its head."""
    return f"{part} ({percent(part / whole)})" if whole else str(part)


def number(value: float | None, decimals: int = 1) -> str:
    """A number, or a dash where there is none."""
    return NONE if value is None else str(rounded(value, decimals))


def evaluable_set(name: str) -> str:
    """The evaluable set in words."""
    sound = name.endswith("_sound")
    words = SET_NAMES[name.removesuffix("_sound")]
    return f"{words}, doubtful values left out" if sound else words


def proportion_cell(row: Mapping[str, Any]) -> str:
    """'13/36 = 36.1% (20.8 to 53.8)'."""
    if row["value"] is None:
        return f"{row['numerator']}/{row['denominator']}"
    return (
        f"{row['numerator']}/{row['denominator']} = {percent(row['value'])} "
        f"({_hundredfold(row['lower'])} to {_hundredfold(row['upper'])})"
    )


def median_cell(row: Mapping[str, Any]) -> str:
    """'2.8 (2.3 to 6.4)' months; a limit or value that is not reached is said to be."""
    if row["denominator"] == 0:
        return NONE
    if row["value"] is None:
        lower = number(row["lower"]) if row["lower"] is not None else "not reached"
        return f"not reached ({lower} to not reached)"
    return f"{number(row['value'])} ({_limit(row['lower'])} to {_limit(row['upper'])})"


def survival_cell(row: Mapping[str, Any]) -> str:
    """'24.4% (12.4 to 38.5)', or a dash beyond the last observation."""
    if row["value"] is None:
        return NONE
    if row["lower"] is None:
        return percent(row["value"])
    return f"{percent(row['value'])} ({_hundredfold(row['lower'])} to {_hundredfold(row['upper'])})"


def estimate_cell(row: Mapping[str, Any]) -> str:
    """A row of estimates as one cell."""
    cells = {
        "proportion": proportion_cell,
        "median": median_cell,
        "survival_at": survival_cell,
        "cumulative_incidence": survival_cell,
    }
    return cells[row["statistic"]](row)


def _hundredfold(value: float) -> Decimal:
    return rounded(100 * value)


def _limit(value: float | None) -> str:
    return "not reached" if value is None else number(value)
