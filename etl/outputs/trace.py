"""Where each printed table and figure can be read again: its file, its rows, its marts.

Belongs here: what a reader opens to check a number. Does not belong here: the numbers, HTML.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from etl.outputs.figures import Figure
from etl.outputs.tables import Table

_RESPONSE = ("orr", "dcr", "discordance", "rechallenge_only", "initial_only")
_TIMES = ("pfs", "pfs_delayed_entry", "dor", "os", "os_delayed_entry", "ttnt", "follow_up")
_BOTH = ("as_registered", "quality_filtered")


@dataclass(frozen=True)
class Origin:
    """What the numbers of a table or figure are.

    Attributes:
        endpoints: rows of estimates.csv that are printed; none where nothing is estimated.
        statistics: the statistics among them.
        editions: the editions among them.
        marts: tables of the published database that the other numbers are counted from.
    """

    endpoints: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    editions: tuple[str, ...] = ("as_registered",)
    marts: tuple[str, ...] = ()

    def sentence(self, estimates: Iterable[Mapping[str, Any]]) -> str:
        """The origin as a reader meets it; '' when there is none to name.

        Args:
            estimates: rows of the study, so that nothing is named that is not among them.
        """
        parts = []
        found = [
            (row["edition"], row["endpoint"], row["statistic"])
            for row in estimates
            if row["edition"] in self.editions
            and row["endpoint"] in self.endpoints
            and row["statistic"] in self.statistics
        ]
        if found:
            asked = ("edition", "endpoint", "statistic")
            rows = ", ".join(
                f"{key} {_either(tuple(dict.fromkeys(names)))}"
                for key, names in zip(asked, zip(*found, strict=True), strict=True)
            )
            parts.append(f"Rows of estimates.csv: {rows}.")
        if self.marts:
            verb = "Counted from" if found else "From"
            parts.append(f"{verb} {_either(self.marts, 'and')} of registry.duckdb.")
        return " ".join(parts)


ORIGINS: Mapping[str, Origin] = {
    "headline": Origin(
        (
            "orr",
            "irae_grade3plus",
            "irae_recurrence",
            "discordance",
            "rechallenge_only",
            "pfs",
            "os",
            "os_delayed_entry",
        ),
        ("proportion", "median"),
    ),
    "comparison": Origin(marts=("marts.estimates", "marts.rechallenges", "marts.attrition")),
    "attrition": Origin(marts=("marts.attrition",)),
    "table_1": Origin(marts=("marts.rechallenges", "marts.patients")),
    "table_1_initial": Origin(marts=("marts.rechallenges", "marts.baselines")),
    "table_1_rechallenge": Origin(marts=("marts.rechallenges", "marts.baselines")),
    "exposure": Origin(marts=("marts.rechallenges", "marts.treatment_lines")),
    "response": Origin(_RESPONSE, ("proportion",), marts=("marts.rechallenges",)),
    "best_response": Origin(marts=("marts.rechallenges",)),
    "pairs": Origin(marts=("marts.rechallenges",)),
    "agreement": Origin(("discordance",), ("proportion",), marts=("marts.rechallenges",)),
    "sankey": Origin(marts=("marts.rechallenges",)),
    "sankey_binary": Origin(marts=("marts.rechallenges",)),
    "incidence_irae": Origin(marts=("marts.rechallenges", "marts.treatment_lines")),
    "swimmer": Origin(marts=("marts.rechallenges", "marts.treatment_lines")),
    "times": Origin(_TIMES, ("median", "survival_at")),
    "toxicity": Origin(("irae_grade3plus",), ("proportion",), marts=("marts.rechallenges",)),
    "incidence": Origin(("irae_grade3plus",), ("cumulative_incidence",)),
    "recurrence": Origin(("irae_recurrence",), ("proportion",)),
    "worst_grade": Origin(marts=("marts.rechallenges", "marts.treatment_lines")),
    "events": Origin(marts=("marts.rechallenges", "marts.adverse_events", "marts.treatment_lines")),
    "subgroups": Origin(marts=("marts.subgroups",)),
    "subgroups_sound": Origin(marts=("marts.subgroups",)),
    "subgroups_forest": Origin(marts=("marts.subgroups",)),
    "same_class": Origin(marts=("marts.rechallenges", "marts.adverse_events")),
    "sensitivity": Origin(
        (*_RESPONSE, "irae_grade3plus", "irae_recurrence", "pfs", "os"),
        ("proportion", "median"),
        _BOTH,
    ),
    "alternatives": Origin(marts=("marts.sensitivity",)),
    "doubts": Origin(marts=("marts.rechallenges", "marts.treatment_lines", "quality.rules")),
    "doubtful_values": Origin(marts=("marts.rechallenges",)),
    "editions": Origin(
        ("orr", "irae_grade3plus", "discordance", "pfs", "os"), ("proportion", "median"), _BOTH
    ),
    "not_judged": Origin(marts=("marts.rechallenges",)),
    "impact": Origin(marts=("quality.impact",)),
    "registry_quality": Origin(marts=("quality.rule_results", "quality.rules")),
    "evaluable_sets": Origin(
        (*_RESPONSE, "irae_grade3plus", "irae_recurrence", *_TIMES),
        ("proportion", "median", "survival_at", "cumulative_incidence"),
    ),
}


@dataclass(frozen=True)
class Source:
    """The files of a table or figure, relative to the report, and where its numbers come from."""

    files: tuple[str, ...]
    origin: str


def source(item: Table | Figure, estimates: Iterable[Mapping[str, Any]]) -> Source:
    """What a reader opens to check a table or a figure of a study with these estimates."""
    if isinstance(item, Figure):
        files = [f"figures/{path.name}" for path in item.files]
        files += [f"tables/{drawn.name}.csv" for drawn in (item.data, *item.more)]
    else:
        files = [f"tables/{item.name}.csv", f"tables/{item.name}.html"]
    return Source(tuple(files), origin(item.name).sentence(estimates))


def origin(name: str) -> Origin:
    """Where the numbers of a table or figure come from; curves come from the pairs."""
    if name.startswith("km_"):
        return Origin(marts=("marts.rechallenges",))
    return ORIGINS.get(name, Origin())


def _either(names: tuple[str, ...], last: str = "or") -> str:
    if len(names) < 3:
        return f" {last} ".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
