"""How an alternative is named at the head of a sentence.

Belongs here: parameters and their values in words. Does not belong here: which are tried
(`alternatives`), what comes of it (`changes`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etl.explain.alternatives import Alternative
from etl.explain.words import counted, days, joined
from etl.parameters import Parameters

LIMITS: Mapping[str, str] = {
    "combination_window_days": "With a combination window of {value}",
    "carried_days": "With a drug carried that goes on more than {value}",
    "carried_bridge_days": "With rows of one course at most {value} apart",
    "gap_days": "With a gap limit of {value}",
    "gap_oral_days": "With a gap limit of {value} for oral treatment",
    "toxicity_hold_days": "With a hold of {value} after toxicity",
    "beyond_progression_days": "With treatment beyond progression within {value}",
    "substitution_days": "With substitutes within {value}",
    "dropped_component_days": "With a component dropped after {value}",
    "adjuvant_refractory_days": "With adjuvant refractory disease within {value}",
    "stable_disease_days": "With stable disease from day {value}",
    "non_target_days": "With NON-CR/NON-PD from day {value}",
    "stop_to_progression_days": "With a PD dating a stop for progression {value} before it",
    "immune_confirmation_min_days": "With an iCPD confirming from {value} on",
    "immune_confirmation_max_days": "With an iCPD confirming up to {value}",
    "stopping_toxicity_days": "With toxicity that stopped a line within {value} of its end",
    "stopped_for_progression_days": "With a stop for progression within {value} of it",
    "benefit_stable_days": "With stable disease as benefit from day {value}",
    "confirmation_days": "With confirmation after {value}",
    "confirmation_max_not_evaluable": "With {value} allowed that cannot be evaluated",
    "accept_stable_between": "With {value} of stable disease allowed before confirmation",
    "toxicity_window_days": "With a toxicity window of {value}",
    "contact_past_cutoff_days": "With a contact read as the cut-off up to {value} past it",
    "person_days": "With dates of one person that agree up to {value} apart",
}
SWITCHES: Mapping[tuple[str, Any], str] = {
    ("progression_opens", False): "If a progression opened no line",
    ("window_respects_stops", False): "If the window held whatever had stopped",
    ("dropped_component_opens", True): "If going on without a component opened a line",
    ("given_back_component_opens", True): "If giving a component back opened a line",
    ("addition_opens", "never"): "If an addition opened no line",
    ("addition_opens", "class"): "If only an addition of a new class opened a line",
    ("missing_as_not_evaluable", True): "If a line without an assessment were not evaluable",
    ("number_settings_apart", False): "If lines were numbered through all settings",
    ("substitution_groups", ()): "If no substance could replace another",
}
_UNITS: Mapping[str, Callable[[int], str]] = {
    "stable_disease_days": str,
    "non_target_days": str,
    "benefit_stable_days": str,
    "accept_stable_between": lambda value: counted(value, "assessment"),
    "confirmation_max_not_evaluable": lambda value: counted(value, "assessment"),
}


def lead(ones: Sequence[Alternative], usual: Parameters) -> str:
    """The head of a sentence about alternatives with one effect.

    Args:
        ones: one record or switch, or several values of one limit in ascending order.
        usual: the parameters as they are.
    """
    if not ones[0].parameters:
        return ones[0].lead
    name, first = ones[0].parameters[0]
    before = getattr(usual, name)
    if (name, first) in SWITCHES:
        return SWITCHES[(name, first)]
    if name == "local_therapy_opens":
        return f"If the next start after {joined(first, 'or')} opened a line"
    values = [one.parameters[0][1] for one in ones]
    if name in LIMITS:
        unit = _UNITS.get(name, days)
        *most, last = values
        written = joined([*map(str, most), unit(last)], "or")
        return f"{LIMITS[name].format(value=written)} instead of {before}"
    written = joined(map(_plain, values), "or")
    return f"With {name} = {written} instead of {_plain(before)}"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
