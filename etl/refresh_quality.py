"""The steps of a refresh that end in what a steward reads, each a function on a session.

Belongs here: writing the pages of the quality desk, and the night's summary by rule. Does not
belong here: judging and the ledger (`etl.refresh`), what the pages say (`etl.outputs.quality`).
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from etl.deliveries.inbox import look_and_note, not_taken
from etl.home_state import read_state
from etl.outputs.quality.summary import RuleLine, rule_lines
from etl.publish import steps
from etl.publish.night import Night
from etl.refresh import the_catalogue
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.outputs.quality.desk import Context


def write_quality_pages(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Path]:
    """Write the morning page and a page a rule; returns the files, the morning page first."""
    from etl.outputs.quality.write import write_quality_pages  # compiles templates

    left = not_taken(look_and_note(settings))
    context = replace(
        context_of(con, settings),
        not_taken=tuple(
            (one.path.name, f"{one.since:%Y-%m-%d %H:%M} UTC" if one.since else "", one.reason)
            for one in left
        ),
        about_deliveries=tuple(read_state(settings).remarks),
    )
    written = write_quality_pages(con, the_catalogue(), settings.outputs, context)
    steps.record(con, steps.QUALITY_PAGES)
    return written


def context_of(con: duckdb.DuckDBPyConnection, settings: Settings) -> "Context":
    """What night it is, as its pages say it."""
    from etl.outputs.quality.desk import Context

    night = Night.read(con)
    row = con.execute("select source, registry, export_date from source.export").fetchone()
    assert row is not None  # noqa: S101 - the export is loaded
    return Context(
        snapshot_id=night.snapshot_id,
        as_of=night.as_of,
        source=row[0],
        registry=row[1],
        export_date=row[2],
        is_synthetic=settings.profile == "demo" or "synthetic" in str(row[1]).lower(),
        code_version=night.inputs.code_version,
        rules_hash=night.inputs.rules_hash,
        studies=night.studies,
    )


def summarize(con: duckdb.DuckDBPyConnection) -> list[RuleLine]:
    """The night's counts of every rule, what needs an eye first."""
    return rule_lines(con, Night.read(con).snapshot_id)
