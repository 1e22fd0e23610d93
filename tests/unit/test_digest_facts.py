"""What a digest reads of a published night, from tables as they are published."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest

from etl.digest.facts import Delivery, QueryNews, RuleNews, read_facts
from expectations import delivery_tables
from expectations.acceptance_bindings import ACCEPTANCES
from expectations.controls import CONTROLS
from expectations.ledger_tables import FINDING_EVENTS, FINDINGS, SNAPSHOTS
from expectations.quality_tables import RULES, Columns, create_table
from expectations.query_tables import QUERIES

DAY = date(2025, 3, 10)
_PLAIN = {"varchar": "", "date": DAY, "boolean": False, "bigint": 0, "integer": 0, "double": 0.0}


def fill(
    con: duckdb.DuckDBPyConnection, name: str, columns: Columns, *rows: Mapping[str, object]
) -> None:
    """A published table with these rows; what is not named is plain."""
    create_table(con, name, columns)
    for row in rows:
        assert set(row) <= set(columns)
        values = [row.get(one, _PLAIN[kind.split()[0]]) for one, (kind, _) in columns.items()]
        marks = ", ".join("?" * len(values))
        con.execute(f"insert into quality.{name} values ({marks})", values)


def finding(number: str, rule: str, status: str, **more: object) -> dict[str, object]:
    return {
        "finding_id": number,
        "rule_id": rule,
        "severity": "error",
        "stage": "source",
        "status": status,
        **more,
    }


def event(night: int, number: str, what: str) -> dict[str, object]:
    return {"snapshot_id": f"s{night}", "finding_id": number, "event": what}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Three nights. Finding a is of the first, b of the second, c came back on the third."""
    path = tmp_path / "registry.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema quality; create schema marts")
        con.execute("create table marts.patients as select * from range(7)")
        fill(
            con,
            "snapshots",
            SNAPSHOTS,
            *({"snapshot_id": f"s{n}", "sequence": n} for n in (1, 2, 3)),
        )
        fill(con, "rules", RULES, {"rule_id": "AE-T19", "title": "Resolved after onset"})
        fill(
            con,
            "findings",
            FINDINGS,
            finding("a", "AE-T19", "persisting"),
            finding("b", "AE-T19", "persisting"),
            finding("c", "AE-T19", "reopened"),
            finding("d", "AE-T19", "corrected"),
            finding("e", "AE-T19", "accepted"),
            finding("f", "AE-W01", "new", severity="warning"),
            finding("g", "EST-D03", "new", stage="mart"),
        )
        fill(
            con,
            "finding_events",
            FINDING_EVENTS,
            *(event(1, one, "new") for one in "acde"),
            event(2, "b", "new"),
            event(2, "c", "corrected"),
            event(3, "c", "reopened"),
            event(3, "d", "corrected"),
            event(3, "f", "new"),
            event(3, "g", "new"),
        )
    return path


def test_errors_are_news_since_the_owner_was_told_and_while_they_are_open(database: Path) -> None:
    def news(told_up_to: int | None) -> tuple[RuleNews, ...]:
        return read_facts(database, "s3", DAY, told_up_to).rules

    of_marts = RuleNews("EST-D03", "EST-D03", True, 1, 0)
    assert news(None) == (RuleNews("AE-T19", "Resolved after onset", False, 0, 1), of_marts)
    assert news(2) == news(None)
    assert news(1) == (RuleNews("AE-T19", "Resolved after onset", False, 1, 1), of_marts)
    assert news(0) == (RuleNews("AE-T19", "Resolved after onset", False, 2, 1), of_marts)
    assert news(3) == ()


def test_a_night_without_the_later_tables_is_read_all_the_same(database: Path) -> None:
    facts = read_facts(database, "s3", DAY, None)
    assert (facts.sequence, facts.patients, facts.open_errors) == (3, 7, 4)
    assert (facts.corrected, facts.vanished) == (1, 0)
    assert facts.deliveries == facts.queries == facts.acceptances == facts.missed_controls == ()


def test_deliveries_queries_acceptances_and_controls(database: Path) -> None:
    board = delivery_tables.HOSPITAL_DELIVERIES
    with duckdb.connect(str(database)) as con:
        fill(
            con,
            "hospital_deliveries",
            board,
            {"hospital_id": "H1", "status": "arrived", "days_since_delivery": 3},
            {"hospital_id": "H2", "status": "late", "days_since_delivery": 40},
            {"hospital_id": "H2", "status": "missing", "days_since_delivery": 40},
            {"hospital_id": None, "status": "unexpected"},
        )
        fill(
            con,
            "queries",
            QUERIES,
            {"query_id": None, "state": "candidate", "rule_id": "AE-T19"},
            {
                "query_id": "Q1",
                "state": "released",
                "rule_id": "AE-T19",
                "hospital_id": "H1",
                "answer": None,
                "days_since_asked": 9,
            },
            {
                "query_id": "Q2",
                "state": "answered",
                "rule_id": "AE-T19",
                "hospital_id": "H1",
                "answer": "rule is wrong",
                "days_since_asked": 2,
            },
            {"query_id": "Q3", "state": "closed", "rule_id": "AE-T19"},
        )
        fill(
            con,
            "acceptances",
            ACCEPTANCES,
            *(
                {"acceptance_id": f"A{n}", "usage": usage}
                for n, usage in enumerate(("used", "lapsing", "lapsed", "ended"))
            ),
        )
        fill(
            con,
            "controls",
            CONTROLS,
            {"rule_id": "AE-T19", "missed": 1},
            {"rule_id": "AE-T20", "missed": 0},
        )
    facts = read_facts(database, "s3", DAY, None)
    assert facts.deliveries == (Delivery("H2", "missing", 40),)
    title = "Resolved after onset"
    assert facts.queries == (
        QueryNews("Q1", "H1", "AE-T19", title, "released", None, 9),
        QueryNews("Q2", "H1", "AE-T19", title, "answered", "rule is wrong", 2),
    )
    assert facts.acceptances == (("A1", "lapsing"), ("A2", "lapsed"))
    assert facts.missed_controls == ("AE-T19",)
