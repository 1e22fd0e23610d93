"""Queries: findings released to a hospital, with a life of their own.

Belongs here: releasing, assigning, commenting on, answering and closing a query, and reading what
was said. Does not belong here: what a night's tables show of it (query_tables), acceptances.

A query is a finding that somebody was asked about. A finding nobody was asked about is a
*candidate*; once released it is *released*, then *answered*, then *closed*: by a steward, or by
the ledger on the night its finding closes. The ledger's part is worked out each night from the
findings and is not written here.

The days are those that callers give; an author is what was typed.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import date
from pathlib import Path

import duckdb

from expectations import acceptances, steward_file
from expectations.errors import QueryError
from expectations.query_life import ANSWERS as ANSWERS
from expectations.query_life import CONFIRMED, Comment, after, is_over
from expectations.query_life import STATES as STATES
from expectations.query_life import Finding as Finding
from expectations.query_life import Query as Query
from expectations.query_tables import fill


def release(path: Path, findings: Sequence[Finding], *, author: str, on: date) -> list[str]:
    """Release findings as queries; one that is being asked about already is left as it is.

    Args:
        path: The stewards' file; made when absent.
        findings: What to ask about.
        author: Who releases, as typed.
        on: The day.

    Returns:
        The id of the query of each finding, in the order given.

    Raises:
        QueryError: no author was given.
    """
    _need(author=author)
    ids = []
    with steward_file.open_file(path) as db:
        known = {one.finding_id: one for one in _read(db)}
        for finding in findings:
            query = known.get(finding.finding_id)
            if query is None or is_over(query, finding):
                number = _keep(db, finding)
                _note(db, number, "released", on, author)
                query = known[finding.finding_id] = _folded(db, number)
            ids.append(query.query_id)
    return ids


def assign(path: Path, query_id: str, *, assignee: str, author: str, on: date) -> None:
    """Say who looks after a query.

    Raises:
        QueryError: there is no such query, or something is left empty.
    """
    _need(assignee=assignee, author=author)
    with steward_file.open_file(path) as db:
        query = _known(db, query_id)
        _note(db, _number(query), "assigned", on, author, assignee=assignee)


def add_comment(path: Path, query_id: str, *, author: str, text: str, on: date) -> None:
    """Say something about a query; it stays with it.

    Raises:
        QueryError: there is no such query, or something is left empty.
    """
    _need(author=author, text=text)
    with steward_file.open_file(path) as db:
        query = _known(db, query_id)
        _note(db, _number(query), "commented", on, author, said=text)


def answer(
    path: Path, query_id: str, *, answer: str, comment: str | None, who: str, on: date
) -> str | None:
    """Record a hospital's answer; "value confirmed" proposes an acceptance.

    The same answer again records nothing. Another answer replaces the one before, and takes back
    the acceptance it had proposed unless a steward approved it. What is proposed is bound to the
    values that were asked about.

    Args:
        path: The stewards' file.
        query_id: The query.
        answer: One of `ANSWERS`.
        comment: What was said with it; may be empty.
        who: Who answered, as typed.
        on: The day.

    Returns:
        The id of the acceptance it proposes, when it does.

    Raises:
        QueryError: there is no such query, it is closed, or the answer is none of `ANSWERS`.
    """
    if answer not in ANSWERS:
        raise QueryError(
            f"{answer!r} is not an answer to a query. It can be: {', '.join(ANSWERS)}."
        )
    _need(who=who)
    said = (comment or "").strip() or None
    with steward_file.open_file(path) as db:
        query = _known(db, query_id)
        if query.state == "closed":
            raise QueryError(
                f"{query.query_id} was closed on {query.closed_on}: {query.closed_because}. The "
                "answer was not recorded; release the finding again to ask again."
            )
        proposed, is_settled = _proposal(db, query)
        if (query.answer, query.answer_comment, query.answered_by) == (answer, said, who):
            return proposed if answer == CONFIRMED else None
        _note(db, _number(query), "answered", on, who, said=said, answer=answer)
        if answer == CONFIRMED:
            return proposed or acceptances.insert(
                db,
                query.rule_id,
                query.record_key,
                who,
                said or f"The value was confirmed in answer to {query.query_id}.",
                is_proposal=True,
                rule_hash=query.rule_hash,
                accept_key=query.accept_key,
                query_id=query.query_id,
            )
        if proposed and not is_settled:
            because = f"{query.query_id} was answered anew: {answer}"
            db.execute(
                "insert into withdrawals values (?, ?, ?, ?)",
                [proposed, who, because, steward_file.now()],
            )
    return None


def close(path: Path, query_id: str, *, author: str, reason: str, on: date) -> None:
    """Close a query by hand; its finding stays what the ledger says it is.

    Raises:
        QueryError: there is no such query, it is closed already, or something is left empty.
    """
    _need(author=author, reason=reason)
    with steward_file.open_file(path) as db:
        query = _known(db, query_id)
        if query.state == "closed":
            raise QueryError(
                f"{query.query_id} was already closed on {query.closed_on}: {query.closed_because}."
            )
        _note(db, _number(query), "closed", on, author, said=reason)


def read(path: Path) -> list[Query]:
    """Every query ever released, in order of its first release."""
    with steward_file.read_file(path) as db:
        return [] if db is None else _read(db)


def read_comments(path: Path) -> list[Comment]:
    """Everything that was said about queries, in the order it was said."""
    with steward_file.read_file(path) as db:
        if db is None:
            return []
        rows = db.execute("""
            select number, ordinal, happened_on, who, event, said
            from query_events where said is not null order by ordinal
        """).fetchall()
    return [
        Comment(steward_file.query_id(number), ordinal, date.fromisoformat(day), who, event, text)
        for number, ordinal, day, who, event, text in rows
    ]


def load(con: duckdb.DuckDBPyConnection, path: Path, as_of: date) -> None:
    """Fill `quality.queries`, `query_comments` and `rule_precision` as they are on a night.

    Read against the findings the night leads to (`quality.next_findings`), else against those of
    the ledger: open findings nobody was asked about are candidates, and a query is closed when
    its finding is.

    Args:
        con: The warehouse, after the ledger was planned.
        path: The stewards' file; may be absent.
        as_of: The ledger's day.
    """
    fill(
        con,
        [list(astuple(one)) for one in read(path)],
        [list(astuple(one)) for one in read_comments(path)],
        as_of,
    )


def said(path: Path) -> list[object]:
    """Everything a snapshot shows of queries, in a fixed order."""
    with steward_file.read_file(path) as db:
        if db is None:
            return []
        return db.execute(
            "select finding_id, ordinal, event, happened_on, who, said, answer, assignee "
            "from query_events inner join queries using (number) order by ordinal"
        ).fetchall()


_QUERIES = """
    select number, finding_id, rule_id, rule_hash, record_key, hospital_id, accept_key
    from queries
"""
_EVENTS = "select number, event, happened_on, who, said, answer, assignee from query_events"


def _read(db: sqlite3.Connection) -> list[Query]:
    queries = {
        number: Query(steward_file.query_id(number), *columns)
        for number, *columns in db.execute(f"{_QUERIES} order by number")
    }
    for number, *happened in db.execute(f"{_EVENTS} order by ordinal"):
        queries[number] = after(queries[number], *happened)
    return list(queries.values())


def _folded(db: sqlite3.Connection, number: int) -> Query:
    row = db.execute(f"{_QUERIES} where number = ?", [number]).fetchone()
    query = Query(steward_file.query_id(number), *row[1:])
    events: Iterable[tuple[str, ...]] = db.execute(
        f"{_EVENTS} where number = ? order by ordinal", [number]
    )
    for _, *happened in events:
        query = after(query, *happened)
    return query


def _keep(db: sqlite3.Connection, finding: Finding) -> int:
    """Keep what is asked about; asked anew, the rule may have another meaning than before."""
    db.execute(
        "insert into queries (finding_id, rule_id, rule_hash, record_key, hospital_id, accept_key) "
        "values (?, ?, ?, ?, ?, ?) on conflict (finding_id) do update set "
        "rule_hash = excluded.rule_hash, accept_key = excluded.accept_key",
        [
            finding.finding_id,
            finding.rule_id,
            finding.rule_hash,
            finding.record_key,
            finding.hospital_id,
            finding.accept_key,
        ],
    )
    row = db.execute("select number from queries where finding_id = ?", [finding.finding_id])
    return int(row.fetchone()[0])


def _note(
    db: sqlite3.Connection,
    number: int,
    event: str,
    on: date,
    who: str,
    *,
    said: str | None = None,
    answer: str | None = None,
    assignee: str | None = None,
) -> None:
    db.execute(
        "insert into query_events (number, event, happened_on, who, said, answer, assignee, "
        "written_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [number, event, on.isoformat(), who, said, answer, assignee, steward_file.now()],
    )


def _proposal(db: sqlite3.Connection, query: Query) -> tuple[str | None, bool]:
    """The acceptance that an answer to a query proposed, and whether a steward approved it.

    One that was rejected or withdrawn is none, and so is one of other values or another meaning.
    """
    rows = db.execute(
        "select number from acceptances "
        "where query_id = ? and is_proposal and rule_hash = ? and accept_key = ? "
        "order by number desc",
        [query.query_id, query.rule_hash, query.accept_key],
    ).fetchall()
    for (number,) in rows:
        proposed = [steward_file.acceptance_id(number)]
        if db.execute("select 1 from withdrawals where acceptance_id = ?", proposed).fetchone():
            continue
        approved = db.execute("select 1 from approvals where acceptance_id = ?", proposed)
        return proposed[0], approved.fetchone() is not None
    return None, False


def _known(db: sqlite3.Connection, query_id: str) -> Query:
    number = steward_file.number_of(query_id)
    known = db.execute("select 1 from queries where number = ?", [number]).fetchone()
    if known is None or not query_id.strip().upper().startswith("Q"):
        raise QueryError(f"There is no query {query_id}. `rechallenge queries` lists them.")
    return _folded(db, number)


def _number(query: Query) -> int:
    return steward_file.number_of(query.query_id)


def _need(**given: str) -> None:
    empty = [name for name, value in given.items() if not value.strip()]
    if empty:
        raise QueryError(f"A query needs its {', '.join(empty)}; nothing was given.")
