"""Acceptances as stewards give them: accepting, proposing, approving, rejecting, withdrawing.

Belongs here: what a steward says about a confirmed oddity. Does not belong here: what becomes of
it from night to night (acceptance_bindings), the file it stands in (steward_file), queries.

An author is what was typed: there is no login behind it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations import steward_file
from expectations.errors import AcceptanceError


@dataclass(frozen=True)
class Acceptance:
    """An acceptance as it was given, and what was said of it since.

    `rule_hash` and `accept_key` are those of the finding its author looked at, where that is
    known; else they are found on the first night.
    """

    acceptance_id: str
    target: str
    record_key: str
    author: str
    reason: str
    until: date | None
    given_at: str
    is_proposal: bool
    rule_hash: str | None
    accept_key: str | None
    query_id: str | None
    approved_by: str | None
    withdrawn_by: str | None
    withdrawn_because: str | None

    @property
    def is_approved(self) -> bool:
        """Whether it counts as far as stewards are concerned: given as such, or approved since."""
        return not self.is_proposal or self.approved_by is not None

    @property
    def is_pending(self) -> bool:
        """Whether a steward has yet to approve or reject it."""
        return not self.is_approved and self.withdrawn_by is None

    def ends_before(self, day: date) -> bool:
        """Whether its last day was before a day."""
        return self.until is not None and self.until < day


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
        path: The stewards' file; made when absent.
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
    _need(**{"rule or family": target, "record": record_key, "author": author, "reason": reason})
    with steward_file.open_file(path) as db:
        return insert(db, target, record_key, author, reason, until=until)


def propose(
    path: Path,
    target: str,
    record_key: str,
    *,
    author: str,
    reason: str,
    until: date | None = None,
    rule_hash: str | None = None,
    accept_key: str | None = None,
    query_id: str | None = None,
) -> str:
    """Propose an acceptance; it does not count until a steward approves it.

    Args:
        path: The stewards' file; made when absent.
        target: Rule id or family.
        record_key: Key of the record, as findings show it.
        author: Who proposes, as typed.
        reason: Why the value is right.
        until: Last day; None until the value changes.
        rule_hash: Hash of the meaning of the rule that the author was asked about.
        accept_key: Hash of the values the author looked at; it binds to these.
        query_id: The query whose answer proposes it.

    Returns:
        The id of the acceptance, to approve or reject it by.

    Raises:
        AcceptanceError: something is left empty.
    """
    _need(**{"rule or family": target, "record": record_key, "author": author, "reason": reason})
    with steward_file.open_file(path) as db:
        return insert(
            db,
            target,
            record_key,
            author,
            reason,
            until=until,
            is_proposal=True,
            rule_hash=rule_hash,
            accept_key=accept_key,
            query_id=query_id,
        )


def approve(path: Path, acceptance_id: str, *, author: str) -> None:
    """Approve a proposed acceptance; it counts from the next night on.

    Raises:
        AcceptanceError: there is no such acceptance, or none to approve.
    """
    approve_all(path, [acceptance_id], author=author)


def approve_all(path: Path, acceptance_ids: Sequence[str], *, author: str) -> None:
    """Approve proposed acceptances, all of them or, when one cannot be, none.

    Raises:
        AcceptanceError: one of them is no acceptance, or is none to approve.
    """
    _need(author=author, acceptance="".join(acceptance_ids))
    for acceptance_id in acceptance_ids:
        known = _known(path, acceptance_id)
        if known.withdrawn_by is not None:
            raise AcceptanceError(
                f"{acceptance_id} was rejected or withdrawn by {known.withdrawn_by}; accept the "
                "finding anew instead."
            )
        if known.is_approved:
            by = f"approved by {known.approved_by}" if known.approved_by else None
            raise AcceptanceError(
                f"{acceptance_id} was already {by or f'given by {known.author}'}; there is "
                "nothing to approve."
            )
    with steward_file.open_file(path) as db:
        db.executemany(
            "insert into approvals values (?, ?, ?)",
            [[one, author, steward_file.now()] for one in dict.fromkeys(acceptance_ids)],
        )


def reject(path: Path, acceptance_id: str, *, author: str, reason: str) -> None:
    """Reject a proposed acceptance; it never counts.

    Raises:
        AcceptanceError: there is no such acceptance, or it is no longer a proposal.
    """
    _need(author=author, reason=reason)
    known = _known(path, acceptance_id)
    if known.is_approved:
        raise AcceptanceError(f"{acceptance_id} counts already; withdraw it instead.")
    withdraw(path, acceptance_id, author=author, reason=reason)


def withdraw(path: Path, acceptance_id: str, *, author: str, reason: str) -> None:
    """Withdraw an acceptance; its findings count again from the next night on.

    Raises:
        AcceptanceError: there is no such acceptance, or it was withdrawn before.
    """
    _need(author=author, reason=reason)
    known = _known(path, acceptance_id)
    if known.withdrawn_by is not None:
        raise AcceptanceError(f"{acceptance_id} was already withdrawn by {known.withdrawn_by}.")
    with steward_file.open_file(path) as db:
        db.execute(
            "insert into withdrawals values (?, ?, ?, ?)",
            [acceptance_id, author, reason, steward_file.now()],
        )


def valid_on(path: Path, as_of: date) -> list[tuple[str, str, str, str | None]]:
    """What was given and counts on a day: id, target, record key, last day; in order of giving."""
    return [
        (
            one.acceptance_id,
            one.target,
            one.record_key,
            one.until.isoformat() if one.until else None,
        )
        for one in read(path)
        if one.is_approved and one.withdrawn_by is None and not one.ends_before(as_of)
    ]


def said(path: Path, as_of: date) -> list[object]:
    """What a snapshot shows of acceptances: those that count on a day, and those proposed."""
    pending = [one.acceptance_id for one in read(path) if one.is_pending]
    return [*valid_on(path, as_of), *pending]


def read(path: Path) -> list[Acceptance]:
    """Every acceptance ever given or proposed, in order of giving."""
    with steward_file.read_file(path) as db:
        if db is None:
            return []
        rows = db.execute("""
            select number, target, record_key, author, reason, until, given_at, is_proposal,
                rule_hash, accept_key, query_id
            from acceptances order by number
        """).fetchall()
        approved = dict(db.execute("select acceptance_id, author from approvals").fetchall())
        withdrawn = {
            row[0]: row[1:]
            for row in db.execute("select acceptance_id, author, reason from withdrawals")
        }
    given = []
    for number, target, key, author, reason, until, given_at, is_proposal, *bound in rows:
        name = steward_file.acceptance_id(number)
        rule_hash, accept_key, query_id = bound
        given.append(
            Acceptance(
                name,
                target,
                key,
                author,
                reason,
                date.fromisoformat(until) if until else None,
                given_at,
                bool(is_proposal),
                rule_hash,
                accept_key,
                query_id,
                approved.get(name),
                *withdrawn.get(name, (None, None)),
            )
        )
    return given


def insert(
    db: sqlite3.Connection,
    target: str,
    record_key: str,
    author: str,
    reason: str,
    *,
    until: date | None = None,
    is_proposal: bool = False,
    rule_hash: str | None = None,
    accept_key: str | None = None,
    query_id: str | None = None,
) -> str:
    """Write an acceptance within a transaction that is under way; returns its id."""
    cursor = db.execute(
        "insert into acceptances (target, record_key, author, reason, until, given_at, "
        "is_proposal, rule_hash, accept_key, query_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            target.strip(),
            record_key.strip(),
            author,
            reason,
            until.isoformat() if until else None,
            steward_file.now(),
            int(is_proposal),
            rule_hash,
            accept_key,
            query_id,
        ],
    )
    return steward_file.acceptance_id(int(cursor.lastrowid or 0))


def _known(path: Path, acceptance_id: str) -> Acceptance:
    for one in read(path):
        if one.acceptance_id == acceptance_id:
            return one
    raise AcceptanceError(
        f"There is no acceptance {acceptance_id}. `rechallenge acceptances` lists them."
    )


def _need(**given: str) -> None:
    empty = [name for name, value in given.items() if not value.strip()]
    if empty:
        raise AcceptanceError(f"An acceptance needs its {', '.join(empty)}; nothing was given.")
