"""A rule's own examples as rows of its subject, typed as staging would have typed them.

Belongs here: turning an example of rows into a table that stands in for the subject view, and
asking the compiled rule for its verdict. Does not belong here: examples of several native tables,
which go through staging and are run in tests.
"""

import calendar
import re
from collections.abc import Iterable

import duckdb

from expectations.catalogue import Catalogue, Example, Rule
from expectations.codelists import code_lists
from expectations.compile_rules import compile_rule
from expectations.errors import CatalogueError
from expectations.export_format import TABLES
from expectations.subjects import Subject

EXAMPLE_EXPORT_DATE = "2025-03-03"
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_RANK = {"not applicable": 0, "holds": 1, "cannot be judged": 2, "violated": 3}


def verdict_of_rows(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    rule: Rule,
    example: Example,
    columns: dict[str, str],
) -> str:
    """The verdict of an example that gives rows of the subject.

    Args:
        con: A warehouse in memory that nothing else uses; it gets a table for the subject.
        catalogue: The rules.
        rule: The rule.
        example: An example for which `rows_of` gives rows.
        columns: Columns of the real subject view, name to SQL type.

    Raises:
        CatalogueError: a row names a column that the subject does not have.
    """
    subject = catalogue.subjects[rule.subject]
    table = "example_rows"
    body = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
    con.execute(f"create or replace temp table {table} ({body})")
    for given in rows_of(rule, example):
        row = expand_row(rule, subject, given, columns)
        holes = ", ".join("?" * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        con.execute(f"insert into {table} ({names}) values ({holes})", [*row.values()])
    return _verdict(con, rule, columns, table)


def rows_of(rule: Rule, example: Example) -> list[dict[str, str]]:
    """The subject's rows that an example gives: one, or several of a subject that is no file.

    Empty when the example is of native tables, which have to go through staging.
    """
    if not example.tables:
        return [example.row]
    if set(example.tables) == {rule.subject} and rule.subject not in TABLES:
        return example.tables[rule.subject]
    return []


def _verdict(
    con: duckdb.DuckDBPyConnection, rule: Rule, columns: dict[str, str], relation: str
) -> str:
    compiled = compile_rule(rule, columns, relation)
    found = con.execute(f"""
        select case when not ({compiled.applies}) then 'not applicable'
            when ({compiled.holds}) is null then 'cannot be judged'
            when ({compiled.holds}) then 'holds' else 'violated' end
        from {relation} as s
    """).fetchall()
    return worst(str(row[0]) for row in found)


def worst(verdicts: Iterable[str]) -> str:
    """The worst of some verdicts: violated, cannot be judged, holds, not applicable."""
    return max(verdicts, key=_RANK.__getitem__)


def expand_row(
    rule: Rule, subject: Subject, row: dict[str, str], columns: dict[str, str]
) -> dict[str, str | None]:
    """Write the values of an example as the columns staging would have made of them."""
    expanded: dict[str, str | None] = {"record_key": "example"}
    if "export_date" in columns:
        expanded["export_date"] = EXAMPLE_EXPORT_DATE
    for name, text in row.items():
        if name not in columns:
            raise CatalogueError(
                f"rule {rule.id}: an example names {name}, which subject {subject.name} lacks."
            )
        expanded |= _expand(subject, name, text or None, columns)
    return expanded


def _expand(
    subject: Subject, name: str, text: str | None, columns: dict[str, str]
) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    if f"{name}_text" in columns:
        values[f"{name}_text"] = text
    if columns[name].upper() != "DATE":
        return values | {name: text if _parses(subject, name, text, columns) else None}
    earliest, representative, latest = date_interval(text)
    if f"{name}_earliest" not in columns:
        return values | {name: representative}
    return values | {name: representative, f"{name}_earliest": earliest, f"{name}_latest": latest}


def _parses(subject: Subject, name: str, text: str | None, columns: dict[str, str]) -> bool:
    if text is None or f"{name}_text" not in columns:
        return True
    kind = columns[name].upper()
    if "INT" in kind:
        return re.fullmatch(r"[+-]?\d+", text) is not None
    if kind == "DOUBLE":
        return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None
    origin = subject.origin(name)
    codelist = TABLES[origin[0]].column(origin[1]).codelist if origin else None
    return codelist is None or text in code_lists()[codelist]


def date_interval(text: str | None) -> tuple[str | None, str | None, str | None]:
    """First, representative and last day of a date as written; none when it is not one."""
    match = _DATE.match(text or "")
    if match is None:
        return None, None, None
    year, month, day = match.groups()
    if month is None:
        return f"{year}-01-01", f"{year}-07-01", f"{year}-12-31"
    if not 1 <= int(month) <= 12:
        return None, None, None
    if day is None:
        last = calendar.monthrange(int(year), int(month))[1]
        return f"{year}-{month}-01", f"{year}-{month}-15", f"{year}-{month}-{last}"
    if int(day) not in range(1, calendar.monthrange(int(year), int(month))[1] + 1):
        return None, None, None
    return text, text, text
