"""What a study is: the definition that a YAML file is read into, validated key by key.

Belongs here: the parameters on which published rechallenge studies differ, with what each value
means. A value that the engine does not compute is refused with a sentence, never ignored. Does not
belong here: reading files (`load`), SQL (`cohort`), statistics (`estimates`).
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from expectations.contracts.studies import ENDPOINTS, STATISTICS

T = TypeVar("T")

Response = Literal["CR", "PR", "SD", "NON-CR/NON-PD"]
StopReason = Literal[
    "progression", "toxicity", "completed", "patient_choice", "death", "other", "unknown"
]


def _planned(*values: str) -> BeforeValidator:
    """Refuse values that published studies use and the engine does not compute yet."""

    def check(value: Any) -> Any:
        if value in values:
            raise ValueError(f"'{value}' is not implemented yet")
        return value

    return BeforeValidator(check)


def _refuse(value: Any, why: str) -> Any:
    if value is not None:
        raise ValueError(why)
    return value


class Definition(BaseModel):
    """Base of every part: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Population(Definition):
    """Who and which lines are looked at."""

    setting: Literal["advanced", "adjuvant", "neoadjuvant"] = Field(
        default="advanced",
        description="Setting of both lines; other settings are not counted as lines.",
    )
    minimum_age: int | None = Field(
        default=None,
        ge=0,
        description="Age at advanced diagnosis, in years; an unknown age is not excluded.",
    )


class Initial(Definition):
    """The first exposure."""

    regimens: tuple[str, ...] = Field(min_length=1, description="Regimen labels, exactly.")
    pick: Annotated[Literal["first_matching_line"], _planned("last_matching_line", "best_line")] = (
        Field("first_matching_line", description="Which of a patient's matching lines it is.")
    )


class Rechallenge(Definition):
    """The second exposure."""

    match: Literal["exact", "contains_class", "same_regimen"] = Field(
        default="exact",
        description=(
            "exact: one of `regimens`; contains_class: a substance of every class in `classes`; "
            "same_regimen: the regimen of the initial line."
        ),
    )
    regimens: tuple[str, ...] = Field(default=(), description="Regimen labels, for `match: exact`.")
    classes: tuple[str, ...] = Field(
        default=(), description="Drug classes, for `match: contains_class`."
    )
    pick: Annotated[Literal["first_after_initial"], _planned("last", "every", "each")] = Field(
        default="first_after_initial",
        description="The first matching line after the initial one; the criteria below judge it.",
    )

    @model_validator(mode="after")
    def _lists_what_it_matches(self) -> "Rechallenge":
        if (self.match == "exact") != bool(self.regimens):
            raise ValueError("`regimens` is needed with `match: exact`, and only then")
        if (self.match == "contains_class") != bool(self.classes):
            raise ValueError("`classes` is needed with `match: contains_class`, and only then")
        return self


class Between(Definition):
    """What must have happened between the two exposures."""

    progression_required: Annotated[bool, _planned("on_or_after_initial")] = Field(
        description="A progression of the initial line, or of one between, before the rechallenge."
    )
    minimum_gap_days: int = Field(
        default=0, ge=0, description="Shortest interval allowed, inclusive."
    )
    gap_from: Annotated[Literal["line_end", "line_start"], _planned("last_dose")] = Field(
        default="line_end", description="Day of the initial line from which the gap is counted."
    )
    intervening_lines: Literal["allowed", "forbidden", "required"] = Field(
        default="allowed", description="Lines of the setting between the two."
    )


class FirstBenefit(Definition):
    """Best response asked of the initial line."""

    best_response: tuple[Response, ...] = Field(min_length=1)
    minimum_sd_days: Annotated[
        None, BeforeValidator(lambda v: _refuse(v, "is not implemented yet"))
    ] = Field(default=None, description="Shortest stable disease that counts as benefit.")


class ObjectiveResponse(Definition):
    """How response is read."""

    best_response: Literal["unconfirmed", "confirmed"] = "unconfirmed"
    denominator: Annotated[Literal["evaluable", "all"], _planned("with_measurable")] = Field(
        default="evaluable", description="Patients with an evaluable response, or all of them."
    )


class ProgressionFree(Definition):
    """The variant of progression-free survival; the default is the mart's."""

    next_therapy: Annotated[Literal["ignore"], _planned("censor", "event")] = "ignore"
    censoring: Annotated[Literal["last_evaluable"], _planned("last_assessment", "last_contact")] = (
        "last_evaluable"
    )


class OverallSurvival(Definition):
    """The variant of overall survival; the default is the mart's."""

    censoring: Annotated[Literal["last_known_alive"], _planned("last_contact")] = Field(
        default="last_known_alive",
        description="vital_status_date where there is one, else last contact.",
    )


class Toxicity(Definition):
    """Severe immune-related toxicity of the rechallenge."""

    minimum_grade: Literal[3, 4, 5] = 3
    count_bare_severe_toxicity: bool = Field(
        default=False,
        description=(
            "Whether `severe_toxicity: yes` without a recorded event of that grade counts."
        ),
    )
    denominator: Literal["toxicity_known", "all"] = "toxicity_known"


class Discordance(Definition):
    """Agreement of the two responses."""

    denominator: Annotated[Literal["both_evaluable"], _planned("all")] = "both_evaluable"
    one_sided_denominator: Annotated[Literal["all"], _planned("both_evaluable")] = Field(
        default="all", description="Denominator of rechallenge_only and initial_only."
    )


class Endpoints(Definition):
    """What is estimated, and how."""

    response: ObjectiveResponse = ObjectiveResponse()
    pfs: ProgressionFree = ProgressionFree()
    os: OverallSurvival = OverallSurvival()
    toxicity: Toxicity = Toxicity()
    discordance: Discordance = Discordance()
    survival_at_months: tuple[int, ...] = (6, 12, 24)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)


class DisclosureControl(Definition):
    """What a shared version must not print."""

    missing_counts_exempt: bool = Field(
        default=True,
        description="Whether counts of missing or not evaluable patients may be printed.",
    )
    zero_is_small: bool = Field(default=False, description="Whether an empty cell counts as small.")
    complementary: bool = Field(
        default=True, description="Whether a lone suppressed group takes a second one with it."
    )


class PublishedFigure(Definition):
    """A number the publication prints; it is compared with, never computed from."""

    endpoint: Literal["patients", "screened"] | str
    stratum: str = "all"
    subset: str = "all"
    statistic: str = "proportion"
    printed: str = Field(description="As printed.")
    value: float
    decimals: int = Field(ge=0, description="Decimals of `value` in the unit printed.")
    numerator: int | None = None
    denominator: int | None = None
    reconstructed: bool = Field(
        default=False,
        description="The denominator is not printed; it was inferred from the percentage.",
    )

    @model_validator(mode="after")
    def _is_an_estimate(self) -> "PublishedFigure":
        if self.endpoint in ("patients", "screened"):
            return self
        if self.endpoint not in ENDPOINTS or self.statistic not in STATISTICS:
            raise ValueError(f"no estimate is called {self.endpoint} {self.statistic}")
        return self


class Publication(Definition):
    """Where the study was published, and what it printed."""

    citation: str
    doi: str
    note: str = ""
    figures: tuple[PublishedFigure, ...] = ()


class Study(Definition):
    """One declarative study definition."""

    study: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Id, kebab-case.")
    title: str
    question: str
    assumptions: tuple[str, ...] = Field(
        default=(), description="Choices that the source does not state, in words."
    )
    population: Population = Population()
    initial: Initial
    rechallenge: Rechallenge
    between: Between
    first_stop_reason: Literal["any"] | tuple[StopReason, ...] = "any"
    first_benefit: Literal["any"] | FirstBenefit = "any"
    index_date: Annotated[Literal["rechallenge_start"], _planned("initial_start")] = (
        "rechallenge_start"
    )
    response_source: Annotated[Literal["derived"], _planned("entered")] = Field(
        default="derived",
        description=(
            "derived: from the assessments, or as entered where a source registers only a best "
            "response; every line says which (`response_source` of marts.treatment_lines)."
        ),
    )
    strata: Literal["initial_regimen", "none"] = "initial_regimen"
    endpoints: Endpoints = Endpoints()
    disclosure: DisclosureControl = DisclosureControl()
    publication: Publication | None = None

    @property
    def id(self) -> str:
        """The study's id."""
        return self.study

    @property
    def stratum_names(self) -> tuple[str, ...]:
        """The groups in reporting order, without `all`."""
        return self.initial.regimens if self.strata == "initial_regimen" else ()
