"""Parameters of best response: when stable disease counts, when a response is confirmed."""

from pydantic import Field

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
    confirmation_days: int = Field(
        28,
        ge=0,
        description="A response is confirmed by an assessment at least so much later. RECIST 1.1.",
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
