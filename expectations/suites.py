"""The rule catalogue as suites of Great Expectations, one a subject and stage.

Belongs here: the expectations of a suite with their words, and the table they are asked of. Does
not belong here: how a rule is expressed (`second_opinion.express`), running (`second_opinion`).

A suite holds no value of a registry: limits, codes and column names only.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import great_expectations.expectations as gxe
import sqlglot
from great_expectations import ExpectationSuite
from great_expectations.expectations.conditions import Column
from sqlglot import exp

from expectations.catalogue import Catalogue, Rule, Stage
from expectations.second_opinion.express import Expressed, express
from expectations.second_opinion.reading import Columns, Part
from expectations.subjects import Subject, view_columns

_SEVERITY = {"error": "critical", "warning": "warning", "info": "info"}
_STAGES: tuple[Stage, ...] = ("source", "derived", "mart")


@dataclass(frozen=True)
class SubjectSuite:
    """The rules of one subject and stage as they are asked.

    Attributes:
        name: `treatment_lines_derived`: subject and stage.
        subject: whose view is asked.
        stage: the stage of its rules.
        expressed: its rules.
        suite: the suite of Great Expectations.
        table_sql: makes the temporary table that the suite is asked of.
    """

    name: str
    subject: Subject
    stage: Stage
    expressed: tuple[Expressed, ...]
    suite: ExpectationSuite
    table_sql: str

    @property
    def table(self) -> str:
        """Name of that temporary table."""
        return table_name(self.name)


def table_name(suite: str) -> str:
    """Name of the temporary table that a suite is asked of."""
    return f"second_opinion_{suite}"


def build_suites(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, asked: Iterable[Rule]
) -> list[SubjectSuite]:
    """Build the suites of these rules; their subjects' views stand.

    Args:
        con: The warehouse; only the views' columns and code lists are read.
        catalogue: The subjects of the rules.
        asked: The rules; those of another night's meaning or not applicable are left out before.
    """
    rules = list(asked)
    suites = []
    for stage in _STAGES:
        for name in dict.fromkeys(rule.subject for rule in rules if rule.stage == stage):
            subject = catalogue.subjects[name]
            columns = view_columns(con, subject.view)
            of_suite = [rule for rule in rules if (rule.subject, rule.stage) == (name, stage)]
            expressed = tuple(express(con, rule, columns) for rule in of_suite)
            suites.append(_suite(f"{name}_{stage}", subject, stage, expressed, columns))
    return suites


def _suite(
    name: str, subject: Subject, stage: Stage, expressed: tuple[Expressed, ...], columns: Columns
) -> SubjectSuite:
    table = _Table(subject, columns)
    suite = ExpectationSuite(
        name=name,
        expectations=[
            expectation for one in expressed for expectation in _expectations(one, table)
        ],
        meta={"subject": subject.name, "stage": stage, "grain": subject.grain},
    )
    return SubjectSuite(name, subject, stage, expressed, suite, table.sql(table_name(name)))


class _Table:
    """The columns that a suite reads: of the subject, and conditions and dates made of them."""

    def __init__(self, subject: Subject, columns: Columns) -> None:
        self.subject = subject
        self.columns = columns
        self.read: set[str] = set()
        self.made: dict[str, str] = {}

    def reads(self, names: Iterable[str]) -> None:
        """Take these columns of the subject; others are made or none of it."""
        self.read.update(name for name in names if name in self.columns)

    def sql(self, name: str) -> str:
        """SQL that makes the temporary table."""
        kept = [f's."{column}"' for column in self.columns if column in self.read]
        made = [f'({sql}) as "{column}"' for column, sql in self.made.items()]
        selected = ",\n    ".join([*kept, *made]) or "1 as nothing"
        return (
            f"create or replace temp table {name} as\nselect\n    {selected}\n"
            f"from {self.subject.view} as s"
        )


def _expectations(one: Expressed, table: _Table) -> list[Any]:
    if one.query is not None:
        tree = sqlglot.parse_one(one.query.replace("{batch}", "batch"), dialect="duckdb")
        table.reads(column.name for column in tree.find_all(exp.Column))
        words = _words(one, 0)
        return [gxe.UnexpectedRowsExpectation(unexpected_rows_query=_for_text(one.query), **words)]
    return [_native(one, part, number, table) for number, part in enumerate(one.parts)]


def _native(one: Expressed, part: Part, number: int, table: _Table) -> Any:
    table.made.update(part.made)
    table.reads(
        name
        for key, value in part.arguments.items()
        if key.startswith("column")
        for name in ([value] if isinstance(value, str) else value)
    )
    restricted = {}
    if part.conditions:
        flag = f"{one.rule.id}_is_asked".replace("-", "_") + (f"_{number + 1}" if number else "")
        table.made[flag] = " and ".join(f"({condition})" for condition in part.conditions)
        restricted = {"row_condition": Column(flag) == True}  # noqa: E712 - builds a condition
    kind = getattr(gxe, part.expectation)
    return kind(**part.arguments, **restricted, **_words(one, number))


def _words(one: Expressed, number: int) -> Mapping[str, Any]:
    """What the Data Docs say beside an expectation, for a steward."""
    rule = one.rule
    said = f"{rule.id}: {rule.title}" + (f" (part {number + 1})" if len(one.parts) > 1 else "")
    return {
        "description": said,
        "severity": _SEVERITY[rule.severity],
        "notes": f"{rule.why} {rule.fix}",
        "meta": {
            "rule_id": rule.id,
            "part": number + 1,
            "severity": rule.severity,
            "expressed_as": one.how,
            "why": rule.why,
            "fix": rule.fix,
            "standard": rule.standard,
            "asked_where": rule.applies_when or "every record",
        },
    }


def _for_text(query: str) -> str:
    """The query as Great Expectations takes it: braces are fields, colons are parameters."""
    whole = query.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
    return re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", whole)


def rules_of(suites: Sequence[SubjectSuite]) -> list[Expressed]:
    """Every rule of the suites, in the order of their ids."""
    return sorted((one for suite in suites for one in suite.expressed), key=lambda one: one.rule.id)
