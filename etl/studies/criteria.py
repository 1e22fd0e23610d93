"""The selection of a study in steps: each criterion in words and as a condition on a candidate.

Belongs here: which criteria a definition asks for, in order. Does not belong here: how candidates
are found and counted (`cohort`), how definitions are put into words (`words`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from etl.studies import words
from etl.studies.definition import FirstBenefit, FirstDuration, Study
from etl.studies.definition_exposures import FirstAlternative
from etl.studies.matching import has_response, literals


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
    return (
        *_of_the_population(study),
        Criterion("initial_line", words.initial_step(study), "initial_line_id is not null"),
        *_of_earlier_lines(study),
        Criterion("later_line", words.later_step(study), "has_later_line"),
        Criterion(
            "rechallenge_line", words.rechallenge_step(study), "rechallenge_line_id is not null"
        ),
        *_of_the_gap(study),
        *_of_lines_between(study),
        *_of_the_first_course(study),
        *_of_progression(study),
    )


def doubt_steps(study: Study) -> tuple[Criterion, ...]:
    """The steps of the quality-filtered edition: each asks one more value to be sound."""
    return (*_of_sound_selection(study), *_SOUND_VALUES)


def _of_the_population(study: Study) -> Iterator[Criterion]:
    population = study.population
    yield Criterion("every_patient", "Every patient of the registry with a readable key", "true")
    yield Criterion(
        "setting",
        f"At least one line of systemic treatment{words.in_setting(study.initial_setting)}",
        "has_line",
    )
    if population.minimum_age is not None:
        yield Criterion(
            "minimum_age",
            f"Aged {population.minimum_age} or older at advanced diagnosis, or age unknown",
            f"coalesce(age_at_advanced_diagnosis >= {population.minimum_age}, true)",
        )
    if population.exclude_primary_types:
        excluded = population.exclude_primary_types
        yield Criterion(
            "primary_type",
            f"The primary is not {words.either(excluded)}, or its type is not registered",
            f"coalesce(primary_type not in ({literals(excluded)}), true)",
        )


def _of_earlier_lines(study: Study) -> Iterator[Criterion]:
    classes = study.initial.no_earlier_classes
    if classes:
        yield Criterion(
            "no_earlier_class",
            f"No earlier line, of any setting, with a drug of the class {words.either(classes)}",
            f"not list_has_any(earlier_classes, [{literals(classes)}])",
        )


def _of_the_gap(study: Study) -> Iterator[Criterion]:
    between = study.between
    since = words.GAP_FROM[between.gap_from]
    unknown = "(an unknown gap leaves the patient out)"
    if between.minimum_gap_days > 0:
        yield Criterion(
            "minimum_gap",
            f"At least {between.minimum_gap_days} days from {since} to the rechallenge {unknown}",
            f"gap_days >= {between.minimum_gap_days}",
        )
    if between.maximum_gap_days is not None:
        yield Criterion(
            "maximum_gap",
            f"At most {between.maximum_gap_days} days from {since} to the rechallenge {unknown}",
            f"gap_days <= {between.maximum_gap_days}",
        )
    if between.minimum_follow_up_after_stop_days is not None:
        days = between.minimum_follow_up_after_stop_days
        yield Criterion(
            "follow_up_after_stop",
            f"Followed for at least {days} days after the end of the initial line",
            f"follow_up_after_stop_days >= {days}",
        )


def _of_lines_between(study: Study) -> Iterator[Criterion]:
    between = study.between
    if between.intervening_lines == "forbidden":
        yield Criterion("no_line_between", "No line between", "intervening_lines = 0")
    if between.intervening_lines == "required":
        yield Criterion("line_between", "A line between", "intervening_lines > 0")
    for name, asked, column in (
        ("classes_between", between.intervening_classes, "intervening_classes"),
        ("substances_between", between.intervening_substances, "intervening_substances"),
    ):
        if asked:
            yield Criterion(
                name,
                f"{words.both(asked).capitalize()} in a line between"
                if name == "substances_between"
                else f"A drug of the class {words.both(asked)} in a line between",
                f"list_has_all({column}, [{literals(asked)}])",
            )


def _of_the_first_course(study: Study) -> Iterator[Criterion]:
    if study.initial.minimum_doses is not None:
        yield Criterion(
            "minimum_doses", words.doses_step(study), f"doses >= {study.initial.minimum_doses}"
        )
    if study.first_stop_reason != "any":
        yield Criterion(
            "first_stop_reason",
            f"The initial line ended because of {words.stop_reasons(study.first_stop_reason)}",
            f"first_stop_reason in ({literals(study.first_stop_reason)})",
        )
    if study.first_stop_toxicity is not None:
        yield Criterion(
            "first_stop_toxicity",
            f"During the initial line, {words.stop_toxicity(study.first_stop_toxicity)}",
            "stopping_organ_classes is not null",
        )
    if study.first_duration is not None:
        yield Criterion(
            "first_duration",
            f"The initial line lasted {words.duration(study.first_duration)}",
            _lasted(study.first_duration),
        )
    if study.first_benefit != "any":
        yield Criterion(
            "first_benefit",
            words.benefit_step(study.first_benefit),
            _benefited(study.first_benefit),
        )
    if study.first_alternatives:
        yield Criterion(
            "first_alternatives",
            words.alternatives_step(study.first_alternatives),
            " or ".join(
                "(" + " and ".join(_alternative(one)) + ")" for one in study.first_alternatives
            ),
        )


def _of_progression(study: Study) -> Iterator[Criterion]:
    between = study.between
    if between.no_progression_at_stop:
        yield Criterion(
            "no_progression_at_stop",
            "No progression by the end of the initial line, nor as the reason of its end",
            "not has_progression_at_stop",
        )
    if between.progression_within_days_of_last_dose is not None:
        days = between.progression_within_days_of_last_dose
        yield Criterion(
            "progression_by_last_dose",
            f"The initial line progressed, at most {days} days after its last dose",
            "initial_progression and "
            f"date_diff('day', last_dose_date, initial_progression_date) <= {days}",
        )
    if between.progression_after_stop:
        yield Criterion(
            "progression_after_stop",
            "A progression after the end of the initial line and up to the rechallenge",
            "progression_after_stop",
        )
    if between.progression_required is True:
        yield Criterion(
            "progression_between",
            "A progression between the initial treatment's start and the rechallenge",
            "progression_between",
        )
    if between.progression_required == "on_or_after_initial":
        yield Criterion(
            "initial_progression",
            "A progression of the initial line, during it or after, up to the rechallenge",
            "initial_progression",
        )


def _lasted(asked: FirstDuration) -> str:
    strict = "" if asked.bounds == "exclusive" else "="
    conditions = []
    if asked.minimum_days is not None:
        conditions.append(f"initial_duration_days >{strict} {asked.minimum_days}")
    if asked.maximum_days is not None:
        conditions.append(f"initial_duration_days <{strict} {asked.maximum_days}")
    return " and ".join(conditions)


def _benefited(asked: FirstBenefit) -> str:
    conditions = []
    if asked.best_response:
        conditions.append(has_response("initial_response", asked.best_response))
    if asked.minimum_sd_days is not None:
        conditions.append(
            f"(not {has_response('initial_response', ('SD', 'NON-CR/NON-PD'))} "
            f"or initial_pfs_days >= {asked.minimum_sd_days})"
        )
    if asked.minimum_pfs_days is not None:
        conditions.append(f"initial_pfs_days >= {asked.minimum_pfs_days}")
    return " and ".join(conditions)


def _alternative(one: FirstAlternative) -> Iterator[str]:
    if one.first_benefit is not None:
        yield _benefited(one.first_benefit)
    if one.first_duration is not None:
        yield _lasted(one.first_duration)
    if one.first_stop_reason:
        yield f"first_stop_reason in ({literals(one.first_stop_reason)})"


def selection_doubts(study: Study) -> tuple[str, ...]:
    """What of the initial line the selection rests on: `response`, `pfs`, `toxicity`."""
    between = study.between
    benefits = [study.first_benefit] if study.first_benefit != "any" else []
    benefits += [one.first_benefit for one in study.first_alternatives if one.first_benefit]
    rests_on = {
        "response": any(one.best_response for one in benefits),
        "pfs": between.progression_after_stop
        or between.no_progression_at_stop
        or between.progression_required == "on_or_after_initial"
        or between.progression_within_days_of_last_dose is not None
        or any(
            days is not None
            for one in benefits
            for days in (one.minimum_sd_days, one.minimum_pfs_days)
        ),
        "toxicity": study.first_stop_toxicity is not None,
    }
    return tuple(name for name, is_used in rests_on.items() if is_used)


def _of_sound_selection(study: Study) -> Iterator[Criterion]:
    yield Criterion(
        "lines_sound",
        "Both lines rest on records without an error finding",
        "lines_doubtful_because is null",
        "quality_filtered",
    )
    if selection_doubts(study):
        yield Criterion(
            "selection_sound",
            "Of those, what the selection asks of the initial line "
            f"({words.selection_doubts(selection_doubts(study))}) does",
            "selection_doubtful_because is null",
            "quality_filtered",
        )


_SOUND_VALUES = (
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
