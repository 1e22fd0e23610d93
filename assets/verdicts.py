"""What a check says of a rule: passed or not, the counts of the night, what changed.

Belongs here: reading a rule's verdict and putting it into words. Does not belong here: what
stands beside it (`check_metadata`), Dagster's check definitions (`checks`), judging
(`expectations`).

Nothing here may quote a value or a patient's id: Dagster keeps it for ever, without a login.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import dagster as dg
import duckdb

from assets import describe
from expectations.catalogue import Catalogue, Rule
from expectations.recheck import recheck


@dataclass(frozen=True)
class Verdict:
    """A rule's counts on the last night; `judged` to `accepted` are of records."""

    applicable: int
    judged: int
    violated: int
    accepted: int
    folded: int
    new: int
    reopened: int
    persisting: int
    corrected: int
    vanished: int
    shadowed: int = 0
    shadow_nights_left: int = 0
    not_applicable_because: str | None = None

    @property
    def open(self) -> int:
        """Violations that stand, neither accepted nor explained by another finding."""
        if self.shadow_nights_left:
            return 0
        return max(self.violated - self.accepted - self.folded, 0)

    def sentence(self) -> str:
        """What changed and how much was judged, in one line."""
        if self.applicable == 0:
            return f"not applicable: {self.not_applicable_because or 'no record it speaks of'}"
        judged = f"{self.judged:,} of {self.applicable:,} judged"
        if self.shadow_nights_left:
            nights = f"{self.shadow_nights_left} night{'s' * (self.shadow_nights_left > 1)}"
            return f"in shadow: would have found {self.shadowed:,}; {nights} left; {judged}"
        parts = [
            f"{self.new:,} new",
            f"{self.reopened:,} reopened",
            f"{self.persisting:,} known",
            f"{self.accepted:,} accepted",
        ]
        if self.folded:
            parts.append(f"{self.folded:,} explained by another rule")
        if self.corrected or self.vanished:
            parts.append(f"{self.corrected:,} corrected, {self.vanished:,} vanished since")
        return f"{', '.join(parts)}; {judged}"


def report(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    rule: Rule,
    verdict: Verdict | None,
    asset_key: dg.AssetKey,
    *,
    metadata: Mapping[str, Any],
    again: bool,
) -> dg.AssetCheckResult:
    """The result of one check.

    Args:
        con: A session on the warehouse; read-only is enough.
        catalogue: All rules.
        rule: The rule to report.
        verdict: Its verdict of the night, None when it was not judged.
        asset_key: The asset the check belongs to.
        metadata: What is shown beside the sentence.
        again: Judge the rule anew instead of repeating the night's counts.
    """
    note = ""
    if verdict is None:
        return cannot_run(rule, asset_key, "this rule has not been judged yet; run the refresh")
    if again:
        now = recheck(con, catalogue, rule)
        same = (now.applicable, now.judged, now.violated) == (
            verdict.applicable,
            verdict.judged,
            verdict.violated,
        )
        note = (
            "Judged again just now: the same. "
            if same
            else (
                f"Judged again just now: {now.violated:,} violated of {now.judged:,} judged; "
                "the last refresh said: "
            )
        )
    passed, severity = colour(rule, verdict)
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=rule.check_name,
        passed=passed,
        severity=severity,
        description=note + verdict.sentence(),
        metadata=metadata,
    )


def cannot_run(rule: Rule, asset_key: dg.AssetKey, why: str) -> dg.AssetCheckResult:
    """A check that cannot say anything is red: silence is never a pass."""
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=rule.check_name,
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"This check could not run: {why}",
    )


def colour(rule: Rule, verdict: Verdict) -> tuple[bool, dg.AssetCheckSeverity]:
    """Red for new or reopened errors, amber for standing ones and warnings, else green."""
    if verdict.open == 0 or rule.severity == "info":
        return True, dg.AssetCheckSeverity.WARN
    if rule.severity == "error" and (verdict.new > 0 or verdict.reopened > 0):
        return False, dg.AssetCheckSeverity.ERROR
    return False, dg.AssetCheckSeverity.WARN


def read_verdicts(con: duckdb.DuckDBPyConnection) -> dict[str, Verdict]:
    """The night's verdict of each rule that was judged, by rule id."""
    rows = con.execute(f"""
        select
            j.rule_id, j.applicable, j.judged, j.violated, j.accepted, j.folded,
            coalesce(r.new, 0), coalesce(r.reopened, 0), coalesce(r.persisting, 0),
            coalesce(r.corrected, 0), coalesce(r.vanished, 0), j.shadowed, j.shadow_nights_left,
            j.not_applicable_because
        from quality.judged as j
        left join (
            select * from {ledger_table(con, "rule_results")}
            qualify row_number() over (partition by rule_id order by rowid desc) = 1
        ) as r using (rule_id)
        order by j.rule_id
    """).fetchall()
    names = [field.name for field in fields(Verdict)][:-1]
    return {
        rule_id: Verdict(
            **{name: describe.number(value) for name, value in zip(names, counts, strict=True)},
            not_applicable_because=because,
        )
        for rule_id, *counts, because in rows
    }


def ledger_table(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """The ledger as planned this night, else as committed."""
    planned = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = $name",
        {"name": f"next_{name}"},
    ).fetchone()
    return f"quality.next_{name}" if planned else f"quality.{name}"
