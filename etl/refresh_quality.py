"""The steps of a refresh that end in what a steward reads, each a function on a session.

Belongs here: writing the pages of the quality desk, and the night's summary by rule. Does not
belong here: judging and the ledger (`etl.refresh`), what the pages say (`etl.outputs.quality`).
"""

from pathlib import Path

import duckdb

from etl.outputs.quality.summary import RuleLine, rule_lines
from etl.publish import steps
from etl.publish.night import Night
from etl.refresh import the_catalogue
from etl.settings import Settings


def write_quality_pages(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Path]:
    """Write the morning page and a page a rule; returns the files, the morning page first."""
    from etl.outputs.quality.write import Context, write_quality_pages  # compiles templates

    night = Night.read(con)
    row = con.execute("select source, registry, export_date from source.export").fetchone()
    assert row is not None  # noqa: S101 - the export is loaded
    context = Context(
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
    written = write_quality_pages(con, the_catalogue(), settings.outputs, context)
    steps.record(con, steps.QUALITY_PAGES)
    return written


def summarize(con: duckdb.DuckDBPyConnection) -> list[RuleLine]:
    """The night's counts of every rule, what needs an eye first."""
    return rule_lines(con, Night.read(con).snapshot_id)
