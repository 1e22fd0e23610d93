"""The deliveries step of the night: everything about hospitals and deliveries, in one place.

Belongs here: the order of its parts. Does not belong here: any part itself.
"""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date

import duckdb

from etl.deliveries.board import build_board, count_rows, plan_counts
from etl.deliveries.completeness import build_completeness
from etl.deliveries.expected import (
    ExpectedRows,
    expected_rows_path,
    load_expected_rows,
    read_expected_rows,
)
from etl.deliveries.figures import build_figures
from etl.deliveries.history import plan_history
from etl.deliveries.outcomes import build_outcomes
from etl.deliveries.patterns import build_patterns
from etl.publish.night import Night
from etl.settings import Settings
from expectations.catalogue import Stage
from expectations.delivery_tables import create_tonight


def parameters(settings: Settings, source: str) -> dict[str, object]:
    """What changes the verdicts on deliveries, beside the export: part of a snapshot's identity.

    Raises:
        InputUnreadableError: a line of the reviewed file is wrong.
    """
    expected = read_expected_rows(expected_rows_path(settings, source))
    return {
        "late_days": settings.delivery_late_days,
        "kept_days": settings.vanished_kept_days,
        "expected_rows": None if expected is None else [astuple(one) for one in expected],
    }


def build_night(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> dict[str, int]:
    """The step as the site's settings ask for it; returns the hospitals by status."""
    path = expected_rows_path(settings, night.inputs.source)
    return build_deliveries(
        con,
        snapshot_id=night.snapshot_id,
        as_of=night.as_of,
        expected=read_expected_rows(path),
        late_after_days=settings.delivery_late_days,
        kept_days=settings.vanished_kept_days,
    )


def build_deliveries(
    con: duckdb.DuckDBPyConnection,
    *,
    snapshot_id: str,
    as_of: date,
    expected: Sequence[ExpectedRows] | None = None,
    late_after_days: int = 35,
    kept_days: int = 365,
) -> dict[str, int]:
    """Build the facts about deliveries and hospitals, after staging and before the verdicts.

    Args:
        con: The warehouse, staged.
        snapshot_id: The snapshot the night works towards.
        as_of: The ledger's day.
        expected: The reviewed file of expected rows; None when there is none.
        late_after_days: Age in days after which a delivery is late.
        kept_days: Days after which a record that is gone is forgotten.

    Returns:
        Hospitals by status.
    """
    source = _source(con)
    # Each statement by itself would wait for the disk. The rows come in transactions of their own:
    # DuckDB 1.5 hides many rows that are put into a table in the transaction that makes it anew.
    con.execute("begin transaction")
    create_tonight(con)
    con.execute("commit")
    count_rows(con)
    load_expected_rows(con, expected)
    build_board(con, source=source, as_of=as_of, late_after_days=late_after_days)
    build_completeness(con)
    build_patterns(con)
    plan_history(con, source=source, as_of=as_of, kept_days=kept_days)
    plan_counts(con, source=source, snapshot_id=snapshot_id, as_of=as_of)
    con.execute(
        "create or replace table quality.next_deliveries_plan as select ? as snapshot_id",
        [snapshot_id],
    )
    found: list[tuple[str, int]] = con.execute(
        "select status, count(*) from quality.delivering_hospitals group by status order by status"
    ).fetchall()
    return dict(found)


def build_before_judging(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Build what the rules of a later stage ask of hospitals and snapshots."""
    if stage == "derived":
        build_outcomes(con)
    elif stage == "mart":
        build_figures(con)


def _source(con: duckdb.DuckDBPyConnection) -> str:
    row = con.execute("select max(source) from source.export").fetchone()
    return str(row[0]) if row and row[0] else ""
