"""The alternatives: one definition changed at a time, and a few named sets of definitions.

Belongs here: which values are tried, and why. Does not belong here: trying them (`measures`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from etl.parameters import Parameters
from etl.studies import Study

NAMED = "scenario"
"""In place of a parameter's name: several definitions are changed together."""


@dataclass(frozen=True)
class Scenario:
    """One alternative.

    Attributes:
        parameter: what is changed, as the table calls it; `scenario` for a named set.
        tried: the value tried, or the name of the set.
        title: in words, for the figure.
        parameters: derivation parameters that differ from those of the night.
        endpoints: keys under `endpoints` that differ from those of the study.
        source: where the alternative comes from.
    """

    parameter: str
    tried: str
    title: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    endpoints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    source: str = ""

    @property
    def id(self) -> str:
        """Key of the alternative."""
        return f"{self.parameter}={self.tried}"

    def of_parameters(self, base: Parameters) -> Parameters:
        """The derivation parameters under this alternative."""
        return Parameters.model_validate({**base.model_dump(), **self.parameters})

    def fits(self, study: Study) -> bool:
        """Whether a study can be asked so: a response that was entered cannot be confirmed."""
        response = self.endpoints.get("response", {})
        confirms = response.get("best_response") == "confirmed"
        return not (confirms and study.response_source == "entered")

    def of_study(self, study: Study) -> Study:
        """The study under this alternative."""
        if not self.endpoints:
            return study
        found = study.model_dump()
        for name, changes in self.endpoints.items():
            found["endpoints"][name] = {**found["endpoints"][name], **changes}
        return Study.model_validate(found)


def _days(parameter: str, what: str, *values: int) -> tuple[Scenario, ...]:
    return tuple(
        Scenario(parameter, str(days), f"{what} {days} days", parameters={parameter: days})
        for days in values
    )


SCENARIOS: tuple[Scenario, ...] = (
    *_days("combination_window_days", "Combination window", 14, 28, 42),
    *_days("gap_days", "Gap limit (intravenous)", 60, 90, 120, 180),
    *_days("stable_disease_days", "Stable disease from", 28, 42, 56),
    Scenario(
        "best_response",
        "unconfirmed",
        "Response unconfirmed",
        endpoints={"response": {"best_response": "unconfirmed"}},
    ),
    Scenario(
        "best_response",
        "confirmed",
        "Response confirmed",
        endpoints={"response": {"best_response": "confirmed"}},
    ),
    *(
        Scenario(
            "pfs_next_therapy",
            value,
            f"PFS: next therapy {words}",
            endpoints={"pfs": {"next_therapy": value}},
        )
        for value, words in (
            ("ignore", "ignored"),
            ("censor", "censors"),
            ("event", "is an event"),
        )
    ),
    *(
        Scenario(
            "pfs_censoring",
            value,
            f"PFS censored at {words}",
            endpoints={"pfs": {"censoring": value}},
        )
        for value, words in (
            ("last_evaluable", "last evaluable assessment"),
            ("last_assessment", "last assessment"),
            ("last_contact", "last contact"),
        )
    ),
    *_days("toxicity_window_days", "Toxicity window", 30, 90, 100),
    Scenario(
        NAMED,
        "trial",
        "As in a trial: confirmed, next therapy censors",
        endpoints={
            "response": {"best_response": "confirmed", "denominator": "all"},
            "pfs": {"next_therapy": "censor", "censoring": "last_assessment"},
        },
        source="RECIST 1.1; admiralonco, PFS censored at new anti-cancer therapy",
    ),
    Scenario(
        NAMED,
        "claims",
        "As in claims data: progression opens no line, gap 120 days",
        parameters={"progression_opens": False, "gap_days": 120, "gap_oral_days": 120},
        source="administrative data know no progression; clinical reference 4.7",
    ),
    Scenario(
        NAMED,
        "registry",
        "As in a registry paper: PFS censored at last contact",
        endpoints={"pfs": {"next_therapy": "ignore", "censoring": "last_contact"}},
        source="unverified: said of papers from the same registry (clinical reference 5.3)",
    ),
)


def by_parameters(
    base: Parameters, scenarios: Iterable[Scenario]
) -> list[tuple[Parameters, list[Scenario]]]:
    """The scenarios by the derivation they need; that of the night first, always."""
    found: dict[Parameters, list[Scenario]] = {base: []}
    for scenario in scenarios:
        found.setdefault(scenario.of_parameters(base), []).append(scenario)
    return list(found.items())
