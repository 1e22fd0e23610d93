"""Mistakes across keys of a definition: keys that each are right and together are not.

Belongs here: one sentence a mistake, with the key to correct and what was expected. Does not
belong here: mistakes within one key (the definition modules).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.studies.definition import Study

Mistake = tuple[str, str]


def contradictions(study: Study) -> list[Mistake]:
    """Key and sentence of each mistake, in the order of the keys."""
    return [
        *_of_settings(study),
        *_of_the_stop(study),
        *_of_the_benefit(study),
        *_of_endpoints(study),
    ]


def _of_settings(study: Study) -> Iterator[Mistake]:
    for key, exposure in (("initial", study.initial), ("rechallenge", study.rechallenge)):
        of_study = study.population.setting
        if exposure.setting == "any" and of_study != "any":
            yield (
                f"{key}.setting",
                (
                    f"`any` is wider than `population.setting: {of_study}`; leave it out, or write "
                    "`any` for the population"
                ),
            )
    numbers = study.rechallenge.line_numbers
    if study.initial_setting == study.rechallenge_setting != "any" and numbers == (1,):
        yield (
            "rechallenge.line_numbers",
            "the rechallenge comes after a line of its setting, so its number is 2 or more",
        )


def _of_the_stop(study: Study) -> Iterator[Mistake]:
    reasons = study.first_stop_reason
    if reasons == ():
        yield "first_stop_reason", "an empty list leaves everybody out; write `any` or reasons"
    asked = study.first_stop_toxicity
    if asked and asked.led_to_stop and reasons != "any" and "toxicity" not in reasons:
        yield (
            "first_stop_toxicity",
            (
                "asks for an event that led to the stop, and `first_stop_reason` leaves `toxicity` "
                "out; add it there, or write `led_to_stop: false`"
            ),
        )
    if study.between.no_progression_at_stop and reasons == ("progression",):
        yield (
            "between.no_progression_at_stop",
            "nobody stops for progression without one; `first_stop_reason` asks for progression",
        )
    within = study.between.progression_within_days_of_last_dose
    if within is not None and study.between.no_progression_at_stop and within == 0:
        yield (
            "between.progression_within_days_of_last_dose",
            "0 days asks for a progression by the last dose, and `no_progression_at_stop` for none",
        )


def _of_the_benefit(study: Study) -> Iterator[Mistake]:
    if len(study.first_alternatives) == 1:
        yield (
            "first_alternatives",
            "one alternative is a condition; write its keys at the top of the file, or a second",
        )
    if study.response_source == "entered" and study.endpoints.response.best_response == "confirmed":
        yield (
            "endpoints.response.best_response",
            (
                "an entered response is not confirmed by assessments; write `unconfirmed`, or "
                "`response_source: derived`"
            ),
        )


def _of_endpoints(study: Study) -> Iterator[Mistake]:
    if study.endpoints.recurrence and study.first_stop_toxicity is None:
        yield (
            "endpoints.recurrence",
            (
                "what recurs is the event that the initial treatment was stopped for; add "
                "`first_stop_toxicity`"
            ),
        )
    for key, months in (
        ("endpoints.survival_at_months", study.endpoints.survival_at_months),
        (
            "endpoints.toxicity.cumulative_incidence_months",
            study.endpoints.toxicity.cumulative_incidence_months,
        ),
    ):
        if any(month < 1 for month in months) or list(months) != sorted(set(months)):
            yield key, "expected whole months from 1, in rising order, each once"
