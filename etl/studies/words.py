"""A study's definition in words: what the attrition, the report and RECORD say of each key.

Belongs here: phrases made from a definition. Does not belong here: conditions (`criteria`), how
numbers are written (`etl/outputs/wording`).
"""

from collections.abc import Sequence

from etl.studies.definition import FirstBenefit, FirstDuration, Study
from etl.studies.definition_exposures import (
    Exposure,
    FirstAlternative,
    FirstStopToxicity,
)

GAP_FROM = {
    "line_end": "the initial line's end",
    "line_start": "the initial line's start",
    "last_dose": "the last dose of the initial line",
}
STOP_REASONS = {
    "progression": "progression",
    "toxicity": "toxicity",
    "completed": "completion",
    "patient_choice": "the patient's choice",
    "death": "death",
    "other": "another reason",
    "unknown": "an unknown reason",
    "ongoing": "ongoing treatment",
}
NEXT_THERAPY = {
    "ignore": "what is given next is ignored",
    "censor": "the next line censors",
    "event": "the next line is an event",
}
PFS_CENSORING = {
    "last_evaluable": "others are censored at their last evaluable assessment",
    "last_assessment": "others are censored at their last assessment",
    "last_contact": "others are censored at last contact",
}
OS_CENSORING = {
    "last_known_alive": "when last known to be alive",
    "last_contact": "at last contact as registered",
}
_GROUPS = {
    "initial_regimen": "By regimen of the initial treatment",
    "rechallenge_regimen": "By regimen of the rechallenge",
    "rechallenge_class": "By drug class of the rechallenge",
    "first_stop_reason": "By the reason for which the initial treatment stopped",
    "first_stop_progression": (
        "By whether the initial treatment stopped for progression or for another reason"
    ),
    "none": "None; all patients together",
}
SELECTION = {"response": "response", "pfs": "progression", "toxicity": "toxicity"}


def either(values: Sequence[str]) -> str:
    """'a, b or c'."""
    return _joined(values, "or")


def both(values: Sequence[str]) -> str:
    """'a, b and c'."""
    return _joined(values, "and")


def _joined(values: Sequence[str], last: str) -> str:
    if len(values) < 3:
        return f" {last} ".join(values)
    return f"{', '.join(values[:-1])} {last} {values[-1]}"


def in_setting(setting: str) -> str:
    """' in the advanced setting', or nothing for any."""
    return "" if setting == "any" else f" in the {setting} setting"


def given(exposure: Exposure) -> str:
    """What a line is a line of, as 'of ipilimumab or ipilimumab+nivolumab', 'with anti-PD-1'."""
    return f"{_drugs(exposure)}{_without(exposure)}{_numbered(exposure)}"


def _drugs(exposure: Exposure) -> str:
    join = both if exposure.needs == "all" else either
    if exposure.match == "exact":
        return f"of {' or '.join(exposure.regimens)}"
    if exposure.match == "contains_class":
        return f"with {join(exposure.classes)}"
    if exposure.match == "contains_substance":
        return f"with {join(exposure.substances)}"
    if exposure.match == "same_regimen":
        return "of the same regimen"
    if exposure.match == "same_substance":
        return f"sharing {either(exposure.substances) or 'a substance'} with the initial treatment"
    return f"sharing {either(exposure.classes) or 'a drug class'} with the initial treatment"


def _without(exposure: Exposure) -> str:
    return f" without {either(exposure.without_classes)}" if exposure.without_classes else ""


def _numbered(exposure: Exposure) -> str:
    numbers = exposure.line_numbers
    return f", as line {either([str(number) for number in numbers])}" if numbers else ""


def initial_step(study: Study) -> str:
    """The step that finds the initial line."""
    which = {
        "first_matching_line": "the first is the initial treatment",
        "last_matching_line": (
            "the last that a matching rechallenge follows is the initial treatment"
        ),
        "any_matching_line": (
            "the first whose rechallenge meets every criterion is the initial treatment"
        ),
    }
    setting = ""
    if study.initial_setting != study.population.setting:
        setting = in_setting(study.initial_setting)
    return f"A line {given(study.initial)}{setting} ({which[study.initial.pick]})"


def later_step(study: Study) -> str:
    """The step that finds a later line at all."""
    if study.rechallenge_setting == study.initial_setting:
        where = "" if study.initial_setting == "any" else " in the same setting"
        return f"A later line{where}"
    return f"A later line{in_setting(study.rechallenge_setting)}"


def rechallenge_step(study: Study) -> str:
    """The step that finds the rechallenge."""
    which = {
        "first_after_initial": "the first is the rechallenge",
        "first_qualifying": "the first that meets every criterion is the rechallenge",
        "last": "the last is the rechallenge",
    }
    return f"A later line {given(study.rechallenge)} ({which[study.rechallenge.pick]})"


def doses_step(study: Study) -> str:
    """The step that asks for doses."""
    least = study.initial.minimum_doses
    return (
        f"At least {least} {'dose' if least == 1 else 'doses'} of a substance of the initial "
        "treatment (an unknown number leaves the patient out)"
    )


def stop_reasons(reasons: Sequence[str]) -> str:
    """'progression or toxicity'."""
    return either([STOP_REASONS[reason] for reason in reasons])


def stop_toxicity(asked: FirstStopToxicity) -> str:
    """'an immune-related event of grade 3 or higher that led to stopping'."""
    kind = "an immune-related" if asked.immune_related else "an adverse"
    grade = "any grade" if asked.minimum_grade == 1 else f"grade {asked.minimum_grade} or higher"
    led = " that led to stopping" if asked.led_to_stop else ""
    return f"{kind} event of {grade}{led}"


def duration(asked: FirstDuration) -> str:
    """'more than 183 and less than 548 days'."""
    least, most = (
        ("at least", "at most") if asked.bounds == "inclusive" else ("more than", "less than")
    )
    parts = []
    if asked.minimum_days is not None:
        parts.append(f"{least} {asked.minimum_days}")
    if asked.maximum_days is not None:
        parts.append(f"{most} {asked.maximum_days}")
    return f"{' and '.join(parts)} days"


def benefit(asked: FirstBenefit) -> str:
    """'best response CR or SD (stable disease counts from 90 days without progression)'."""
    parts = []
    if asked.best_response:
        parts.append(f"best response {either(asked.best_response)}")
    if asked.minimum_sd_days is not None:
        parts[0] += (
            f" (stable disease counts from {asked.minimum_sd_days} days without progression)"
        )
    if asked.minimum_pfs_days is not None:
        parts.append(f"no progression for at least {asked.minimum_pfs_days} days from its start")
    return both(parts)


def benefit_step(asked: FirstBenefit) -> str:
    """The step that asks for benefit."""
    return f"Benefit from the initial line: {benefit(asked)}"


def alternatives_step(alternatives: Sequence[FirstAlternative]) -> str:
    """The step in which one of several ways is enough."""
    return f"The initial line met one of: {'; or '.join(map(_alternative, alternatives))}"


def _alternative(one: FirstAlternative) -> str:
    parts = []
    if one.first_benefit is not None:
        parts.append(benefit(one.first_benefit))
    if one.first_duration is not None:
        parts.append(f"lasted {duration(one.first_duration)}")
    if one.first_stop_reason:
        parts.append(f"ended because of {stop_reasons(one.first_stop_reason)}")
    return " and ".join(parts)


def selection_doubts(names: Sequence[str]) -> str:
    """'response and toxicity'."""
    return both([SELECTION[name] for name in names])


def definition(study: Study) -> list[tuple[str, list[str]]]:
    """The study in words for a reader: each term with the sentences that say it."""
    setting = in_setting(study.initial_setting) or ", in any setting"
    first = {
        "first_matching_line": "The first line",
        "last_matching_line": "The last line that a matching rechallenge follows, a line",
        "any_matching_line": "The first line whose rechallenge meets every criterion, a line",
    }[study.initial.pick]
    later = {
        "first_after_initial": "The first later line",
        "first_qualifying": "The first later line that meets every criterion, a line",
        "last": "The last later line",
    }[study.rechallenge.pick]
    where = " in that setting"
    if study.rechallenge_setting != study.initial_setting:
        where = in_setting(study.rechallenge_setting) or ", in any setting"
    elif study.initial_setting == "any":
        where = ", in any setting"
    asked = _asked(study)
    return [
        ("Initial treatment", [f"{first} {given(study.initial)}{setting}."]),
        ("Rechallenge", [f"{later} {given(study.rechallenge)}{where}."]),
        *([("Asked for", asked)] if asked else []),
        ("Groups", [f"{_GROUPS[study.strata]}."]),
        ("Response", [f"{_response(study)}."]),
        ("Times", [f"{sentence}." for sentence in _times(study)]),
        ("Severe toxicity", [f"{_toxicity(study)}."]),
    ]


def _asked(study: Study) -> list[str]:
    from etl.studies.criteria import criteria

    found = {"every_patient", "setting", "initial_line", "later_line", "rechallenge_line"}
    return [f"{step.description}." for step in criteria(study) if step.name not in found]


def _response(study: Study) -> str:
    asked = study.endpoints.response
    source = (
        "as entered for the episodes of the line"
        if study.response_source == "entered"
        else f"{asked.best_response}, from the assessments where the source registers them"
    )
    of = "patients with an evaluable one" if asked.denominator == "evaluable" else "all patients"
    return f"Best overall response, {source}; rates are of {of}"


def _times(study: Study) -> list[str]:
    pfs, survival = study.endpoints.pfs, study.endpoints.os
    said = [f"{NEXT_THERAPY[pfs.next_therapy]}, {PFS_CENSORING[pfs.censoring]}"]
    if pfs.missed_assessments_days is not None:
        said.append(
            f"an event more than {pfs.missed_assessments_days} days after the last evaluable "
            "assessment is censored there"
        )
    return [
        (
            f"Progression-free survival: from {index(study.pfs_index)} to progression or death; "
            f"{'; '.join(said)}"
        ),
        (
            f"Overall survival: from {index(study.os_index)}; the living are censored "
            f"{OS_CENSORING[survival.censoring]}"
        ),
    ]


def _toxicity(study: Study) -> str:
    asked = study.endpoints.toxicity
    bare = (
        " or severe toxicity entered without an event" if asked.count_bare_severe_toxicity else ""
    )
    of = (
        "those whose toxicity is known" if asked.denominator == "toxicity_known" else "all patients"
    )
    return (
        f"An immune-related event of grade {asked.minimum_grade} or higher{bare} during the "
        f"rechallenge, of {of}"
    )


def index(of: str) -> str:
    """The day from which times count."""
    return {
        "rechallenge_start": "the start of the rechallenge",
        "initial_start": "the start of the initial treatment",
    }[of]
