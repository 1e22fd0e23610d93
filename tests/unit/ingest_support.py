"""Small exports on disk for the tests of ingest.

Belongs here: writing an export in the native or the Dutch-style dialect, and loading it. Does not
belong here: assertions.
"""

import hashlib
import json
from collections.abc import Mapping as Dict
from pathlib import Path
from typing import Any

import duckdb

from etl.sources import Mapping, load_mapping
from expectations.export_format import TABLES


def write_native(folder: Path, **files: str | bytes) -> Path:
    """A native export: header-only files, except those given as text or bytes (by table)."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES.values():
        if not table.optional:
            (folder / table.file_name).write_text(",".join(table.column_names) + "\n")
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def native_header(table: str) -> str:
    """The header line of a native file."""
    return ",".join(TABLES[table].column_names) + "\n"


def native_row(table: str, **values: str) -> str:
    """A line of a native file; what is not named is empty."""
    return ",".join(values.get(name, "") for name in TABLES[table].column_names) + "\n"


def write_manifest(folder: Path, **changes: Any) -> Path:
    """A manifest that fits the CSV files of the folder, with some keys changed."""
    files = {
        path.name: {
            "rows": len(path.read_bytes().splitlines()) - 1,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.glob("*.csv"))
    }
    manifest = {
        "format": 1,
        "registry": "trial",
        "export_date": "2025-03-03",
        "scope": "full",
        "files": files,
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest | changes))
    return path


def columns_read(mapping: Mapping, key: str) -> list[str]:
    """The columns of one file that a mapping reads, in the order of the mapping."""
    columns: list[str] = []
    for name, parts in mapping.tables.items():
        for part in parts:
            if part.file == key:
                for mapped in part.columns_of(TABLES[name]).values():
                    columns += mapped.columns_read
            for form in part.repeated:
                if form.file == key:
                    columns += [*form.key.values(), form.dated_by]
                    columns += [c for m in form.columns.values() for c in m.columns_read]
    return list(dict.fromkeys(columns))


def write_dutch(folder: Path, rows: Dict[str, list[dict[str, str]]]) -> Path:
    """A Dutch-style export with the rows given by file key."""
    folder.mkdir(parents=True, exist_ok=True)
    mapping = load_mapping("dmtr")
    for key, file in mapping.files.items():
        columns = columns_read(mapping, key)
        lines = [";".join(columns)]
        for row in rows.get(key, []):
            assert set(row) <= set(columns), set(row) - set(columns)
            lines.append(";".join(row.get(column, "") for column in columns))
        (folder / file.name).write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    return folder


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    return con.execute(sql).fetchall()
