"""Acceptances: a confirmed oddity, accepted once, that lapses when its value or rule changes.

Belongs here: giving, withdrawing and loading acceptances. What stewards said stands in a small
SQLite file of its own, so a refresh never blocks them; what became of it (bound to which values,
lapsed why) stands in the ledger and changes with a published night only. Does not belong here:
marking findings (findings), the ledger's transaction (ledger).

An author is what was typed: there is no login behind it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from expectations.errors import AcceptanceError
from expectations.ledger_tables import create_ledger
from expectations.quality_tables import Columns, create_table

_SCHEMA = """
create table if not exists acceptances (
    number integer primary key autoincrement,
    target text not null, record_key text not null, author text not null,
    reason text not null, until text, given_at text not null
);
create table if not exists withdrawals (
    acceptance_id text primary key, author text not null, reason text not null,
    withdrawn_at text not null
);
"""

ACCEPTANCES: Columns = {
    "acceptance_id": ("varchar not null", "Acceptance."),
    "target": ("varchar not null", "Rule id, or family of rules."),
    "record_key": ("varchar not null", "The record it covers."),
    "author": ("varchar not null", "Who accepted, as typed."),
    "reason": ("varchar not null", "Why the value is right."),
    "given_at": ("varchar not null", "When it was given, UTC."),
    "until": ("date", "Last day it counts; NULL until the value changes."),
    "status": ("varchar not null", "valid, withdrawn, ended or lapsed."),
    "lapsed_because": ("varchar", "Why it lapsed."),
    "is_used": ("boolean not null", "Whether it covers a finding of this night."),
}


def accept(
    path: Path,
    target: str,
    record_key: str,
    *,
    author: str,
    reason: str,
    until: date | None = None,
) -> str:
    """Accept the findings of a rule, or of a family of rules, on one record.

    Args:
        path: The file of acceptances; made when absent.
        target: Rule id or family.
        record_key: Key of the record, as findings show it.
        author: Who accepts, as typed.
        reason: Why the value is right.
        until: Last day; None until the value changes.

    Returns:
        The id of the acceptance, to withdraw it by.

    Raises:
        AcceptanceError: something is left empty.
    """
    given = {"rule or family": target, "record": record_key, "author": author, "reason": reason}
    empty = [name for name, value in given.items() if not value.strip()]
    if empty:
        raise AcceptanceError(f"An acceptance needs its {', '.join(empty)}; nothing was given.")
    with _open(path) as db:
        cursor = db.execute(
            "insert into acceptances (target, record_key, author, reason, until, given_at) "
            "values (?, ?, ?, ?, ?, ?)",
            [target, record_key, author, reason, until.isoformat() if until else None, _now()],
        )
        return _id_of(int(cursor.lastrowid or 0))


def withdraw(path: Path, acceptance_id: str, *, author: str, reason: str) -> None:
    """Withdraw an acceptance; its findings count again from the next night on.

    Raises:
        AcceptanceError: there is no such acceptance, or it was withdrawn before.
    """
    known = {row[0] for row in _given(path)}
    if acceptance_id not in known:
        raise AcceptanceError(f"There is no acceptance {acceptance_id}.")
    with _open(path) as db:
        found = db.execute(
            "select author from withdrawals where acceptance_id = ?", [acceptance_id]
        ).fetchone()
        if found:
            raise AcceptanceError(f"{acceptance_id} was already withdrawn by {found[0]}.")
        db.execute(
            "insert into withdrawals values (?, ?, ?, ?)", [acceptance_id, author, reason, _now()]
        )


def valid_on(path: Path, as_of: date) -> list[tuple[str, str, str, str | None]]:
    """What was given and counts on a day: id, target, record key, last day; in order of giving."""
    return [
        (acceptance_id, target, record_key, until)
        for acceptance_id, target, record_key, _, _, until, _, withdrawn in _given(path)
        if not withdrawn and (until is None or date.fromisoformat(until) >= as_of)
    ]


def load(con: duckdb.DuckDBPyConnection, path: Path, as_of: date) -> None:
    """Load the acceptances of a night, before judging; the rules are loaded.

    An acceptance that was never used binds to the values of the finding as the ledger last saw
    it: that is what its author looked at. Without one it binds to the first values it meets.

    Args:
        con: The warehouse, prepared for the night.
        path: The file of acceptances; may be absent.
        as_of: The ledger's day.
    """
    create_ledger(con)
    con.execute("drop table if exists quality.acceptances")
    create_table(con, "acceptances", ACCEPTANCES)
    for acceptance_id, target, key, author, reason, until, given_at, withdrawn in _given(path):
        ended = until is not None and date.fromisoformat(until) < as_of
        status = "withdrawn" if withdrawn else "ended" if ended else "valid"
        con.execute(
            "insert into quality.acceptances values (?, ?, ?, ?, ?, ?, ?, ?, null, false)",
            [acceptance_id, target, key, author, reason, given_at, until, status],
        )
    con.execute("""
        create or replace table quality.bindings_tonight as
        with covered as (
            select a.acceptance_id, a.record_key, a.status, r.rule_id, r.rule_hash
            from quality.acceptances as a
            inner join quality.rules as r on a.target in (r.rule_id, r.family)
        ),
        seen as (
            select rule_id, record_key, rule_hash, accept_key
            from quality.findings
            where status in ('new', 'persisting', 'reopened', 'accepted')
            qualify row_number() over (
                partition by rule_id, record_key order by last_seen desc, finding_id
            ) = 1
        )
        select
            c.acceptance_id,
            c.rule_id,
            c.record_key,
            c.status,
            coalesce(b.rule_hash, s.rule_hash, c.rule_hash) as rule_hash,
            c.rule_hash as rule_hash_tonight,
            coalesce(b.accept_key, s.accept_key) as accept_key,
            case
                when b.lapsed_because is not null then b.lapsed_because
                when coalesce(b.rule_hash, s.rule_hash, c.rule_hash) <> c.rule_hash
                    then 'the rule changed'
            end as lapsed_because,
            b.lapsed_on
        from covered as c
        left join quality.acceptance_bindings as b
            on b.acceptance_id = c.acceptance_id and b.rule_id = c.rule_id
        left join seen as s on s.rule_id = c.rule_id and s.record_key = c.record_key
    """)
    con.execute("delete from quality.acceptances_tonight")
    con.execute("""
        insert into quality.acceptances_tonight
        select acceptance_id, rule_id, rule_hash_tonight, record_key, accept_key
        from quality.bindings_tonight
        where status = 'valid' and lapsed_because is null
    """)


def plan_bindings(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Write `quality.next_acceptance_bindings` and say in `quality.acceptances` what happened.

    Bound at first use; lapsed for good once the record is found again with other values.
    """
    con.execute(
        """
        insert into quality.next_acceptance_bindings
        with met as (
            select
                b.acceptance_id,
                b.rule_id,
                min(f.accept_key) as accept_key,
                count(*) filter (b.accept_key is not null and f.accept_key <> b.accept_key)
                    as changed
            from quality.bindings_tonight as b
            inner join quality.findings_tonight as f
                on f.rule_id = b.rule_id and f.record_key = b.record_key
            where b.status = 'valid' and b.lapsed_because is null
            group by b.acceptance_id, b.rule_id
        ),
        judged as (
            select
                b.*,
                m.accept_key as met_key,
                case
                    when b.lapsed_because is not null then b.lapsed_because
                    when m.changed > 0 then 'the value changed'
                end as lapsed_now
            from quality.bindings_tonight as b
            left join met as m on m.acceptance_id = b.acceptance_id and m.rule_id = b.rule_id
        )
        select
            acceptance_id,
            rule_id,
            record_key,
            rule_hash,
            coalesce(accept_key, met_key),
            lapsed_now,
            case when lapsed_now is not null then coalesce(lapsed_on, $as_of) end
        from judged
        """,
        {"as_of": as_of},
    )
    con.execute("""
        update quality.acceptances as a
        set status = case when a.status = 'valid' and b.all_lapsed then 'lapsed' else a.status end,
            lapsed_because = b.lapsed_because
        from (
            select acceptance_id, bool_and(lapsed_because is not null) as all_lapsed,
                max(lapsed_because) as lapsed_because
            from quality.next_acceptance_bindings
            where rule_id in (select rule_id from quality.rules)
                and (accept_key is not null or lapsed_because is not null)
            group by acceptance_id
        ) as b
        where b.acceptance_id = a.acceptance_id
    """)
    con.execute("""
        update quality.acceptances set is_used = true
        where acceptance_id in (
            select acceptance_id from quality.findings_tonight where is_accepted
        )
    """)


def _given(
    path: Path,
) -> list[tuple[str, str, str, str, str, str | None, str, bool]]:
    if not path.exists():
        return []
    with _open(path) as db:
        rows = db.execute("""
            select number, target, record_key, author, reason, until, given_at
            from acceptances order by number
        """).fetchall()
        withdrawn = {row[0] for row in db.execute("select acceptance_id from withdrawals")}
    return [(_id_of(row[0]), *row[1:], _id_of(row[0]) in withdrawn) for row in rows]


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=30)
    try:
        db.executescript(_SCHEMA)
        with db:
            yield db
    finally:
        db.close()


def _id_of(number: int) -> str:
    return f"A{number:05d}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
