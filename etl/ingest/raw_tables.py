"""The `raw` schema: what the files said, all text, with file and line; nothing is dropped.

Belongs here: writing records and rejects, and the assertion that they add up. Does not belong
here: reading the files, or what their columns mean (`conform.py`).
"""

import duckdb
import numpy as np
import pyarrow as pa

from etl.errors import InputUnreadableError
from etl.ingest.records import Records
from etl.ingest.registration import FileCount


def create_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the schema: tables of an earlier export go, `raw.files` and `raw.rejects` stand."""
    con.execute("create schema if not exists raw")
    tables = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw' "
        "and database_name = current_database()"
    ).fetchall()
    for (name,) in tables:
        con.execute(f"drop table raw.{identifier(name)}")
    con.execute(
        "create table raw.files (source varchar, file_name varchar, sha256 varchar, "
        "bytes bigint, encoding varchar, lines bigint, loaded bigint, rejected bigint, "
        "opted_out bigint default 0)"
    )
    con.execute("comment on table raw.files is 'One row per file of the export.'")
    con.execute(
        "create table raw.rejects (file_name varchar, line bigint, reason varchar, text varchar)"
    )
    con.execute("comment on table raw.rejects is 'One row per record that could not be loaded.'")


def write_raw(
    con: duckdb.DuckDBPyConnection, source: str, key: str, file: FileCount, records: Records
) -> FileCount:
    """Write one file's records to `raw.<key>` and its rejects to `raw.rejects`.

    Args:
        con: the warehouse.
        source: name of the registry.
        key: the file's key in the mapping; becomes the table's name.
        file: the file, its counts not yet known.
        records: what was read from it.

    Returns:
        The file with its counts, as registered in `raw.files`.

    Raises:
        InputUnreadableError: the records do not add up to the lines of the file.
    """
    table = f"raw.{identifier(key)}"
    _write_rows(con, table, file.name, records)
    _write_rejects(con, file.name, records)
    loaded = _count(con, f"select count(*) from {table}")
    rejected = _count(con, "select count(*) from raw.rejects where file_name = ?", file.name)
    if records.lines != loaded + rejected:
        raise InputUnreadableError(
            f"{file.name}: the file has {records.lines} records, of which {loaded} were loaded "
            f"and {rejected} rejected, which does not add up. Nothing was taken over; report this."
        )
    counted = FileCount(
        file.name, file.sha256, file.bytes, file.encoding, records.lines, loaded, rejected
    )
    con.execute(
        "insert into raw.files values (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        [
            source,
            counted.name,
            counted.sha256,
            counted.bytes,
            counted.encoding,
            counted.lines,
            loaded,
            rejected,
        ],
    )
    return counted


def _write_rows(
    con: duckdb.DuckDBPyConnection, table: str, file_name: str, records: Records
) -> None:
    ordinals = pa.array(np.arange(1, records.table.num_rows + 1))
    incoming = records.table.append_column("_line", records.row_lines)
    incoming = incoming.append_column("_ordinal", ordinals)
    columns = [
        f"c{number} as {identifier(name)}" for number, name in enumerate(column_names(records))
    ]
    con.register("_incoming", incoming)
    con.execute(
        f"create table {table} as select {', '.join(columns)}, {literal(file_name)} as _file, "
        "_line, _ordinal from _incoming"
    )
    con.unregister("_incoming")


def _write_rejects(con: duckdb.DuckDBPyConnection, file_name: str, records: Records) -> None:
    if not records.rejects:
        return
    rejects = pa.table(
        {
            "line": pa.array([reject.line for reject in records.rejects], pa.int64()),
            "reason": [reject.reason for reject in records.rejects],
            "text": [reject.text.rstrip("\r\n") for reject in records.rejects],
        }
    )
    con.register("_rejects", rejects)
    con.execute(
        f"insert into raw.rejects select {literal(file_name)}, line, reason, text from _rejects"
    )
    con.unregister("_rejects")


def column_names(records: Records) -> tuple[str, ...]:
    """Names of a file's columns in raw: as in its header; one without a name gets its number."""
    return tuple(
        name if name and name not in ("_file", "_line", "_ordinal") else f"{name}column {number}"
        for number, name in enumerate(records.header, start=1)
    )


def identifier(name: str) -> str:
    """A name, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, quoted for SQL."""
    return "'" + text.replace("'", "''") + "'"


def _count(con: duckdb.DuckDBPyConnection, sql: str, *values: str) -> int:
    row = con.execute(sql, list(values)).fetchone()
    return int(row[0]) if row else 0
