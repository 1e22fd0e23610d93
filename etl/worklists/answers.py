"""Recording the answers of workbooks: which are valid today, and what becomes of them.

Belongs here: asking the published ledger what it knows of each answered finding, and handing
answers to the stewards' file. Does not belong here: reading workbooks (`read`), queries
(`expectations.queries`).

A workbook of another registry is refused whole. Within one of ours, what can be recorded is;
each other row gets a sentence. The same file again changes nothing, so a corrected file is
simply sent again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import duckdb

from etl.errors import InputUnreadableError
from etl.worklists.read import Answered, Problem, Returned, read_workbook
from etl.worklists.select import OPEN
from expectations import queries, steward_file
from expectations.query_life import CONFIRMED, Finding, Query, is_over

READER = "worklist import"
"""Who releases a finding that was answered before anybody had released it."""


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do."""

    file: str
    rows: int = 0
    recorded: Mapping[str, int] = field(default_factory=dict)
    """Answers recorded, by answer; comments alone under `comment`."""
    unchanged: int = 0
    """Answers that were recorded before and say the same."""
    proposed: tuple[str, ...] = ()
    """Acceptances that wait for a steward's approval."""
    problems: tuple[Problem, ...] = ()
    refused: str = ""
    """Why nothing of the file was read."""

    @property
    def is_whole(self) -> bool:
        """Whether everything that was filled in is recorded."""
        return not self.problems and not self.refused

    def sentences(self, *, dry_run: bool = False) -> list[str]:
        """What a steward is told, first the sum."""
        if self.refused:
            return [f"Nothing was recorded. {self.refused}"]
        done = sum(self.recorded.values())
        what = ", ".join(f"{count} {answer}" for answer, count in sorted(self.recorded.items()))
        plural = "" if done == 1 else "s"
        would = "would be " if dry_run else ""
        kinds = f" ({what})" if what else ""
        left = f"{len(self.problems)} not recorded, of {self.rows} rows."
        known = f"{self.unchanged} known already"
        said = [f"{self.file}: {done} answer{plural} {would}recorded{kinds}, {known}, {left}"]
        if self.proposed:
            said.append(
                f"{len(self.proposed)} confirmed values wait for approval as acceptances: "
                f"{', '.join(self.proposed)}."
            )
        return [*said, *(str(one) for one in self.problems)]


@dataclass(frozen=True)
class _Known:
    """What the ledger says of a finding."""

    status: str
    finding: Finding
    closed_on: date | None


def import_file(
    path: Path,
    con: duckdb.DuckDBPyConnection,
    stewards: Path,
    *,
    on: date,
    author: str = READER,
    dry_run: bool = False,
) -> Outcome:
    """Read one workbook and record its answers.

    Args:
        path: The workbook.
        con: A session on the current published database.
        stewards: The stewards' file of acceptances and queries.
        on: The day the answers count from.
        author: Who asked, for findings that nobody had released: sending the list is asking.
        dry_run: Only say what would be done.

    Returns:
        What was done. A file that cannot be read is told in `refused` and raises nothing.
    """
    try:
        returned = read_workbook(path)
        _check_registry(returned, con)
    except InputUnreadableError as error:
        return Outcome(path.name, refused=str(error))
    known = _look_up(con, returned.answers, steward_file.finding_aliases(stewards))
    asked = {one.finding_id: one for one in queries.read(stewards) if one.state != "closed"}
    said = {(one.query_id, one.author, one.text) for one in queries.read_comments(stewards)}
    problems = list(returned.problems)
    valid: list[tuple[Answered, _Known]] = []
    unchanged = 0
    for one in returned.answers:
        found = known.get(one.finding_id)
        if found is None:
            problems.append(_unknown(one))
            continue
        query = _alive(asked.get(found.finding.finding_id), found)
        problem = _problem(one, found, query, returned)
        if problem is not None:
            problems.append(problem)
        elif _stands(one, query, said):
            unchanged += 1
        else:
            valid.append((one, found))
    proposed = () if dry_run else _record(valid, stewards, on=on, author=author)
    return Outcome(
        file=path.name,
        rows=returned.rows,
        recorded=dict(Counter(one.answer or "comment" for one, _ in valid)),
        unchanged=unchanged,
        proposed=tuple(proposed),
        problems=tuple(sorted(problems, key=_by_place)),
    )


def _check_registry(returned: Returned, con: duckdb.DuckDBPyConnection) -> None:
    identity, name = returned.identity, returned.path.name
    snapshots: list[tuple[str, str]] = con.execute(
        "select snapshot_id, source from quality.snapshots"
    ).fetchall()
    sources = {source for _, source in snapshots}
    if identity.source not in sources:
        raise InputUnreadableError(
            f"{name} is a worklist of the registry {identity.registry} ({identity.source}); here "
            f"stands {', '.join(sorted(sources)) or 'none'}. Import it where it was made."
        )
    if identity.snapshot_id not in {snapshot for snapshot, _ in snapshots}:
        raise InputUnreadableError(
            f"{name} was made from the snapshot {identity.snapshot_id} of {identity.as_of}, which "
            "was never published here. Import it where it was made, or send the current list."
        )


def _look_up(
    con: duckdb.DuckDBPyConnection, answers: Sequence[Answered], aliases: Mapping[str, str]
) -> dict[str, _Known]:
    """What is known of each finding, by the id in the list, which may be of an earlier release."""
    given = {one.finding_id: aliases.get(one.finding_id, one.finding_id) for one in answers}
    ids = {*given, *given.values()}
    rows = con.execute(
        "select finding_id, status, closed_on, rule_id, rule_hash, record_key, hospital_id, "
        "accept_key, opened_on from quality.findings where list_contains($ids, finding_id)",
        {"ids": list(ids)},
    ).fetchall()
    known = {}
    for finding_id, status, closed_on, *rest in rows:
        known[finding_id] = _Known(status, Finding(finding_id, *rest), closed_on)
    return {
        old: replace(found, finding=replace(found.finding, finding_id=new))
        for old, new in given.items()
        if (found := known.get(new) or known.get(old)) is not None
    }


def _problem(
    one: Answered, known: _Known, query: Query | None, returned: Returned
) -> Problem | None:
    """Why an answer cannot be recorded today."""
    if known.status not in OPEN:
        if query is not None and _says(query) == (one.answer, one.comment, one.who):
            return None
        closed = f" on {known.closed_on}" if known.closed_on else ""
        return Problem(
            one.place,
            f"the finding is no longer open: it is {known.status.replace('_', ' ')}{closed}. "
            "Nothing has to be answered.",
        )
    if not one.answer or query is None or query.answer is None or query.answered_on is None:
        return None
    is_newer = query.answered_on < returned.identity.as_of
    if is_newer or (query.answer == one.answer and query.answered_by == one.who):
        return None
    if _says(query) == (one.answer, one.comment, one.who):
        return None
    return Problem(
        one.at("answer"),
        f"{query.query_id} was answered already on {query.answered_on}, after this list was made, "
        "and otherwise. The earlier answer stands; a steward can change it.",
    )


def _alive(query: Query | None, known: _Known) -> Query | None:
    """The query, unless the finding was reopened since: it is then a new question."""
    return None if query is None or is_over(query, known.finding) else query


def _says(query: Query) -> tuple[str, str, str]:
    return query.answer or "", query.answer_comment or "", query.answered_by or ""


def _stands(one: Answered, query: Query | None, said: set[tuple[str, str, str]]) -> bool:
    """Whether this very answer, or comment, was recorded before."""
    if query is None:
        return False
    if one.answer:
        return _says(query) == (one.answer, one.comment, one.who)
    return (query.query_id, one.who, one.comment) in said


def _unknown(one: Answered) -> Problem:
    return Problem(
        one.at("finding_id"),
        "the finding is not in the ledger of this registry. Send the answer in the current list.",
    )


def _record(
    valid: Sequence[tuple[Answered, _Known]], stewards: Path, *, on: date, author: str
) -> list[str]:
    """Record answers; findings that nobody had released are released first."""
    ids = queries.release(stewards, [known.finding for _, known in valid], author=author, on=on)
    proposed = []
    for (one, _), query_id in zip(valid, ids, strict=True):
        if not one.answer:
            queries.add_comment(stewards, query_id, author=one.who, text=one.comment, on=on)
            continue
        acceptance = queries.answer(
            stewards, query_id, answer=one.answer, comment=one.comment or None, who=one.who, on=on
        )
        if acceptance is not None and one.answer == CONFIRMED:
            proposed.append(acceptance)
    return proposed


def _by_place(problem: Problem) -> tuple[str, int, str]:
    place = problem.place
    return (place.sheet, place.row, problem.text) if place else ("", 0, problem.text)
