"""Small nights for tests of the ledger: tables in, verdicts, ledger committed."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from expectations import acceptance_bindings, ledger
from expectations.catalogue import Catalogue, load_catalogue
from expectations.evaluate import judge, prepare
from tests.support import native, run_layers

WHOLE = load_catalogue()
FIRST_DAY = date(2025, 3, 1)


def catalogue_of(*rule_ids: str, **changed: Any) -> Catalogue:
    """A catalogue of some rules; `changed` fields are set on all of them."""
    rules = tuple(WHOLE.by_id[rule_id].model_copy(update=changed) for rule_id in rule_ids)
    return Catalogue(rules, WHOLE.subjects)


def record(snapshot_id: str, day: int = 1) -> ledger.SnapshotRecord:
    return ledger.SnapshotRecord(
        snapshot_id=snapshot_id,
        source="native",
        export_id="e",
        export_date=date(2025, 3, 3),
        as_of=FIRST_DAY + timedelta(days=day - 1),
        rules_hash="r",
        code_version="c",
    )


def night(
    con: duckdb.DuckDBPyConnection,
    day: int,
    catalogue: Catalogue,
    *,
    path: Path = Path("/nowhere/acceptances.sqlite"),
    commit: bool = True,
    snapshot_id: str | None = None,
    not_collected: tuple[str, ...] = (),
    **tables: str,
) -> None:
    """One night: load the tables, judge the source stage, plan and commit the ledger."""
    native(con, not_collected=not_collected, **tables)
    run_layers(con, "staging")
    snapshot = record(snapshot_id or f"night-{day}", day)
    prepare(con, catalogue)
    acceptance_bindings.load(con, path, snapshot.as_of)
    judge(con, catalogue, "source")
    ledger.plan(con, snapshot.snapshot_id, snapshot.as_of, catalogue)
    if commit:
        ledger.commit(con, snapshot)


def statuses(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Record, status and days open of every finding, in order of their first night."""
    return con.execute("""
        select record_key, status, days_open from quality.findings
        order by first_seen, record_key, last_seen, finding_id
    """).fetchall()


def events(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Snapshot, record and event, in the order they were written."""
    return con.execute(
        "select snapshot_id, record_key, event from quality.finding_events order by rowid"
    ).fetchall()
