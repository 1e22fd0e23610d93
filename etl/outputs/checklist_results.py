"""The items of RECORD and STROBE about results.

Belongs here: items 13 to 17. Does not belong here: other items (`checklist`,
`checklist_methods`), the results themselves.
"""

from etl.outputs import wording
from etl.outputs.checklist_item import MACHINE, NOT_APPLICABLE, Item, first_count
from etl.outputs.results import Results


def items(results: Results) -> list[Item]:
    """STROBE 13 to 17 with RECORD 13.1."""
    return [
        Item(
            "STROBE 13a",
            "Numbers at each stage",
            MACHINE,
            f"{first_count(results)} patients in the registry, {len(results.pairs)} rechallenged; "
            "Attrition.",
        ),
        Item(
            "STROBE 13b",
            "Reasons for leaving",
            MACHINE,
            "Each step of Attrition names the criterion and counts whom it left out.",
        ),
        Item("STROBE 13c", "Flow diagram", MACHINE, "Attrition."),
        Item(
            "RECORD 13.1",
            "Selection by data quality, availability and linkage",
            MACHINE,
            "The last steps of Attrition, of the quality-filtered edition: who would be left if "
            "every value had to be sound. No linkage.",
        ),
        Item("STROBE 14a", "Characteristics of the patients", MACHINE, "Table 1 and Exposure."),
        Item(
            "STROBE 14b",
            "Missing values of each variable",
            MACHINE,
            "The rows of missing values in Table 1 and Exposure.",
        ),
        Item("STROBE 14c", "Follow-up time", MACHINE, _follow_up(results)),
        Item(
            "STROBE 15",
            "Outcome events, or summaries over time",
            MACHINE,
            "Numerators and events beside every estimate: Response, Kaplan-Meier, Toxicity.",
        ),
        Item(
            "STROBE 16a",
            "Estimates with precision, unadjusted and adjusted",
            MACHINE,
            "Unadjusted, each with a 95% interval. Nothing is adjusted for.",
        ),
        Item(
            "STROBE 16b",
            "Boundaries of categories",
            MACHINE,
            "Categories are those of the registry, as the tables name them.",
        ),
        Item(
            "STROBE 16c",
            "Relative risk as absolute risk",
            NOT_APPLICABLE,
            "Only absolute risks are given.",
        ),
        Item(
            "STROBE 17",
            "Other analyses",
            MACHINE,
            "Subgroups, exploratory. Sensitivity: both editions and other definitions.",
        ),
    ]


def _follow_up(results: Results) -> str:
    if not results.pairs:
        return "Nobody was followed."
    median = wording.median_cell(results.estimate("follow_up"))
    return f"Median {median} months, by reverse Kaplan-Meier; by group in the table of times."
