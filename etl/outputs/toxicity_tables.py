"""Estimates of toxicity as tables: severe events, their incidence over time, recurrence.

Belongs here: laying out rows of `marts.estimates`. Does not belong here: any estimation, counts of
events by organ class and grade (`event_tables`), other outcomes (`outcome_tables`).
"""

from collections.abc import Mapping
from typing import Any

from etl.outputs import wording
from etl.outputs.results import Results
from etl.outputs.tables import Row, Table
from etl.studies import words
from etl.studies.pairs import Pair


def toxicity_table(results: Results) -> Table:
    """Severe immune-related events of the rechallenge, and what is known."""
    rows: list[Row] = []
    for stratum in results.strata:
        row = results.estimate("irae_grade3plus", stratum)
        members = results.members(stratum)
        unknown = [pair for pair in members if not pair["toxicity_known"]]
        rows.append(
            (
                wording.group_name(stratum),
                wording.proportion_cell(row),
                wording.evaluable_set(row["evaluable_set"]),
                _bounds(row),
                wording.part_of(len(unknown), len(members)),
                str(sum(pair["irae_registered"] for pair in unknown)),
            )
        )
    return Table(
        "toxicity",
        "Patients with a severe immune-related event during the rechallenge "
        f"(grade {results.study.endpoints.toxicity.minimum_grade} or higher).",
        (
            wording.STRATA_HEADS[results.study.strata],
            "n/N = % (95% interval)",
            "Evaluable set",
            "Bounds",
            "Toxicity not known",
            "Of these, event registered",
        ),
        tuple(rows),
        "No row of an event means no severe toxicity only where severe toxicity was asked for, and "
        "an event does not make it known. Bounds: of all patients, if those of whom it is not "
        "known had none but what is registered, and if all had it.",
    )


def _bounds(row: Mapping[str, Any]) -> str:
    if row["bound_lower"] is None or row["bound_upper"] is None:
        return wording.NONE
    return f"{wording.percent(row['bound_lower'])} to {wording.percent(row['bound_upper'])}"


def incidence_table(results: Results) -> Table | None:
    """Cumulative incidence of a severe immune-related event; None where it is not asked for."""
    asked = results.study.endpoints.toxicity
    if not asked.cumulative_incidence_months:
        return None
    rows: list[Row] = []
    for stratum in results.strata:
        found = [
            results.estimate(
                "irae_grade3plus", stratum, statistic="cumulative_incidence", at=months
            )
            for months in asked.cumulative_incidence_months
        ]
        rows.append(
            (
                wording.group_name(stratum),
                f"{found[-1]['numerator']}/{found[-1]['denominator']}",
                *map(wording.survival_cell, found),
                str(sum(map(_is_after_window, results.members(stratum)))),
            )
        )
    return Table(
        "incidence",
        "Cumulative incidence of a severe immune-related event "
        f"(grade {asked.minimum_grade} or higher), % (95% interval).",
        (
            wording.STRATA_HEADS[results.study.strata],
            "Events/N",
            *(f"At {months} months" for months in asked.cumulative_incidence_months),
            "Event after its window",
        ),
        tuple(rows),
        "Aalen-Johansen; the next line and death are competing events, and the end of the window "
        "in which an event belongs to the rechallenge is a censoring. Patients whose toxicity is "
        "known, and when it happened.",
    )


def _is_after_window(pair: Pair) -> bool:
    """Whether a severe event is known, and came after the window had closed."""
    return bool(
        pair["toxicity_known"] and pair["irae_registered"] and pair["irae_cause"] in (0, 2, 3)
    )


def recurrence_table(results: Results) -> Table | None:
    """The event that stopped the initial treatment, again; None where it is not asked for."""
    asked, stopped = results.study.endpoints.recurrence, results.study.first_stop_toxicity
    if asked is None or stopped is None:
        return None
    rows = []
    for stratum in results.strata:
        row = results.estimate("irae_recurrence", stratum)
        rows.append(
            (
                wording.group_name(stratum),
                wording.proportion_cell(row),
                wording.evaluable_set(row["evaluable_set"]),
            )
        )
    grade = "any grade" if asked.minimum_grade == 1 else f"grade {asked.minimum_grade} or higher"
    return Table(
        "recurrence",
        f"Patients with an immune-related event ({grade}) of the same organ class during the "
        f"rechallenge, after {words.stop_toxicity(stopped)}.",
        (
            wording.STRATA_HEADS[results.study.strata],
            "n/N = % (95% interval)",
            "Evaluable set",
        ),
        tuple(rows),
        "An event of an organ class that the term list does not know cannot be found again.",
    )
