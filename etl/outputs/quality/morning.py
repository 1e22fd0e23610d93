"""The morning page: one page a steward reads with coffee.

Belongs here: which sections stand on it and in which order. Does not belong here: what they say
(the modules beside this one).
"""

from pathlib import Path

from etl.outputs.quality import (
    changes,
    delivered,
    doubts,
    impact,
    stewards,
    trends,
    unread_names,
    wording,
)
from etl.outputs.quality.addresses import DATA_DOCS, MORNING_PAGE
from etl.outputs.quality.desk import Desk
from etl.outputs.quality.page import Section, write


def sections(desk: Desk) -> list[Section]:
    """The sections of the page, in reading order."""
    return [
        delivered.board(desk),
        changes.verdict(desk),
        changes.changes(desk),
        changes.by_hospital(desk),
        changes.by_rule(desk),
        doubts.studies(desk),
        doubts.doubtful(desk),
        unread_names.unread(desk),
        trends.trends(desk),
        stewards.queries(desk),
        stewards.acceptances(desk),
        stewards.precision(desk),
        stewards.shadow(desk),
        delivered.completeness(desk),
        stewards.controls(desk),
        impact.impact(desk),
    ]


def write_morning_page(desk: Desk, outputs: Path) -> Path:
    """Write the page below the folder of the outputs."""
    made = sections(desk)
    return write(
        "morning.html",
        outputs / MORNING_PAGE,
        context=desk.context,
        title=f"The night of {wording.long_day(desk.context.as_of)}",
        sections=made,
        previous=desk.nights[-2]["as_of"] if not desk.is_first_night else None,
        all_rules="rules/index.html",
        data_docs=f"../../{DATA_DOCS}/index.html",
    )
