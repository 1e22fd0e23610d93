"""A condition taken apart into questions that Great Expectations asks by itself.

Belongs here: from a tree of SQL to parts, each one native expectation and the rows it is asked
of. Does not belong here: reading SQL (reading), Great Expectations itself (suites).

A condition is violated where it is false: `a and b` is false where either is, `a or b` where b is,
among the rows on which a is false. What cannot be taken apart so stays SQL as a whole.
"""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from expectations.second_opinion.reading import Part, Reading

Parts = list[Part] | None

_WORKED_OUT = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Case)
_LONGEST_NAME = 60
_NUMBERS = {"BIGINT", "INTEGER", "HUGEINT", "DOUBLE"}

_COMPARISONS: dict[type[exp.Expr], tuple[Callable[[Any, Any], bool], type[exp.Expr]]]
_COMPARISONS = {
    exp.EQ: (operator.eq, exp.NEQ),
    exp.NEQ: (operator.ne, exp.EQ),
    exp.LT: (operator.lt, exp.GTE),
    exp.LTE: (operator.le, exp.GT),
    exp.GT: (operator.gt, exp.LTE),
    exp.GTE: (operator.ge, exp.LT),
}
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}


def parts_of(reading: Reading, node: exp.Expr) -> Parts:
    """Native expectations that together are violated on the rows where `node` is false.

    None when the condition has a piece that no native expectation can ask.
    """
    node = node.unnest()
    for kind, read in _READERS.items():
        if isinstance(node, kind):
            return read(reading, node)
    return None


def _both(*found: Parts) -> Parts:
    """The parts of conditions that all must hold; none when one cannot be taken apart."""
    together: list[Part] = []
    for parts in found:
        if parts is None:
            return None
        together += parts
    return together


def _where(parts: Parts, *conditions: str) -> Parts:
    return None if parts is None else [part.only_where(*conditions) for part in parts]


def _call(reading: Reading, node: exp.Expr) -> Parts:
    call = reading.call(node)
    if call is None:
        return None
    name, columns, days = call
    if name == "none_after":
        limit, *dates = columns
        return [reading.not_after(one, limit) for one in dates]
    first, second = columns
    if name == "before":
        return [reading.before(first, second)]
    forth = reading.not_after(first, second, days)
    return [forth] if name == "not_after" else [forth, reading.not_after(second, first, days)]


def _or(reading: Reading, node: exp.Expr) -> Parts:
    """Where the one is false, the other must hold."""
    for one, other in ((node.this, node.expression), (node.expression, node.this)):
        parts = parts_of(reading, other)
        if parts is not None:
            return _where(parts, f"not ({reading.sql(one)})")
    return None


def _not(reading: Reading, node: exp.Expr) -> Parts:
    inner = node.this.unnest()
    if isinstance(inner, exp.And):
        return _or(
            reading, exp.Or(this=_negated(inner.this), expression=_negated(inner.expression))
        )
    if isinstance(inner, exp.Or):
        return _both(*(parts_of(reading, _negated(one)) for one in (inner.this, inner.expression)))
    if isinstance(inner, exp.Not):
        return parts_of(reading, inner.this)
    if isinstance(inner, exp.In):
        return _in(reading, inner, negated=True)
    if isinstance(inner, exp.Is):
        return _is(reading, inner, negated=True)
    for kind, (_, opposite) in _COMPARISONS.items():
        if isinstance(inner, kind):
            return parts_of(reading, opposite(this=inner.this, expression=inner.expression))
    if column := reading.column(inner):
        return reading.part(_IN_SET, node, column=column, value_set=[False])
    return None


def _negated(node: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=node.copy()))


_IN_SET = "ExpectColumnValuesToBeInSet"
_NOT_IN_SET = "ExpectColumnValuesToNotBeInSet"


def _in(reading: Reading, node: exp.Expr, *, negated: bool = False) -> Parts:
    column = reading.column(node.this)
    if column is None or node.args.get("query") is not None:
        return None
    values = [reading.value_for(column, reading.literal(one)) for one in node.expressions]
    if not values or None in values:
        return None
    said = _negated(node) if negated else node
    name = _NOT_IN_SET if negated else _IN_SET
    return reading.part(name, said, column=column, value_set=values)


def _is(reading: Reading, node: exp.Expr, *, negated: bool = False) -> Parts:
    column = reading.column(node.this)
    if column is None or not isinstance(node.expression, exp.Null):
        return None
    said = _negated(node) if negated else node
    name = "ExpectColumnValuesToNotBeNull" if negated else "ExpectColumnValuesToBeNull"
    return reading.part(name, said, column=column)


def _comparison(reading: Reading, node: exp.Expr) -> Parts:
    left, right = node.this.unnest(), node.expression.unnest()
    if isinstance(node, exp.EQ) and _is_never_null(left):
        return _both(
            _where(parts_of(reading, right), reading.sql(left)),
            _where(parts_of(reading, _negated(right)), f"not ({reading.sql(left)})"),
        )
    if reading.literal(left) is not None and type(node) in _MIRRORED:
        return _comparison(reading, _MIRRORED[type(node)](this=right, expression=left))
    value = reading.literal(right)
    if value is None:
        return _two_columns(reading, node, left, right)
    if isinstance(left, exp.Nullif):
        return _nullif(reading, node, left, value)
    if isinstance(left, exp.Coalesce):
        return _stand_in(reading, node, left, value)
    column = reading.column(left)
    if column is None:
        return None
    return _with_literal(reading, node, column, value)


def _is_never_null(node: exp.Expr) -> bool:
    if isinstance(node, exp.Not):
        return _is_never_null(node.this.unnest())
    return isinstance(node, exp.Is)


def _with_literal(
    reading: Reading, node: exp.Expr, column: str, value: Any, also: Iterable[Any] = ()
) -> Parts:
    """A column compared with a value; for `=` and `<>` it may have other values, too."""
    values = [reading.value_for(column, one) for one in (value, *also)]
    if None in values:
        return None
    if isinstance(node, exp.EQ):
        return reading.part(_IN_SET, node, column=column, value_set=values)
    if isinstance(node, exp.NEQ):
        return reading.part(_NOT_IN_SET, node, column=column, value_set=values[:1])
    if reading.columns[column].upper() == "VARCHAR":
        return None
    limit = "min" if isinstance(node, exp.GT | exp.GTE) else "max"
    arguments = {f"{limit}_value": values[0]}
    if isinstance(node, exp.GT | exp.LT):
        arguments[f"strict_{limit}"] = True
    return reading.part("ExpectColumnValuesToBeBetween", node, column=column, **arguments)


def _nullif(reading: Reading, node: exp.Expr, left: exp.Expr, value: Any) -> Parts:
    """`nullif(x, 'unknown') = 'dead'`: unknown is allowed, since nobody can judge it."""
    column, unknown = reading.column(left.this), reading.literal(left.expression)
    if column is None or unknown is None or not isinstance(node, exp.EQ | exp.NEQ):
        return None
    return _with_literal(reading, node, column, value, also=(unknown,))


def _stand_in(reading: Reading, node: exp.Expr, left: exp.Expr, value: Any) -> Parts:
    """`coalesce(x, 0) < 3`: a missing value counts as the stand-in."""
    column = reading.column(left.this)
    if column is None or len(left.expressions) != 1:
        return None
    stand_in = reading.literal(left.expressions[0])
    if stand_in is None or isinstance(stand_in, str) is not isinstance(value, str):
        return None
    given = _with_literal(reading, node, column, value)
    holds = _COMPARISONS[type(node)][0](stand_in, value)
    if given is None or holds:
        return given
    missing = exp.Is(this=exp.column(column), expression=exp.Null())
    return _both(_is(reading, missing, negated=True), given)


def _two_columns(reading: Reading, node: exp.Expr, left: exp.Expr, right: exp.Expr) -> Parts:
    """A column compared with a column, or with what is worked out of columns and limits."""
    a, b = _operand(reading, left), _operand(reading, right)
    if a is None or b is None or (a[1] and b[1]) or not _comparable(reading, left, right):
        return None
    made = {**a[1], **b[1]}
    if isinstance(node, exp.EQ):
        kind, ordered = "ExpectColumnPairValuesToBeEqual", {}
        first, second = a[0], b[0]
    elif type(node) in _MIRRORED:
        kind = "ExpectColumnPairValuesAToBeGreaterThanB"
        ordered = {"or_equal": isinstance(node, exp.GTE | exp.LTE)}
        first, second = (a[0], b[0]) if isinstance(node, exp.GT | exp.GTE) else (b[0], a[0])
    else:
        return None
    pair = {"column_A": first, "column_B": second, "ignore_row_if": "either_value_is_missing"}
    return [Part(kind, {**pair, **ordered}, f"not ({reading.sql(node)})", made=made)]


def _operand(reading: Reading, node: exp.Expr) -> tuple[str, dict[str, str]] | None:
    """The column to compare: the subject's own, or one that is made for the expression."""
    column = reading.column(node)
    if column is not None:
        return column, {}
    if not isinstance(node, _WORKED_OUT) or node.find(exp.Subquery, exp.Select, exp.Anonymous):
        return None
    sql = reading.sql(node)
    name = "result_of_" + re.sub(r"\W+", "_", sql.lower()).strip("_")
    return (name, {name: sql}) if len(name) <= _LONGEST_NAME else None


def _comparable(reading: Reading, left: exp.Expr, right: exp.Expr) -> bool:
    """Two columns of one type; DuckDB compares what is worked out as the rule does."""
    types = {reading.columns[one] for one in map(reading.column, (left, right)) if one}
    return len(types) == 1 or types <= _NUMBERS


def _distinct_from(reading: Reading, node: exp.Expr) -> Parts:
    column = reading.column(node.this)
    if column is None:
        return None
    value = reading.value_for(column, reading.literal(node.expression))
    if value is None:
        return None
    return reading.part(_NOT_IN_SET, node, column=column, value_set=[value])


def _coalesce(reading: Reading, node: exp.Expr) -> Parts:
    """`coalesce(x, true)` is false only where x is; `coalesce(x, false)` also where x is open."""
    if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Boolean):
        return None
    parts = parts_of(reading, node.this)
    if node.expressions[0].this:
        return parts
    inner = node.this.unnest()
    column = reading.column(inner) or reading.column(getattr(inner, "this", None))
    simple = reading.literal(inner.args.get("expression")) is not None
    if column is None or not (simple or reading.column(inner)):
        return None
    missing = exp.Is(this=exp.column(column), expression=exp.Null())
    return _both(_is(reading, missing, negated=True), parts)


def _case(reading: Reading, node: exp.Expr) -> Parts:
    """Each branch on the rows that come to it; a branch that is NULL asks nothing."""
    found: list[Parts] = []
    passed: list[str] = []
    for branch in node.args["ifs"]:
        reached = branch.this
        if node.this is not None:
            reached = exp.EQ(this=node.this.copy(), expression=reached.copy())
        sql = reading.sql(reached)
        found.append(_where(_branch(reading, branch.args["true"]), *passed, f"({sql})"))
        passed.append(f"not coalesce(({sql}), false)")
    last = node.args.get("default")
    if last is not None:
        found.append(_where(_branch(reading, last), *passed))
    return _both(*found)


def _branch(reading: Reading, node: exp.Expr) -> Parts:
    if isinstance(node, exp.Null):
        return []
    return parts_of(reading, node)


def _boolean(reading: Reading, node: exp.Expr) -> Parts:
    del reading
    return [] if node.this else None


def _flag(reading: Reading, node: exp.Expr) -> Parts:
    column = reading.column(node)
    if column is None or reading.columns[column].upper() != "BOOLEAN":
        return None
    return reading.part(_IN_SET, node, column=column, value_set=[True])


def _between(reading: Reading, node: exp.Expr) -> Parts:
    column = reading.column(node.this)
    if column is None or reading.columns[column].upper() == "VARCHAR":
        return None
    low, high = (
        reading.value_for(column, reading.literal(node.args[name])) for name in ("low", "high")
    )
    if low is None or high is None:
        return None
    return reading.part(
        "ExpectColumnValuesToBeBetween", node, column=column, min_value=low, max_value=high
    )


def _full_match(reading: Reading, node: exp.Expr) -> Parts:
    column, regex = reading.column(node.this), reading.literal(node.expression)
    if column is None or not isinstance(regex, str):
        return None
    return reading.part(
        "ExpectColumnValuesToMatchRegex", node, column=column, regex=f"^(?:{regex})$"
    )


_READERS: dict[type[exp.Expr], Callable[[Reading, Any], Parts]] = {
    exp.And: lambda reading, node: _both(
        parts_of(reading, node.this), parts_of(reading, node.expression)
    ),
    exp.Or: _or,
    exp.Not: _not,
    exp.In: _in,
    exp.Is: _is,
    exp.Between: _between,
    exp.NullSafeNEQ: _distinct_from,
    exp.Coalesce: _coalesce,
    exp.Case: _case,
    exp.Boolean: _boolean,
    exp.Column: _flag,
    exp.RegexpFullMatch: _full_match,
    exp.Anonymous: _call,
    **dict.fromkeys(_COMPARISONS, _comparison),
}
