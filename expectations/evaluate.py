"""Rules to verdicts: counts of every rule in one scan a subject, then the rows of the violated.

Belongs here: judging a stage, and the verdict of single records. Does not belong here: SQL of a
rule (compile_rules), writing findings (findings), findings over time (ledger).

Counts are of records, before acceptances and before `depends`; a rule whose columns are not
collected, or whose needs the source does not declare, is not applicable and never a pass.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from expectations import shadow
from expectations.catalogue import Catalogue, Need, Rule, Stage
from expectations.compile_rules import VERDICTS, CompiledRule, compile_rule
from expectations.errors import CatalogueError
from expectations.findings import fold, mark_accepted, write_findings
from expectations.quality_tables import JUDGED, prepare
from expectations.subjects import Subject, create_views, view_columns

__all__ = ["RuleCount", "applicable_rules", "gate_holders", "judge", "prepare", "record_verdicts"]

NEEDS: dict[Need, tuple[str, str]] = {
    "calendar_dates": ("calendar_dates", "yes"),
    "assessments": ("responses", "assessments"),
    "all_grades": ("toxicity_capture", "complete_all_grades"),
    "severe_grades_only": ("severe_grades_only", "yes"),
}
_ABOUT_NAMES = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
_KINDS_JUDGED_ON_ANY_COLUMN = ("in_codelist", "matches")


@dataclass(frozen=True)
class RuleCount:
    """What one rule found on one night; counts are of records.

    `applicable` = `judged` + `cannot_judge`; `accepted`, `folded` and `shadowed` are within
    `violated`.
    """

    rule_id: str
    stage: Stage
    subject: str
    applicable: int
    judged: int
    violated: int
    cannot_judge: int
    accepted: int
    folded: int
    milliseconds: float
    not_applicable_because: str | None = None
    shadowed: int = 0
    shadow_nights_left: int = 0


def judge(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, stage: Stage) -> list[RuleCount]:
    """Judge every rule of a stage and write `quality.judged` and `quality.findings_tonight`.

    What a rule in shadow finds goes to `quality.shadowed_tonight` instead. `source` starts the
    night: it empties all of them. Judging a stage again replaces its rows.

    Raises:
        CatalogueError: a rule's SQL cannot run; the sentence names the rule.
    """
    _clear(con, stage)
    why_not = applicable_rules(con, catalogue, catalogue.for_stage(stage))
    scans: dict[str, _Scan] = {}
    for subject in _subjects(catalogue, stage):
        rules = [rule for rule in catalogue.for_subject(subject.name) if rule.stage == stage]
        scans |= _judge_subject(con, subject, [r for r in rules if why_not[r.id] is None])
    in_shadow = shadow.nights_left(con, catalogue.for_stage(stage))
    shadowed = shadow.set_aside(con, stage, in_shadow)
    mark_accepted(con, stage)
    accepted = _count_by_rule(con, "quality.findings_tonight where is_accepted")
    fold(con, stage)
    folded = _count_by_rule(con, "quality.folded_tonight")
    counts = [
        RuleCount(
            rule_id=rule.id,
            stage=stage,
            subject=rule.subject,
            applicable=scan.applicable,
            judged=scan.judged,
            violated=scan.violated,
            cannot_judge=scan.applicable - scan.judged,
            accepted=accepted.get(rule.id, 0),
            folded=folded.get(rule.id, 0),
            milliseconds=round(scan.milliseconds, 3),
            not_applicable_because=why_not[rule.id],
            shadowed=shadowed.get(rule.id, 0),
            shadow_nights_left=in_shadow.get(rule.id, 0),
        )
        for rule in catalogue.for_stage(stage)
        for scan in [scans.get(rule.id, _Scan(0, 0, 0, 0.0))]
    ]
    _write_counts(con, counts)
    return counts


def gate_holders(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """The violated mart rules that hold the publication: id, title and violations."""
    rows = con.execute("""
        select r.rule_id, r.title, j.violated
        from quality.judged as j
        inner join quality.rules as r using (rule_id)
        where r.gate and j.violated > 0
        order by r.rule_id
    """).fetchall()
    return [(str(row[0]), str(row[1]), int(row[2])) for row in rows]


def applicable_rules(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, rules: Sequence[Rule]
) -> dict[str, str | None]:
    """For each rule None, or the reason why this source cannot be asked it."""
    missing = {
        (str(table), str(column))
        for table, column in con.execute(
            "select table_name, column_name from source.collected where not collected"
        ).fetchall()
    }
    declared = dict(con.execute("select name, value from source.declarations").fetchall())
    return {
        rule.id: _unmet_need(rule, declared)
        or _not_collected(rule, catalogue.subjects[rule.subject], missing)
        for rule in rules
    }


def record_verdicts(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, rule: Rule, keys: str
) -> list[tuple[str, str]]:
    """Tonight's verdict of single records by one rule; the worst where a key occurs twice.

    Args:
        con: The warehouse, with the rule's subject view standing.
        catalogue: The rules.
        rule: The rule to ask.
        keys: SQL that selects one column of record keys.

    Returns:
        Record key and one of holds, violated, cannot be judged, not applicable. Records that
        are no longer there are absent.
    """
    subject = catalogue.subjects[rule.subject]
    compiled = compile_rule(rule, view_columns(con, subject.view), subject.view)
    rows = con.execute(f"""
        select record_key, max({compiled.rank})
        from {subject.view} as s
        where record_key in ({keys})
        group by record_key
        order by record_key
    """).fetchall()
    return [(str(key), VERDICTS[rank]) for key, rank in rows]


@dataclass(frozen=True)
class _Scan:
    applicable: int
    judged: int
    violated: int
    milliseconds: float


def _clear(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    for table in ("judged", "findings_tonight", "folded_tonight", "shadowed_tonight"):
        if stage == "source":
            con.execute(f"delete from quality.{table}")
        else:
            con.execute(f"delete from quality.{table} where stage = ?", [stage])


def _subjects(catalogue: Catalogue, stage: Stage) -> list[Subject]:
    names = dict.fromkeys(rule.subject for rule in catalogue.for_stage(stage))
    return [catalogue.subjects[name] for name in names]


def _judge_subject(
    con: duckdb.DuckDBPyConnection, subject: Subject, rules: Sequence[Rule]
) -> dict[str, _Scan]:
    """Count all rules of a subject in one scan, then write the rows of the violated ones."""
    create_views(con, [subject])
    if not rules:
        return {}
    columns = view_columns(con, subject.view)
    compiled = [compile_rule(rule, columns, subject.view) for rule in rules]
    started = time.perf_counter()
    rows, distinct, counts = _scan(con, subject, compiled)
    scanned = (time.perf_counter() - started) * 1000 / len(compiled)
    violated = [rule for rule, count in zip(compiled, counts, strict=True) if count[2] > 0]
    started = time.perf_counter()
    if violated:
        write_findings(con, subject, columns, violated, repeats_keys=rows != distinct)
    written = (time.perf_counter() - started) * 1000 / max(len(violated), 1)
    return {
        rule.rule.id: _Scan(*count, scanned + (written if count[2] else 0.0))
        for rule, count in zip(compiled, counts, strict=True)
    }


def _scan(
    con: duckdb.DuckDBPyConnection, subject: Subject, compiled: Sequence[CompiledRule]
) -> tuple[int, int, list[tuple[int, int, int]]]:
    """One fused scan: rows, distinct record keys, and three counts for each rule."""
    try:
        row = con.execute(_scan_sql(subject, compiled)).fetchone()
    except duckdb.Error as error:
        raise CatalogueError(_blame(con, subject, compiled, error)) from None
    assert row is not None  # noqa: S101 - an aggregate always has a row
    rows, distinct, *values = (int(value) for value in row)
    triples = [(values[i], values[i + 1], values[i + 2]) for i in range(0, len(values), 3)]
    return rows, distinct, triples


def _scan_sql(subject: Subject, compiled: Sequence[CompiledRule]) -> str:
    counts = ",\n".join(
        f"count(*) filter (a{i}), count(*) filter (a{i} and h{i} is not null), "
        f"count(*) filter (a{i} and not h{i})"
        for i in range(len(compiled))
    )
    conditions = ",\n".join(
        f"({rule.applies}) as a{i}, ({rule.holds}) as h{i}" for i, rule in enumerate(compiled)
    )
    # Keys are compared by hash: a collision merely skips a deduplication that finds nothing.
    return f"""
        select count(*), count(distinct hash(record_key)),
        {counts}
        from (select record_key, {conditions} from {subject.view} as s)
    """


def _blame(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    compiled: Sequence[CompiledRule],
    error: duckdb.Error,
) -> str:
    """Which rule's SQL does not run, found by asking one at a time. No values are repeated."""
    for rule in compiled:
        try:
            con.execute(_scan_sql(subject, [rule])).fetchone()
        except duckdb.Error as single:
            return (
                f"rule {rule.rule.id} on subject {subject.name}: its SQL does not run "
                f"({said_of_sql(single)}). `rechallenge rules {rule.rule.id} --try` runs it alone."
            )
    return f"subject {subject.name}: its rules cannot be judged together ({type(error).__name__})."


def said_of_sql(error: duckdb.Error) -> str:
    """What DuckDB says of a condition where it speaks of names, which hold no values."""
    if not isinstance(error, _ABOUT_NAMES):
        return type(error).__name__
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith(("LINE ", "^"))]
    return " ".join(said[:2])


def _unmet_need(rule: Rule, declared: Mapping[str, str]) -> str | None:
    for need in rule.needs:
        name, wanted = NEEDS[need]
        if declared.get(name) != wanted:
            return f"the source declares {name} = {declared.get(name, 'nothing')}, not {wanted}"
    return None


def _not_collected(rule: Rule, subject: Subject, missing: set[tuple[str, str]]) -> str | None:
    if not missing:
        return None
    wanted = rule.judged_columns if rule.must_collect is None else rule.must_collect
    origins = [origin for column in wanted if (origin := _origin(subject, column))]
    absent = [origin for origin in origins if origin in missing]
    if not absent:
        return None
    if rule.kind in _KINDS_JUDGED_ON_ANY_COLUMN and len(absent) < len(origins):
        return None
    return "not collected: " + ", ".join(sorted(f"{table}.{column}" for table, column in absent))


def _origin(subject: Subject, column: str) -> tuple[str, str] | None:
    if "." in column:
        table, name = column.split(".", 1)
        return table, name
    return subject.origin(column)


def _count_by_rule(con: duckdb.DuckDBPyConnection, which: str) -> dict[str, int]:
    rows = con.execute(f"select rule_id, count(*) from {which} group by rule_id").fetchall()
    return {str(rule_id): int(count) for rule_id, count in rows}


def _write_counts(con: duckdb.DuckDBPyConnection, counts: Sequence[RuleCount]) -> None:
    if not counts:
        return
    row = f"({', '.join('?' * len(JUDGED))})"
    # One statement: row by row this took as long as the scan of a subject.
    con.execute(
        f"insert into quality.judged ({', '.join(JUDGED)}) values {', '.join([row] * len(counts))}",
        [getattr(count, column) for count in counts for column in JUDGED],
    )
