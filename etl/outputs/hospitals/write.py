"""Writing the pages of hospitals for a night.

Belongs here: the one function the refresh calls, and the counts it hands back. Does not belong
here: what a page says.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from markupsafe import Markup

from etl.outputs.hospitals import hospital_page, index_page, words
from etl.outputs.hospitals.facts import OUTSIDE_95, OUTSIDE_998, read_hospitals
from etl.outputs.people import count_people
from etl.outputs.quality.addresses import HOSPITAL_INDEX, hospital_page_path
from etl.outputs.quality.desk import Context, Desk
from etl.outputs.quality.page import write
from expectations.catalogue import Catalogue

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class HospitalLine:
    """A hospital in the UI: counts, no name and nothing of a patient."""

    hospital_id: str
    patients: int
    outside_95: int
    outside_998: int
    open_errors: int
    open_warnings: int


@dataclass(frozen=True)
class Pages:
    """The pages written: the registry's list first, and a line a hospital."""

    files: tuple[Path, ...]
    hospitals: tuple[HospitalLine, ...]


def write_hospital_pages(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    outputs: Path,
    context: Context,
    minimum_cell: int = 5,
) -> Pages:
    """Write a page for every hospital and the registry's list of them.

    Args:
        con: The working warehouse, after the ledger was planned and the indicators built.
        catalogue: All rules.
        outputs: The folder of the night's outputs; `hospitals/` is made in it.
        context: What night it is.
        minimum_cell: Others with fewer patients or lines are not drawn.
    """
    desk = Desk(con, catalogue, context)
    hospitals = read_hospitals(desk, minimum_cell)
    css = Markup((TEMPLATES / "hospitals.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    files = [
        write(
            "hospital_index.html",
            outputs / HOSPITAL_INDEX,
            more=TEMPLATES,
            css=css,
            context=context,
            sections=index_page.sections(hospitals, count_people(con)),
            case_mix=words.NO_CASE_MIX,
        )
    ]
    files += [
        write(
            "hospital.html",
            outputs / hospital_page_path(one.hospital_id),
            more=TEMPLATES,
            css=css,
            context=context,
            title=one.title,
            lead=hospital_page.lead(one),
            sections=hospital_page.sections(one),
            worklist=hospital_page.worklist_address(one) if one.has_worklist else "",
            case_mix=words.NO_CASE_MIX,
        )
        for one in hospitals
    ]
    lines = (
        HospitalLine(
            one.hospital_id,
            index_page.patients_of(one),
            len(one.outside(OUTSIDE_95)),
            len(one.outside(OUTSIDE_998)),
            one.open_findings("error"),
            one.open_findings("warning"),
        )
        for one in hospitals
    )
    return Pages(tuple(files), tuple(lines))
