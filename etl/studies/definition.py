"""What a study is: the definition that a YAML file is read into, validated key by key.

Belongs here: the study as a whole. A value that cannot be computed is refused with a sentence,
never ignored. Does not belong here: its parts (`definition_exposures`, `definition_endpoints`),
reading files (`load`), SQL (`cohort`), statistics (`estimates`).
"""

from typing import Literal

from pydantic import Field, model_validator

from etl.studies.contradictions import contradictions
from etl.studies.definition_base import Definition, StopReason
from etl.studies.definition_endpoints import (
    DisclosureControl,
    Endpoints,
    Index,
    Publication,
    PublishedFigure,
    Subgroups,
)
from etl.studies.definition_exposures import (
    Between,
    FirstAlternative,
    FirstBenefit,
    FirstDuration,
    FirstStopToxicity,
    Initial,
    Population,
    Rechallenge,
)

__all__ = ["FirstBenefit", "FirstDuration", "PublishedFigure", "Study"]


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
    first_stop_toxicity: FirstStopToxicity | None = None
    first_duration: FirstDuration | None = None
    first_benefit: Literal["any"] | FirstBenefit = "any"
    first_alternatives: tuple[FirstAlternative, ...] = Field(
        default=(), description="Ways in which the initial course may qualify, of which one is met."
    )
    index_date: Index = Field(
        default="rechallenge_start",
        description=(
            "Day from which PFS and OS count. From the initial start patients had to live until "
            "the rechallenge (immortal time): such estimates say so, and stand beside the same "
            "with delayed entry at the rechallenge."
        ),
    )
    response_source: Literal["derived", "entered"] = Field(
        default="derived",
        description=(
            "derived: from the assessments, or as entered where a source registers only a best "
            "response; entered: the best response as entered for the episodes of the line."
        ),
    )
    strata: Literal[
        "initial_regimen",
        "rechallenge_regimen",
        "rechallenge_class",
        "first_stop_reason",
        "first_stop_progression",
        "none",
    ] = Field(
        default="initial_regimen",
        description=(
            "Groups of the report; first_stop_progression: stopped for progression, for another "
            "reason, or not known."
        ),
    )
    endpoints: Endpoints = Endpoints()
    sensitivity: bool = Field(
        default=False,
        description=(
            "Whether every night asks this study again under other definitions; costs a "
            "derivation an alternative."
        ),
    )
    subgroups: Subgroups = Subgroups()
    disclosure: DisclosureControl = DisclosureControl()
    publication: Publication | None = None

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> "Study":
        found = contradictions(self)
        if found:
            raise ValueError("\n".join(f"{key}: {sentence}" for key, sentence in found))
        return self

    @property
    def id(self) -> str:
        """The study's id."""
        return self.study

    @property
    def stratum_names(self) -> tuple[str, ...]:
        """The groups that the definition names; others may be found (`pairs.strata_of`)."""
        return {
            "initial_regimen": self.initial.regimens,
            "rechallenge_regimen": self.rechallenge.regimens,
            "rechallenge_class": (),
            "first_stop_reason": () if self.first_stop_reason == "any" else self.first_stop_reason,
            "first_stop_progression": ("progression", "another_reason"),
            "none": (),
        }[self.strata]

    @property
    def initial_setting(self) -> str:
        """Setting of the initial line."""
        return self.initial.setting or self.population.setting

    @property
    def rechallenge_setting(self) -> str:
        """Setting of the rechallenge."""
        return self.rechallenge.setting or self.population.setting

    @property
    def pfs_index(self) -> Index:
        """Day from which progression-free survival counts."""
        return self.endpoints.pfs.index or self.index_date

    @property
    def os_index(self) -> Index:
        """Day from which overall survival counts."""
        return self.endpoints.os.index or self.index_date
