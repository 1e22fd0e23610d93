"""Parameters of the lines of therapy: windows, gaps, what opens a line and what does not."""

from typing import Self

from pydantic import Field, model_validator

from etl.parameters.base import ParameterGroup


class LineParameters(ParameterGroup):
    """How treatment is cut into lines."""

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

    @model_validator(mode="after")
    def _substitutes_are_plain_names(self) -> Self:
        wrong = [name for name in self.substitutes if name != name.strip().lower() or "," in name]
        if wrong:
            raise ValueError(
                f"substitutes holds {', '.join(wrong)}; write generic names in lower case, one "
                "name an entry."
            )
        return self
