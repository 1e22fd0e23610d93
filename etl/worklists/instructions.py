"""What a workbook explains: its title, what is not shown, how to answer.

Belongs here: longer texts in both languages and the sheet they stand on. Does not belong here:
headers and answers (`words`).
"""

from pathlib import Path

import yaml

from etl.worklists.cells import Sheet, text_cell
from etl.worklists.identity import Identity
from etl.worklists.select import REGISTRY, Counts
from etl.worklists.words import Said

CONFIDENTIAL = Said(
    "Confidential: pseudonymised patient data", "Vertrouwelijk: gepseudonimiseerde patiëntgegevens"
)
WRONG_ANSWER = (
    "Antwoord / Answer",
    "Kies een van de vier antwoorden uit de lijst. / Choose one of the four answers of the list.",
)
CHOOSE_ANSWER = (
    "Antwoord / Answer",
    "Kies uit de lijst; vul ook in wie antwoordt. / Choose from the list; say who answers, too.",
)
SUMMARY_NOTE = Said(
    "One row a hospital. Listed is what its worklist shows; the rest follows when that is "
    "answered.",
    "Eén rij per ziekenhuis. In de lijst staat wat de werklijst toont; de rest volgt daarna.",
)
SUMMARY: tuple[tuple[str, Said, float], ...] = (
    ("list_id", Said("Hospital", "Ziekenhuis"), 12),
    ("name", Said("Name", "Naam"), 28),
    ("patients", Said("Patients", "Patiënten"), 10),
    ("findings", Said("Findings", "Bevindingen"), 12),
    ("errors", Said("Errors", "Fouten"), 9),
    ("warnings", Said("Warnings", "Waarschuwingen"), 15),
    ("new", Said("New or back again", "Nieuw of opnieuw"), 12),
    ("listed_patients", Said("Listed patients", "Patiënten in de lijst"), 12),
    ("listed_findings", Said("Listed findings", "Bevindingen in de lijst"), 13),
    ("asked", Said("Asked before", "Eerder gevraagd"), 11),
    ("answered", Said("Answered, not listed", "Beantwoord, niet in de lijst"), 14),
    ("accepted", Said("Accepted", "Geaccepteerd"), 13),
    ("informed", Said("For information", "Ter informatie"), 12),
    ("days_open", Said("Longest open, days", "Langst open, dagen"), 12),
)

_TEXTS = Path(__file__).with_suffix(".yaml")


def title(identity: Identity, counts: Counts) -> str:
    """The heading of a list: whose it is, of which registry and day."""
    day = identity.as_of.strftime("%d-%m-%Y")
    of = f"{identity.registry} · {day}"
    if identity.list_id == REGISTRY:
        return f"Werklijst van de registratie / Worklist of the registry · {of}"
    whose = f"{identity.list_id} {counts.name}" if counts.name else identity.list_id
    return f"Werklijst / Worklist · {whose} · {of}"


def remainder(counts: Counts) -> Said:
    """What the list shows and what it leaves out, in numbers."""
    if not counts.findings:
        return Said(
            "Nothing is asked: no open findings.", "Er is niets te vragen: geen open bevindingen."
        )
    rest = counts.findings - counts.listed_findings
    rest_patients = counts.patients - counts.listed_patients
    english = f"{counts.listed_findings:,} findings of {counts.listed_patients:,} patients; " + (
        f"{rest:,} more of {rest_patients:,} patients follow when these are answered."
        if rest
        else "that is all there is."
    )
    dutch = (
        f"{_dutch(counts.listed_findings)} bevindingen van {_dutch(counts.listed_patients)} "
        "patiënten; "
        + (
            f"nog {_dutch(rest)} van {_dutch(rest_patients)} patiënten volgen na uw antwoorden."
            if rest
            else "meer zijn er niet."
        )
    )
    return Said(english, dutch)


def write(sheet: Sheet) -> None:
    """Fill the sheet of instructions, Dutch first."""
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 110
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    row = 1
    texts = yaml.load(_TEXTS.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - text only
    for heading, language in (("Uitleg", "dutch"), ("Instructions", "english")):
        sheet.row_dimensions[row].height = 28
        sheet.append([text_cell(sheet, heading, "title")])
        row += 1
        for said in texts[language]:
            name, text = said["term"], said["text"]
            sheet.row_dimensions[row].height = 14 + 13 * (len(text) // 125)
            sheet.append([text_cell(sheet, name, "term"), text_cell(sheet, text, "plain")])
            row += 1
        sheet.append([])
        row += 1


def _dutch(number: int) -> str:
    return f"{number:,}".replace(",", ".")
