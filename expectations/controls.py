"""Positive controls: the rules' own examples, judged by the rules as they stand tonight.

Belongs here: which controls there are, asking a rule for the verdict of each, and the table and
sentence that tell of those missed. Does not belong here: making a sealed session and staging the
examples (`etl.controls`), and when it happens (`assets`).

Every example that gives rows of a subject is shown to its rule as such; an example that can be
written as native rows is shown to staging, so that a table that lost a value is noticed too. All
examples of a subject are asked for in one scan, in which each row meets the rule it belongs to.
Nothing here may be given a warehouse that holds patients.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from expectations.catalogue import Catalogue, Example, Rule
from expectations.compile_rules import ALIAS, VERDICTS, CompiledRule, compile_rule
from expectations.evaluate import NEEDS, judge
from expectations.examples import expand_row, rows_of
from expectations.findings import write_findings
from expectations.quality_tables import Columns, create_table
from expectations.subjects import Subject, view_columns

Shown = Literal["rule", "staging"]

CONTROLS: Columns = {
    "rule_id": ("varchar not null", "Rule controlled."),
    "examples": (
        "bigint not null",
        "Its examples that were judged by these rules and code.",
    ),
    "missed": ("bigint not null", "Examples that did not get their verdict."),
    "missed_examples": ("varchar", "Which, what was expected and what was given."),
}
_NAMED_AT_MOST = 10
_CASE = "example_of"


@dataclass(frozen=True)
class Case:
    """One example of one rule; `number` counts the rule's examples from 1."""

    rule: Rule
    number: int
    example: Example

    @property
    def name(self) -> str:
        """A name that reads by itself: `AE-T19-2`."""
        return f"{self.rule.id}-{self.number}"


@dataclass(frozen=True)
class Control:
    """What one example was expected to give and gave.

    `shown_to` says whether the rule alone was asked, or staging and the rule.
    """

    rule_id: str
    number: int
    shown_to: Shown
    expected: str
    given: str

    @property
    def is_missed(self) -> bool:
        """Whether the example did not get its verdict."""
        return self.given != self.expected


def cases(catalogue: Catalogue) -> list[Case]:
    """Every example of every rule."""
    return [
        Case(rule, number, example)
        for rule in catalogue.rules
        for number, example in enumerate(rule.examples, start=1)
    ]


def declared_needs() -> dict[str, str]:
    """Declarations of a source of which every rule may be asked."""
    return dict(NEEDS.values())


def judge_rows(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, shown: Iterable[Case]
) -> list[Control]:
    """Ask the rules about the examples that are rows of their subject.

    Args:
        con: A sealed session with `quality` prepared and every subject view on empty tables; the
            views of these subjects go.
        catalogue: The rules.
        shown: Cases; those that are no rows are passed over.
    """
    rows = _by_subject(case for case in shown if rows_of(case.rule, case.example))
    columns = {name: view_columns(con, catalogue.subjects[name].view) for name in rows}
    controls = []
    for name, some in rows.items():
        subject = catalogue.subjects[name]
        con.execute(f"drop view {subject.view}")
        _stand_in(con, subject, columns[name], some)
        # A rule that counts rows like its own counts those of its example.
        relation = f"(select * from {subject.view} where {_CASE} = {ALIAS}.{_CASE})"
        rules = _compiled(some, columns[name], relation)
        write_findings(con, subject, columns[name], rules, repeats_keys=False)
        controls += _ask(con, subject, rules, some, "rule")
        con.execute(f"drop table {subject.view}")
    con.execute("delete from quality.findings_tonight")
    return controls


def judge_staged(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, shown: Sequence[Case]
) -> list[Control]:
    """Judge the examples that were staged, and ask for the verdict and the finding of each.

    Args:
        con: A sealed session with `quality` prepared, and with staging of native rows in which
            `source_file` is the name of the case.
        catalogue: The rules.
        shown: The cases that were staged.
    """
    rules = tuple({case.rule.id: case.rule for case in shown}.values())
    judge(con, Catalogue(rules, catalogue.subjects), "source")
    controls = []
    for name, some in _by_subject(shown).items():
        subject = catalogue.subjects[name]
        compiled = _compiled(some, view_columns(con, subject.view), subject.view)
        controls += _ask(con, subject, compiled, some, "staging")
    return controls


def _by_subject(shown: Iterable[Case]) -> dict[str, list[Case]]:
    sorted_out: dict[str, list[Case]] = {}
    for case in shown:
        sorted_out.setdefault(case.rule.subject, []).append(case)
    return sorted_out


def _compiled(
    shown: Iterable[Case], columns: Mapping[str, str], relation: str
) -> list[CompiledRule]:
    rules = {case.rule.id: case.rule for case in shown}
    return [compile_rule(rule, columns, relation) for rule in rules.values()]


def _stand_in(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    columns: dict[str, str],
    shown: Iterable[Case],
) -> None:
    """Put a table of examples in the place of a subject's view."""
    body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    con.execute(f"create table {subject.view} ({body}, {_CASE} varchar)")
    values: list[str | None] = []
    rows = 0
    for case in shown:
        for given in rows_of(case.rule, case.example):
            row = expand_row(case.rule, subject, given, columns) | {"record_key": case.name}
            values += [*(row.get(name) for name in columns), case.name]
            rows += 1
    holes = "(" + ", ".join("?" * (len(columns) + 1)) + ")"
    con.execute(f"insert into {subject.view} values {', '.join([holes] * rows)}", values)


def _ask(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    rules: Sequence[CompiledRule],
    shown: Sequence[Case],
    shown_to: Shown,
) -> list[Control]:
    """One scan of the subject, in which each row meets the rule whose example it is of."""
    case_of_row = _CASE if shown_to == "rule" else "source_file"
    by_rule = "\n".join(f"when '{rule.rule.id}' then {rule.rank}" for rule in rules)
    rows = con.execute(
        f"""
        select {case_of_row}, record_key, case asked.rule_id {by_rule} end
        from {subject.view} as {ALIAS}
        inner join (select unnest($names) as name, unnest($rules) as rule_id) as asked
            on asked.name = {ALIAS}.{case_of_row}
        """,
        {"names": [case.name for case in shown], "rules": [case.rule.id for case in shown]},
    ).fetchall()
    asked: dict[str, list[tuple[str, int]]] = {}
    for name, key, rank in rows:
        asked.setdefault(name, []).append((key, rank))
    found = set(
        con.execute(
            "select rule_id, record_key from quality.findings_tonight where subject = $subject "
            "union select rule_id, record_key from quality.shadowed_tonight "
            "union select rule_id, record_key from quality.folded_tonight",
            {"subject": subject.name},
        ).fetchall()
    )
    return [
        Control(
            case.rule.id,
            case.number,
            shown_to,
            case.example.verdict,
            _given(case, asked.get(case.name, []), found),
        )
        for case in shown
    ]


def _given(case: Case, records: Iterable[tuple[str, int]], found: set[tuple[str, str]]) -> str:
    """The worst verdict of an example's records, or that of the one it names."""
    wanted = case.example.record
    ranks: dict[str, int] = {}
    for key, rank in records:
        if wanted is None or key.replace(f"{case.name}:", "") == wanted:
            ranks[key] = max(rank, ranks.get(key, rank))
    if not ranks:
        return "no record to judge"
    violated = {key for key, rank in ranks.items() if VERDICTS[rank] == "violated"}
    with_finding = {key for key in ranks if (case.rule.id, key) in found}
    verdict = VERDICTS[max(ranks.values())]
    if violated - with_finding:
        return f"{verdict}, but no finding is written"
    if with_finding - violated:
        return f"{verdict}, but a finding is written"
    return verdict


def write_controls(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, controls: Iterable[Control]
) -> None:
    """Write `quality.controls`: one row a rule, also where nothing was controlled."""
    of_rule: dict[str, list[Control]] = {rule.id: [] for rule in catalogue.rules}
    for control in controls:
        of_rule[control.rule_id].append(control)
    con.execute("drop table if exists quality.controls")
    create_table(con, "controls", CONTROLS)
    con.execute("begin")
    con.executemany(
        "insert into quality.controls values (?, ?, ?, ?)",
        [_row(rule_id, some) for rule_id, some in of_rule.items()],
    )
    con.execute("commit")


def _row(rule_id: str, controls: Sequence[Control]) -> list[object]:
    missed = [control for control in controls if control.is_missed]
    return [
        rule_id,
        len({control.number for control in controls}),
        len({control.number for control in missed}),
        "; ".join(_said(control) for control in missed) or None,
    ]


def _said(control: Control) -> str:
    way = "" if control.shown_to == "rule" else " after staging"
    return f"example {control.number}: expected {control.expected}, given {control.given}{way}"


def problems(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> list[str]:
    """Why tonight's controls do not vouch for the catalogue, a sentence each; none when they do."""
    exists = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'controls'"
    ).fetchone()
    if not exists:
        return ["no rule was controlled"]
    rows = con.execute("select rule_id, examples, missed, missed_examples from quality.controls")
    of_rule = {rule_id: rest for rule_id, *rest in rows.fetchall()}
    uncontrolled, missed = [], []
    for rule in catalogue.rules:
        examples, misses, said = of_rule.get(rule.id, (0, 0, None))
        if examples != len(rule.examples):
            uncontrolled.append(rule.id)
        if misses:
            missed.append(f"{rule.id} ({said})")
    said = []
    if missed:
        said.append(_listed("missed their control", missed))
    if uncontrolled:
        said.append(_listed("were not controlled with all of their examples", uncontrolled))
    return said


def _listed(what: str, rules: Sequence[str]) -> str:
    more = len(rules) - _NAMED_AT_MOST
    rest = f" and {more} more" if more > 0 else ""
    return f"{len(rules)} rules {what}: {', '.join(rules[:_NAMED_AT_MOST])}{rest}"
