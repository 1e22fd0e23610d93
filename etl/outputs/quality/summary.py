"""The night in one short table: every rule's counts, what needs an eye first.

Belongs here: reading and ordering them. Does not belong here: how Dagster shows them.
"""

from dataclasses import dataclass, fields

import duckdb


@dataclass(frozen=True)
class RuleLine:
    """A rule's counts tonight; `new` to `accepted` are findings, the others records."""

    rule_id: str
    severity: str
    check_name: str
    new: int
    reopened: int
    persisting: int
    accepted: int
    corrected: int
    judged: int
    violated: int
    shadow_nights_left: int

    @property
    def short_name(self) -> str:
        """What the check is called, as words."""
        return self.check_name.partition("_")[2].replace("_", " ")

    @property
    def is_red(self) -> bool:
        """Whether the rule's check is red: errors that are new or back."""
        return self.severity == "error" and self.new + self.reopened > 0

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has anything to do: nothing open, nothing closed, nothing in shadow."""
        moved = self.new, self.reopened, self.persisting, self.accepted, self.corrected
        return not any(moved) and not self.shadow_nights_left


def rule_lines(con: duckdb.DuckDBPyConnection, snapshot_id: str) -> list[RuleLine]:
    """Every rule judged tonight: new and reopened errors, then other open errors, then the rest.

    Args:
        con: The warehouse, after the ledger was planned.
        snapshot_id: The night.
    """
    rows = con.execute(
        """
        select j.rule_id, r.severity, r.check_name, coalesce(n.new, 0),
            coalesce(n.reopened, 0), coalesce(n.persisting, 0), j.accepted,
            coalesce(n.corrected, 0), j.judged, j.violated, j.shadow_nights_left
        from quality.judged as j
        inner join quality.rules as r using (rule_id)
        left join quality.next_rule_results as n
            on n.rule_id = j.rule_id and n.snapshot_id = $snapshot_id
        """,
        {"snapshot_id": snapshot_id},
    ).fetchall()
    names = [field.name for field in fields(RuleLine)]
    lines = [RuleLine(**dict(zip(names, row, strict=True))) for row in rows]
    return sorted(lines, key=_order)


def _order(line: RuleLine) -> tuple[object, ...]:
    severity = ("error", "warning", "info").index(line.severity)
    moved = line.new + line.reopened
    return (not line.is_red, severity, -moved, -line.persisting, line.rule_id)
