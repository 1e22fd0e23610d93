"""What becomes of acceptances from night to night: bound to values, used, lapsing, lapsed.

Belongs here: loading the acceptances of a night into the warehouse and planning what is kept of
them in the ledger. Does not belong here: giving them (acceptances), marking findings (findings),
the ledger's transaction (ledger).

It stands in the ledger and changes with a published night only, so a killed night binds nothing.
"""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from expectations import acceptances
from expectations.acceptances import Acceptance
from expectations.ledger_tables import create_ledger
from expectations.quality_tables import Columns, create_table, insert_rows

LAPSING_DAYS = 30

ACCEPTANCES: Columns = {
    "acceptance_id": ("varchar not null", "Acceptance."),
    "target": ("varchar not null", "Rule id, or family of rules."),
    "record_key": ("varchar not null", "The record it covers."),
    "author": ("varchar not null", "Who accepted, as typed."),
    "reason": ("varchar not null", "Why the value is right."),
    "given_at": ("varchar not null", "When it was given, UTC."),
    "until": ("date", "Last day it counts; NULL until the value changes."),
    "status": ("varchar not null", "valid, proposed, withdrawn, ended or lapsed."),
    "lapsed_because": ("varchar", "Why it lapsed."),
    "is_used": ("boolean not null", "Whether it covers a finding of this night."),
    "approval": ("varchar not null", "approved, or proposed: it does not count yet."),
    "lapses_on": ("date", "Day from which it no longer counts; NULL while none is set."),
    "usage": ("varchar not null", "used, unused, lapsing, lapsed, ended or withdrawn."),
    "approved_by": ("varchar", "Who approved the proposal, as typed."),
    "withdrawn_by": ("varchar", "Who withdrew or rejected it, as typed."),
    "query_id": ("varchar", "The query whose answer proposed it."),
}


def load(
    con: duckdb.DuckDBPyConnection, path: Path, as_of: date, lapsing_days: int = LAPSING_DAYS
) -> None:
    """Load the acceptances of a night, before judging; the rules are loaded.

    An acceptance is bound to the values its author looked at: those given with it, else those of
    the finding as the ledger last saw it. Without any it binds to the first values it meets.

    Args:
        con: The warehouse, prepared for the night.
        path: The stewards' file; may be absent.
        as_of: The ledger's day.
        lapsing_days: An acceptance that ends within so many days is said to be lapsing.
    """
    create_ledger(con)
    con.execute("drop table if exists quality.acceptances")
    create_table(con, "acceptances", ACCEPTANCES)
    given = acceptances.read(path)
    insert_rows(
        con, "quality.acceptances", ACCEPTANCES, [row_of(one, as_of, lapsing_days) for one in given]
    )
    con.execute("""
        create or replace temp table bound_as_given
            (acceptance_id varchar, rule_hash varchar, accept_key varchar)
    """)
    insert_rows(
        con,
        "bound_as_given",
        {
            "acceptance_id": ("varchar", ""),
            "rule_hash": ("varchar", ""),
            "accept_key": ("varchar", ""),
        },
        [[one.acceptance_id, one.rule_hash, one.accept_key] for one in given if one.accept_key],
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
            coalesce(b.rule_hash, g.rule_hash, s.rule_hash, c.rule_hash) as rule_hash,
            c.rule_hash as rule_hash_tonight,
            coalesce(b.accept_key, g.accept_key, s.accept_key) as accept_key,
            case
                when b.lapsed_because is not null then b.lapsed_because
                when coalesce(b.rule_hash, g.rule_hash, s.rule_hash, c.rule_hash) <> c.rule_hash
                    then 'the rule changed'
            end as lapsed_because,
            b.lapsed_on
        from covered as c
        left join quality.acceptance_bindings as b
            on b.acceptance_id = c.acceptance_id and b.rule_id = c.rule_id
        left join bound_as_given as g on g.acceptance_id = c.acceptance_id
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

    Bound at first use; lapsed for good once the record is found again with other values. The
    temporary table `lapses` says of each acceptance that no longer counts why, in words.
    """
    con.execute("""
        create or replace temp table lapses (
            acceptance_id varchar, rule_id varchar, record_key varchar, lapsed_on date, said varchar
        )
    """)
    if not _were_loaded(con):
        return
    con.execute(
        """
        insert into quality.next_acceptance_bindings
        with met as (
            select
                b.acceptance_id,
                b.rule_id,
                min(f.accept_key) as accept_key,
                count(*) filter (b.accept_key is not null and f.accept_key <> b.accept_key)
                    as changed,
                -- The same values, bound to by other columns than before: `accept_on` changed.
                count(p.finding_id) as bound_otherwise
            from quality.bindings_tonight as b
            inner join quality.findings_tonight as f
                on f.rule_id = b.rule_id and f.record_key = b.record_key
            left join quality.findings as p
                on p.finding_id = f.finding_id and p.accept_key = b.accept_key
                and f.accept_key <> b.accept_key
            where b.status = 'valid' and b.lapsed_because is null
            group by b.acceptance_id, b.rule_id
        ),
        judged as (
            select
                b.*,
                m.accept_key as met_key,
                case
                    when b.lapsed_because is not null then b.lapsed_because
                    when m.bound_otherwise > 0 then 'the rule changed'
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
            usage = case when a.status = 'valid' and b.all_lapsed then 'lapsed' else a.usage end,
            lapses_on = case when a.status = 'valid' and b.all_lapsed then b.lapsed_on
                else a.lapses_on end,
            lapsed_because = b.lapsed_because
        from (
            select acceptance_id, bool_and(lapsed_because is not null) as all_lapsed,
                max(lapsed_because) as lapsed_because, max(lapsed_on) as lapsed_on
            from quality.next_acceptance_bindings
            where rule_id in (select rule_id from quality.rules)
                and (accept_key is not null or lapsed_because is not null)
            group by acceptance_id
        ) as b
        where b.acceptance_id = a.acceptance_id
    """)
    con.execute("""
        insert into lapses
        select b.acceptance_id, b.rule_id, b.record_key,
            case when a.status in ('withdrawn', 'ended') then null else b.lapsed_on end,
            'its acceptance ' || a.acceptance_id || case
                when a.status = 'withdrawn' then ' was withdrawn by ' || a.withdrawn_by
                when a.status = 'ended' then ' ended on ' || a.until
                else ' lapsed: ' || b.lapsed_because
            end
        from quality.next_acceptance_bindings as b
        inner join quality.acceptances as a on a.acceptance_id = b.acceptance_id
        where a.status in ('withdrawn', 'ended') or b.lapsed_because is not null
    """)
    con.execute("""
        update quality.acceptances
        set is_used = true, usage = case when usage = 'unused' then 'used' else usage end
        where acceptance_id in (
            select acceptance_id from quality.findings_tonight where is_accepted
        )
    """)


def _were_loaded(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' "
        "and table_name = 'bindings_tonight' and database_name = current_database()"
    ).fetchone()
    return found is not None


def row_of(one: Acceptance, as_of: date, lapsing_days: int) -> list[object]:
    """A row of `quality.acceptances` before a night: what follows from the words alone."""
    ended = one.ends_before(as_of)
    status = (
        "withdrawn"
        if one.withdrawn_by is not None
        else "ended"
        if ended
        else "valid"
        if one.is_approved
        else "proposed"
    )
    lapses_on = one.until + timedelta(days=1) if one.until else None
    is_lapsing = lapses_on is not None and (lapses_on - as_of).days <= lapsing_days
    usage = {"withdrawn": "withdrawn", "ended": "ended"}.get(
        status, "lapsing" if status == "valid" and is_lapsing else "unused"
    )
    return [
        one.acceptance_id,
        one.target,
        one.record_key,
        one.author,
        one.reason,
        one.given_at,
        one.until,
        status,
        None,
        False,
        "approved" if one.is_approved else "proposed",
        lapses_on,
        usage,
        one.approved_by,
        one.withdrawn_by,
        one.query_id,
    ]
