"""Parameters of how records are read before anything is derived: the cut-off, and persons."""

from pydantic import Field

from etl.parameters.base import ParameterGroup


class RecordParameters(ParameterGroup):
    """How records are read."""

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
