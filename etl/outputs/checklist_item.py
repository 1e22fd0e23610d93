"""An item of the RECORD and STROBE checklist, and what several items say.

Belongs here: the value, who answers it. Does not belong here: any one item (`checklist_words`,
`checklist_methods`, `checklist_results`), the table (`checklist`).
"""

from dataclasses import dataclass

from etl.outputs import wording
from etl.outputs.results import Results

MACHINE = "This report"
BOTH = "This report, completed by the authors"
AUTHORS = "The authors"
NOT_APPLICABLE = "Not applicable"


@dataclass(frozen=True)
class Item:
    """An item of a checklist.

    Attributes:
        number: as the checklist numbers it, 'STROBE 12c', 'RECORD 6.1'.
        asks: what it asks for, in a few words of ours.
        by: who answers it: one of the four constants of this module.
        answer: the answer, or what is left for the authors to write.
    """

    number: str
    asks: str
    by: str
    answer: str


def years(results: Results) -> str:
    """The calendar years in which the rechallenges began, '2014 to 2024'."""
    found = sorted(
        {
            pair["rechallenge_start_date"].year
            for pair in results.pairs
            if pair["rechallenge_start_date"] is not None
        }
    )
    if not found:
        return "no year, since nobody was rechallenged"
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def first_count(results: Results) -> str:
    """Patients of the registry, as the first step of the attrition counts them."""
    return wording.count(results.attrition[0]["patients"]) if results.attrition else "no"
