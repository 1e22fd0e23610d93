"""The night as the pages of the desk read it: which snapshot, which day, which tables there are.

Belongs here: opening questions to the warehouse that every section asks. Does not belong here:
what a section says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import duckdb

from etl.outputs.quality.page import Cell
from expectations.catalogue import Catalogue

OPEN = ("new", "reopened", "persisting")
NOT_MADE = "This part was not made this night."


@dataclass(frozen=True)
class Context:
    """Where the night's numbers come from.

    Attributes:
        not_taken: folders of the inbox that are not taken: name, since when, and why.
        about_deliveries: what was remarked of tonight's delivery.
    """

    snapshot_id: str
    as_of: date
    source: str
    registry: str
    export_date: date | None
    is_synthetic: bool
    code_version: str
    rules_hash: str
    studies: tuple[str, ...]
    not_taken: tuple[tuple[str, str, str], ...] = ()
    about_deliveries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desk:
    """A night under the eyes of its steward.

    Attributes:
        con: the working warehouse, after the ledger was planned.
        catalogue: all rules.
        context: the night.
    """

    con: duckdb.DuckDBPyConnection
    catalogue: Catalogue
    context: Context

    @cached_property
    def tables(self) -> frozenset[str]:
        """Every table that stands, as `schema.table`."""
        found = self.con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = current_database()"
        ).fetchall()
        return frozenset(name for (name,) in found)

    def ledger(self, name: str) -> str:
        """A table of the ledger as planned this night, else as committed."""
        planned = f"quality.next_{name}"
        return planned if planned in self.tables else f"quality.{name}"

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries; always with `$snapshot_id`, `$source`, `$as_of`."""
        known = {
            "snapshot_id": self.context.snapshot_id,
            "source": self.context.source,
            "as_of": self.context.as_of,
            **parameters,
        }
        used = {name: value for name, value in known.items() if f"${name}" in sql}
        cursor = self.con.execute(sql, used)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """The only row of a query."""
        [row] = self.rows(sql, **parameters)
        return row

    def has_columns(self, table: str, names: Iterable[str]) -> bool:
        """Whether a table stands with these columns."""
        if table not in self.tables:
            return False
        schema, _, name = table.partition(".")
        found = self.con.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ? "
            "and database_name = current_database()",
            [schema, name],
        ).fetchall()
        return set(names) <= {column for (column,) in found}

    @cached_property
    def results(self) -> list[dict[str, Any]]:
        """Tonight's counts of every rule, errors first, by id."""
        return self.rows(
            f"""
            select r.rule_id, q.title, q.severity, q.family, q.subject, r.applicable, r.judged,
                r.violated, r.cannot_judge, r.accepted, r.folded, r.new, r.persisting, r.reopened,
                r.corrected, r.vanished, r.superseded, r.rule_changed, r.not_applicable_because,
                r.new + r.reopened + r.persisting as open, r.shadowed,
                coalesce(j.shadow_nights_left, 0) as shadow_nights_left
            from {self.ledger("rule_results")} as r
            inner join quality.rules as q using (rule_id)
            left join quality.judged as j using (rule_id)
            where r.snapshot_id = $snapshot_id
            order by list_position(['error', 'warning', 'info'], q.severity), r.rule_id
            """
        )

    @cached_property
    def nights(self) -> list[dict[str, Any]]:
        """The published nights of this registry and this one, oldest first."""
        before = (
            "select snapshot_id, as_of, rowid as ordinal from quality.snapshots "
            "where source = $source and snapshot_id <> $snapshot_id"
            if "quality.snapshots" in self.tables
            else "select '' as snapshot_id, $as_of as as_of, 0 as ordinal where false"
        )
        return self.rows(
            f"""
            select snapshot_id, as_of from (
                {before}
                union all
                select $snapshot_id, cast($as_of as date), 9223372036854775807
            ) where $source is not null
            order by ordinal
            """
        )

    @property
    def is_first_night(self) -> bool:
        """Whether this registry was never published before."""
        return len(self.nights) == 1


def rule_cell(rule_id: str, base: str = "rules/") -> Cell:
    """A rule's id that leads to its page."""
    return Cell(rule_id, href=f"{base}{rule_id}.html", mark="id")
