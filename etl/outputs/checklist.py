"""The RECORD and STROBE checklist of a study: what the machine can fill, and what it cannot.

Belongs here: the table. Does not belong here: the items (`checklist_words`, `checklist_methods`,
`checklist_results`).

Sources: STROBE, von Elm et al., PLoS Medicine 2007 (cohort studies); RECORD, Benchimol et al.,
PLoS Medicine 2015. Items are named by their number and by what they ask, in our own words.
"""

from collections.abc import Iterable

from etl.outputs import checklist_methods, checklist_results, checklist_words
from etl.outputs.checklist_item import Item
from etl.outputs.results import Results
from etl.outputs.tables import Table


def record_table(results: Results) -> Table:
    """All 22 items of STROBE and all 13 of RECORD, in the order of the manuscript."""
    parts: tuple[tuple[str, Iterable[Item]], ...] = (
        ("Title and abstract", checklist_words.title_items(results)),
        ("Introduction", checklist_words.introduction_items(results)),
        ("Methods", checklist_methods.items(results)),
        ("Results", checklist_results.items(results)),
        ("Discussion", checklist_words.discussion_items(results)),
        ("Other information", checklist_words.other_items(results)),
    )
    return Table(
        "record",
        "Checklist of STROBE for cohort studies and of its extension RECORD, item by item.",
        ("Item", "Asks for", "Answered by", "Answer, or what is left to write"),
        tuple(
            (f"{part}: {item.number}", item.asks, item.by, item.answer)
            for part, items in parts
            for item in items
        ),
        "STROBE: von Elm et al., PLoS Medicine 2007. RECORD: Benchimol et al., PLoS Medicine "
        "2015. What an item asks for is put in our words; the published checklists bind.",
    )
