"""Tables of data quality, parameters, versions and the RECORD checklist.

Belongs here: what a reader needs to judge how the numbers came about. Does not belong here: the
numbers themselves.
"""

import platform
from importlib.metadata import version

from etl.outputs import wording
from etl.outputs.results import Results
from etl.outputs.tables import Row, Table
from etl.studies.criteria import criteria

LIBRARIES = ("duckdb", "lifelines", "scipy", "pandas", "pandera", "matplotlib")

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
    )
    return Table("versions", "What this report was made from and with.", ("What", "Version"), rows)


def record_table(results: Results) -> Table:
    """Items of RECORD and STROBE that can be filled by the machine."""
    context, study = results.context, results.study
    first = results.attrition[0]["patients"] if results.attrition else 0
    steps = "; ".join(step.description.lower() for step in criteria(study)[1:])
    follow_up = results.estimate("follow_up")
    missing = "see the rows of missing values in Table 1"
    rows = (
        (
            "RECORD 1.1",
            "Type of data and name of the database",
            f"Cancer-treatment registry {context.registry}, export of {context.export_date}"
            + (" (synthetic)" if context.is_synthetic else ""),
        ),
        ("RECORD 1.3", "Linkage", "Within the registry only, by patient and treatment ids."),
        ("RECORD 6.1", "Codes and algorithms selecting the population", f"{steps}."),
        (
            "RECORD 6.2",
            "Validation of the codes and algorithms",
            "To be filled by the authors: no validation against source records is part of the run.",
        ),
        ("RECORD 6.3", "Flow of linkage", "Attrition table; no linkage with other sources."),
        (
            "RECORD 7.1",
            "Codes of exposures, outcomes and confounders",
            (
                "Regimens in the definition; RECIST 1.1, iRECIST and CTCAE codes; parameters in "
                "the Methods."
            ),
        ),
        (
            "RECORD 12.1",
            "Access to the database",
            f"All {wording.count(first)} patients of the export were available to the run.",
        ),
        (
            "RECORD 12.2",
            "Data cleaning",
            (
                f"{wording.count(len(results.judged))} rules were judged (catalogue "
                f"{context.rules_hash[:12]}); no value was changed; doubtful values leave the "
                "quality-filtered edition."
            ),
        ),
        ("RECORD 13.1", "Selection of persons", "Attrition, with doubtful values as steps."),
        ("STROBE 12c", "Missing data", f"No imputation; {missing} and the n/N of each estimate."),
        ("STROBE 12e", "Sensitivity analyses", "Both editions side by side in Sensitivity."),
        (
            "STROBE 13",
            "Numbers at each stage",
            f"{wording.count(first)} patients in the registry, {len(results.pairs)} rechallenged.",
        ),
        ("STROBE 14", "Characteristics and follow-up", _follow_up_in_words(follow_up)),
        ("STROBE 15-16", "Outcomes and estimates with intervals", "Response to Toxicity."),
        (
            "RECORD 19.1",
            "Data not made for the question",
            (
                "Response is as assessed in routine care; rechallenged patients had to live and "
                "stay fit until rechallenge; scans are not at fixed times. To be completed by the "
                "authors."
            ),
        ),
        (
            "RECORD 22.1",
            "Access to protocol, data and code",
            (
                f"Definition {study.id}, code {context.code_version}, snapshot "
                f"{context.snapshot_id[:12]}."
            ),
        ),
    )
    return Table(
        "record",
        "Items of RECORD and STROBE, filled where the machine can.",
        ("Item", "Asks for", "Answer"),
        rows,
        "RECORD: Benchimol et al., PLoS Medicine 2015. The other items are the authors' to write.",
    )


def _follow_up_in_words(row: dict[str, object]) -> str:
    return f"Table 1; median follow-up {wording.median_cell(row)} months by reverse Kaplan-Meier."


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        separator = " | " if any(isinstance(inner, dict) for inner in value) else ", "
        return separator.join(map(_plain, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else str(value)
