"""Subjects: views that widen a table with what its rules compare.

Belongs here: reading `<name>.sql`, making `quality.subject_<name>`, and saying from which native
column a view's column comes. Does not belong here: rules.

In a view, a column of another table carries that table's name in the singular as its prefix:
`patient_death_date` is `death_date` of patients. A date has `_earliest`, `_latest` and `_text`
beside it, a code or number `_text`, as in staging.

A view is about single records unless its second line says otherwise: `-- Scope: hospital`,
`-- Scope: snapshot` or `-- Scope: delivery`. Rules about those have a threshold and are never
errors.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import duckdb

from expectations.errors import CatalogueError
from expectations.export_format import TABLES

SUBJECTS_FOLDER = Path(__file__).parent
Scope = Literal["record", "hospital", "snapshot", "delivery"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_SCOPE = re.compile(r"^-- Scope: *(.*?) *$")
_SUFFIX = re.compile(r"_(text|earliest|latest)$")
# What a value is held against: the former one, the expected one, that of all hospitals.
_COMPARED = re.compile(r"_before$|^expected_|^national_|^usual_|_limit$")
_PREFIXES = {
    "patient_": "patients",
    "treatment_": "treatments",
    "baseline_": "baselines",
    "hospital_": "hospitals",
}
_OWN_TABLE = {"drug_substances": "drugs", "delivered_patients": "patients"}


@dataclass(frozen=True)
class Subject:
    """One subject view: its name, grain ("One row per ..."), SQL, and what its rules are about."""

    name: str
    grain: str
    sql: str
    scope: Scope = "record"

    @property
    def view(self) -> str:
        """The view's full name."""
        return f"quality.subject_{self.name}"

    @property
    def own_table(self) -> str:
        """The native table whose rows it widens; its own name where it is no file."""
        return _OWN_TABLE.get(self.name, self.name)

    def origin(self, column: str) -> tuple[str, str] | None:
        """The native table and column a column of the view comes from; None when derived."""
        base = _SUFFIX.sub("", column)
        own = self.own_table
        if own in TABLES and base in TABLES[own].column_names:
            return own, base
        for prefix, table in _PREFIXES.items():
            rest = base.removeprefix(prefix)
            if rest != base and rest in TABLES[table].column_names:
                return table, rest
        return None

    def is_own(self, column: str) -> bool:
        """Whether the column is the record's own value, not one it is compared with."""
        if _COMPARED.search(column):
            return False
        found = self.origin(column)
        return found is None or found[0] == self.own_table


def load_subjects(folder: Path = SUBJECTS_FOLDER) -> dict[str, Subject]:
    """Read every subject of a folder.

    Raises:
        CatalogueError: a file does not open with its grain, or names a scope there is not.
    """
    subjects = {}
    for path in sorted(folder.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        first, second, *_ = (*sql.splitlines(), "", "")
        if not first.startswith("-- One row per "):
            raise CatalogueError(
                f"{path.name}, line 1: a subject opens with its grain, '-- One row per ...'."
            )
        scope = _scope(second, path.name)
        subjects[path.stem] = Subject(path.stem, first.removeprefix("-- "), sql, scope)
    return subjects


def _scope(line: str, file: str) -> Scope:
    match = _SCOPE.match(line)
    if match is None:
        return "record"
    for scope in SCOPES:
        if match.group(1) == scope:
            return scope
    raise CatalogueError(
        f"{file}, line 2: there is no scope '{match.group(1)}'; expected one of "
        f"{', '.join(SCOPES)}."
    )


def create_views(con: duckdb.DuckDBPyConnection, subjects: Iterable[Subject]) -> None:
    """Make the views of these subjects anew."""
    for subject in subjects:
        con.execute(f"create or replace view {subject.view} as\n{subject.sql}")


def view_columns(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Column names and SQL types of a view or table, in order."""
    described = con.execute(f"describe {relation}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}
