"""Judging one rule again without writing anything, for somebody who looks at it now.

Belongs here: the counts of a single rule on a session that may be read-only. Does not belong
here: findings and the ledger; they change with the night only.
"""

from dataclasses import dataclass

import duckdb

from expectations.catalogue import Catalogue, Rule
from expectations.compile_rules import compile_rule
from expectations.evaluate import applicable_rules
from expectations.subjects import view_columns


@dataclass(frozen=True)
class Recount:
    """What a rule finds now; counts are of records."""

    applicable: int
    judged: int
    violated: int
    not_applicable_because: str | None = None


def recheck(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, rule: Rule) -> Recount:
    """Count a rule's verdicts again on what stands in the warehouse."""
    why_not = applicable_rules(con, catalogue, [rule])[rule.id]
    if why_not is not None:
        return Recount(0, 0, 0, why_not)
    view = catalogue.subjects[rule.subject].view
    compiled = compile_rule(rule, view_columns(con, view), view)
    row = con.execute(f"""
        select count(*) filter (a), count(*) filter (a and h is not null),
            count(*) filter (a and not h)
        from (select ({compiled.applies}) as a, ({compiled.holds}) as h from {view} as s)
    """).fetchone()
    applicable, judged, violated = row or (0, 0, 0)
    return Recount(int(applicable), int(judged), int(violated))
