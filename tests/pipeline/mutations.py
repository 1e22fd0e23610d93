"""One definition moved by one step at a time, and what the seed study or a boundary patient says.

Run `python -m tests.pipeline.mutations` to write `docs/mutations.md` again.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from etl.parameters import Parameters
from etl.sensitivity.rederive import rederived
from etl.studies import Study, load_studies
from etl.studies.engine import select_cohort
from etl.studies.estimates import estimate_study
from etl.studies.pairs import read_pairs
from etl.synthetic.boundaries import Boundary, boundaries
from tests.pipeline.nights import SyntheticNight, synthetic_night
from tests.support import dicts

PATIENTS = 900
PAGE = Path(__file__).parents[2] / "docs" / "mutations.md"
SEED = load_studies()["van-dijk-2025"]
UNTESTED: dict[str, str] = {
    "contact_past_cutoff_days": "no record of the demonstration lies past the cut-off: c24_cutoff",
    "cutoff_patients": "a hold of the whole delivery: tests/unit/test_cutoff",
    "cutoff_share": "a hold of the whole delivery: tests/unit/test_cutoff",
    "link_persons": "nobody of the demonstration has two ids: tests/unit/test_persons",
    "person_days": "nobody of the demonstration has two ids: tests/unit/test_persons",
}
"""Parameters that no patient here shows, each with the test that holds it instead."""

UNTESTED_KEYS = {
    "initial.no_earlier_classes": "the printed patients had nothing before, and nobody can enter",
    "first_alternatives": "asks nothing of itself: only with a benefit, duration or reason",
    "response_source": "entered and derived responses of the printed patients agree",
    "endpoints.response.best_response": "every response of the printed patients is confirmed",
    "endpoints.os.censoring": "the printed patients have nothing after their last contact",
    "endpoints.toxicity.count_bare_severe_toxicity": "every yes of theirs has its event",
    "endpoints.toxicity.cumulative_incidence_months": "adds estimates and changes none",
    "endpoints.recurrence": "needs first_stop_toxicity",
    "endpoints.survival_at_months": "adds estimates and changes none",
    "endpoints.curves.least_at_risk": "how far a curve is drawn: tests/unit/test_survival_cut",
    "endpoints.curves.least_share_at_risk": "how far it is drawn: tests/unit/test_survival_cut",
    **{
        f"{exposure}.{key}": "goes with another match, see there"
        for exposure in ("initial", "rechallenge")
        for key in ("classes", "substances", "needs")
    },
}
"""Keys of a study that change no estimate of the seed study."""

STUDY_KEYS: dict[str, Any] = {
    "population.setting": "any",
    "population.minimum_age": 60,
    "population.exclude_primary_types": ["cutaneous"],
    "initial.match": {"match": "contains_substance", "regimens": [], "substances": ["ipilimumab"]},
    "initial.regimens": ["ipilimumab+nivolumab"],
    "initial.setting": "adjuvant",
    "initial.line_numbers": [2],
    "initial.without_classes": ["anti-PD-1"],
    "initial.minimum_doses": 4,
    "initial.pick": "last_matching_line",
    "rechallenge.match": {"match": "same_class", "regimens": []},
    "rechallenge.regimens": ["ipilimumab+pembrolizumab"],
    "rechallenge.setting": "adjuvant",
    "rechallenge.line_numbers": [2],
    "rechallenge.without_classes": ["anti-PD-1"],
    "rechallenge.pick": "first_qualifying",
    "between.progression_required": False,
    "between.progression_after_stop": True,
    "between.no_progression_at_stop": True,
    "between.progression_within_days_of_last_dose": 60,
    "between.minimum_gap_days": 120,
    "between.maximum_gap_days": 365,
    "between.gap_from": {"gap_from": "line_start", "minimum_gap_days": 240},
    "between.intervening_lines": "forbidden",
    "between.intervening_classes": ["BRAF inhibitor"],
    "between.intervening_substances": ["dabrafenib"],
    "between.minimum_follow_up_after_stop_days": 400,
    "first_stop_reason": ["progression"],
    "first_duration": {"minimum_days": 64},
    "first_benefit": {"best_response": ["CR", "PR"]},
    "first_stop_toxicity": {"minimum_grade": 3},
    "index_date": "initial_start",
    "strata": "none",
    "endpoints.response.denominator": "all",
    "endpoints.pfs.next_therapy": "event",
    "endpoints.pfs.censoring": "last_contact",
    "endpoints.pfs.missed_assessments_days": 60,
    "endpoints.pfs.index": "initial_start",
    "endpoints.os.index": "initial_start",
    "endpoints.toxicity.minimum_grade": 4,
    "endpoints.toxicity.denominator": "all",
    "endpoints.discordance.denominator": "all",
    "endpoints.discordance.one_sided_denominator": "both_evaluable",
    "endpoints.confidence": 0.9,
}


@dataclass(frozen=True)
class Said:
    """What is said of the seed study and of the boundary patients.

    Attributes:
        members: stratum of each patient of the study.
        estimates: value, numerator and denominator of each estimate of the study.
        facts: rows of the boundary patients' lines, and of what was given again.
    """

    members: Mapping[str, str]
    estimates: Mapping[tuple[Any, ...], tuple[Any, ...]]
    facts: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)

    def moved(self, other: "Said") -> str:
        """In words, how the study differs from the other one; empty when it does not."""
        entered = len(other.members.keys() - self.members.keys())
        left = len(self.members.keys() - other.members.keys())
        both = self.members.keys() & other.members.keys()
        regrouped = sum(self.members[one] != other.members[one] for one in both)
        estimates = sum(self.estimates.get(key) != value for key, value in other.estimates.items())
        words = ((entered, "enter"), (left, "leave"), (regrouped, "change group"))
        said = [f"{count} {what}" for count, what in words if count]
        if not said and estimates:
            said = [f"{estimates} estimates"]
        return ", ".join(said)


class Mutations:
    """The demonstration asked under one set of definitions after another."""

    def __init__(self, night: SyntheticNight) -> None:
        self.night = night
        self.bearers = night.registry.boundaries
        self._said: dict[Parameters, Said] = {}

    def under(self, parameters: Parameters) -> Said:
        """What is said under these parameters."""
        if parameters not in self._said:
            with rederived(self.night.con, Parameters(), parameters) as side:
                said = self.of_study(SEED, side)
                facts = _facts(side, set(self.bearers.values()))
            self._said[parameters] = Said(said.members, said.estimates, facts)
        return self._said[parameters]

    def of_study(self, study: Study, side: duckdb.DuckDBPyConnection | None = None) -> Said:
        """What is said of a study."""
        con = side or self.night.con
        select_cohort(con, study)
        pairs = read_pairs(con, study.id)
        return Said(
            {pair["patient_id"]: pair["stratum"] for pair in pairs},
            {
                (row.edition, row.stratum, row.subset, row.endpoint, row.statistic, row.at): (
                    row.value,
                    row.lower,
                    row.numerator,
                    row.denominator,
                )
                for row in estimate_study(study, pairs)
            },
        )

    def of_boundary(self, story: Boundary) -> tuple[Said, Said]:
        """What is said before and after the story's parameter is moved."""
        if story.is_of_study:
            key = STUDY_KEYS[story.parameter]
            return self.of_study(SEED), self.of_study(moved_study(story.parameter, key))
        before = changed(Parameters(), dict(story.under))
        return self.under(before), self.under(changed(before, {story.parameter: story.moved}))

    def changes(self, story: Boundary, borne: Boundary | None = None) -> set[str]:
        """What changes for its bearer (or another story's) when a story's parameter is moved."""
        before, after = self.of_boundary(story)
        bearer = self.bearers[(borne or story).name]
        found = {
            name
            for name, values in before.facts.get(bearer, {}).items()
            if values != after.facts[bearer][name]
        }
        if bearer in after.members and bearer not in before.members:
            found.add("enters")
        return found


def changed(parameters: Parameters, values: Mapping[str, Any]) -> Parameters:
    """The parameters with some of them changed."""
    return Parameters.model_validate({**parameters.model_dump(), **values})


def moved_study(key: str, value: Any) -> Study:
    """The seed study with one key changed, and those that cannot stand without it."""
    definition = SEED.model_dump()
    *path, last = key.split(".")
    part = definition
    for name in path:
        part = part[name]
    part.update(value if isinstance(value, dict) and path and last in value else {last: value})
    return Study.model_validate(definition)


def study_keys() -> set[str]:
    """Every key of a study that selects patients or estimates something, with its path."""
    definition = SEED.model_dump()
    named = ("population", "initial", "rechallenge", "between")
    found = {f"{part}.{key}" for part in named for key in definition[part]}
    for name, value in definition["endpoints"].items():
        keys = value if isinstance(value, dict) else {"": None}
        found |= {f"endpoints.{name}.{key}".rstrip(".") for key in keys}
    return found | {
        name for name in definition if name.startswith(("first_", "index", "response", "strata"))
    }


def _facts(con: duckdb.DuckDBPyConnection, patients: set[str]) -> dict[str, dict[str, list[Any]]]:
    lines = dicts(
        con,
        "select treatment_lines.*, coalesce(is_immune_confirmed, false) as is_immune_confirmed "
        "from marts.treatment_lines left join derived.line_progressions using (line_id) "
        "order by start_date, line_id",
    )
    again = dicts(con, "select * from marts.reexposures order by all")
    found: dict[str, dict[str, list[Any]]] = {}
    for patient in patients:
        own = [row for row in lines if row["patient_id"] == patient]
        found[patient] = {name: [row[name] for row in own] for name in lines[0]}
        found[patient]["reexposures"] = [row for row in again if row["patient_id"] == patient]
    return found


@contextmanager
def demonstration(folder: Path) -> Iterator[Mutations]:
    """A demonstration without faults, small, with its whole cohort and every boundary patient."""
    with synthetic_night(folder, "native", patients=PATIENTS, with_faults=False) as night:
        yield Mutations(night)


def page(mutations: Mutations) -> str:
    """The page of `docs` that lists every parameter and key, and what moves with it."""
    default = Parameters()
    lines = [
        "<!-- Written by `python -m tests.pipeline.mutations`. Do not edit. -->",
        "",
        "# What each definition decides",
        "",
        f"""Each parameter and each key of the seed study, moved by itself, on a demonstration of
{PATIENTS} patients: how the seed study changes, and which patients at the boundary do
(`etl/synthetic/boundaries.yaml`; all of them are outside the printed cohort). A test asks each
again. `as it was`: no number of the seed study moves.""",
        "",
        "## Parameters",
        "",
        "| parameter | from | to | seed study | the patient at the boundary |",
        "|---|---|---|---|---|",
    ]
    for story in (one for one in boundaries() if not one.is_of_study):
        before, after = mutations.of_boundary(story)
        start = dict(story.under).get(story.parameter, getattr(default, story.parameter))
        lines.append(
            f"| `{story.parameter}` | {_shown(start)} | {_shown(story.moved)} "
            f"| {before.moved(after) or 'as it was'} | {story.changes} |"
        )
    lines += [f"| `{name}` | | | untested | {why} |" for name, why in sorted(UNTESTED.items())]
    lines += ["", "## Keys of a study", "", "| key | to | seed study |", "|---|---|---|"]
    own = mutations.of_study(SEED)
    for key, value in STUDY_KEYS.items():
        moved = own.moved(mutations.of_study(moved_study(key, value)))
        lines.append(f"| `{key}` | {_shown(value)} | {moved} |")
    lines += [f"| `{key}` | | untested: {why} |" for key, why in sorted(UNTESTED_KEYS.items())]
    return "\n".join([*lines, ""])


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)).replace("|", " or ") or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(one)}" for key, one in value.items())
    return str(value)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary, demonstration(Path(temporary)) as asked:
        PAGE.write_text(page(asked), encoding="utf-8")
