"""The steps of a refresh that end in what a hospital sees of itself, each a function on a session.

Belongs here: building the indicators of hospitals, and writing their pages. Does not belong here:
what an indicator is (`etl.hospital_indicators`), what a page says (`etl.outputs.hospitals`).
"""

from typing import TYPE_CHECKING

import duckdb

from etl.publish import steps
from etl.refresh import the_catalogue
from etl.refresh_quality import context_of
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.outputs.hospitals import Pages


def build_hospital_indicators(con: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Build the indicators of every hospital; returns their rows."""
    from etl.hospital_indicators import build_hospital_indicators  # imports pandas

    rows = build_hospital_indicators(con, settings.minimum_cell)
    steps.record(con, steps.HOSPITAL_INDICATORS)
    return rows


def write_hospital_pages(con: duckdb.DuckDBPyConnection, settings: Settings) -> "Pages":
    """Write a page for every hospital, and the registry's list of them."""
    from etl.outputs.hospitals import write_hospital_pages  # compiles templates

    pages = write_hospital_pages(
        con,
        the_catalogue(),
        settings.outputs,
        context_of(con, settings),
        settings.minimum_cell,
    )
    steps.record(con, steps.HOSPITAL_PAGES)
    return pages
