"""The parameters of the derivations, each with its default, unit and source.

Belongs here: every number or list on which a derived value depends (lines, response, times,
toxicity), declared once and passed to the SQL models as `$name`. Does not belong here: site
settings (`etl/settings.py`) and what one study asks for (`etl/studies`).
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DAYS_PER_MONTH = 30.4375
"""Days in a month wherever durations are given in months: 365.25 / 12."""


class Parameters(BaseModel):
    """Parameters of the derivations. Frozen: a snapshot's id is made from them.

    Raises:
        pydantic.ValidationError: a value is out of range or an unknown name is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Lines of therapy
    combination_window_days: int = Field(
        28,
        ge=0,
        description=(
            "Substances that start up to and including so many days after the start of a line "
            "belong to its regimen. Merck Line-of-Therapy-Algorithm r_window; Hess et al. 2021."
        ),
        json_schema_extra={"unit": "days"},
    )
    gap_days: int = Field(
        90,
        ge=0,
        description=(
            "A longer time from the last stop to the next start opens a line; exactly so long "
            "does not. More than twice the longest dosing interval of 42 days; Hess et al. 2021, "
            "option B; Whitman et al. 2020."
        ),
        json_schema_extra={"unit": "days"},
    )
    gap_oral_days: int = Field(
        60,
        ge=0,
        description=(
            "The same limit where everything that starts is oral (BRAF and MEK inhibitors are "
            "taken daily). Project default; clinical reference 4.8."
        ),
        json_schema_extra={"unit": "days"},
    )
    toxicity_hold_days: int = Field(
        0,
        ge=0,
        description=(
            "After a stop for toxicity the gap limit is at least so long. 0 keeps the gap rule "
            "as it is, which is the default."
        ),
        json_schema_extra={"unit": "days"},
    )
    beyond_progression_days: int = Field(
        28,
        ge=0,
        description=(
            "A progression does not open a line when all that starts next was given in the line "
            "and had stopped at most so many days before: treatment beyond progression."
        ),
        json_schema_extra={"unit": "days"},
    )
    substitution_days: int = Field(
        56,
        ge=0,
        description=(
            "A permitted substitute that starts, without progression, at most so many days "
            "after the last stop continues the line."
        ),
        json_schema_extra={"unit": "days"},
    )
    substitutes: tuple[str, ...] = Field(
        (
            "binimetinib",
            "cobimetinib",
            "dabrafenib",
            "encorafenib",
            "nivolumab",
            "pembrolizumab",
            "trametinib",
            "vemurafenib",
        ),
        description=(
            "Two listed substances of one drug class may replace each other within a line: "
            "nivolumab and pembrolizumab, and the BRAF/MEK inhibitor pairs. Clinical reference "
            "4.8, point 7."
        ),
    )

    # Response
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

    # Toxicity
    toxicity_window_days: int = Field(
        90,
        ge=0,
        description=(
            "An adverse event without episode is attributed to a line up to so many days after "
            "its end, or to the next line. Trial convention of 90 to 100 days."
        ),
        json_schema_extra={"unit": "days"},
    )

    @model_validator(mode="after")
    def _substitutes_are_plain_names(self) -> Self:
        wrong = [name for name in self.substitutes if name != name.strip().lower() or "," in name]
        if wrong:
            raise ValueError(
                f"substitutes holds {', '.join(wrong)}; write generic names in lower case, one "
                "name an entry."
            )
        return self

    def as_sql(self) -> dict[str, object]:
        """The parameters as DuckDB named parameters; lists joined by commas."""
        return {
            name: ",".join(value) if isinstance(value, tuple) else value
            for name, value in self.model_dump().items()
        }
