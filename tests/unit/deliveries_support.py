"""Small nights for tests of deliveries over time: tables in, laid out, judged, committed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from etl.deliveries import build_before_judging, build_deliveries
from etl.deliveries.expected import ExpectedRows
from expectations import ledger
from expectations.catalogue import Catalogue, load_catalogue
from expectations.codelists import load_codelists
from expectations.evaluate import judge, prepare
from tests.support import native, run_layers
from tests.unit.ledger_support import record

WHOLE = load_catalogue()
RULES = Catalogue(
    tuple(r for r in WHOLE.for_stage("source") if r.id.split("-")[0] in ("DEL", "HOS")),
    WHOLE.subjects,
)
CUT_OFF = date(2025, 3, 1)


def night(
    con: duckdb.DuckDBPyConnection,
    day: int,
    *,
    deliveries: Mapping[str | None, date] | None = None,
    expected: Sequence[ExpectedRows] | None = None,
    commit: bool = True,
    **tables: str,
) -> None:
    """One night of the ledger's day `day` of March 2025.

    Args:
        con: Warehouse in memory.
        day: Day of the month.
        deliveries: Cut-off of the newest delivery of each hospital; one full delivery when left
            out.
        expected: The reviewed file.
        commit: Whether the night is published.
        tables: Tables of the export, drawn.
    """
    native(con, **tables)
    for hospital, cut_off in (deliveries or {None: CUT_OFF}).items():
        con.execute("insert into source.deliveries values (?, ?, 'test')", [hospital, cut_off])
    con.execute("update source.export set export_date = ?", [CUT_OFF])
    load_codelists(con)
    run_layers(con, "staging")
    snapshot = record(f"night-{day}", day)
    prepare(con, RULES)
    build_deliveries(con, snapshot_id=snapshot.snapshot_id, as_of=snapshot.as_of, expected=expected)
    judge(con, RULES, "source")
    ledger.plan(con, snapshot.snapshot_id, snapshot.as_of, RULES)
    if commit:
        ledger.commit(con, snapshot)


def found(con: duckdb.DuckDBPyConnection, rule_id: str) -> list[tuple[Any, ...]]:
    """Record and status of the findings of a rule, by record."""
    return con.execute(
        "select record_key, status from quality.findings where rule_id = ? order by all",
        [rule_id],
    ).fetchall()


def board(con: duckdb.DuckDBPyConnection) -> dict[tuple[str | None, str], tuple[Any, ...]]:
    """Rows, rows before, expected rows and status by hospital and table."""
    rows = con.execute(
        "select hospital_id, table_name, rows, rows_before, expected_rows, status "
        "from quality.hospital_deliveries"
    ).fetchall()
    return {(hospital, table): tuple(rest) for hospital, table, *rest in rows}


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


__all__ = ["CUT_OFF", "RULES", "board", "build_before_judging", "days", "found", "night"]
