"""The tables of both sides, laid side by side in the session of the comparison.

Belongs here: reading pairs, estimates, findings and rules of either side, whatever program wrote
them. Does not belong here: comparing them (`estimates`, `causes`).
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from etl.publish.snapshot import DATABASE
from etl.studies.pairs import Pair, records
from etl.unicode import normal
from expectations.contracts import Contract, physical_columns, validate_frame
from expectations.contracts.studies import Estimates, Rechallenges

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDES = ("before", "after")
_OPEN = "('new', 'persisting', 'reopened', 'accepted')"


@contextmanager
def attached(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> "Iterator[str]":
    """A published snapshot's database, read-only, under a name."""
    quoted = str(folder / DATABASE).replace("'", "''")
    con.execute(f"attach '{quoted}' as {name} (read_only)")
    try:
        yield name
    finally:
        con.execute(f"detach {name}")


def read_side(
    con: duckdb.DuckDBPyConnection, side: str, studies: Sequence[str], database: str | None
) -> None:
    """Copy what the comparison asks of a side into `changes_<what>_<side>`.

    Args:
        con: session of the comparison.
        side: before or after.
        studies: the studies to compare.
        database: the attached snapshot; None for the night that stands in the warehouse.
    """
    prefix = "" if database is None else f"{database}."
    for what, contract in (("pairs", Rechallenges), ("estimates", Estimates)):
        selected = ", ".join(_columns(con, database, contract))
        con.execute(
            f"create or replace temp table changes_{what}_{side} as select {selected} "
            f"from {prefix}marts.{contract.table} where list_contains($studies, study)",
            {"studies": list(studies)},
        )
    for table, selected in _quality(con, database):
        con.execute(f"create or replace temp table changes_{table}_{side} as {selected}")


def read_changed_pairs(
    con: duckdb.DuckDBPyConnection, side: str, whole: Collection[str]
) -> dict[str, list[Pair]]:
    """Pairs of one side by study: those that differ, and all of some studies.

    Args:
        con: session of the comparison, `changes_pairs` written.
        side: before or after.
        whole: studies of which every pair is asked for.

    Raises:
        ContractBrokenError: an older program wrote less than the contract promises now.
    """
    frame = con.execute(
        f"""
        select * from changes_pairs_{side}
        where list_contains($whole, study)
            or (study, patient_id) in (select (study, patient_id) from changes_pairs)
        order by study, patient_id
        """,
        {"whole": list(whole)},
    ).df()
    found: dict[str, list[Pair]] = {}
    for pair in records(validate_frame(Rechallenges, frame)):
        found.setdefault(pair["study"], []).append(pair)
    return found


def has_table(con: duckdb.DuckDBPyConnection, database: str | None, schema: str, name: str) -> bool:
    """Whether a side has a table."""
    return bool(_present(con, database, schema, name))


def _columns(
    con: duckdb.DuckDBPyConnection, database: str | None, contract: type[Contract]
) -> Iterable[str]:
    """Each column of the contract, its texts in one form of Unicode, whatever program wrote it.

    A column that an older program did not have is empty.
    """
    present = _present(con, database, contract.layer, contract.table)
    for column in physical_columns(contract):
        if column.name in present:
            is_text = column.sql_type.lower() == "varchar"
            value = normal(column.name, strips=True) if is_text else f'"{column.name}"'
            yield f'{value} as "{column.name}"'
        else:
            yield f'cast(null as {column.sql_type}) as "{column.name}"'


def _present(
    con: duckdb.DuckDBPyConnection, database: str | None, schema: str, name: str
) -> set[str]:
    rows = con.execute(
        "select column_name from duckdb_columns() where schema_name = $schema "
        "and table_name = $name and database_name = coalesce($database, current_database())",
        {"schema": schema, "name": name, "database": database},
    ).fetchall()
    return {str(column) for (column,) in rows}


def _quality(con: duckdb.DuckDBPyConnection, database: str | None) -> Iterable[tuple[str, str]]:
    """The findings and rules of a side: tonight's, or those that a snapshot published."""
    prefix = "" if database is None else f"{database}."
    record, patient = (normal(one, strips=True) for one in ("record_key", "patient_id"))
    finding = (
        f"rule_id, subject, {record} as record_key, {patient} as patient_id, source_file, "
        "source_line"
    )
    nothing = (
        "select null::varchar as rule_id, null::varchar as subject, null::varchar as record_key, "
        "null::varchar as patient_id, null::varchar as source_file, null::bigint as source_line, "
        "false as is_accepted where false"
    )
    if database is None and has_table(con, None, "quality", "findings_tonight"):
        found = f"select {finding}, is_accepted from {prefix}quality.findings_tonight"
    elif database is not None and has_table(con, database, "quality", "findings"):
        found = (
            f"select {finding}, status = 'accepted' as is_accepted from {prefix}quality.findings "
            f"where status in {_OPEN}"
        )
    else:
        found = nothing
    yield "findings", found
    rules = "select null::varchar as rule_id, null::varchar as rule_hash where false"
    if has_table(con, database, "quality", "rules"):
        rules = f"select rule_id, rule_hash from {prefix}quality.rules"
    yield "rules", rules
    shadowed = "select null::varchar as rule_id where false"
    if has_table(con, database, "quality", "shadowed_tonight"):
        shadowed = f"select distinct rule_id from {prefix}quality.shadowed_tonight"
    yield "shadowed", shadowed
