"""The parameters of the derivations, each with its default, unit and source.

Belongs here: every number or list on which a derived value depends, declared once in the group of
its room (`records`, `lines`, `responses`, `toxicity`, `reexposures`) and passed to the SQL models
as `$name`.
Does not belong here: site settings (`etl/settings.py`) and what one study asks for (`etl/studies`),
the variants of the times among it (`etl/survival/variants.py`).
"""

from etl.parameters.lines import LineParameters
from etl.parameters.records import RecordParameters
from etl.parameters.reexposures import ReexposureParameters
from etl.parameters.responses import ResponseParameters
from etl.parameters.toxicity import ToxicityParameters

DAYS_PER_MONTH = 30.4375
"""Days in a month wherever durations are given in months: 365.25 / 12."""


class Parameters(
    RecordParameters,
    LineParameters,
    ResponseParameters,
    ToxicityParameters,
    ReexposureParameters,
):
    """Parameters of the derivations.

    Raises:
        pydantic.ValidationError: a value is out of range or an unknown name is given.
    """

    def as_sql(self) -> dict[str, object]:
        """The parameters as DuckDB named parameters; lists joined by commas."""
        return {
            name: ",".join(value) if isinstance(value, tuple) else value
            for name, value in self.model_dump().items()
        }


__all__ = ["DAYS_PER_MONTH", "Parameters"]
