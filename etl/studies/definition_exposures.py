"""The part of a definition that selects patients: exposures, what lay between, the first course.

Belongs here: keys from `population` to `first_alternatives`, and mistakes within one of them.
Does not belong here: endpoints (`definition_endpoints`), mistakes across keys (`contradictions`).
"""

from typing import Literal

from pydantic import Field, model_validator

from etl.studies.definition_base import (
    Definition,
    DrugClass,
    PrimaryType,
    Regimen,
    Response,
    Setting,
    StopReason,
    Substance,
)

Match = Literal["exact", "contains_class", "contains_substance"]
RelativeMatch = Literal["same_regimen", "same_substance", "same_class"]


class Population(Definition):
    """Who and which lines are looked at."""

    setting: Setting | Literal["any"] = Field(
        default="advanced",
        description="Setting of both lines and of the lines between; other settings do not count.",
    )
    minimum_age: int | None = Field(
        default=None,
        ge=0,
        description="Age at advanced diagnosis, in years; an unknown age is not excluded.",
    )
    exclude_primary_types: tuple[PrimaryType, ...] = Field(
        default=(), description="Types of primary left out; an unrecorded type is not excluded."
    )


class Exposure(Definition):
    """How a line is recognised by what was given in it."""

    match: Match | RelativeMatch = "exact"
    regimens: tuple[Regimen, ...] = Field(
        default=(), description="Regimen labels, for `match: exact`."
    )
    classes: tuple[DrugClass, ...] = Field(
        default=(), description="Drug classes, for `match: contains_class`."
    )
    substances: tuple[Substance, ...] = Field(
        default=(), description="Generic names, for `match: contains_substance`."
    )
    needs: Literal["all", "any"] = Field(
        default="all",
        description="Whether all the classes or substances listed must be in the label, or one.",
    )
    without_classes: tuple[DrugClass, ...] = Field(
        default=(), description="Drug classes that must not be in the label."
    )
    setting: Setting | Literal["any"] | None = Field(
        default=None, description="Setting of this line; left out, the population's."
    )
    line_numbers: tuple[int, ...] = Field(
        default=(), description="Numbers the line may have within its setting; empty, any."
    )

    @model_validator(mode="after")
    def _lists_what_it_matches(self) -> "Exposure":
        for key, matches, is_needed in (
            ("regimens", ("exact",), True),
            ("classes", ("contains_class", "same_class"), self.match == "contains_class"),
            (
                "substances",
                ("contains_substance", "same_substance"),
                self.match == "contains_substance",
            ),
        ):
            given = bool(getattr(self, key))
            if given and self.match not in matches:
                raise ValueError(
                    f"`{key}` has no meaning with `match: {self.match}`; it belongs to "
                    f"`match: {'` or `match: '.join(matches)}`"
                )
            if self.match in matches and is_needed and not given:
                raise ValueError(f"`{key}` is needed with `match: {self.match}`")
        clash = set(self.classes) & set(self.without_classes)
        if clash:
            raise ValueError(
                f"`without_classes` excludes what `classes` asks for: {', '.join(sorted(clash))}"
            )
        if any(number < 1 for number in self.line_numbers):
            raise ValueError("`line_numbers` count from 1")
        return self


class Initial(Exposure):
    """The first exposure."""

    match: Match = Field(
        default="exact",
        description=(
            "exact: one of `regimens`; contains_class: the label holds `classes`; "
            "contains_substance: it holds `substances`."
        ),
    )
    no_earlier_classes: tuple[DrugClass, ...] = Field(
        default=(),
        description="Drug classes that no earlier line, of any setting, may have held.",
    )
    minimum_doses: int | None = Field(
        default=None,
        ge=1,
        description="Doses of one of the matched substances; an unknown number is left out.",
    )
    pick: Literal["first_matching_line", "last_matching_line", "any_matching_line"] = Field(
        default="first_matching_line",
        description=(
            "first_matching_line: the first; last_matching_line: the last with a matching "
            "rechallenge after it; any_matching_line: the first with a rechallenge that meets "
            "every criterion."
        ),
    )


class Rechallenge(Exposure):
    """The second exposure."""

    match: Match | RelativeMatch = Field(
        default="exact",
        description=(
            "As for the initial line, or by comparison with it: same_regimen: the same label; "
            "same_substance, same_class: a substance or class of the label in common, of those "
            "listed where any is."
        ),
    )
    pick: Literal["first_after_initial", "first_qualifying", "last"] = Field(
        default="first_after_initial",
        description=(
            "first_after_initial: the first later line that matches, and the criteria judge that "
            "one; first_qualifying: the first that meets every criterion; last: the last that "
            "matches."
        ),
    )


class Between(Definition):
    """What must have happened between the two exposures."""

    progression_required: bool | Literal["on_or_after_initial"] = Field(
        description=(
            "true: a progression of the initial line, or of one between, before the rechallenge; "
            "on_or_after_initial: the initial line's own."
        )
    )
    progression_after_stop: bool = Field(
        default=False,
        description="A progression after the initial line's end and up to the rechallenge.",
    )
    no_progression_at_stop: bool = Field(
        default=False,
        description="No progression of the initial line up to its end, nor as reason of its end.",
    )
    progression_within_days_of_last_dose: int | None = Field(
        default=None,
        ge=0,
        description="The initial line progressed at most so many days after its last dose.",
    )
    minimum_gap_days: int = Field(
        default=0, ge=0, description="Shortest interval allowed, inclusive."
    )
    maximum_gap_days: int | None = Field(
        default=None, ge=0, description="Longest interval allowed, inclusive."
    )
    gap_from: Literal["line_end", "line_start", "last_dose"] = Field(
        default="line_end", description="Day of the initial line from which the gap is counted."
    )
    intervening_lines: Literal["allowed", "forbidden", "required"] = Field(
        default="allowed", description="Lines of the setting between the two."
    )
    intervening_classes: tuple[DrugClass, ...] = Field(
        default=(), description="Drug classes each of which was given in a line between."
    )
    intervening_substances: tuple[Substance, ...] = Field(
        default=(), description="Substances each of which was given in a line between."
    )
    minimum_follow_up_after_stop_days: int | None = Field(
        default=None,
        ge=0,
        description="Shortest time the patient was followed after the initial line's end.",
    )

    @model_validator(mode="after")
    def _can_hold(self) -> "Between":
        if self.maximum_gap_days is not None and self.maximum_gap_days < self.minimum_gap_days:
            raise ValueError("`maximum_gap_days` is shorter than `minimum_gap_days`")
        asked = self.intervening_classes or self.intervening_substances
        if self.intervening_lines == "forbidden" and asked:
            raise ValueError(
                "`intervening_lines: forbidden` leaves no line in which "
                f"{' and '.join(asked)} could have been given"
            )
        if self.progression_required is False and self.progression_after_stop:
            raise ValueError(
                "`progression_after_stop: true` asks for a progression, and "
                "`progression_required: false` says that none is asked for; write true"
            )
        return self


class FirstStopToxicity(Definition):
    """An adverse event of the initial line that the study asks for."""

    minimum_grade: int = Field(default=3, ge=1, le=5, description="CTCAE grade, inclusive.")
    immune_related: bool = Field(
        default=True, description="Immune related, as entered or else by the term list."
    )
    led_to_stop: bool = Field(
        default=True, description="Registered as what treatment was stopped for."
    )


class FirstDuration(Definition):
    """How long the initial line was given, from its start to its end."""

    minimum_days: int | None = Field(default=None, ge=0, description="Shortest duration.")
    maximum_days: int | None = Field(default=None, ge=0, description="Longest duration.")
    bounds: Literal["inclusive", "exclusive"] = Field(
        default="inclusive",
        description="exclusive: longer than the minimum and shorter than the maximum.",
    )

    @model_validator(mode="after")
    def _has_room(self) -> "FirstDuration":
        if self.minimum_days is None and self.maximum_days is None:
            raise ValueError("give `minimum_days`, `maximum_days` or both")
        if self.minimum_days is not None and self.maximum_days is not None:
            room = self.maximum_days - self.minimum_days
            if room < (0 if self.bounds == "inclusive" else 2):
                raise ValueError("no duration lies between `minimum_days` and `maximum_days`")
        return self


class FirstBenefit(Definition):
    """Benefit asked of the initial line."""

    best_response: tuple[Response, ...] = Field(
        default=(),
        description=(
            "Best response to the initial line, one of these or its form in iRECIST; empty, any."
        ),
    )
    minimum_sd_days: int | None = Field(
        default=None,
        ge=0,
        description=(
            "Days without progression from the start that stable disease must have lasted to count."
        ),
    )
    minimum_pfs_days: int | None = Field(
        default=None,
        ge=0,
        description="Days without progression from the start, whatever response.",
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> "FirstBenefit":
        if not self.best_response and self.minimum_pfs_days is None:
            raise ValueError("give `best_response`, `minimum_pfs_days` or both")
        if self.minimum_sd_days is not None and not self.counts_stable_disease:
            raise ValueError("`minimum_sd_days` needs SD among the `best_response`")
        return self

    @property
    def counts_stable_disease(self) -> bool:
        """Whether stable disease is benefit at all."""
        return bool({"SD", "NON-CR/NON-PD"} & set(self.best_response))


class FirstAlternative(Definition):
    """One way in which the initial course may qualify."""

    first_benefit: FirstBenefit | None = None
    first_duration: FirstDuration | None = None
    first_stop_reason: tuple[StopReason, ...] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> "FirstAlternative":
        if not (self.first_benefit or self.first_duration or self.first_stop_reason):
            raise ValueError(
                "give `first_benefit`, `first_duration` or `first_stop_reason`; an empty "
                "alternative is met by everybody"
            )
        return self
