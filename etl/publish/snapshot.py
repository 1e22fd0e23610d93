"""Building one snapshot's folder: DuckDB file, Parquet, SPSS files, outputs, manifest.

Belongs here: what stands in `published/<snapshot_id>/` (contracts, section 3). Does not belong
here: whether it may be published (`gate`) and how it becomes current (`shelf`, `__init__`).
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etl.publish import files
from etl.publish.shelf import MANIFEST
from etl.publish.spss import write_sav
from expectations.contracts import all_contracts, physical_columns, table_comment

DATABASE = "registry.duckdb"
_ALIAS = "snapshot"  # the file's catalogue while it is being written


@dataclass(frozen=True)
class Table:
    """One published table: its name outside, and the relation of the warehouse that fills it."""

    schema: str
    name: str
    relation: str

    @property
    def key(self) -> str:
        """Schema and table, as in `marts.patients`."""
        return f"{self.schema}.{self.name}"


def published_tables(con: duckdb.DuckDBPyConnection) -> tuple[Table, ...]:
    """The tables that go out: all marts, and the quality tables others rely on.

    The ledger goes out as it will be once this snapshot is committed (`quality.next_*`).
    """
    marts = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' "
        "and database_name = current_database() order by table_name"
    ).fetchall()
    quality = (
        ("acceptances", "acceptances"),
        ("compared_snapshots", "compared_snapshots"),
        ("completeness", "completeness"),
        ("delivery_counts", "next_delivery_counts"),
        ("controls", "controls"),
        ("estimate_change_records", "estimate_change_records"),
        ("estimate_changes", "estimate_changes"),
        ("finding_aliases", "finding_aliases"),
        ("finding_events", "next_finding_events"),
        ("finding_references", "finding_references"),
        ("findings", "next_findings"),
        ("hospital_deliveries", "hospital_deliveries"),
        ("impact", "impact"),
        ("queries", "queries"),
        ("query_comments", "query_comments"),
        ("rule_precision", "rule_precision"),
        ("rule_results", "next_rule_results"),
        ("rule_versions", "next_rule_versions"),
        ("rules", "rules"),
        ("shadowed_tonight", "shadowed_tonight"),
        ("snapshots", "next_snapshots"),
        ("worklist_hospitals", "worklist_hospitals"),
    )
    return (
        *(Table("marts", name, f"marts.{name}") for (name,) in marts),
        *(Table("quality", name, f"quality.{relation}") for name, relation in quality),
        Table("quality", "unplaced_rows", "staging.unplaced_rows"),
        Table("quality", "unread_drug_names", "staging.unread_drug_names"),
    )


def build(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    storage_version: str,
    with_sav: bool,
    outputs: Path,
    manifest: Mapping[str, Any],
) -> None:
    """Write a complete, read-only, durable snapshot into a folder that does not exist yet.

    Args:
        con: The working warehouse.
        folder: Where to build; it is renamed to its final name afterwards.
        storage_version: Oldest DuckDB that must be able to open the file.
        with_sav: Whether the marts go out as SPSS files, too.
        outputs: Folder of the outputs to copy; may be absent.
        manifest: What is known about the snapshot; files and counts are added.
    """
    folder.mkdir(parents=True)
    tables = published_tables(con)
    _write_database(con, folder / DATABASE, tables, storage_version)
    (folder / "parquet").mkdir()
    counts = {}
    for table in tables:
        counts[table.key] = _write_parquet(con, folder / "parquet", table)
    if with_sav:
        _write_sav(con, folder / "sav", tables)
    if outputs.is_dir():
        shutil.copytree(outputs, folder / "outputs")
    _write_quality_output(con, folder / "outputs" / "quality")
    _check_reopens(folder / DATABASE, counts)
    listed = {
        path.relative_to(folder).as_posix(): {
            "sha256": files.sha256(path),
            "bytes": path.stat().st_size,
        }
        for path in files.files_of(folder)
    }
    whole = {**manifest, "tables": counts, "files": listed}
    text = json.dumps(whole, indent=2, default=str, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    files.seal(folder)


def _write_database(
    con: duckdb.DuckDBPyConnection, path: Path, tables: tuple[Table, ...], storage_version: str
) -> None:
    quoted = str(path).replace("'", "''")
    con.execute(f"attach '{quoted}' as {_ALIAS} (storage_version '{storage_version}')")
    try:
        for schema in sorted({table.schema for table in tables}):
            con.execute(f"create schema {_ALIAS}.{schema}")
        for table in tables:
            _copy(con, table)
        con.execute(f"checkpoint {_ALIAS}")
    finally:
        con.execute(f"detach {_ALIAS}")


def _copy(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    target = f'{_ALIAS}.{table.schema}."{table.name}"'
    columns = _columns(con, table.relation)
    required = {name for name, nullable in _nullability(table).items() if not nullable}
    declared = ", ".join(
        f'"{name}" {sql_type}{" not null" if name in required else ""}'
        for name, sql_type in columns.items()
    )
    names = ", ".join(f'"{name}"' for name in columns)
    con.execute(f"create table {target} ({declared})")
    order = ", ".join(_order(table, columns))
    con.execute(f"insert into {target} ({names}) select {names} from {table.relation} {order}")
    comment, comments = _comments(con, table)
    said = [f"comment on table {target} is {_quoted(comment)}"] if comment else []
    said += [f'comment on column {target}."{n}" is {_quoted(text)}' for n, text in comments.items()]
    con.execute(";".join(said))


def _write_parquet(con: duckdb.DuckDBPyConnection, folder: Path, table: Table) -> int:
    columns = _columns(con, table.relation)
    names = ", ".join(f'"{name}"' for name in columns)
    order = ", ".join(_order(table, columns))
    path = str(folder / f"{table.key}.parquet").replace("'", "''")
    row = con.execute(
        f"copy (select {names} from {table.relation} {order}) "
        f"to '{path}' (format parquet, compression zstd)"
    ).fetchone()
    return int(row[0]) if row else 0


def _write_sav(con: duckdb.DuckDBPyConnection, folder: Path, tables: tuple[Table, ...]) -> None:
    """The marts for SPSS, with labels from their contracts."""
    row = con.execute("select max(export_date) from source.export").fetchone()
    made = row[0] if row and row[0] else date(1970, 1, 1)
    folder.mkdir()
    for table in tables:
        contract = all_contracts().get(table.key)
        if contract is not None and table.schema == "marts":
            write_sav(con, contract, folder / f"{table.key}.sav", made)


def _write_quality_output(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A plain summary of the night's verdicts, for those who do not open the database."""
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / "rule_results.csv").replace("'", "''")
    con.execute(
        "copy (select rule_id, title, subject, severity, applicable, judged, violated, "
        "cannot_judge, accepted from quality.judged join quality.rules using (rule_id, subject) "
        f"order by rule_id) to '{path}' (format csv, header)"
    )


def _check_reopens(path: Path, counts: Mapping[str, int]) -> None:
    """The file that readers will get holds what was written: read it back as they do."""
    with duckdb.connect(str(path), read_only=True) as reader:
        for table, expected in counts.items():
            row = reader.execute(f"select count(*) from {table}").fetchone()
            found = row[0] if row else None
            if found != expected:
                raise OSError(f"{path.name}: {table} reads back {found} rows, {expected} written")


def _columns(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = con.execute(f"describe {relation}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _order(table: Table, columns: Mapping[str, str]) -> list[str]:
    """A total order: the key first, then every other column; ties are equal rows."""
    contract = all_contracts().get(table.key)
    key = contract.primary_key if contract else ()
    names = [*(name for name in key if name in columns), *columns]
    ordered = [f'"{name}" nulls last' for name in dict.fromkeys(names)]
    return [f"order by {ordered[0]}", *ordered[1:]]


def _nullability(table: Table) -> dict[str, bool]:
    contract = all_contracts().get(table.key)
    return {c.name: c.nullable for c in physical_columns(contract)} if contract else {}


def _comments(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[str | None, dict[str, str]]:
    """The table's comment and its columns': from the contract, else from the warehouse."""
    contract = all_contracts().get(table.key)
    if contract:
        return table_comment(contract), {c.name: c.comment for c in physical_columns(contract)}
    found: dict[str, str] = {}
    comment = None
    # `next_findings` may carry no comments where `findings` does.
    for schema, name in (table.relation.split("."), (table.schema, table.name)):
        for column, text in con.execute(
            "select column_name, comment from duckdb_columns() where schema_name = $schema "
            "and table_name = $name and comment is not null",
            {"schema": schema, "name": name},
        ).fetchall():
            found.setdefault(column, text)
        row = con.execute(
            "select comment from duckdb_tables() where schema_name = $schema "
            "and table_name = $name",
            {"schema": schema, "name": name},
        ).fetchone()
        comment = comment or (row[0] if row else None)
    present = _columns(con, table.relation)
    return comment, {name: text for name, text in found.items() if name in present}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
