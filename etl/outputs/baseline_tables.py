"""Table 1: who was studied, at diagnosis of advanced disease and at the start of each line.

Belongs here: which characteristics are shown, their order and names. Does not belong here: how
they are counted (`described`).
"""

from collections.abc import Callable
from typing import Any

from etl.outputs import wording
from etl.outputs.described import NOT_COLLECTED, QUARTILES_NOTE, Variable, described_rows
from etl.outputs.results import Results
from etl.outputs.tables import Row, Table, columns
from etl.studies.pairs import Pair

LDH = {
    "normal": "Normal",
    "elevated": "Elevated, to 2 times the upper limit of normal",
    "over_2x_uln": "Over 2 times the upper limit of normal",
}
BRAIN = {"absent": "Absent", "asymptomatic": "Asymptomatic", "symptomatic": "Symptomatic"}
BRAF = {
    "V600E": "V600E",
    "V600K": "V600K",
    "V600_other": "V600, other",
    "other_mutation": "Other mutation",
    "wild_type": "Wild type",
}
PRIMARY = {
    "cutaneous": "Cutaneous",
    "acral": "Acral",
    "mucosal": "Mucosal",
    "uveal": "Uveal",
    "unknown_primary": "Unknown primary",
}
YES_NO = {"yes": "Yes", "no": "No"}

_STATE: tuple[tuple[str, str, int | None, dict[str, str]], ...] = (
    ("Stage (AJCC)", "stage", None, {}),
    ("M category", "m_category", None, {}),
    ("ECOG performance status", "ecog", None, {}),
    ("LDH", "ldh_category", None, LDH),
    ("Brain metastases", "brain_metastases", None, BRAIN),
    ("Liver metastases", "liver_metastases", None, YES_NO),
    ("Organ sites with metastases", "organ_sites", 0, {}),
    ("BRAF", "braf", None, BRAF),
    ("NRAS", "nras", None, {"mutated": "Mutated", "wild_type": "Wild type"}),
    ("Comorbidities", "comorbidities", 0, {}),
)
"""Label, column, decimals of a number, names of levels: what a baseline holds at either time."""

_NOTE = (
    "Number (percentage of all patients of the column, those with a missing value among them). "
    "Missing: not filled in, registered as unknown, or not tested. "
    f"{QUARTILES_NOTE} Groups are not randomised, so no p-value is given."
)
EXPOSURES = {"initial": "initial treatment", "rechallenge": "rechallenge"}


def baseline_table(results: Results) -> Table:
    """Table 1: patients at diagnosis of advanced disease, by group."""

    def patient(column: str) -> Callable[[Pair], Any]:
        return lambda pair: results.patients.get(pair["patient_id"], {}).get(column)

    def year(pair: Pair) -> int | None:
        day = patient("advanced_diagnosis_date")(pair)
        return None if day is None else int(day.year)

    collects = results.collects
    age = Variable(
        "Age in years",
        patient("age_at_advanced_diagnosis"),
        decimals=0,
        is_collected=collects("patients", "birth_date"),
    )
    variables = [
        age,
        Variable("Sex", patient("sex"), is_collected=collects("patients", "sex")),
        Variable(
            "Year of diagnosis",
            year,
            decimals=0,
            is_collected=collects("baselines", "advanced_diagnosis_date"),
        ),
        Variable(
            "Primary",
            patient("primary_type"),
            levels=PRIMARY,
            is_collected=collects("baselines", "primary_type"),
        ),
        *_state(results, patient),
    ]
    return Table(
        "table_1",
        f"Patients at diagnosis of advanced disease{wording.by_group(results.study.strata)}.",
        ("Characteristic", *columns(results)),
        tuple(described_rows(results, variables, results.pairs)),
        _NOTE,
    )


def line_baselines(results: Results) -> list[Table | str]:
    """Table 1 at each line's start, or a sentence where the registry does not collect it."""
    made = {which: _line_table(results, which) for which in EXPOSURES}
    if all(table is None for table in made.values()):
        return [_nobody(results, "either line")]
    return [table or _nobody(results, f"the {EXPOSURES[which]}") for which, table in made.items()]


def _nobody(results: Results, line: str) -> str:
    if not results.collects_line_baselines:
        return (
            f"At the start of {line}: {NOT_COLLECTED}. The registry holds no baseline of any "
            "line, so the state of patients then (performance status, LDH, sites) is not known."
        )
    return (
        f"At the start of {line}: {NOT_COLLECTED}. The registry holds baselines of lines, but none "
        "of these patients."
    )


def _line_table(results: Results, which: str) -> Table | None:
    key = f"{which}_line_id"
    pairs = [pair for pair in results.pairs if pair[key] in results.baselines]
    if not pairs:
        return None

    def baseline(column: str) -> Callable[[Pair], Any]:
        return lambda pair: results.baselines[pair[key]].get(column)

    counts: Row = (
        "Baseline at the line's start: Registered",
        *(
            wording.share(
                sum(stratum in ("all", pair["stratum"]) for pair in pairs),
                len(results.members(stratum)),
            )
            for stratum in results.strata
        ),
    )
    days = Variable("Days from the line's start", baseline("days_from_line_start"), decimals=0)
    return Table(
        f"table_1_{which}",
        f"Patients at the start of the {EXPOSURES[which]}{wording.by_group(results.study.strata)}.",
        ("Characteristic", *columns(results, pairs, of_what=True)),
        (counts, *described_rows(results, [days, *_state(results, baseline)], pairs)),
        "N counts the patients with a baseline registered at this line's start; of the others it "
        f"was {NOT_COLLECTED}, which is not missing. {_NOTE}",
    )


def _state(results: Results, value: Callable[[str], Callable[[Pair], Any]]) -> list[Variable]:
    return [
        Variable(
            label,
            value(column),
            decimals=decimals,
            levels=levels,
            is_collected=results.collects("baselines", column),
        )
        for label, column, decimals, levels in _STATE
    ]
