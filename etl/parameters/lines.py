"""Parameters of the lines of therapy: windows, gaps, what opens a line and what does not."""

from collections import Counter
from typing import Literal, Self

from pydantic import Field, model_validator

from etl.parameters.base import ParameterGroup

STOP_REASONS = ("progression", "toxicity", "completed", "patient_choice", "death", "other")
LOCAL_KINDS = ("surgery", "radiotherapy", "stereotactic", "t_vec", "other")


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
    window_respects_stops: bool = Field(
        True,
        description=(
            "Within the combination window a start opens a line all the same when everything "
            "given in the line is shown to have stopped by then, for progression, toxicity or the "
            "patient's choice, and none of it starts again: a switch is no combination. "
            "TreatmentPatterns asks for overlap; Definitions, switch inside the window."
        ),
    )
    carried_days: int = Field(
        42,
        ge=0,
        description=(
            "A substance that is shown to be given more than so many days after the start of the "
            "next line is carried into it; one that stops sooner is switched. The longest dosing "
            "interval (pembrolizumab 400 mg); Definitions, carried."
        ),
        json_schema_extra={"unit": "days"},
    )
    carried_bridge_days: int = Field(
        56,
        ge=0,
        description=(
            "Rows of a substance are one course with at most so many days from the last day shown "
            "of one to the start of the next: the longest dosing interval of 42 days and two weeks "
            "of delay. Definitions, rows of one course."
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
    gap_exempt_substances: tuple[str, ...] = Field(
        (),
        description=(
            "No pause opens a line when all that starts is on this list: substances that are "
            "given intermittently on purpose. None by default: a registered episode spans its "
            "pauses. Clinical reference 4.8, point 3."
        ),
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
    progression_opens: bool = Field(
        True,
        description=(
            "A progression between two starts opens a line. If not, starts are judged as though "
            "no progression were registered, as in claims. Clinical reference 4.8, point 4."
        ),
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
    dropped_component_opens: bool = Field(
        False,
        description=(
            "Going on without a component of the line opens a line. By default it does not: "
            "nivolumab after ipilimumab and nivolumab is maintenance. Merck "
            "combo_dropped_line_advance; clinical reference 4.8, point 5."
        ),
    )
    dropped_component_days: int = Field(
        0,
        ge=0,
        description=(
            "A component is dropped when the line goes on more than so many days after the last "
            "day the component may have been given. 0 suits episodes; longer suits a row a dose."
        ),
        json_schema_extra={"unit": "days"},
    )
    given_back_component_opens: bool = Field(
        False,
        description=(
            "Giving back a component that was dropped earlier in the line opens a line. By "
            "default it does not. Project default."
        ),
    )
    addition_opens: Literal["substance", "class", "never"] = Field(
        "substance",
        description=(
            "What opens a line when something is added after the combination window to what goes "
            "on: any new substance, only one of a drug class that is new to the line, or nothing. "
            "A new substance after all else has stopped is no addition and always opens one. "
            "Hess et al. 2021, whose tumour types differ here; clinical reference 4.8, point 6."
        ),
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
    substitution_groups: tuple[str, ...] = Field(
        (
            "nivolumab|pembrolizumab",
            "dabrafenib+trametinib|encorafenib+binimetinib|vemurafenib+cobimetinib",
        ),
        description=(
            "Regimens that may replace each other within a line, joined by '|'. Within a group "
            "a substance replaces one of its own drug class. Clinical reference 4.8, point 7."
        ),
    )
    number_settings_apart: bool = Field(
        True,
        description=(
            "Neoadjuvant, adjuvant and advanced lines are numbered each from 1; if not, through "
            "all settings. Saini and Twelves 2021; clinical reference 4.8, point 9."
        ),
    )
    adjuvant_refractory_days: int = Field(
        182,
        ge=0,
        description=(
            "The disease is adjuvant refractory when it came back, or advanced treatment began, "
            "at most so many days after the last adjuvant dose: six months. Clinical reference "
            "4.8, point 9."
        ),
        json_schema_extra={"unit": "days"},
    )
    local_therapy_opens: tuple[str, ...] = Field(
        (),
        description=(
            "Kinds of local therapy after which the next systemic start opens a line. None by "
            "default: local therapy is counted and opens nothing. Clinical reference 4.8, point "
            "10."
        ),
    )
    end_reason_order: tuple[str, ...] = Field(
        STOP_REASONS,
        description=(
            "Of several reasons registered for one last day, the first in this order is the "
            "line's end reason. Project default; clinical reference 4.8, points 11 and 12."
        ),
    )

    @model_validator(mode="after")
    def _substances_are_plain_names(self) -> Self:
        for parameter, names in (
            ("gap_exempt_substances", self.gap_exempt_substances),
            ("substitution_groups", self.substitutes),
        ):
            wrong = [name for name in names if name != name.strip().lower() or not name]
            wrong += [name for name in names if "," in name]
            if wrong:
                raise ValueError(
                    f"{parameter} holds {', '.join(wrong) or 'an empty name'}; write generic names "
                    "in lower case, one name an entry."
                )
        return self

    @model_validator(mode="after")
    def _groups_are_apart(self) -> Self:
        alone = [group for group in self.substitution_groups if "|" not in group]
        if alone:
            raise ValueError(
                f"substitution_groups holds {', '.join(alone)}; write at least two regimens "
                "joined by '|'."
            )
        twice = [name for name, times in Counter(self.substitutes).items() if times > 1]
        if twice:
            raise ValueError(
                f"substitution_groups names {', '.join(sorted(twice))} more than once; a "
                "substance stands in one regimen of one group."
            )
        return self

    @model_validator(mode="after")
    def _codes_are_known(self) -> Self:
        unknown = [kind for kind in self.local_therapy_opens if kind not in LOCAL_KINDS]
        if unknown:
            raise ValueError(
                f"local_therapy_opens holds {', '.join(unknown)}; expected some of "
                f"{', '.join(LOCAL_KINDS)}."
            )
        if sorted(self.end_reason_order) != sorted(STOP_REASONS):
            raise ValueError(
                f"end_reason_order is {', '.join(self.end_reason_order)}; expected each of "
                f"{', '.join(STOP_REASONS)} once."
            )
        return self

    @property
    def substitutes(self) -> tuple[str, ...]:
        """Every substance of the substitution groups, as often as it is written."""
        return tuple(
            substance
            for group in self.substitution_groups
            for regimen in group.split("|")
            for substance in regimen.split("+")
        )
