"""The pages of a small night, for tests: what stands in the ledger, read as a steward reads it."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb

from etl.outputs.quality.desk import Context, Desk
from etl.outputs.quality.page import Section
from etl.outputs.quality.write import write_quality_pages
from expectations.catalogue import Catalogue
from tests.unit.ledger_support import FIRST_DAY


def context(day: int, *studies: str, snapshot_id: str | None = None) -> Context:
    return Context(
        snapshot_id=snapshot_id or f"night-{day}",
        as_of=FIRST_DAY + timedelta(days=day - 1),
        source="native",
        registry="Test registry",
        export_date=date(2025, 3, 3),
        is_synthetic=True,
        code_version="c",
        rules_hash="r",
        studies=studies,
    )


def desk(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, day: int, *studies: str) -> Desk:
    return Desk(con, catalogue, context(day, *studies))


def write_pages(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, day: int, folder: Path
) -> dict[str, str]:
    """The pages of a night by their path below `quality/`."""
    written = write_quality_pages(con, catalogue, folder, context(day))
    root = folder / "quality"
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in written}


def said(section: Section) -> str:
    """Everything a section says, tables row by row; its dashes as on a keyboard."""
    parts = []
    for item in section.items:
        if isinstance(item, str):
            parts.append(item)
        elif hasattr(item, "rows"):
            rows = [
                " | ".join(f"{cell.text} {cell.small}".strip() for cell in row) for row in item.rows
            ]
            parts += [item.caption, *rows, item.note, item.summary]
        else:
            parts.append(item.caption)
    told = "\n".join(part for part in parts if part)
    return told.replace("\u2013", "-").replace("\u2212", "-")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._silent += tag == "style"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given.get("href")))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def read(html: str) -> tuple[str, list[str], list[str]]:
    """The text, the links and the ids of a page."""
    reader = _Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.words)).strip(), reader.links, reader.ids
