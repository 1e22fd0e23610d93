"""The selection of a study in steps: each criterion in words and as a condition on a candidate.

Belongs here: which criteria a definition asks for, in order. Does not belong here: how candidates
are found and counted (`cohort`).
"""

from dataclasses import dataclass

from etl.studies.definition import Study


@dataclass(frozen=True)
class Criterion:
    """One step of the selection.

    Attributes:
        name: short name, for tables.
        description: the criterion in words.
        condition: SQL on a row of `study_candidates`; NULL leaves the patient out.
        edition: `as_registered`, or `quality_filtered` for a step that removes doubtful values.
    """

    name: str
    description: str
    condition: str
    edition: str = "as_registered"


def criteria(study: Study) -> tuple[Criterion, ...]:
    """The steps of the selection in order; a criterion that the study leaves open has no step."""
    population, between = study.population, study.between
    steps = [
        Criterion("every_patient", "Every patient of the registry with a readable key", "true"),
        Criterion(
            "setting",
            f"At least one line of systemic treatment in the {population.setting} setting",
            "has_line",
        ),
    ]
    if population.minimum_age is not None:
        steps.append(
            Criterion(
                "minimum_age",
                f"Aged {population.minimum_age} or older at advanced diagnosis, or age unknown",
                f"coalesce(age_at_advanced_diagnosis >= {population.minimum_age}, true)",
            )
        )
    steps += [
        Criterion(
            "initial_line",
            f"A line of {_either(study.initial.regimens)} (the first is the initial treatment)",
            "initial_line_id is not null",
        ),
        Criterion("later_line", "A later line in the same setting", "has_later_line"),
        Criterion(
            "rechallenge_line",
            f"A later line of {_rechallenge_in_words(study)} (the first is the rechallenge)",
            "rechallenge_line_id is not null",
        ),
    ]
    steps += _between_criteria(study)
    steps += _initial_criteria(study)
    if between.progression_required:
        steps.append(
            Criterion(
                "progression_between",
                "A progression between the initial treatment's start and the rechallenge",
                "progression_between",
            )
        )
    return tuple(steps)


DOUBT_STEPS = (
    Criterion(
        "lines_sound",
        "Both lines rest on records without an error finding",
        "lines_doubtful_because is null",
        "quality_filtered",
    ),
    Criterion(
        "responses_sound",
        "Of those, both responses rest on records without an error finding",
        "response_doubtful_because is null and initial_response_doubtful_because is null",
        "quality_filtered",
    ),
    Criterion(
        "pfs_sound",
        "Of those, progression-free survival does",
        "pfs_doubtful_because is null",
        "quality_filtered",
    ),
    Criterion(
        "os_sound",
        "Of those, overall survival does",
        "os_doubtful_because is null",
        "quality_filtered",
    ),
    Criterion(
        "toxicity_sound",
        "Of those, toxicity does",
        "toxicity_doubtful_because is null",
        "quality_filtered",
    ),
)


def _between_criteria(study: Study) -> list[Criterion]:
    between, steps = study.between, []
    if between.minimum_gap_days > 0:
        since = "end" if between.gap_from == "line_end" else "start"
        steps.append(
            Criterion(
                "minimum_gap",
                f"At least {between.minimum_gap_days} days from the initial line's {since} "
                "to the rechallenge (an unknown gap leaves the patient out)",
                f"gap_days >= {between.minimum_gap_days}",
            )
        )
    if between.intervening_lines == "forbidden":
        steps.append(Criterion("no_line_between", "No line between", "intervening_lines = 0"))
    if between.intervening_lines == "required":
        steps.append(Criterion("line_between", "A line between", "intervening_lines > 0"))
    return steps


def _initial_criteria(study: Study) -> list[Criterion]:
    steps = []
    if study.first_stop_reason != "any":
        steps.append(
            Criterion(
                "first_stop_reason",
                f"The initial line ended because of {_either(study.first_stop_reason)}",
                f"first_stop_reason in ({literals(study.first_stop_reason)})",
            )
        )
    if study.first_benefit != "any":
        responses = study.first_benefit.best_response
        steps.append(
            Criterion(
                "first_benefit",
                f"Best response {_either(responses)} to the initial line",
                f"initial_response in ({literals(responses)})",
            )
        )
    return steps


def _rechallenge_in_words(study: Study) -> str:
    rechallenge = study.rechallenge
    if rechallenge.match == "same_regimen":
        return "the same regimen"
    if rechallenge.match == "contains_class":
        return f"a regimen with {' and '.join(rechallenge.classes)}"
    return _either(rechallenge.regimens)


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(values)


def literals(values: tuple[str, ...] | list[str]) -> str:
    """Values as SQL literals between commas."""
    quoted = ("'" + value.replace("'", "''") + "'" for value in values)
    return ", ".join(quoted)
