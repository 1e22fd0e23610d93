"""The report's section on what changed since the last snapshot, in counts.

Belongs here: the comparison of a study as a reader meets it. Does not belong here: the comparison
(`etl/changes`), any patient or record: those stand in `quality.estimate_change_records`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from etl.changes import StudyChanges
from etl.outputs import wording
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table

MAIN = {
    ("orr", "proportion"): "Objective response",
    ("discordance", "proportion"): "Responder status differs",
    ("pfs", "median"): "Median progression-free survival, months",
    ("os", "median"): "Median overall survival, months",
    ("irae_grade3plus", "proportion"): "Severe immune-related event",
}
"""The estimates that the table shows; all others stand in `quality.estimate_changes`."""

CAUSES = {
    "record_changed": "A record of the patient was changed",
    "record_new": "A record of the patient was delivered for the first time",
    "record_gone": "A record of the patient is gone",
    "follow_up": "The patient is known to be alive until another day, and nothing else",
    "study_definition": "The study's definition was changed",
    "parameters": "Parameters of the derivations were changed",
    "code": "The program was changed",
    "mapping": "The mapping of the registry's files was changed",
    "rules": "A rule was changed, is new or left its trial",
    "acceptances": "A finding was accepted, or is no longer",
    "governance": "An opt-out, or pseudonyms that were merged",
    "cut_off": "The data cut-off alone is later",
    "other_records": "A record of somebody else, or of a hospital",
}
SHORT = {
    "record_changed": "changed",
    "record_new": "new",
    "record_gone": "gone",
    "follow_up": "follow-up",
    "study_definition": "definition",
    "code": "program",
    "governance": "opt-out or merge",
    "cut_off": "cut-off",
    "other_records": "other records",
}
INPUTS = {
    "delivery": "the delivery",
    "cut_off": "the data cut-off",
    "study_definition": "the study's definition",
    "parameters": "parameters of the derivations",
    "settings": "settings of the site",
    "code": "the program",
    "mapping": "the mapping of the registry's files",
    "rules": "the rules",
    "acceptances": "acceptances",
    "governance": "opt-outs or merged pseudonyms",
    "queries": "what was said of queries",
}
SIDES = ("before", "after")
FIRST = "There is no earlier snapshot: nothing can be compared yet."


def changes(results: Results) -> tuple[Table | str, ...]:
    """What stands in the section: with what it was compared, what moved, and because of what."""
    found = results.changes
    if found.compared is None or found.compared["snapshot_before"] is None:
        return (FIRST,)
    said = _compared_with(found.compared)
    if found.compared["not_compared_because"] is not None:
        return (said, found.compared["not_compared_because"])
    moved = [row for row in found.estimates if row["change"] != "patients_only"]
    if not found.estimates:
        return (said, "No estimate of this study differs, and the same patients are behind each.")
    items: list[Table | str] = [said]
    table = _estimates(found)
    items.append(
        table if table.rows else f"None of the main estimates differs. {_others(found, 0)}"
    )
    items += [_causes(found), _query(results.study.id)]
    if not moved:
        items.insert(1, "Every number of this study is what it was.")
    return tuple(items)


def _compared_with(compared: Record) -> str:
    differ = inputs_in_words(_listed(compared["inputs_differing"]))
    parameters = _listed(compared["parameters_differing"])
    named = f" Parameters and settings that differ: {', '.join(parameters)}." if parameters else ""
    kept = (
        ""
        if compared["source_rows_kept"] or compared["not_compared_because"]
        else " The source rows of that snapshot are not kept, so published tables are compared and "
        "the causes are less exact."
    )
    return (
        f"Compared with snapshot {compared['snapshot_before']} of {compared['as_of_before']}, data "
        f"cut-off {compared['export_date_before'] or 'unknown'}; the cut-off is "
        f"{compared['export_date_after'] or 'unknown'} now. {differ}{named}{kept}"
    )


def inputs_in_words(names: Sequence[str]) -> str:
    """Which inputs of two snapshots differ, as a sentence."""
    inputs = [INPUTS.get(name, name) for name in names]
    return f"What differs between the two: {_joined(inputs)}." if inputs else "No input differs."


def _estimates(found: StudyChanges) -> Table:
    shown = [
        row
        for row in found.estimates
        if (row["endpoint"], row["statistic"]) in MAIN
        and row["subset"] == "all"
        and row["change"] != "patients_only"
    ]
    shown = [row for row in shown if not _is_everybody(row, shown)]
    order = {key: place for place, key in enumerate(MAIN)}
    shown.sort(
        key=lambda row: (
            order[row["endpoint"], row["statistic"]],
            row["edition"],
            row["stratum"] != "all",
            row["stratum"],
        )
    )
    return Table(
        "changes",
        "Main estimates that differ from the snapshot before, and the patients who moved them.",
        (
            "Estimate",
            "Before",
            "Now",
            "Joined / left / changed",
            "Because of",
        ),
        tuple(_estimate_row(row) for row in shown),
        "Joined, left, changed: patients of the evaluable set who were not in it before, are no "
        "longer in it, or are in it with another property, event or time. Because of: records of "
        "these patients that were changed, are new or gone, or say only that the patient was seen "
        "later (follow-up); else what the next table names. "
        f"{_others(found, len(shown))}",
    )


def _is_everybody(row: Record, shown: Sequence[Record]) -> bool:
    """Whether a group's row says the same as that of all patients: there is no other group."""
    told = ("endpoint", "statistic", "edition", "because", "patients_joined", "patients_left")
    counts = [f"{what}_{side}" for what in ("numerator", "denominator") for side in SIDES]
    return row["stratum"] != "all" and any(
        other["stratum"] == "all" and all(row[name] == other[name] for name in (*told, *counts))
        for other in shown
    )


def _estimate_row(row: Record) -> Row:
    name = MAIN[row["endpoint"], row["statistic"]]
    edition = wording.EDITION_NAMES[row["edition"]].lower()
    return (
        f"{name}, {edition}: {wording.group_name(row['stratum'])}",
        estimate_cell(row, "before"),
        estimate_cell(row, "after"),
        " / ".join(
            wording.count(row[f"patients_{name}"]) for name in ("joined", "left", "changed")
        ),
        _in_words(row["because"]) + ("" if row["adds_up"] else "; does not add up"),
    )


def estimate_cell(row: Mapping[str, Any], side: str) -> str:
    """The estimate of one side, before or after, as the report prints it."""
    if row[f"denominator_{side}"] is None:
        return "not there"
    names = ("value", "lower", "upper", "numerator", "denominator")
    return wording.estimate_cell(
        {name: row[f"{name}_{side}"] for name in names} | {"statistic": row["statistic"]}
    )


def _others(found: StudyChanges, shown: int) -> str:
    numbers = sum(row["change"] != "patients_only" for row in found.estimates) - shown
    same = sum(row["change"] == "patients_only" for row in found.estimates)
    more = "1 more estimate differs" if numbers == 1 else f"{numbers} more estimates differ"
    resting = (
        "1 is the same number and rests" if same == 1 else f"{same} are the same number and rest"
    )
    return (
        f"Of other times, groups, subsets and endpoints {more}; {resting} on other patients or "
        "times."
    )


def _causes(found: StudyChanges) -> Table:
    return Table(
        "change_causes",
        "Because of what patients contribute otherwise than before.",
        ("Cause", "Table or rule", "Patients", "Records"),
        tuple(
            (
                CAUSES[row["cause"]],
                row["rule_id"] or row["subject"] or wording.NONE,
                wording.count(row["patients"]),
                wording.count(row["records"]) if row["records"] else wording.NONE,
            )
            for row in sorted(found.causes, key=lambda row: list(CAUSES).index(row["cause"]))
        ),
        "A patient with several causes stands in several rows. Every record of such a patient that "
        "differs is counted: which of several moved the value is not tried.",
    )


def _query(study: str) -> str:
    return (
        "Patients and records are named in the published database only. Who, and which lines of "
        "which files: select * from quality.estimate_change_records where study = "
        f"'{study}' order by patient_id, cause, subject, record_key;"
    )


def _in_words(because: str) -> str:
    return ", ".join(SHORT.get(name, name) for name in _listed(because))


def _listed(text: str) -> list[str]:
    return [name for name in text.split(", ") if name]


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
