"""What a published night holds that may be worth a message: counts, rules, hospitals, queries.

Belongs here: reading it from the published file, which nobody locks. Does not belong here: what is
news to whom (`compose`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

_OPEN = "('new', 'persisting', 'reopened')"


@dataclass(frozen=True)
class RuleNews:
    """Errors of one rule opened since the owner was told last, and still open."""

    rule_id: str
    title: str
    is_of_marts: bool
    new: int
    reopened: int


@dataclass(frozen=True)
class Delivery:
    """A hospital whose delivery is not as expected: late, missing or unexpected."""

    hospital_id: str
    status: str
    days_since_delivery: int | None


@dataclass(frozen=True)
class QueryNews:
    """A query that is open or answered."""

    query_id: str
    hospital_id: str | None
    rule_id: str
    title: str
    state: str
    answer: str | None
    days_since_asked: int | None


@dataclass(frozen=True)
class Facts:
    """One published night.

    Attributes:
        acceptances: ids of the acceptances that lapse soon or have lapsed, with how.
        missed_controls: rules that did not give the verdict of their own examples.
        not_taken: folders of the inbox that are not taken, with the reason.
        about_deliveries: what was remarked of the last delivery.
        corrected, vanished: findings closed since the owner was told last.
    """

    snapshot_id: str
    sequence: int
    as_of: date
    patients: int
    open_errors: int
    corrected: int
    vanished: int
    rules: tuple[RuleNews, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    queries: tuple[QueryNews, ...] = ()
    acceptances: tuple[tuple[str, str], ...] = ()
    missed_controls: tuple[str, ...] = ()
    not_taken: tuple[str, ...] = ()
    about_deliveries: tuple[str, ...] = ()


def read_facts(database: Path, snapshot_id: str, as_of: date, told_up_to: int | None) -> Facts:
    """Read a published night.

    Args:
        database: The published `registry.duckdb`.
        snapshot_id: Its snapshot.
        as_of: Its day.
        told_up_to: Number of the night the owner was told of last; None: never, then only what
            this night brought is news.
    """
    with duckdb.connect(str(database), read_only=True) as con:
        there = {
            str(name)
            for (name,) in con.execute(
                "select table_name from duckdb_tables() where schema_name = 'quality'"
            ).fetchall()
        }
        (sequence,) = _row(
            con, "select max(sequence) from quality.snapshots where snapshot_id = ?", [snapshot_id]
        )
        after = sequence - 1 if told_up_to is None else told_up_to
        (patients,) = _row(con, "select count(*) from marts.patients", [])
        (open_errors,) = _row(
            con,
            f"select count(*) from quality.findings where severity = 'error' and status in {_OPEN}",
            [],
        )
        corrected, vanished = _row(
            con,
            "select count(*) filter (event = 'corrected'), count(*) filter (event = 'vanished') "
            "from quality.finding_events inner join quality.snapshots using (snapshot_id) "
            "where snapshots.sequence > ?",
            [after],
        )
        return Facts(
            snapshot_id=snapshot_id,
            sequence=sequence,
            as_of=as_of,
            patients=patients,
            open_errors=open_errors,
            corrected=corrected,
            vanished=vanished,
            rules=tuple(RuleNews(*row) for row in _rules(con, after)),
            deliveries=tuple(Delivery(*row) for row in _if(con, there, _DELIVERIES)),
            queries=tuple(QueryNews(*row) for row in _if(con, there, _QUERIES)),
            acceptances=tuple((a, b) for a, b in _if(con, there, _ACCEPTANCES)),
            missed_controls=tuple(rule for (rule,) in _if(con, there, _CONTROLS)),
        )


def _rules(con: duckdb.DuckDBPyConnection, after: int) -> list[tuple[Any, ...]]:
    return con.execute(
        f"""
        with opened as (
            select e.finding_id, arg_max(e.event, s.sequence) as event
            from quality.finding_events as e
            inner join quality.snapshots as s using (snapshot_id)
            where s.sequence > $after and e.event in ('new', 'reopened')
            group by e.finding_id
        )
        select
            f.rule_id,
            coalesce(any_value(r.title), f.rule_id) as title,
            any_value(f.stage) = 'mart' as is_of_marts,
            count(*) filter (o.event = 'new') as new,
            count(*) filter (o.event = 'reopened') as reopened
        from quality.findings as f
        inner join opened as o on o.finding_id = f.finding_id
        left join quality.rules as r on r.rule_id = f.rule_id
        where f.severity = 'error' and f.status in {_OPEN}
        group by f.rule_id
        order by count(*) desc, f.rule_id
        """,
        {"after": after},
    ).fetchall()


_DELIVERIES = (
    "hospital_deliveries",
    """
    select hospital_id, min_by(status, list_position(['missing', 'late', 'unexpected'], status)),
        max(days_since_delivery)
    from quality.hospital_deliveries
    where status <> 'arrived' and hospital_id is not null
    group by hospital_id order by hospital_id
    """,
)
_QUERIES = (
    "queries",
    """
    select q.query_id, q.hospital_id, q.rule_id, coalesce(r.title, q.rule_id), q.state, q.answer,
        q.days_since_asked
    from quality.queries as q
    left join quality.rules as r on r.rule_id = q.rule_id
    where q.query_id is not null and q.state in ('released', 'answered')
    order by q.days_since_asked desc, q.query_id
    """,
)
_ACCEPTANCES = (
    "acceptances",
    """
    select acceptance_id, usage from quality.acceptances
    where usage in ('lapsing', 'lapsed') order by acceptance_id
    """,
)
_CONTROLS = (
    "controls",
    "select rule_id from quality.controls where missed > 0 order by rule_id",
)


def _if(
    con: duckdb.DuckDBPyConnection, there: set[str], asked: tuple[str, str]
) -> Sequence[tuple[Any, ...]]:
    """The rows of a query, none where its table is not published."""
    table, sql = asked
    return con.execute(sql).fetchall() if table in there else ()


def _row(con: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> tuple[Any, ...]:
    row = con.execute(sql, values).fetchone()
    return row if row is not None else ()
