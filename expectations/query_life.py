"""What a query is, and what it is after something happened to it.

Belongs here: the words of a query's life and their order. Does not belong here: where it is kept
(queries), what a night shows of it (query_tables).
"""

from dataclasses import dataclass, replace
from datetime import date

ANSWERS = ("corrected at source", "value confirmed", "not our patient", "rule is wrong")
STATES = ("candidate", "released", "answered", "closed")
CONFIRMED = "value confirmed"


@dataclass(frozen=True)
class Finding:
    """What a query keeps of the finding it asks about.

    `opened_on` is the day the finding was opened, or reopened last; a query asked before that is
    asked again.
    """

    finding_id: str
    rule_id: str
    rule_hash: str
    record_key: str
    hospital_id: str | None
    accept_key: str
    opened_on: date | None = None


@dataclass(frozen=True)
class Query:
    """A query as stewards and hospitals left it; the ledger may have closed it since."""

    query_id: str
    finding_id: str
    rule_id: str
    rule_hash: str
    record_key: str
    hospital_id: str | None
    accept_key: str
    state: str = "released"
    released_on: date | None = None
    released_by: str | None = None
    assignee: str | None = None
    answer: str | None = None
    answer_comment: str | None = None
    answered_by: str | None = None
    answered_on: date | None = None
    closed_on: date | None = None
    closed_because: str | None = None


@dataclass(frozen=True)
class Comment:
    """Something said about a query: a comment, or what went with an answer or the closing."""

    query_id: str
    ordinal: int
    commented_on: date
    author: str
    said_with: str
    text: str


def after(
    query: Query,
    event: str,
    happened_on: str,
    who: str,
    said: str | None = None,
    answer: str | None = None,
    assignee: str | None = None,
) -> Query:
    """The query after something happened to it."""
    day = date.fromisoformat(happened_on)
    if event == "released":  # asked anew: whoever looks after it still does
        return replace(
            query,
            state="released",
            released_on=day,
            released_by=who,
            answer=None,
            answer_comment=None,
            answered_by=None,
            answered_on=None,
            closed_on=None,
            closed_because=None,
        )
    if event == "assigned":
        return replace(query, assignee=assignee)
    if event == "answered":
        return replace(
            query,
            state="answered",
            answer=answer,
            answer_comment=said,
            answered_by=who,
            answered_on=day,
        )
    if event == "closed":
        return replace(query, state="closed", closed_on=day, closed_because=said)
    return query


def is_over(query: Query, finding: Finding) -> bool:
    """Whether asking about the finding again is a new question."""
    if query.state == "closed":
        return True
    asked = query.released_on
    return finding.opened_on is not None and asked is not None and asked < finding.opened_on
