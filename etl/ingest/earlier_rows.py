"""Rows that an earlier release left, in the form that `source` has today.

Their texts are brought to one form of Unicode, and rows of before parts were told apart get a
number that tells the rows of one line apart. Does not belong here: where such rows stand
(`etl.rekey`, `compose.py`, `etl.changes`).
"""

import duckdb

from etl.ingest.source_tables import KEY_FORM, PLACE
from etl.unicode import STRIPPED_KINDS, normal
from expectations.export_format import TABLES

_REPEATED = ("record_key", "patient_id", "kept_value", "other_value")


def bring_up(con: duckdb.DuckDBPyConnection, stored: str, table: str, *of: str) -> None:
    """Bring the rows of a native table up; those that are of today stay as they are.

    Args:
        con: the session.
        stored: where they stand, quoted.
        table: which native table it is.
        of: columns that tell apart, besides file and line, where rows of several exports stand.
    """
    native = TABLES[table]
    texts = [name for column in native.column_names for name in (column, f"{column}__raw")]
    for name, kind in (dict.fromkeys(texts, "varchar") | PLACE | KEY_FORM).items():
        con.execute(f"alter table {stored} add column if not exists {name} {kind}")
    changes = ", ".join(
        f"{name} = {normal(name, strips=column.kind in STRIPPED_KINDS)}"
        for column in native.columns
        for name in (column.name, f"{column.name}__raw")
    )
    con.execute(f"update {stored} set {changes}")
    position = [*TABLES].index(table) + 1
    line = ", ".join((*of, "_file", "_line", "_ordinal"))
    con.execute(
        f"update {stored} as t set _part = 1000 * {position} + n.number from ("
        f"select rowid as _row, row_number() over (partition by {line} order by rowid) as number "
        f"from {stored}) as n where n._row = t.rowid and t._part is null"
    )


def bring_up_repeated(con: duckdb.DuckDBPyConnection, stored: str) -> None:
    """Bring the values that repeated forms gave again to one form of Unicode."""
    con.execute(f"update {stored} set {', '.join(f'{one} = {normal(one)}' for one in _REPEATED)}")
