"""The part of a definition that says what is estimated, how, and what may be shared.

Belongs here: endpoints, disclosure and published figures. Does not belong here: the selection
(`definition_exposures`), the estimates (`estimates`).
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from etl.studies.definition_base import Definition, cannot
from expectations.contracts.studies import ENDPOINTS, STATISTICS

Index = Literal["rechallenge_start", "initial_start"]


class ObjectiveResponse(Definition):
    """How response is read."""

    best_response: Literal["unconfirmed", "confirmed"] = "unconfirmed"
    denominator: Annotated[
        Literal["evaluable", "all"],
        cannot(
            "with_measurable",
            "target lesions are not in the export, so it is not known whose disease was "
            "measurable; write evaluable or all",
        ),
    ] = Field(
        default="evaluable",
        description=(
            "Patients with an evaluable response, or all of them: who is not evaluable is then no "
            "responder."
        ),
    )


class ProgressionFree(Definition):
    """The variant of progression-free survival; the default is the mart's."""

    next_therapy: Literal["ignore", "censor", "event"] = Field(
        default="ignore", description="What the start of the next line does."
    )
    censoring: Literal["last_evaluable", "last_assessment", "last_contact"] = Field(
        default="last_evaluable",
        description="Day on which the living without progression are censored.",
    )
    missed_assessments_days: int | None = Field(
        default=None,
        ge=1,
        description=(
            "An event later than this after the last evaluable assessment is censored at that one."
        ),
    )
    index: Index | None = Field(
        default=None, description="Day from which it counts; left out, `index_date`."
    )


class OverallSurvival(Definition):
    """The variant of overall survival; the default is the mart's."""

    censoring: Literal["last_known_alive", "last_contact"] = Field(
        default="last_known_alive",
        description=(
            "last_known_alive: the latest of vital_status_date, last contact and every record that "
            "shows life; last_contact: the later of the first two, whatever was recorded later."
        ),
    )
    index: Index | None = Field(
        default=None, description="Day from which it counts; left out, `index_date`."
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
    cumulative_incidence_months: tuple[int, ...] = Field(
        default=(),
        description=(
            "Months at which the cumulative incidence is given, death and the next line competing; "
            "empty, it is not estimated."
        ),
    )


class Recurrence(Definition):
    """The same immune-related event again, in studies of patients who stopped for one."""

    minimum_grade: int = Field(
        default=1, ge=1, le=5, description="Grade at re-exposure that counts, inclusive."
    )
    denominator: Literal["toxicity_known", "all"] = "toxicity_known"


class Discordance(Definition):
    """Agreement of the two responses."""

    denominator: Literal["both_evaluable", "all"] = Field(
        default="both_evaluable",
        description="Patients whose responses are both evaluable, or all of them.",
    )
    one_sided_denominator: Literal["all", "both_evaluable"] = Field(
        default="all", description="Denominator of rechallenge_only and initial_only."
    )


class DrawnCurves(Definition):
    """How far curves are drawn: while enough of a group are at risk. Their tables are complete."""

    least_at_risk: int = Field(default=5, ge=1)
    least_share_at_risk: float = Field(default=0.1, ge=0, le=1)


class Endpoints(Definition):
    """What is estimated, and how."""

    response: ObjectiveResponse = ObjectiveResponse()
    pfs: ProgressionFree = ProgressionFree()
    os: OverallSurvival = OverallSurvival()
    toxicity: Toxicity = Toxicity()
    recurrence: Recurrence | None = Field(
        default=None,
        description="Estimate `irae_recurrence`; needs `first_stop_toxicity`.",
    )
    discordance: Discordance = Discordance()
    survival_at_months: tuple[int, ...] = (6, 12, 24)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    curves: DrawnCurves = DrawnCurves()


class Subgroups(Definition):
    """Which levels of baseline variables are estimated; exploratory."""

    minimum_evaluable: int = Field(
        default=10,
        ge=1,
        description=(
            "Fewest evaluable patients of a level for it to be estimated; a choice of this "
            "project: one patient more or less then moves a proportion by 10 points at most."
        ),
    )
    age_years: int = Field(
        default=65,
        ge=1,
        description="Age from which patients are the older level; 65 as in ICH E7 (1993).",
    )
    interval_months: int = Field(
        default=12,
        ge=1,
        description=(
            "Interval between the exposures from which it is the longer level; a choice of this "
            "project, fixed so that no study's own median is looked at first."
        ),
    )


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
    at: int | None = Field(default=None, description="Months, of `survival_at` and incidences.")
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
        if (self.at is None) == (self.statistic in ("survival_at", "cumulative_incidence")):
            raise ValueError(
                "`at` is needed with survival_at and cumulative_incidence, and only then"
            )
        return self


class Publication(Definition):
    """Where the study was published, and what it printed."""

    citation: str
    doi: str | None = Field(default=None, description="Left out where it was not verified.")
    read_in: str | None = Field(
        default=None, description="Where `figures` were read; what was not read is not given."
    )
    note: str = ""
    figures: tuple[PublishedFigure, ...] = ()

    @model_validator(mode="after")
    def _says_where_figures_were_read(self) -> "Publication":
        if self.figures and not self.read_in:
            raise ValueError("`read_in` is needed with `figures`: say where they were read")
        return self
