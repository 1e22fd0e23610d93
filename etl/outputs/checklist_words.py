"""The items of RECORD and STROBE about title, introduction, discussion and access.

Belongs here: items 1 to 3 and 18 to 22. Does not belong here: other items (`checklist_methods`,
`checklist_results`).
"""

from etl.outputs.checklist_item import AUTHORS, BOTH, MACHINE, Item, years
from etl.outputs.results import Results


def title_items(results: Results) -> list[Item]:
    """STROBE 1 and RECORD 1.1 to 1.3."""
    context = results.context
    synthetic = ", of synthetic patients" if context.is_synthetic else ""
    return [
        Item(
            "STROBE 1a",
            "Design in the title or abstract",
            BOTH,
            "A retrospective cohort study of a registry. The title is the authors'.",
        ),
        Item(
            "STROBE 1b",
            "An informative and balanced abstract",
            AUTHORS,
            "To write; the numbers stand in Main estimates.",
        ),
        Item(
            "RECORD 1.1",
            "Type of data, name of the database",
            MACHINE,
            f"A cancer-treatment registry{synthetic}: {context.registry}, data cut-off "
            f"{context.export_date or 'not known'}.",
        ),
        Item(
            "RECORD 1.2",
            "Region and time frame",
            BOTH,
            f"Years in which the rechallenges began: {years(results)}. The region is for the "
            "authors to name.",
        ),
        Item(
            "RECORD 1.3",
            "Linkage between databases",
            BOTH,
            "This run links no other database. If the registry itself is linked (to a register "
            "of deaths, say), the authors state it.",
        ),
    ]


def introduction_items(results: Results) -> list[Item]:
    """STROBE 2 and 3."""
    question = " ".join(results.study.question.split())
    return [
        Item("STROBE 2", "Background and rationale", AUTHORS, "To write."),
        Item(
            "STROBE 3",
            "Objectives and prespecified hypotheses",
            BOTH,
            f"The question of the study file: {question} No hypothesis is tested between groups; "
            "one set beforehand is for the authors to state.",
        ),
    ]


def discussion_items(results: Results) -> list[Item]:
    """STROBE 18 to 21 and RECORD 19.1."""
    late = "initial_start" in (results.study.pfs_index, results.study.os_index)
    return [
        Item("STROBE 18", "Key results", AUTHORS, "To write, from Main estimates."),
        Item(
            "STROBE 19",
            "Limitations, direction and size of bias",
            BOTH,
            "Known from the design: patients had to live and stay fit until the rechallenge; "
            "responders cannot have progressed before their response (guarantee time)"
            + ("; times from the initial treatment hold immortal time" if late else "")
            + "; groups were not randomised and are not adjusted for. Both editions show how far "
            "doubtful records move each estimate. Direction and size of what remains are for the "
            "authors to discuss.",
        ),
        Item(
            "RECORD 19.1",
            "Data that were not made for the question",
            BOTH,
            "Response is as assessed in routine care, without central review, and scans are not at "
            "fixed times; a missing adverse event is not an absent one (toxicity known is counted "
            "apart); what is missing is counted in Table 1 and under Data quality. Changes of "
            "eligibility, coding and treatment over the years are for the authors to discuss.",
        ),
        Item("STROBE 20", "Cautious interpretation", AUTHORS, "To write."),
        Item("STROBE 21", "Generalisability", AUTHORS, "To write."),
    ]


def other_items(results: Results) -> list[Item]:
    """STROBE 22 and RECORD 22.1."""
    context = results.context
    return [
        Item("STROBE 22", "Funding", AUTHORS, "To write."),
        Item(
            "RECORD 22.1",
            "Access to protocol, data and code",
            BOTH,
            f"Definition {results.study.id}, code {context.code_version}, rules "
            f"{context.rules_hash[:12]}, snapshot {context.snapshot_id[:12]}: the same four give "
            "the same report. How to ask for the data is for the authors to state.",
        ),
    ]
