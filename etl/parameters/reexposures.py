"""Parameters of re-exposures: when progression or toxicity is why treatment had stopped."""

from pydantic import Field

from etl.parameters.base import ParameterGroup


class ReexposureParameters(ParameterGroup):
    """How the reason of a first stop, and the benefit before it, are read."""

    stopped_for_progression_days: int = Field(
        28,
        ge=0,
        description=(
            "Where no reason of the stop is registered, a progression up to and including so many "
            "days after the last day of treatment is the reason. CRICKET asks for progression "
            "within 4 weeks of the last cetuximab (Cremolini et al. 2019)."
        ),
        json_schema_extra={"unit": "days"},
    )
    stopping_toxicity_days: int = Field(
        42,
        ge=0,
        description=(
            "Where treatment stopped for toxicity and no event is registered as having led to it, "
            "the worst immune-related event stands for it that began at most so many days before "
            "or after the last day. Project default: the longest dosing interval, so that an event "
            "that kept the next dose back counts."
        ),
        json_schema_extra={"unit": "days"},
    )
    benefit_stable_days: int = Field(
        168,
        ge=0,
        description=(
            "Stable disease is benefit when progression-free survival lasts at least so long, 24 "
            "weeks. Usual in trials of clinical benefit; unverified."
        ),
        json_schema_extra={"unit": "days"},
    )
