"""Parameters of best response: when stable disease counts, when a response is confirmed."""

from typing import Self

from pydantic import Field, model_validator

from etl.parameters.base import ParameterGroup


class ResponseParameters(ParameterGroup):
    """How assessments are read."""

    stable_disease_days: int = Field(
        42,
        ge=0,
        description=(
            "Stable disease counts from this day after the line's start, inclusive. RECIST 1.1: "
            "six to eight weeks; admiralonco uses 42."
        ),
        json_schema_extra={"unit": "days"},
    )
    non_target_days: int = Field(
        42,
        ge=0,
        description=(
            "NON-CR/NON-PD counts from this day after the line's start, inclusive. As long a time "
            "as of stable disease, as admiralonco asks."
        ),
        json_schema_extra={"unit": "days"},
    )
    confirmation_days: int = Field(
        28,
        ge=0,
        description=(
            "A response is confirmed by a later assessment, at least so long after. RECIST 1.1: "
            "four weeks."
        ),
        json_schema_extra={"unit": "days"},
    )
    confirmation_max_not_evaluable: int = Field(
        1,
        ge=0,
        description=(
            "Assessments that could not be evaluated allowed between a response and its "
            "confirmation. admiralonco max_nr_ne."
        ),
        json_schema_extra={"unit": "assessments"},
    )
    accept_stable_between: int = Field(
        0,
        ge=0,
        description=(
            "Assessments of stable disease allowed between a partial response and its "
            "confirmation. RECIST 1.1: none; admiralonco accept_sd: 1."
        ),
        json_schema_extra={"unit": "assessments"},
    )
    missing_as_not_evaluable: bool = Field(
        False,
        description=(
            "Whether the best response of a line without an assessment is NE instead of missing. "
            "It stays not evaluable. admiralonco missing_as_ne."
        ),
    )
    stop_to_progression_days: int = Field(
        42,
        ge=0,
        description=(
            "A PD up to so many days after a stop for progression dates the progression that was "
            "the reason; without one it is dated at the stop. Six weeks, the shortest time in "
            "which RECIST 1.1 asks for another assessment."
        ),
        json_schema_extra={"unit": "days"},
    )
    immune_confirmation_min_days: int = Field(
        28,
        ge=0,
        description=(
            "An iCPD sooner after the first iUPD of its block confirms nothing and is read as "
            "iUPD. iRECIST: four weeks (EORTC, questions on iRECIST)."
        ),
        json_schema_extra={"unit": "days"},
    )
    immune_confirmation_max_days: int = Field(
        56,
        ge=0,
        description=(
            "An iCPD later than so many days after each iUPD of its block comes too late to "
            "confirm; the progression stands at the first iUPD all the same. iRECIST: eight weeks "
            "(EORTC, questions on iRECIST)."
        ),
        json_schema_extra={"unit": "days"},
    )

    @model_validator(mode="after")
    def _window_is_open(self) -> Self:
        shortest, longest = self.immune_confirmation_min_days, self.immune_confirmation_max_days
        if shortest > longest:
            raise ValueError(
                f"immune_confirmation_min_days is {shortest} and immune_confirmation_max_days "
                f"{longest}: no iCPD could confirm; give a minimum up to the maximum."
            )
        return self
