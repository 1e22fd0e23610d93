"""A rule's SQL read anew, on the columns of its subject, for Great Expectations.

Belongs here: reading a condition with sqlglot, its limits and its functions on partial dates.
Does not belong here: taking it apart (apart), the kinds of rule (express), our own compilation
(`compile_rules`), from which nothing is taken: a second opinion that repeats the first is none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp

from expectations.errors import CatalogueError

Columns = Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One native expectation: its class, its arguments, the rows it is asked of.

    Attributes:
        expectation: class of Great Expectations.
        arguments: its arguments.
        violated: SQL that is true on the rows that do not meet it.
        when: SQL conditions, all of which hold on the rows that are asked; all rows when empty.
        readable: the same, for rows whose judged values can be read.
        uncounted: the same, for rows that no part before counts.
        made: columns that the subject lacks, by name, as SQL (a date and so many days).
    """

    expectation: str
    arguments: Mapping[str, Any]
    violated: str
    when: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)
    readable: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """Everything that holds on the rows that are asked."""
        return (*self.when, *self.readable, *self.uncounted)

    def only_where(self, *conditions: str) -> "Part":
        """The same, asked of fewer rows."""
        return replace(self, when=tuple(dict.fromkeys((*conditions, *self.when))))


class Reading:
    """Reads the SQL of one rule on the columns of its subject.

    Args:
        columns: Columns of the subject, name to SQL type.
        limits: What `$name` stands for.
    """

    def __init__(self, columns: Columns, limits: Mapping[str, str]) -> None:
        self.columns = columns
        self.limits = limits

    def parse(self, sql: str) -> exp.Expr:
        """The condition as a tree, its limits filled in.

        Raises:
            CatalogueError: the SQL cannot be read.
        """
        try:
            tree = sqlglot.parse_one(sql, dialect="duckdb")
        except sqlglot.errors.SqlglotError:
            raise CatalogueError("its SQL cannot be read by sqlglot") from None
        return tree.transform(self._limit)

    def sql(self, node: exp.Expr) -> str:
        """The condition as SQL for DuckDB, its interval functions written out."""
        return node.transform(self._written_out).sql(dialect="duckdb")

    def unreadable(self, column: str) -> str | None:
        """SQL that is true where a value was written and could not be read."""
        if f"{column}_text" not in self.columns:
            return None
        return f"{column} is null and {column}_text is not null"

    # Dates with an interval

    def earliest(self, column: str) -> str:
        """The column that holds the first day a date can mean."""
        return f"{column}_earliest" if f"{column}_earliest" in self.columns else column

    def latest(self, column: str) -> str:
        """The column that holds the last day a date can mean."""
        return f"{column}_latest" if f"{column}_latest" in self.columns else column

    def not_after(self, first: str, second: str, days: int = 0) -> Part:
        """The first date can be on or before the second, give or take some days."""
        late, early = self.latest(second), self.earliest(first)
        return self._pair(late, early, days, or_equal=True)

    def before(self, first: str, second: str) -> Part:
        """The first date can be before the second."""
        return self._pair(self.latest(second), self.earliest(first), 0, or_equal=False)

    def _pair(self, larger: str, smaller: str, days: int, *, or_equal: bool) -> Part:
        made = {}
        if days:
            name = f"{larger}_{'plus' if days > 0 else 'minus'}_{abs(days)}"
            made = {name: f"{larger} + ({days})"}
        shown = next(iter(made), larger)
        return Part(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": shown,
                "column_B": smaller,
                "or_equal": or_equal,
                "ignore_row_if": "either_value_is_missing",
            },
            f"{smaller} {'>' if or_equal else '>='} {larger} + ({days})"
            if days
            else f"{smaller} {'>' if or_equal else '>='} {larger}",
            made=made,
        )

    # Reading single nodes

    def column(self, node: exp.Expr | None) -> str | None:
        """The subject's column that a node names."""
        node = node.unnest() if node else None
        if isinstance(node, exp.Column) and node.table in ("", "s") and node.name in self.columns:
            return node.name
        return None

    def literal(self, node: exp.Expr | None) -> Any:
        """The value of a literal; None when it is not one."""
        node = node.unnest() if node else None
        if isinstance(node, exp.Neg):
            value = self.literal(node.this)
            return -value if isinstance(value, int | float) else None
        if isinstance(node, exp.Boolean):
            return bool(node.this)
        if isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DATE:
            return _day(self.literal(node.this))
        if not isinstance(node, exp.Literal):
            return None
        if node.is_string:
            return node.this
        return float(node.this) if "." in node.this else int(node.this)

    def value_for(self, column: str, value: Any) -> Any:
        """A literal as the column's type compares it; None when it is not plain how."""
        kind = self.columns[column].upper()
        if kind == "DATE":
            return _day(value)
        if kind == "VARCHAR":
            return value if isinstance(value, str) else None
        if kind == "BOOLEAN":
            return value if isinstance(value, bool) else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def part(self, expectation: str, node: exp.Expr, **arguments: Any) -> list[Part]:
        """One part that is violated where `node` is false."""
        return [Part(expectation, arguments, f"not ({self.sql(node)})")]

    def _limit(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Placeholder | exp.Parameter):
            return node
        name = node.name
        if name not in self.limits:
            raise CatalogueError(f"there is no parameter {name}")
        value = self.limits[name]
        if value.removeprefix("-").replace(".", "", 1).isdigit():
            literal = exp.Literal.number(value.removeprefix("-"))
            return exp.Neg(this=literal) if value.startswith("-") else literal
        return exp.Literal.string(value)

    def _written_out(self, node: exp.Expr) -> exp.Expr:
        call = self.call(node)
        if call is None:
            return node
        name, columns, days = call
        sql = _WRITTEN_OUT[name](self, columns, days)
        return sqlglot.parse_one(f"({sql})", dialect="duckdb")

    def call(self, node: exp.Expr) -> tuple[str, list[str], int] | None:
        """An interval function: its name, its columns, its days."""
        if not isinstance(node, exp.Anonymous) or node.name.lower() not in _WRITTEN_OUT:
            return None
        name, given = node.name.lower(), list(node.expressions)
        days = 0
        if name in ("not_after", "within_days") and len(given) == 3:
            value = self.literal(given.pop())
            if not isinstance(value, int):
                raise CatalogueError(f"the days of {name} are not a whole number")
            days = value
        columns = [self.column(one) for one in given]
        named = [one for one in columns if one is not None]
        if len(named) != len(columns):
            raise CatalogueError(f"{name} compares something that is no column")
        return name, named, days


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


# Interval functions written out, for conditions that stay SQL


def _not_after_sql(reading: Reading, columns: list[str], days: int) -> str:
    first, second = columns
    shift = f" + ({days})" if days else ""
    return (
        f"case when {reading.latest(first)} <= {reading.earliest(second)}{shift} then true "
        f"when {reading.earliest(first)} > {reading.latest(second)}{shift} then false end"
    )


def _before_sql(reading: Reading, columns: list[str], days: int) -> str:
    del days
    first, second = columns
    return (
        f"case when {reading.latest(first)} < {reading.earliest(second)} then true "
        f"when {reading.earliest(first)} >= {reading.latest(second)} then false end"
    )


def _within_days_sql(reading: Reading, columns: list[str], days: int) -> str:
    first, second = columns
    return (
        f"({_not_after_sql(reading, [first, second], days)}) "
        f"and ({_not_after_sql(reading, [second, first], days)})"
    )


def _none_after_sql(reading: Reading, columns: list[str], days: int) -> str:
    del days
    limit, *dates = columns
    missing = {
        one: f"coalesce({one}_text, cast({one} as varchar)) is null"
        if f"{one}_text" in reading.columns
        else f"{one} is null"
        for one in dates
    }
    each = " and ".join(
        f"({missing[one]} or ({_not_after_sql(reading, [one, limit], 0)}))" for one in dates
    )
    given = " or ".join(f"not ({missing[one]})" for one in dates)
    return f"case when {given} then {each} end"


_WRITTEN_OUT: dict[str, Callable[[Reading, list[str], int], str]] = {
    "not_after": _not_after_sql,
    "before": _before_sql,
    "within_days": _within_days_sql,
    "none_after": _none_after_sql,
}
