"""What a steward does, whether from the command or from a Dagster job.

Belongs here: checking what was typed against the catalogue and the current snapshot, finding the
findings to ask about, and the state of queries and acceptances with what was said since the last
night. Does not belong here: what is kept (`expectations`), words of the command (`assets`).

Everything here reads the published snapshot and writes the stewards' file only: the warehouse,
which a refresh may hold, is never opened.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etl.nearest import near
from etl.publish.shelf import CURRENT
from etl.publish.snapshot import DATABASE
from etl.refresh import the_catalogue
from etl.settings import Settings
from etl.warehouse import open_memory, open_reader
from expectations import acceptances, queries
from expectations.acceptance_bindings import ACCEPTANCES, row_of
from expectations.errors import AcceptanceError, QueryError
from expectations.queries import Finding

_KEYS_IN_MARTS = {
    "patients": "select patient_id from marts.patients",
    "responses": "select response_id from marts.responses",
    "adverse_events": "select event_id from marts.adverse_events",
    "treatments": "select unnest(string_split(treatment_ids, ',')) from marts.treatment_lines",
    "treatment_lines": "select line_id from marts.treatment_lines",
}
_ASKABLE = "status in ('new', 'persisting', 'reopened')"


@dataclass(frozen=True)
class Accepted:
    """An acceptance that was given, and what its author should know."""

    acceptance_id: str
    remark: str | None


def accept(
    settings: Settings,
    target: str,
    record_key: str,
    *,
    author: str,
    reason: str,
    until: date | None = None,
) -> Accepted:
    """Accept a rule's or a family's findings on a record, found yet or not.

    Raises:
        AcceptanceError: there is no such rule or family, or something is left empty.
    """
    subjects = _subjects_of(target)
    given = acceptances.accept(
        settings.acceptances_path, target, record_key, author=author, reason=reason, until=until
    )
    return Accepted(given, _remark(settings, target.strip(), record_key.strip(), subjects))


def find_candidates(
    settings: Settings,
    *,
    finding_ids: Sequence[str] = (),
    rule: str | None = None,
    record: str | None = None,
    hospital: str | None = None,
) -> list[Finding]:
    """The open findings of the current snapshot that match all that is given.

    Raises:
        QueryError: nothing was given, or nothing matches.
        AcceptanceError: there is no such rule or family.
    """
    asked: dict[str, object] = {}
    conditions = [_ASKABLE]
    if finding_ids:
        conditions.append("list_contains($ids, finding_id)")
        asked["ids"] = [one.strip() for one in finding_ids]
    if rule:
        _subjects_of(rule)
        conditions.append(
            "rule_id in (select rule_id from quality.rules where $rule in (rule_id, family))"
        )
        asked["rule"] = rule.strip()
    for column, value in (("record_key", record), ("hospital_id", hospital)):
        if value:
            conditions.append(f"{column} = ${column}")
            asked[column] = value.strip()
    if not asked:
        raise QueryError(
            "Say which findings to release: their ids, a rule or family, a record, a hospital."
        )
    with open_reader(_published(settings)) as con:
        rows = con.execute(
            "select finding_id, rule_id, rule_hash, record_key, hospital_id, accept_key, "
            f"opened_on from quality.findings where {' and '.join(conditions)} "
            "order by rule_id, record_key, finding_id",
            asked,
        ).fetchall()
    found = [Finding(*row) for row in rows]
    missing = {one.strip() for one in finding_ids} - {one.finding_id for one in found}
    if missing or not found:
        raise QueryError(
            f"No open finding of the current snapshot matches{_named(missing)}; nothing was "
            "released. `rechallenge findings` lists the open ones."
        )
    return found


def read_queries(settings: Settings) -> list[dict[str, Any]]:
    """Queries and candidates as they stand today: the current snapshot and what was said since."""
    with _now(settings) as con:
        return _dicts(
            con,
            """
            select q.*, f.severity, f.source_file, f.source_line, f.days_open
            from quality.queries as q
            left join quality.findings as f using (finding_id)
            order by list_position(['released', 'answered', 'candidate', 'closed'], q.state),
                q.days_since_asked desc nulls last, q.query_id nulls last,
                list_position(['error', 'warning', 'info'], f.severity),
                q.rule_id, q.record_key, q.finding_id
            """,
        )


def read_query(settings: Settings, query_id: str) -> dict[str, Any]:
    """One query as it stands today, with everything that was said about it.

    Raises:
        QueryError: there is no such query.
    """
    with _now(settings) as con:
        found = _dicts(
            con,
            "select q.*, f.* exclude (finding_id, rule_id, record_key, hospital_id, closed_on) "
            "from quality.queries as q left join quality.findings as f using (finding_id) "
            "where q.query_id = $query_id",
            {"query_id": query_id.strip().upper()},
        )
        if not found:
            raise QueryError(f"There is no query {query_id}. `rechallenge queries` lists them.")
        comments = _dicts(
            con,
            "select commented_on, author, said_with, text from quality.query_comments "
            "where query_id = $query_id order by ordinal",
            {"query_id": found[0]["query_id"]},
        )
    return {**found[0], "said": comments}


def read_acceptances(settings: Settings) -> list[dict[str, Any]]:
    """Acceptances as they stand today: of the last night, and what was said since."""
    today = settings.today()
    of_night = _acceptances_of_the_night(settings)
    standing = []
    for one in acceptances.read(settings.acceptances_path):
        row = dict(zip(ACCEPTANCES, row_of(one, today, settings.lapsing_days), strict=True))
        seen = of_night.get(one.acceptance_id)
        # Withdrawn, ended or proposed is what stewards say; used or lapsed is what a night found.
        if seen is not None and row["status"] == "valid":
            row |= {name: seen[name] for name in ("lapsed_because", "is_used")}
            if seen["status"] == "lapsed":
                row |= {name: seen[name] for name in ("status", "lapses_on", "usage")}
            elif row["usage"] == "unused" and seen["is_used"]:
                row["usage"] = "used"
        standing.append(row)
    return standing


def _acceptances_of_the_night(settings: Settings) -> dict[str, dict[str, Any]]:
    path = settings.published / CURRENT / DATABASE
    if not path.exists():
        return {}
    with open_reader(path) as con:
        rows = _dicts(con, "select * from quality.acceptances")
    return {row["acceptance_id"]: row for row in rows if "usage" in row}


@contextmanager
def _now(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The current snapshot's findings in memory, with the queries as they stand today."""
    quoted = str(_published(settings)).replace("'", "''")
    with open_memory() as con:
        con.execute(f"attach '{quoted}' as published (read_only)")
        for table in ("findings", "finding_events", "rules"):
            con.execute(f"create view quality.{table} as from published.quality.{table}")
        queries.load(con, settings.acceptances_path, settings.today())
        yield con


def _subjects_of(target: str) -> set[str]:
    """The subjects of a rule or of a family's rules.

    Raises:
        AcceptanceError: there is no such rule or family; the sentence names what is near.
    """
    catalogue = the_catalogue()
    asked = target.strip()
    found = {rule.subject for rule in catalogue.rules if asked in (rule.id, rule.family)}
    if found or not asked:
        return found
    names = sorted({name for rule in catalogue.rules for name in (rule.id, rule.family)})
    raise AcceptanceError(
        f"There is no rule or family {asked!r}.{near(asked, names)} `rechallenge rules` lists "
        "the rules."
    )


def _remark(settings: Settings, target: str, key: str, subjects: set[str]) -> str | None:
    """What to say when no such record is known: a key may be mistyped, or yet to come."""
    path = settings.published / CURRENT / DATABASE
    if not path.exists():
        return "Nothing is published yet, so the record could not be looked up."
    with open_reader(path) as con:
        keys = {
            str(row[0])
            for sql in (
                "select record_key from quality.findings where list_contains($subjects, subject)",
                *(_KEYS_IN_MARTS[one] for one in sorted(subjects) if one in _KEYS_IN_MARTS),
            )
            for row in con.execute(
                sql, {"subjects": sorted(subjects)} if "$subjects" in sql else None
            ).fetchall()
        }
    if key in keys:
        return None
    return (
        f"No record {key!r} that {target} speaks of is known in the current snapshot; the "
        f"acceptance counts should one come.{near(key, sorted(keys))}"
    )


def _named(missing: set[str]) -> str:
    return f" {', '.join(sorted(missing))}" if missing else ""


def _published(settings: Settings) -> Path:
    path = settings.published / CURRENT / DATABASE
    if not path.exists():
        raise QueryError(
            f"Nothing is published in {settings.published} yet, so there are no findings to ask "
            "about. Run `rechallenge refresh` first."
        )
    return path


def _dicts(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object] | None = None
) -> list[dict[str, Any]]:
    cursor = con.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
