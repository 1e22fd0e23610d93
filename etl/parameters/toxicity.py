"""Parameters of toxicity: which events belong to which line."""

from pydantic import Field

from etl.parameters.base import ParameterGroup


class ToxicityParameters(ParameterGroup):
    """How adverse events are attributed."""

    toxicity_window_days: int = Field(
        90,
        ge=0,
        description=(
            "An adverse event without episode is attributed to a line up to so many days after "
            "its end, or to the next line; so long is the line at risk of toxicity. Trial "
            "convention of 90 to 100 days; unverified."
        ),
        json_schema_extra={"unit": "days"},
    )
