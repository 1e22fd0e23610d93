"""Shadow: a new or changed rule is tried for some nights before anybody is asked about it.

Belongs here: how many nights a rule has left, and keeping what it found out of everybody's list.
Does not belong here: judging (evaluate), findings over time (ledger).

A rule with `shadow_nights` is judged and counted from its first night. Its findings go to
`quality.shadowed_tonight`: no finding, no doubt, no worklist, nothing is folded under them. It
comes out by itself once so many nights of this registry were published with the rule as it is
today; a rule whose meaning changes starts again.
"""

from collections.abc import Mapping, Sequence

import duckdb

from expectations.catalogue import Rule, Stage
from expectations.quality_tables import FINDINGS_TONIGHT


def nights_left(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> dict[str, int]:
    """For each rule that is in shadow tonight, its nights left, tonight included.

    Nights are days of the ledger on which a snapshot of tonight's registry was published.
    """
    asked = {rule.id: rule for rule in rules if rule.shadow_nights}
    if not asked:
        return {}
    passed = _nights_passed(con)
    left = {
        rule_id: (rule.shadow_nights or 0) - passed.get((rule_id, rule.hash), 0)
        for rule_id, rule in asked.items()
    }
    return {rule_id: nights for rule_id, nights in left.items() if nights > 0}


def set_aside(
    con: duckdb.DuckDBPyConnection, stage: Stage, in_shadow: Mapping[str, int]
) -> dict[str, int]:
    """Move tonight's findings of rules in shadow out of the list; returns how many of each."""
    if not in_shadow:
        return {}
    names = ", ".join(FINDINGS_TONIGHT)
    which = "stage = $stage and list_contains($rules, rule_id)"
    asked = {"stage": stage, "rules": list(in_shadow)}
    con.execute(
        f"insert into quality.shadowed_tonight ({names}) "
        f"select {names} from quality.findings_tonight where {which}",
        asked,
    )
    con.execute(f"delete from quality.findings_tonight where {which}", asked)
    counts = con.execute(
        "select rule_id, count(*) from quality.shadowed_tonight where stage = ? group by rule_id",
        [stage],
    ).fetchall()
    return {str(rule_id): int(count) for rule_id, count in counts}


def _nights_passed(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    tables = con.execute(
        "select count(*) from duckdb_tables() where schema_name = 'quality' "
        "and table_name in ('rule_results', 'snapshots')"
    ).fetchone()
    if tables != (2,):
        return {}
    rows = con.execute("""
        select r.rule_id, r.rule_hash, count(distinct s.as_of)
        from quality.rule_results as r
        inner join quality.snapshots as s on s.snapshot_id = r.snapshot_id
        where r.rule_hash is not null
            and s.source = (select coalesce(max(source), '') from source.export)
        group by r.rule_id, r.rule_hash
    """).fetchall()
    return {(str(rule_id), str(rule_hash)): int(nights) for rule_id, rule_hash, nights in rows}
