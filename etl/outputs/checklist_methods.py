"""The items of RECORD and STROBE about methods.

Belongs here: items 4 to 12. Does not belong here: other items (`checklist`, `checklist_results`),
the methods themselves (`prose`, `method_tables`).
"""

from etl.outputs import wording
from etl.outputs.checklist_item import (
    AUTHORS,
    BOTH,
    MACHINE,
    NOT_APPLICABLE,
    Item,
    first_count,
    years,
)
from etl.outputs.results import Results
from etl.studies import words
from etl.studies.criteria import criteria


def items(results: Results) -> list[Item]:
    """STROBE 4 to 12 with RECORD 6.1 to 6.3, 7.1 and 12.1 to 12.3."""
    return [
        *_design_items(results),
        *_participant_items(results),
        *_variable_items(results),
        *_statistics_items(results),
        *_data_items(results),
    ]


def _design_items(results: Results) -> list[Item]:
    context = results.context
    hospitals = len(
        {row["hospital_id"] for row in results.patients.values() if row.get("hospital_id")}
    )
    groups = wording.STRATA_HEADS[results.study.strata].lower()
    split = "one group" if results.study.strata == "none" else f"groups by {groups}"
    return [
        Item(
            "STROBE 4",
            "Key elements of the design",
            MACHINE,
            "A cohort of patients with two exposures, the second looked at beside the first "
            f"within each patient; {split}; Definition in words.",
        ),
        Item(
            "STROBE 5",
            "Setting, locations, dates",
            BOTH,
            f"Rechallenges began in {years(results)}, in patients of {hospitals} "
            f"{'hospital' if hospitals == 1 else 'hospitals'}; data cut-off "
            f"{context.export_date or 'not known'}. Locations are for the authors to name.",
        ),
    ]


def _participant_items(results: Results) -> list[Item]:
    first, *others = (step.description for step in criteria(results.study)[1:])
    steps = "; ".join([first, *(other[0].lower() + other[1:] for other in others)])
    return [
        Item(
            "STROBE 6a",
            "Eligibility, selection, follow-up",
            MACHINE,
            f"{steps}. Everyone who meets them is in; each is followed to death, last contact or "
            "the data cut-off, as the definition says.",
        ),
        Item(
            "STROBE 6b",
            "Matching",
            NOT_APPLICABLE,
            "Nobody is matched: each patient is seen twice.",
        ),
        Item(
            "RECORD 6.1",
            "Codes and algorithms that select the population",
            MACHINE,
            "The definition of the study, key by key, in Methods; every criterion is a step of "
            "Attrition.",
        ),
        Item(
            "RECORD 6.2",
            "Validation of these codes and algorithms",
            AUTHORS,
            "To write: no validation against hospital records is part of this run.",
        ),
        Item(
            "RECORD 6.3",
            "Flow of a linkage",
            NOT_APPLICABLE,
            "No other database is linked.",
        ),
    ]


def _variable_items(results: Results) -> list[Item]:
    rechallenges = {pair["rechallenge_line_id"] for pair in results.pairs}
    sources = [
        line["response_source"]
        for lines in results.lines.values()
        for line in lines
        if line["line_id"] in rechallenges
    ]
    entered = sum(source == "entered" for source in sources)
    assessed = sum(source == "assessments" for source in sources)
    return [
        Item(
            "STROBE 7",
            "Outcomes, exposures, confounders, effect modifiers",
            BOTH,
            "Outcomes and exposures: Definition in words, evaluable sets and parameters in "
            "Methods. Characteristics: Table 1. Which of them confound or modify is for the "
            "authors to say; nothing is adjusted for.",
        ),
        Item(
            "RECORD 7.1",
            "Codes of exposures, outcomes, confounders",
            MACHINE,
            "Regimens and drug classes in the definition; RECIST 1.1 and iRECIST codes of response "
            "and CTCAE grades as registered; parameters in Methods. The lists of drug names and of "
            f"terms of immune-related events are part of code {results.context.code_version}.",
        ),
        Item(
            "STROBE 8",
            "Sources and methods of measurement",
            BOTH,
            f"All from the registry. Best response to the rechallenge: from assessments in "
            f"{assessed}, as entered in {entered} of {len(results.pairs)}. How hospitals assess "
            "and enter is for the authors to describe.",
        ),
        Item(
            "STROBE 9",
            "Efforts against bias",
            BOTH,
            "Duration of response beside the survival of responders, delayed entry where a time "
            "starts before the rechallenge, chance level beside discordance, doubtful values left "
            "out in a second edition. Other efforts are for the authors to describe.",
        ),
        Item(
            "STROBE 10",
            "How the size came about",
            MACHINE,
            f"All {len(results.pairs)} of {first_count(results)} patients who meet the "
            "definition; no size was planned.",
        ),
        Item(
            "STROBE 11",
            "Quantitative variables",
            MACHINE,
            "Age and lengths of time as medians with quartiles; a month is 30.4375 days. Cut for "
            f"subgroups only: age at {results.study.subgroups.age_years} years, the interval at "
            f"{results.study.subgroups.interval_months} months.",
        ),
    ]


def _statistics_items(results: Results) -> list[Item]:
    study = results.study
    return [
        Item(
            "STROBE 12a",
            "Statistical methods, control of confounding",
            MACHINE,
            "Methods. Nothing is adjusted for, and groups are not compared by a test.",
        ),
        Item(
            "STROBE 12b",
            "Subgroups and interactions",
            MACHINE,
            "Groups are described; so are levels of baseline variables with at least "
            f"{study.subgroups.minimum_evaluable} evaluable patients (Subgroups). No interaction "
            "is tested.",
        ),
        Item(
            "STROBE 12c",
            "Missing data",
            MACHINE,
            "Nothing is imputed. Each estimate names its evaluable set and its n/N; missing values "
            "are counted in Table 1, Exposure and Data quality.",
        ),
        Item(
            "STROBE 12d",
            "Loss to follow-up",
            MACHINE,
            f"Progression-free survival: {words.PFS_CENSORING[study.endpoints.pfs.censoring]}. "
            "Overall survival: the living are censored "
            f"{words.OS_CENSORING[study.endpoints.os.censoring]}.",
        ),
        Item(
            "STROBE 12e",
            "Sensitivity analyses",
            MACHINE,
            "Without doubtful values, and under other definitions: Sensitivity.",
        ),
    ]


def _data_items(results: Results) -> list[Item]:
    context = results.context
    judged = (
        f"{wording.count(len(results.judged))} rules were judged (catalogue "
        f"{context.rules_hash[:12]})"
        if results.judged
        else f"The rules of catalogue {context.rules_hash[:12]} apply"
    )
    return [
        Item(
            "RECORD 12.1",
            "Access to the database",
            BOTH,
            f"This run read the whole export, {first_count(results)} patients. What access the "
            "investigators had is for the authors to state.",
        ),
        Item(
            "RECORD 12.2",
            "Data cleaning",
            MACHINE,
            f"{judged}; no value was changed and no row was dropped for a doubt; doubtful values "
            "leave the evaluable sets of the quality-filtered edition: Data quality.",
        ),
        Item(
            "RECORD 12.3",
            "Level and methods of linkage",
            NOT_APPLICABLE,
            "No other database is linked; records of the registry belong together by their "
            "identifiers of patient and treatment.",
        ),
    ]
