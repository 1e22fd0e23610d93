"""Running the command as a person does: another process, a home folder, an exit code."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

PATIENTS = 400
DAY = "2025-03-10"
STUDY = "van-dijk-2025"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def rechallenge(*arguments: object, home: Path, sensitivity: bool = False) -> Ended:
    """Run the command to its end; only a test of sensitivity needs to wait for it."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.run_command", *map(str, arguments), "--home", home],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "RECHALLENGE_STUDIES__SENSITIVITY": str(sensitivity)},
    )
    return Ended(process.returncode, process.stdout, process.stderr)


def refresh(export: Path, home: Path, *more: object, readers: bool = False) -> Ended:
    """Refresh on a fixed day, with the seed study alone unless others are named.

    Reports, pages and worklists are for the test that looks at them.
    """
    studies = () if "--study" in more else ("--study", STUDY)
    drawn = () if readers else ("--no-readers",)
    return rechallenge(
        "refresh", "--export", export, "--as-of", DAY, *studies, *drawn, *more, home=home
    )


def current(home: Path) -> str:
    """The current snapshot's id."""
    return (home / "published" / "current").readlink().name


def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
    """Query the current published database as an analyst does."""
    path = home / "published" / "current" / "registry.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def edit(export: Path, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
    """Change the rows of one file of an export, and its entry in the manifest."""
    path = export / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        names = list(reader.fieldnames or [])
        rows = list(reader)
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    manifest = export / "manifest.json"
    if manifest.exists():
        described = json.loads(manifest.read_text())
        described["files"].pop(path.name, None)
        described["files"][path.name] = _described(path, len(rows))
        manifest.write_text(json.dumps(described))


def _described(path: Path, rows: int) -> dict[str, object]:
    import hashlib

    return {"rows": rows, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
