"""From a rule to SQL: when it applies, and a condition that is true, false or NULL.

Belongs here: the three-valued condition of each kind, and interval logic on partial dates: a
comparison is violated only when it is impossible under every completion of the dates. Does not
belong here: running SQL (evaluate, findings).

In the SQL of a rule these functions compare columns of the subject by interval logic:

- `not_after(a, b)` or `not_after(a, b, days)`: a is on or before b (plus days)
- `before(a, b)`: a is before b
- `within_days(a, b, days)`: at most so many days apart
- `none_after(limit, a, b, ...)`: none of the dates given is after the limit

`$name` stands for a parameter of the rule; `$threshold_count` and `$threshold_share` for its
threshold.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.catalogue import Rule
from expectations.errors import CatalogueError
from expectations.rule_kinds import (
    AgreesSpec,
    ExistsSpec,
    InCodelistSpec,
    MatchesSpec,
    OrderedSpec,
    RangeSpec,
    RequiredSpec,
    SqlSpec,
    UniqueSpec,
)

ALIAS = "s"
VERDICTS = ("not applicable", "holds", "cannot be judged", "violated")
"""From the best to the worst."""

_CALL = re.compile(r"\b(not_after|before|within_days|none_after)\s*\(([^()]*)\)")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class CompiledRule:
    """A rule as two SQL conditions on the subject's rows (alias `s`).

    `applies` is never NULL; `holds` is NULL where the record cannot be judged.
    """

    rule: Rule
    applies: str
    holds: str

    @property
    def violated(self) -> str:
        """Condition of the violated rows."""
        return f"({self.applies}) and not ({self.holds})"

    @property
    def rank(self) -> str:
        """A record's verdict as a number, the worst the largest: an index of `VERDICTS`."""
        return (
            f"(case when not ({self.applies}) then 0 when ({self.holds}) is null then 2 "
            f"when ({self.holds}) then 1 else 3 end)"
        )


def compile_rule(rule: Rule, columns: Mapping[str, str], relation: str) -> CompiledRule:
    """Compile one rule for a subject with these columns (name to SQL type).

    Raises:
        CatalogueError: the rule names a column or parameter that does not exist.
    """
    compiler = _Compiler(rule, columns, relation)
    for column in rule.shown_columns:
        compiler.check_column(column)
    holds = _BY_KIND[rule.kind](compiler, rule.spec)
    applies = "true"
    if rule.applies_when:
        applies = f"coalesce(({compiler.expand(rule.applies_when)}), false)"
    return CompiledRule(rule, applies, holds)


class _Compiler:
    """Builds conditions of one rule; knows which columns are dates with an interval."""

    def __init__(self, rule: Rule, columns: Mapping[str, str], relation: str) -> None:
        self.rule = rule
        self.columns = columns
        self.relation = relation

    def check_column(self, column: str) -> None:
        if column not in self.columns:
            close = difflib.get_close_matches(column, self.columns, n=1)
            raise CatalogueError(
                f"rule {self.rule.id}: subject {self.rule.subject} has no column {column}"
                + (f"; did you mean {close[0]}?" if close else ".")
            )

    def earliest(self, column: str) -> str:
        """The first day the column can mean; the column itself when it has no interval."""
        self.check_column(column)
        return f"{column}_earliest" if f"{column}_earliest" in self.columns else column

    def latest(self, column: str) -> str:
        """The last day the column can mean."""
        self.check_column(column)
        return f"{column}_latest" if f"{column}_latest" in self.columns else column

    def unreadable(self, column: str) -> str | None:
        """Condition that a value was given and does not parse; None when it cannot be."""
        if f"{column}_text" not in self.columns:
            return None
        return f"({column}_text is not null and {column} is null)"

    def is_missing(self, column: str) -> str:
        """Condition that nothing was given."""
        if f"{column}_text" in self.columns:
            return f"({column} is null and {column}_text is null)"
        return f"({column} is null)"

    def not_after(self, first: str, second: str, days: str = "0") -> str:
        shift = "" if days == "0" else f" + {days}"
        return (
            f"(case when {self.earliest(first)} > {self.latest(second)}{shift} then false "
            f"when {self.latest(first)} <= {self.earliest(second)}{shift} then true end)"
        )

    def before(self, first: str, second: str) -> str:
        return (
            f"(case when {self.earliest(first)} >= {self.latest(second)} then false "
            f"when {self.latest(first)} < {self.earliest(second)} then true end)"
        )

    def within_days(self, first: str, second: str, days: str) -> str:
        a, b = self.not_after(first, second, days), self.not_after(second, first, days)
        return f"({a} and {b})"

    def none_after(self, limit: str, *dates: str) -> str:
        one_by_one = " and ".join(
            f"(case when {self.is_missing(date)} then true else {self.not_after(date, limit)} end)"
            for date in dates
        )
        nothing = " and ".join(self.is_missing(date) for date in dates)
        return f"(case when {nothing} then null else ({one_by_one}) end)"

    def expand(self, sql: str) -> str:
        """Fill in parameters and the interval functions."""
        sql = _PARAMETER.sub(self._parameter, sql)
        return _CALL.sub(self._call, sql).strip()

    def parameter(self, text: str) -> str:
        """A limit written as a number or as `$name`."""
        value = _PARAMETER.sub(self._parameter, text)
        if not _NUMBER.match(value):
            raise CatalogueError(f"rule {self.rule.id}: {text} is neither a number nor a $name.")
        return value

    def _parameter(self, match: re.Match[str]) -> str:
        name = match.group(1)
        limits = self.rule.limits
        if name not in limits:
            raise CatalogueError(f"rule {self.rule.id}: there is no parameter {name}.")
        value = limits[name]
        return value if _NUMBER.match(value) else "'" + value.replace("'", "''") + "'"

    def _call(self, match: re.Match[str]) -> str:
        name, arguments = match.group(1), [a.strip() for a in match.group(2).split(",")]
        build: Callable[..., str] = getattr(self, name)
        try:
            return build(*arguments)
        except TypeError:
            raise CatalogueError(
                f"rule {self.rule.id}: {match.group(0)} has a wrong number of arguments."
            ) from None


def _required(compiler: _Compiler, spec: RequiredSpec) -> str:
    """Present and readable holds; an unreadable value is the finding of another rule."""
    parts = []
    for column in spec.columns:
        unreadable = compiler.unreadable(column)
        given = f"({column} is not null)"
        parts.append(
            f"(case when {unreadable} then null else {given} end)" if unreadable else given
        )
    return " and ".join(parts)


def _readable(compiler: _Compiler, columns: tuple[str, ...], bad: Callable[[str], str]) -> str:
    wrong = " or ".join(f"coalesce({bad(column)}, false)" for column in columns)
    missing = " and ".join(compiler.is_missing(column) for column in columns)
    return f"(case when {missing} then null else not ({wrong}) end)"


def _in_codelist(compiler: _Compiler, spec: InCodelistSpec) -> str:
    def bad(column: str) -> str:
        if spec.codelist is None:
            return _must_be_typed(compiler, column)
        return (
            f"({column} is not null and not exists (select 1 from codelists.codes as c "
            f"where c.codelist = '{spec.codelist}' and c.code = {ALIAS}.{column}))"
        )

    return _readable(compiler, spec.columns, bad)


def _matches(compiler: _Compiler, spec: MatchesSpec) -> str:
    def bad(column: str) -> str:
        if spec.pattern is None:
            return _must_be_typed(compiler, column)
        pattern = spec.pattern.replace("'", "''")
        return f"(not regexp_full_match({column}, '{pattern}'))"

    return _readable(compiler, spec.columns, bad)


def _must_be_typed(compiler: _Compiler, column: str) -> str:
    unreadable = compiler.unreadable(column)
    if unreadable is None:
        raise CatalogueError(
            f"rule {compiler.rule.id}: {column} has no text as written beside it, so it cannot "
            "be unreadable; name a codelist or a pattern."
        )
    return unreadable


def _range(compiler: _Compiler, spec: RangeSpec) -> str:
    parts = []
    if spec.min is not None:
        parts.append(f"{spec.column} >= {compiler.parameter(spec.min)}")
    if spec.max is not None:
        parts.append(f"{spec.column} <= {compiler.parameter(spec.max)}")
    return f"({' and '.join(parts)})"


def _ordered(compiler: _Compiler, spec: OrderedSpec) -> str:
    days = compiler.parameter(spec.tolerance_days)
    pairs = zip(spec.columns, spec.columns[1:], strict=False)
    if spec.strict:
        return " and ".join(compiler.before(a, b) for a, b in pairs)
    return " and ".join(compiler.not_after(a, b, days) for a, b in pairs)


def _agrees(compiler: _Compiler, spec: AgreesSpec) -> str:
    a, b = spec.columns
    tolerance = compiler.parameter(spec.tolerance)
    kind = compiler.columns[a].upper()
    if kind == "DATE":
        return compiler.within_days(a, b, tolerance)
    if kind in ("VARCHAR", "BOOLEAN") or tolerance == "0":
        return f"({a} = {b})"
    return f"(abs({a} - {b}) <= {tolerance})"


def _unique(compiler: _Compiler, spec: UniqueSpec) -> str:
    same = " and ".join(f"u.{column} = {ALIAS}.{column}" for column in spec.columns)
    given = " and ".join(f"{column} is not null" for column in spec.columns)
    count = f"(select count(*) from {compiler.relation} as u where {same})"
    return f"(case when {given} then {count} <= 1 end)"


def _exists(compiler: _Compiler, spec: ExistsSpec) -> str:
    same = " and ".join(f"o.{theirs} = {ALIAS}.{ours}" for ours, theirs in spec.on.items())
    given = " and ".join(f"{ours} is not null" for ours in spec.on)
    where = f" and ({compiler.expand(spec.where)})" if spec.where else ""
    found = f"exists (select 1 from {spec.table} as o where {same}{where})"
    return f"(case when {given} then {found} end)"


def _sql(compiler: _Compiler, spec: SqlSpec) -> str:
    """The condition as written; NULL where a judged value was given and does not parse."""
    condition = compiler.expand(spec.holds)
    unreadable = [u for c in compiler.rule.judged_columns if (u := compiler.unreadable(c))]
    if not unreadable:
        return f"({condition})"
    return f"(case when {' or '.join(unreadable)} then null else ({condition}) end)"


_BY_KIND: dict[str, Callable[[_Compiler, Any], str]] = {
    "required": _required,
    "in_codelist": _in_codelist,
    "matches": _matches,
    "range": _range,
    "ordered": _ordered,
    "agrees": _agrees,
    "unique": _unique,
    "exists": _exists,
    "sql": _sql,
}
