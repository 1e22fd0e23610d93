"""Parameters of how records are read before anything is derived: the cut-off, and persons."""

from typing import Literal

from pydantic import Field

from etl.parameters.base import ParameterGroup


class RecordParameters(ParameterGroup):
    """How records are read."""

    link_persons: Literal["auto", "never"] = Field(
        "auto",
        description=(
            "Whether patients who share a person_key are derived as one person, where the source "
            "declares person_key: one_disease; or never. Project default."
        ),
    )
    person_days: int = Field(
        31,
        ge=0,
        description=(
            "Deaths of linked ids further apart than so many days make overall survival doubtful; "
            "advanced diagnoses at most so many days apart fill each other's baseline. Project "
            "default: the longest month."
        ),
        json_schema_extra={"unit": "days"},
    )
    contact_past_cutoff_days: int = Field(
        31,
        ge=0,
        description=(
            "A last contact or vital status date of a patient registered alive at most so many "
            "days past the data cut-off is read as the cut-off; a later one is missing. Project "
            "default: the longest month, for dates entered by month."
        ),
        json_schema_extra={"unit": "days"},
    )
    cutoff_patients: int = Field(
        20,
        ge=1,
        description=(
            "From so many patients of a delivery with an assessment, event, dose, procedure or "
            "last contact 1 to 366 days past its cut-off, the cut-off itself is taken to be wrong "
            "and publication is held. Project default."
        ),
        json_schema_extra={"unit": "patients"},
    )
    cutoff_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description=(
            "And only when they are more than this share of the delivery's patients. Project "
            "default."
        ),
    )
