"""Tables of data quality, parameters and versions.

Belongs here: what a reader needs to judge how the numbers came about. Does not belong here: the
numbers themselves, the checklist (`checklist`).
"""

import platform
from importlib.metadata import version

from etl.outputs import wording
from etl.outputs.results import Results
from etl.outputs.tables import Row, Table

LIBRARIES = ("duckdb", "scipy", "tableone", "pandas", "pandera", "matplotlib")
"""Libraries that a number or a drawing of the report comes from."""
CURVES = "this program, held to R"

AFFECTED = {
    "lines": "the lines themselves",
    "response": "response",
    "pfs": "progression-free survival",
    "os": "overall survival",
    "toxicity": "toxicity",
}


def doubts_table(results: Results) -> Table:
    """Rules that make a value of the cohort doubtful, with patients."""
    rows = tuple(
        (
            row["rule_id"],
            row["title"] or wording.NONE,
            ", ".join(AFFECTED.get(name, name) for name in str(row["affects"]).split(", ")),
            wording.share(row["patients"], len(results.pairs)),
        )
        for row in results.doubts
    )
    return Table(
        "doubts",
        "Rules of severity error that make a value of the cohort doubtful.",
        ("Rule", "What should hold", "Makes doubtful", "Patients of the cohort"),
        rows,
        "A doubtful value stays in the edition as registered, and leaves its evaluable set in the "
        "quality-filtered edition. Rows are never dropped for it.",
    )


def doubtful_values_table(results: Results) -> Table:
    """Patients of the cohort with a doubtful value, by what is doubtful."""
    rows = []
    for label, columns in (
        ("Either line", ("lines",)),
        ("Response to the initial treatment", ("initial_response",)),
        ("Response to the rechallenge", ("response",)),
        ("Progression-free survival", ("pfs",)),
        ("Overall survival", ("os",)),
        ("Toxicity", ("toxicity",)),
        (
            "Any of these",
            ("lines", "initial_response", "response", "pfs", "os", "toxicity"),
        ),
    ):
        cells = []
        for stratum in results.strata:
            members = results.members(stratum)
            found = sum(
                any(pair[f"{column}_doubtful_because"] is not None for column in columns)
                for pair in members
            )
            cells.append(wording.part_of(found, len(members)))
        rows.append((label, *cells))
    header = (
        "Doubtful value",
        *(
            f"{wording.group_name(stratum)} (N = {len(results.members(stratum))})"
            for stratum in results.strata
        ),
    )
    return Table("doubtful_values", "Patients with a doubtful value.", header, tuple(rows))


def registry_quality_table(results: Results) -> Table:
    """Verdicts on the whole registry, rules of severity error that found or could not judge."""
    rows = tuple(
        (
            row["rule_id"],
            row["title"],
            wording.count(row["applicable"]),
            wording.count(row["violated"]),
            wording.count(row["accepted"]),
            wording.count(row["cannot_judge"]),
        )
        for row in results.judged
        if row["severity"] == "error" and (row["violated"] or row["cannot_judge"])
    )
    return Table(
        "registry_quality",
        "Rules of severity error with a violation, or a record that cannot be judged, in the "
        "whole registry.",
        ("Rule", "What should hold", "Applicable", "Violated", "Of those accepted", "Cannot judge"),
        rows,
        "Records, not patients. Applicable is judged and cannot be judged together; what cannot "
        "be judged is never counted as passed.",
    )


def evaluable_sets_table(results: Results) -> Table:
    """Each evaluable set with its size, and the endpoints that are estimated in it."""
    found: dict[str, list[str]] = {}
    sizes: dict[tuple[str, str, str], int] = {}
    for row in results.estimates:
        if row["edition"] == "as_registered":
            name = f"{row['evaluable_set']}|{row['subset']}"
            endpoint = wording.ENDPOINT_NAMES[row["endpoint"]]
            if endpoint not in found.setdefault(name, []):
                found[name].append(endpoint)
            sizes[row["evaluable_set"], row["subset"], row["stratum"]] = row["denominator"]
    rows = []
    for key in sorted(found):
        name, subset = key.split("|")
        of = "" if subset == "all" else f", {wording.SUBSET_NAMES[subset]}"
        rows.append(
            (
                f"{wording.evaluable_set(name)}{of}",
                name,
                "; ".join(sorted(found[key])),
                *(str(sizes.get((name, subset, stratum), 0)) for stratum in results.strata),
            )
        )
    return Table(
        "evaluable_sets",
        "Evaluable sets, their size, and what is estimated in each, as registered.",
        (
            "Patients",
            "In estimates.csv",
            "Endpoints",
            *(wording.group_name(stratum) for stratum in results.strata),
        ),
        tuple(rows),
    )


def definition_table(results: Results) -> Table:
    """The study's definition, key by key, as the engine read it."""
    study = results.study
    rows: list[Row] = []
    written = study.model_dump(
        mode="json", exclude={"study", "title", "question", "assumptions", "publication"}
    )
    for key, value in written.items():
        if isinstance(value, dict):
            rows += [(f"{key}: {name}", _plain(inner)) for name, inner in value.items()]
        else:
            rows.append((key, _plain(value)))
    return Table("definition", "The definition of the study.", ("Key", "Value"), tuple(rows))


def parameters_table(results: Results) -> Table:
    """Parameters of the derivations with value and source."""
    parameters = results.context.parameters
    rows = tuple(
        (name, _plain(getattr(parameters, name)), field.description or "")
        for name, field in type(parameters).model_fields.items()
    )
    return Table(
        "parameters",
        "Parameters under which lines, responses, times and toxicity were derived.",
        ("Parameter", "Value", "Meaning and source"),
        rows,
    )


def versions_table(results: Results) -> Table:
    """Snapshot, cut-off, code, rules and libraries."""
    context = results.context
    rows = (
        ("Registry", context.registry),
        ("Source", context.source),
        ("Data cut-off", str(context.export_date or wording.NONE)),
        ("Snapshot", context.snapshot_id),
        ("Code", context.code_version),
        ("Rules", context.rules_hash),
        ("Minimum cell of shared versions", str(context.minimum_cell)),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in LIBRARIES),
        ("Kaplan-Meier and Aalen-Johansen", CURVES),
    )
    return Table("versions", "What this report was made from and with.", ("What", "Version"), rows)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        separator = " | " if any(isinstance(inner, dict) for inner in value) else ", "
        return separator.join(map(_plain, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else str(value)
