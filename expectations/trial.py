"""Trying one rule: its counts, its time, and the records that violate it.

Belongs here: judging a single rule on a warehouse that somebody made for it. Does not belong here:
making that warehouse (`etl.try_rule`), the night's verdicts (evaluate).
"""

import time
from dataclasses import dataclass

import duckdb

from expectations.catalogue import Catalogue, Rule
from expectations.compile_rules import compile_rule
from expectations.errors import CatalogueError
from expectations.evaluate import applicable_rules, said_of_sql
from expectations.subjects import create_views, view_columns


@dataclass(frozen=True)
class TriedRecord:
    """A record that violates the rule, and where it stands; no value of it."""

    record_key: str
    source_file: str | None
    source_line: int | None


@dataclass(frozen=True)
class Trial:
    """What a rule says of an export; counts are of records.

    `applicable` = `judged` + `cannot_judge`. `records` are at most as many as were asked for.
    """

    rule_id: str
    title: str
    subject: str
    applicable: int
    judged: int
    violated: int
    cannot_judge: int
    milliseconds: float
    not_applicable_because: str | None
    records: tuple[TriedRecord, ...]


def try_rule(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, rule: Rule, limit: int | None
) -> Trial:
    """Judge one rule and name the records that violate it.

    Args:
        con: A warehouse with what the rule's subject reads.
        catalogue: All rules, this one among them.
        rule: The rule.
        limit: How many records to name; None for all.

    Raises:
        CatalogueError: the rule names a column or parameter there is not, or its SQL does not run.
    """
    subject = catalogue.subjects[rule.subject]
    create_views(con, [subject])
    compiled = compile_rule(rule, view_columns(con, subject.view), subject.view)
    why_not = applicable_rules(con, catalogue, [rule])[rule.id]
    started = time.perf_counter()
    try:
        counts = con.execute(f"""
            select count(*) filter (a), count(*) filter (a and h is not null),
                count(*) filter (a and not h)
            from (
                select ({compiled.applies}) as a, ({compiled.holds}) as h from {subject.view} as s
            )
        """).fetchone()
        milliseconds = (time.perf_counter() - started) * 1000
        found = con.execute(
            f"""
            select record_key, source_file, source_line from {subject.view} as s
            where {compiled.violated}
            order by source_file, source_line, record_key
            limit $limit
            """,
            {"limit": limit},
        ).fetchall()
    except duckdb.Error as error:
        raise CatalogueError(
            f"rule {rule.id}: its SQL does not run on subject {subject.name}: "
            f"{said_of_sql(error)}. Correct `{rule.kind}` or `applies_when`."
        ) from None
    applicable, judged, violated = (0, 0, 0) if why_not or counts is None else counts
    return Trial(
        rule_id=rule.id,
        title=rule.title,
        subject=rule.subject,
        applicable=applicable,
        judged=judged,
        violated=violated,
        cannot_judge=applicable - judged,
        milliseconds=round(milliseconds, 1),
        not_applicable_because=why_not,
        records=() if why_not else tuple(TriedRecord(*row) for row in found),
    )
