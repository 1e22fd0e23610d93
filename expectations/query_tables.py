"""What a night shows of queries: their tables, read against the ledger's findings.

Belongs here: the columns of `quality.queries`, `query_comments` and `rule_precision`, and filling
them. Does not belong here: what stewards and hospitals say (queries).
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from expectations.quality_tables import Columns, create_table, insert_rows

QUERIES: Columns = {
    "query_id": ("varchar", "Query; NULL for a candidate that was never released."),
    "finding_id": ("varchar not null", "The finding it asks about."),
    "rule_id": ("varchar not null", "Rule of the finding."),
    "record_key": ("varchar not null", "Record of the finding."),
    "hospital_id": ("varchar", "Hospital that is asked; NULL where the record has none."),
    "state": ("varchar not null", "candidate, released, answered or closed."),
    "released_on": ("date", "Day it was asked, the last time."),
    "released_by": ("varchar", "Who asked, as typed."),
    "days_since_asked": ("integer", "Days from the release to this night, or to the closing."),
    "assignee": ("varchar", "Who looks after it, as typed."),
    "answer": (
        "varchar",
        "corrected at source, value confirmed, not our patient or rule is wrong.",
    ),
    "answer_comment": ("varchar", "What was said with the answer."),
    "answered_by": ("varchar", "Who answered, as typed."),
    "answered_on": ("date", "Day of the answer."),
    "closed_on": ("date", "Day it was closed, by a steward or with its finding."),
    "closed_because": ("varchar", "What became of the finding, or the steward's reason."),
    "previous_query_id": (
        "varchar",
        "The last query about other values of the same record under the same rule.",
    ),
}

QUERY_COMMENTS: Columns = {
    "query_id": ("varchar not null", "Query."),
    "ordinal": ("bigint not null", "Order in which things were said."),
    "commented_on": ("date not null", "Day it was said."),
    "author": ("varchar not null", "Who said it, as typed."),
    "said_with": ("varchar not null", "commented, answered or closed."),
    "text": ("varchar not null", "What was said."),
}

RULE_PRECISION: Columns = {
    "rule_id": ("varchar not null", "Rule that hospitals answered about, with its meaning now."),
    "answered": ("bigint not null", "Queries with an answer, each by its last answer."),
    "rule_is_wrong": ("bigint not null", "Those answered `rule is wrong`."),
    "precision": ("double not null", "Share of the answers that do not call the rule wrong."),
}

_AS_LEFT: Columns = {
    "query_id": ("varchar", ""),
    "finding_id": ("varchar", ""),
    "rule_id": ("varchar", ""),
    "rule_hash": ("varchar", ""),
    "record_key": ("varchar", ""),
    "hospital_id": ("varchar", ""),
    "accept_key": ("varchar", ""),
    "state": ("varchar", ""),
    "released_on": ("date", ""),
    "released_by": ("varchar", ""),
    "assignee": ("varchar", ""),
    "answer": ("varchar", ""),
    "answer_comment": ("varchar", ""),
    "answered_by": ("varchar", ""),
    "answered_on": ("date", ""),
    "closed_on": ("date", ""),
    "closed_because": ("varchar", ""),
}
_OPEN = "('new', 'persisting', 'reopened')"


def fill(
    con: duckdb.DuckDBPyConnection,
    queries: Sequence[Sequence[object]],
    comments: Sequence[Sequence[object]],
    as_of: date,
) -> None:
    """Fill the tables of queries for a night.

    Args:
        con: The warehouse, after the ledger was planned.
        queries: Queries as they were left, columns as in `queries.Query`.
        comments: What was said, columns as in `queries.Comment`.
        as_of: The ledger's day.
    """
    for name, columns in (
        ("queries", QUERIES),
        ("query_comments", QUERY_COMMENTS),
        ("rule_precision", RULE_PRECISION),
    ):
        con.execute(f"drop table if exists quality.{name}")
        create_table(con, name, columns)
    typed = ", ".join(f"{name} {kind}" for name, (kind, _) in _AS_LEFT.items())
    con.execute(f"create or replace temp table queries_as_left ({typed})")
    insert_rows(con, "queries_as_left", _AS_LEFT, queries)
    insert_rows(con, "quality.query_comments", QUERY_COMMENTS, comments)
    prefix = "next_" if _exists(con, "next_findings") else ""
    _fill_queries(con, f"quality.{prefix}findings", f"quality.{prefix}finding_events", as_of)
    con.execute("""
        insert into quality.rule_precision
        select
            q.rule_id,
            count(*) as answered,
            count(*) filter (q.answer = 'rule is wrong') as rule_is_wrong,
            1 - count(*) filter (q.answer = 'rule is wrong') / count(*) as precision
        from queries_as_left as q
        inner join quality.rules as r on r.rule_id = q.rule_id and r.rule_hash = q.rule_hash
        where q.answer is not null
        group by q.rule_id
        order by q.rule_id
    """)


def _fill_queries(
    con: duckdb.DuckDBPyConnection, findings: str, finding_events: str, as_of: date
) -> None:
    con.execute(
        f"""
        insert into quality.queries ({", ".join(QUERIES)})
        with
        accepted as (
            select finding_id, max(as_of) as accepted_on
            from {finding_events}
            where event = 'accepted'
            group by finding_id
        ),
        -- A query against its finding: which of the two has the last word.
        told as (
            select
                q.*,
                f.status,
                case
                    when q.state = 'closed' and (f.status is null or f.opened_on <= q.released_on)
                        then 'closed'
                    when f.status in {_OPEN} and f.opened_on > q.released_on then 'candidate'
                    when f.status not in {_OPEN} then 'closed'
                    else q.state
                end as state_now,
                case
                    when q.state = 'closed' then q.closed_on
                    when f.status = 'accepted' then a.accepted_on
                    when f.status not in {_OPEN} then f.closed_on
                end as closed_now,
                case
                    when q.state = 'closed' then q.closed_because
                    when f.status = 'accepted' then 'accepted as ' || f.acceptance_id
                    when f.status not in {_OPEN} then f.status
                end as because_now
            from queries_as_left as q
            left join {findings} as f on f.finding_id = q.finding_id
            left join accepted as a on a.finding_id = q.finding_id
        ),
        numbered as (
            select *, cast(substr(query_id, 2) as bigint) as number from queries_as_left
        ),
        asked as (
            select *, state_now <> 'candidate' as is_asked from told
        ),
        shown as (
            select
                query_id, finding_id, rule_id, record_key, hospital_id, state_now as state,
                case when is_asked then released_on end as released_on,
                case when is_asked then released_by end as released_by,
                case when is_asked
                    then greatest(coalesce(closed_now, $as_of) - released_on, 0)
                end as days_since_asked,
                assignee,
                case when is_asked then answer end as answer,
                case when is_asked then answer_comment end as answer_comment,
                case when is_asked then answered_by end as answered_by,
                case when is_asked then answered_on end as answered_on,
                case when state_now = 'closed' then closed_now end as closed_on,
                case when state_now = 'closed' then because_now end as closed_because
            from asked
            union all
            select
                null, finding_id, rule_id, record_key, hospital_id, 'candidate',
                null, null, null, null, null, null, null, null, null, null
            from {findings}
            where status in {_OPEN}
                and finding_id not in (select finding_id from queries_as_left)
        )
        select
            s.*,
            (
                select max_by(o.query_id, o.number)
                from numbered as o
                where o.rule_id = s.rule_id and o.record_key = s.record_key
                    and o.finding_id <> s.finding_id
                    and (s.query_id is null or o.number < cast(substr(s.query_id, 2) as bigint))
            ) as previous_query_id
        from shown as s
        order by s.query_id nulls last, s.rule_id, s.record_key, s.finding_id
        """,
        {"as_of": as_of},
    )


def _exists(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = ? "
        "and database_name = current_database()",
        [table],
    ).fetchone()
    return found is not None
