"""The ledger: what becomes of each finding from night to night.

Belongs here: planning the ledger's next state and committing it with the snapshot. Does not
belong here: judging (evaluate), acceptances (acceptances), the tables' columns (ledger_tables).

`plan` writes what the ledger will be as `quality.next_*`; `commit` replaces the ledger by it and
adds the snapshot, in one transaction. A night that ends in between leaves no event. Findings of
one source are never touched by a night of another.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from expectations.acceptance_bindings import plan_bindings
from expectations.catalogue import Catalogue
from expectations.compile_rules import compile_rule
from expectations.delivery_tables import commit_history
from expectations.findings import values_json
from expectations.ledger_tables import (
    FINDING_EVENTS,
    FINDINGS,
    LEDGER,
    RULE_RESULTS,
    SNAPSHOTS,
    create_ledger,
    create_next,
)
from expectations.subjects import view_columns

OPEN = ("new", "persisting", "reopened", "accepted")
_RECORDED = tuple(name for name in SNAPSHOTS if name != "sequence")
_ADDED_TO = {
    "finding_events": "snapshot_id",
    "rule_results": "snapshot_id",
    "rule_versions": "first_snapshot_id",
}
_OPEN_SQL = ", ".join(f"'{status}'" for status in OPEN)


@dataclass(frozen=True)
class SnapshotRecord:
    """A snapshot as the ledger knows it."""

    snapshot_id: str
    source: str
    export_id: str
    export_date: date | None
    as_of: date
    rules_hash: str
    code_version: str
    is_frozen: bool = False
    state: str = "published"


def plan(
    con: duckdb.DuckDBPyConnection, snapshot_id: str, as_of: date, catalogue: Catalogue
) -> None:
    """Write what the ledger will be once this snapshot is committed, as `quality.next_*`.

    A snapshot that is in the ledger already changes nothing.

    Args:
        con: The warehouse, after every stage was judged.
        snapshot_id: The snapshot the night works towards.
        as_of: The ledger's day.
        catalogue: The rules tonight's verdicts come from.
    """
    create_ledger(con)
    for name, columns in LEDGER.items():
        create_next(con, name, columns)
    con.execute(
        "create or replace table quality.next_plan as select ? as snapshot_id", [snapshot_id]
    )
    if _is_committed(con, snapshot_id):
        for name in LEDGER:
            _copy(con, name, f"next_{name}")
        return
    asked = {"snapshot_id": snapshot_id, "as_of": as_of}
    plan_bindings(con, as_of)
    _look_up_gone(con, catalogue)
    _plan_changes(con, as_of)
    con.execute(f"insert into quality.next_findings select {', '.join(FINDINGS)} from changes")
    con.execute("""
        insert into quality.next_findings by name
        select * from quality.findings
        where finding_id not in (select finding_id from changes)
    """)
    _copy(con, "finding_events", "next_finding_events")
    con.execute(
        f"""
        insert into quality.next_finding_events ({", ".join(FINDING_EVENTS)})
        select $snapshot_id, $as_of, finding_id, rule_id, rule_hash, record_key, status,
            previous_status, detail, raw_values, values_after,
            (select coalesce(max(sequence), 0) + 1 from quality.snapshots)
        from changes
        where status is distinct from previous_status
        order by rule_id, record_key, finding_id
        """,
        asked,
    )
    _copy(con, "rule_versions", "next_rule_versions")
    con.execute(
        """
        insert into quality.next_rule_versions
        select rule_id, rule_hash, $snapshot_id, $as_of, title, severity, definition
        from quality.rules
        where (rule_id, rule_hash) not in (
            select (rule_id, rule_hash) from quality.rule_versions
        )
        """,
        asked,
    )
    _plan_results(con, snapshot_id)


def plan_snapshot(con: duckdb.DuckDBPyConnection, snapshot: SnapshotRecord) -> None:
    """Write `quality.next_snapshots`: the snapshots with this one."""
    create_ledger(con)
    create_next(con, "snapshots", SNAPSHOTS)
    _copy(con, "snapshots", "next_snapshots")
    if not _is_committed(con, snapshot.snapshot_id):
        _insert_snapshot(con, "next_snapshots", snapshot)


def commit(con: duckdb.DuckDBPyConnection, snapshot: SnapshotRecord) -> None:
    """Make the planned state the ledger and add the snapshot, in one transaction.

    A snapshot that is in the ledger already changes nothing.

    Raises:
        ValueError: another snapshot was planned; the caller's steps are out of order.
    """
    if _is_committed(con, snapshot.snapshot_id):
        return
    row = con.execute("select snapshot_id from quality.next_plan").fetchone()
    if row is None or row[0] != snapshot.snapshot_id:
        raise ValueError(f"the ledger was not planned for snapshot {snapshot.snapshot_id}")
    con.execute("begin transaction")
    try:
        for name in LEDGER:
            if name in _ADDED_TO:
                _add_night(con, name, snapshot.snapshot_id)
            else:
                con.execute(f"delete from quality.{name}")
                _copy(con, f"next_{name}", name)
        _insert_snapshot(con, "snapshots", snapshot)
        commit_history(con)
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def _copy(con: duckdb.DuckDBPyConnection, taken_from: str, into: str) -> None:
    """Append all rows of one table to another by the names of its columns."""
    con.execute(f"insert into quality.{into} by name select * from quality.{taken_from}")


def _add_night(con: duckdb.DuckDBPyConnection, name: str, snapshot_id: str) -> None:
    """Append what a night adds to a table that only grows; what stands there is not touched."""
    con.execute(
        f"insert into quality.{name} by name select * from quality.next_{name} "
        f"where {_ADDED_TO[name]} = ?",
        [snapshot_id],
    )


def _insert_snapshot(con: duckdb.DuckDBPyConnection, table: str, snapshot: SnapshotRecord) -> None:
    con.execute(
        f"""
        insert into quality.{table} by name
        select {", ".join(f"${name} as {name}" for name in _RECORDED)},
            (select coalesce(max(sequence), 0) + 1 from quality.{table}) as sequence
        """,
        {name: getattr(snapshot, name) for name in _RECORDED},
    )


def _is_committed(con: duckdb.DuckDBPyConnection, snapshot_id: str) -> bool:
    found = con.execute(
        "select 1 from quality.snapshots where snapshot_id = ?", [snapshot_id]
    ).fetchone()
    return found is not None


def _look_up_gone(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Ask each rule for tonight's verdict on the records it no longer reports.

    Writes the temporary tables `gone` (open findings of this source not found tonight) and
    `gone_verdicts`. A rule that changed, or is not asked tonight, gives no verdict.
    """
    con.execute(f"""
        create or replace temp table gone as
        select f.*
        from quality.findings as f
        where f.status in ({_OPEN_SQL})
            and f.source = (select coalesce(max(source), '') from source.export)
            and f.finding_id not in (select finding_id from quality.findings_tonight)
    """)
    con.execute("""
        create or replace temp table gone_verdicts
            (rule_id varchar, record_key varchar, verdict varchar, current_values varchar)
    """)
    asked = con.execute("""
        select distinct g.rule_id
        from gone as g
        inner join quality.rules as r on r.rule_id = g.rule_id and r.rule_hash = g.rule_hash
        inner join quality.judged as j on j.rule_id = g.rule_id
        where j.not_applicable_because is null
        order by g.rule_id
    """).fetchall()
    for (rule_id,) in asked:
        rule = catalogue.by_id[rule_id]
        view = catalogue.subjects[rule.subject].view
        columns = view_columns(con, view)
        compiled = compile_rule(rule, columns, view)
        con.execute(f"""
            insert into gone_verdicts
            select '{rule_id}', record_key, case max(rank)
                when 3 then 'violated' when 2 then 'cannot be judged' else 'holds' end,
                arg_max(current_values, rank)
            from (
                select record_key, {values_json(columns, rule.judged_columns)} as current_values,
                    case
                        when not ({compiled.applies}) then 0
                        when ({compiled.holds}) is null then 2
                        when ({compiled.holds}) then 1
                        else 3 end as rank
                from {view} as s
                where record_key in (select record_key from gone where rule_id = '{rule_id}')
            )
            group by record_key
        """)


def _plan_changes(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Write the temporary table `changes`: every finding this night has a say in."""
    con.execute(
        f"""
        create or replace temp table changes as
        with found as (
            select
                t.*,
                p.status as previous_status,
                p.first_seen as previous_first_seen,
                p.opened_on as previous_opened_on,
                p.acceptance_id as previous_acceptance_id,
                case
                    when t.is_accepted then 'accepted'
                    when p.status is null then 'new'
                    when p.status in ('new', 'persisting', 'reopened') then 'persisting'
                    else 'reopened'
                end as status
            from quality.findings_tonight as t
            left join quality.findings as p on p.finding_id = t.finding_id
        ),
        -- What to say of acceptances that no longer count: of a record's, and by their name.
        lapsed_tonight as (
            select rule_id, record_key, min(said) as said
            from lapses where lapsed_on = $as_of
            group by rule_id, record_key
        ),
        replaced as (
            select distinct rule_id, record_key from quality.findings_tonight
        ),
        closing as (
            select
                g.*,
                v.verdict,
                v.current_values,
                case
                    when r.rule_id is null then 'rule_changed'
                    when r.rule_hash <> g.rule_hash then 'rule_changed'
                    when j.not_applicable_because is not null then 'rule_changed'
                    when j.shadow_nights_left > 0 then 'rule_changed'
                    when n.rule_id is not null then 'superseded'
                    when v.verdict is null then 'vanished'
                    when v.verdict = 'holds' then 'corrected'
                    when g.status = 'accepted' then 'accepted'
                    else 'persisting'
                end as next_status,
                case
                    when r.rule_id is null then 'the rule is no longer in the catalogue'
                    when r.rule_hash <> g.rule_hash then 'the rule changed'
                    when j.not_applicable_because is not null
                        then 'the rule no longer applies: ' || j.not_applicable_because
                    when j.shadow_nights_left > 0 then 'the rule is in shadow'
                    when n.rule_id is not null then 'the values changed and are still wrong'
                    when v.verdict is null then 'the record is no longer delivered'
                    when v.verdict = 'holds' then 'the rule holds now'
                    when v.verdict = 'violated' then 'reported under its cause'
                    else 'the value can no longer be judged'
                end || case
                    when g.status = 'accepted' and l.lapsed_on = $as_of then '; ' || l.said else ''
                end as detail
            from gone as g
            left join lapses as l
                on l.acceptance_id = g.acceptance_id and l.rule_id = g.rule_id
                and l.record_key = g.record_key
            left join quality.rules as r on r.rule_id = g.rule_id
            left join quality.judged as j on j.rule_id = g.rule_id
            left join replaced as n on n.rule_id = g.rule_id and n.record_key = g.record_key
            left join gone_verdicts as v on v.rule_id = g.rule_id and v.record_key = g.record_key
        )
        select
            f.finding_id, f.rule_id, f.rule_hash, f.subject, f.record_key, f.patient_id,
            f.hospital_id, f.source_file, f.source_line, f.source_part, f.source_number,
            f.raw_values, f.compared_with, f.fingerprint, f.severity, f.status,
            coalesce(f.previous_first_seen, $as_of) as first_seen,
            $as_of as last_seen,
            $as_of - case
                when f.status in ('new', 'reopened') then $as_of
                when f.previous_status in ({_OPEN_SQL}) then f.previous_opened_on
                else $as_of end as days_open,
            f.stage,
            case
                when f.status in ('new', 'reopened') then $as_of
                when f.previous_status in ({_OPEN_SQL}) then f.previous_opened_on
                else $as_of end as opened_on,
            cast(null as date) as closed_on,
            f.accept_key, f.acceptance_id, f.source, f.previous_status,
            case
                when f.status = 'reopened' and f.previous_status = 'accepted' then coalesce(
                    l.said, 'its acceptance ' || f.previous_acceptance_id || ' no longer covers it'
                )
                when f.status = 'reopened' then 'it was ' || f.previous_status || ' and is back'
                when f.status = 'accepted' then 'accepted as ' || f.acceptance_id
                when f.status = 'new' then t.said
            end as detail,
            f.raw_values as values_after
        from found as f
        left join lapses as l
            on l.acceptance_id = f.previous_acceptance_id and l.rule_id = f.rule_id
            and l.record_key = f.record_key
        left join lapsed_tonight as t
            on t.rule_id = f.rule_id and t.record_key = f.record_key
        union all
        select
            c.finding_id, c.rule_id, c.rule_hash, c.subject, c.record_key, c.patient_id,
            c.hospital_id, c.source_file, c.source_line, c.source_part, c.source_number,
            c.raw_values, c.compared_with, c.fingerprint, c.severity, c.next_status,
            c.first_seen, c.last_seen,
            $as_of - c.opened_on, c.stage, c.opened_on,
            case when c.next_status not in ({_OPEN_SQL}) then $as_of end,
            c.accept_key, c.acceptance_id, c.source, c.status, c.detail, c.current_values
        from closing as c
        """,
        {"as_of": as_of},
    )


def _plan_results(con: duckdb.DuckDBPyConnection, snapshot_id: str) -> None:
    _copy(con, "rule_results", "next_rule_results")
    counted = ("new", "persisting", "corrected", "vanished", "reopened")
    others = ("rule_changed", "superseded")
    counts = ", ".join(
        f"count(*) filter (c.status = '{status}') as {status}" for status in (*counted, *others)
    )
    con.execute(
        f"""
        insert into quality.next_rule_results ({", ".join(RULE_RESULTS)})
        with counts as (select rule_id, {counts} from changes as c group by rule_id)
        select $snapshot_id, j.rule_id, j.subject, j.applicable, j.judged, j.violated,
            j.cannot_judge, j.accepted,
            {", ".join(f"coalesce(c.{status}, 0)" for status in counted)},
            j.milliseconds, j.folded,
            {", ".join(f"coalesce(c.{status}, 0)" for status in others)},
            j.not_applicable_because, j.shadowed, t.rule_hash
        from quality.judged as j
        left join quality.rules as t on t.rule_id = j.rule_id
        left join counts as c on c.rule_id = j.rule_id
        order by j.rule_id
        """,
        {"snapshot_id": snapshot_id},
    )
