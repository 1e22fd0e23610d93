"""Each rule for Great Expectations: by its native expectations, else as SQL, else why not.

Belongs here: what each kind of rule asks of which rows. Does not belong here: taking SQL apart
(apart), building suites (suites).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import duckdb

from expectations.catalogue import Rule
from expectations.codelists import code_lists
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
from expectations.second_opinion.apart import parts_of
from expectations.second_opinion.reading import Columns, Part, Reading

How = Literal["native", "sql", "not expressible"]


@dataclass(frozen=True)
class Expressed:
    """One rule as Great Expectations is asked it.

    Attributes:
        rule: the rule.
        parts: native expectations; no record is counted by two of them.
        query: where nothing native says it: SQL that selects one row a violated record, from
            `{batch}`.
        because: why the rule cannot be asked at all.
    """

    rule: Rule
    parts: tuple[Part, ...] = ()
    query: str | None = None
    because: str | None = None

    @property
    def how(self) -> How:
        """By which means the rule is asked."""
        if self.because is not None:
            return "not expressible"
        return "native" if self.query is None else "sql"


def express(con: duckdb.DuckDBPyConnection, rule: Rule, columns: Columns) -> Expressed:
    """Express one rule.

    Args:
        con: The warehouse; only code lists are read.
        rule: The rule.
        columns: Columns of its subject's view, name to SQL type.
    """
    try:
        return _Expression(con, rule, columns).whole()
    except CatalogueError as error:
        return Expressed(rule, because=str(error))


class _Expression:
    def __init__(self, con: duckdb.DuckDBPyConnection, rule: Rule, columns: Columns) -> None:
        self.con = con
        self.rule = rule
        self.columns = columns
        self.reading = Reading(columns, rule.limits)

    def whole(self) -> Expressed:
        found = _BY_KIND[self.rule.kind](self, self.rule.spec)
        applies, readable = self._applies(), self._readable()
        if isinstance(found, str):
            return Expressed(self.rule, query=_query(found, (*applies, *readable)))
        parts = (
            replace(
                part.only_where(*applies),
                readable=readable,
                uncounted=tuple(_exclude(other) for other in found[:place]),
            )
            for place, part in enumerate(found)
        )
        return Expressed(self.rule, tuple(parts))

    def _applies(self) -> tuple[str, ...]:
        """The condition of the rows that the rule speaks of."""
        if not self.rule.applies_when:
            return ()
        return (self.reading.sql(self.reading.parse(self.rule.applies_when)),)

    def _readable(self) -> tuple[str, ...]:
        """For kind sql: a value that was written and cannot be read leaves the verdict open."""
        if not isinstance(self.rule.spec, SqlSpec):
            return ()
        unreadable = [self.reading.unreadable(one) for one in self.rule.judged_columns]
        return tuple(f"not ({one})" for one in unreadable if one)

    def limit(self, text: str | None) -> Any:
        """A limit written as a number or `$name`; None stays None."""
        if text is None:
            return None
        value = self.reading.literal(self.reading.parse(text))
        if not isinstance(value, int | float):
            raise CatalogueError(f"{text} is no number")
        return value

    def codes(self, table: str, column: str) -> list[str]:
        """The values of a code list's table: they are public, not a registry's."""
        rows = self.con.execute(
            f"select distinct {column} from {table} where {column} is not null order by 1"
        ).fetchall()
        return [str(row[0]) for row in rows]


def _exclude(part: Part) -> str:
    """Condition that leaves out the rows which a part counts already."""
    whole = " and ".join(f"({one})" for one in (*part.when, part.violated))
    return f"not coalesce({whole}, false)"


def _query(unexpected: str, asked: Sequence[str]) -> str:
    """One row for each violated record, without any value of it."""
    where = "\n  and ".join(f"({one})" for one in (*asked, unexpected))
    return f"select 1 as violated\nfrom (select * from {{batch}}) as s\nwhere {where}"


def _required(own: _Expression, spec: RequiredSpec) -> list[Part]:
    """Something is written; what is written and unreadable is the finding of another rule."""
    written = [
        f"{column}_text" if f"{column}_text" in own.columns else column for column in spec.columns
    ]
    return [
        Part("ExpectColumnValuesToNotBeNull", {"column": column}, f"{column} is null")
        for column in written
    ]


def _is_read(columns: Sequence[str]) -> list[Part]:
    """What was written is a value: in the code list, or of the column's type."""
    return [
        Part(
            "ExpectColumnValuesToNotBeNull",
            {"column": column},
            f"{column} is null",
            (f"{column}_text is not null",),
        )
        for column in columns
    ]


def _in_codelist(own: _Expression, spec: InCodelistSpec) -> list[Part]:
    del own
    if spec.codelist is None:
        return _is_read(spec.columns)
    listed = list(code_lists()[spec.codelist])
    codes = ", ".join("'" + code.replace("'", "''") + "'" for code in listed)
    return [
        Part(
            "ExpectColumnValuesToBeInSet",
            {"column": column, "value_set": listed},
            f"{column} not in ({codes})",
        )
        for column in spec.columns
    ]


def _matches(own: _Expression, spec: MatchesSpec) -> list[Part]:
    del own
    if spec.pattern is None:
        return _is_read(spec.columns)
    quoted = spec.pattern.replace("'", "''")
    return [
        Part(
            "ExpectColumnValuesToMatchRegex",
            {"column": column, "regex": f"^(?:{spec.pattern})$"},
            f"not regexp_full_match({column}, '{quoted}')",
        )
        for column in spec.columns
    ]


def _range(own: _Expression, spec: RangeSpec) -> list[Part]:
    limits = {"min_value": own.limit(spec.min), "max_value": own.limit(spec.max)}
    given = {name: value for name, value in limits.items() if value is not None}
    return [
        Part(
            "ExpectColumnValuesToBeBetween",
            {"column": spec.column, **given},
            " or ".join(
                f"{spec.column} {'<' if name == 'min_value' else '>'} {value}"
                for name, value in given.items()
            ),
        )
    ]


def _ordered(own: _Expression, spec: OrderedSpec) -> list[Part]:
    days = own.limit(spec.tolerance_days)
    pairs = zip(spec.columns, spec.columns[1:], strict=False)
    if spec.strict:
        return [own.reading.before(first, second) for first, second in pairs]
    return [own.reading.not_after(first, second, days) for first, second in pairs]


def _agrees(own: _Expression, spec: AgreesSpec) -> list[Part] | str:
    first, second = spec.columns
    tolerance = own.limit(spec.tolerance)
    if own.columns[first].upper() == "DATE":
        forth, back = (first, second), (second, first)
        return [own.reading.not_after(a, b, tolerance) for a, b in (forth, back)]
    if tolerance and own.columns[first].upper() not in ("VARCHAR", "BOOLEAN"):
        return f"{first} - {second} not between -({tolerance}) and {tolerance}"
    return [
        Part(
            "ExpectColumnPairValuesToBeEqual",
            {"column_A": first, "column_B": second, "ignore_row_if": "either_value_is_missing"},
            f"{first} <> {second}",
        )
    ]


def _unique(own: _Expression, spec: UniqueSpec) -> list[Part] | str:
    """A record that the rule does not ask may still be the other of two."""
    keys = ", ".join(spec.columns)
    given = " and ".join(f"{column} is not null" for column in spec.columns)
    if own.rule.applies_when:
        return (
            f"{given} and ({keys}) in (select ({keys}) from {{batch}} where {given} "
            f"group by {keys} having count(*) > 1)"
        )
    if len(spec.columns) == 1:
        return [Part("ExpectColumnValuesToBeUnique", {"column": spec.columns[0]}, "false")]
    return [
        Part(
            "ExpectCompoundColumnsToBeUnique",
            {"column_list": list(spec.columns), "ignore_row_if": "any_value_is_missing"},
            "false",
        )
    ]


def _exists(own: _Expression, spec: ExistsSpec) -> list[Part] | str:
    """Code lists as sets; keys of records by an anti-join, since a suite holds no patients."""
    if spec.table.startswith("codelists.") and len(spec.on) == 1 and not spec.where:
        [(ours, theirs)] = spec.on.items()
        codes = own.codes(spec.table, theirs)
        return [Part("ExpectColumnValuesToBeInSet", {"column": ours, "value_set": codes}, "false")]
    ours = ", ".join(f"s.{column}" for column in spec.on)
    theirs = ", ".join(f"o.{column}" for column in spec.on.values())
    conditions = [f"o.{column} is not null" for column in spec.on.values()]
    if spec.where:
        conditions.append(f"({own.reading.sql(own.reading.parse(spec.where))})")
    given = " and ".join(f"s.{column} is not null" for column in spec.on)
    found = f"select {theirs} from {spec.table} as o where {' and '.join(conditions)}"
    if len(spec.on) == 1:
        return f"{given} and {ours} not in ({found})"
    return f"{given} and ({ours}) not in (select ({theirs}) {found[found.index('from') :]})"


def _sql(own: _Expression, spec: SqlSpec) -> list[Part] | str:
    tree = own.reading.parse(spec.holds)
    parts = parts_of(own.reading, tree)
    return parts if parts is not None else f"not ({own.reading.sql(tree)})"


_BY_KIND: Mapping[str, Callable[[_Expression, Any], list[Part] | str]] = {
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
