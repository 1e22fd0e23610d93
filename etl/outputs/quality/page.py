"""What a page of the desk is made of, and turning it into HTML.

Belongs here: cells, tables, charts, sections, and the templates. Does not belong here: what they
say (the modules beside this one).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from etl.outputs.quality import wording

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: what it says.
        href: where it leads.
        mark: a class of the style sheet that sets it off (never the only sign of anything).
        is_number: set to the right.
        level: shade of a heat table, 0 (lowest) to 4.
        small: a second, smaller word behind the text.
        drawing: a small SVG behind the text.
    """

    text: str
    href: str = ""
    mark: str = ""
    is_number: bool = False
    level: int | None = None
    small: str = ""
    drawing: Markup | None = None


Given = Cell | str | int | None


def cell(given: Given) -> Cell:
    """A cell of what was given: numbers to the right, nothing as a dash."""
    if isinstance(given, Cell):
        return given
    if isinstance(given, int):
        return Cell(wording.count(given), is_number=True)
    return Cell(given or wording.NONE)


@dataclass(frozen=True)
class Table:
    """A table that is written out.

    Attributes:
        name: the end of its address on the page.
        caption: sentence above it.
        header: head of each column.
        rows: the first cell heads its row.
        note: what a reader needs to know below it.
        summary: when given the table is folded behind these words.
    """

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    summary: str = ""

    @property
    def body(self) -> Markup:
        """The rows as HTML. A macro a cell would take ten times as long."""
        rows = (
            f'<tr><th scope="row">{_inner(row[0])}</th>{"".join(map(_data, row[1:]))}</tr>'
            for row in self.rows
        )
        return Markup("\n".join(rows))  # noqa: S704 - every text is escaped below


def _data(one: Cell) -> str:
    if one.level is not None:
        return f'<td class="n heat{one.level}">{_inner(one)}</td>'
    return f'<td class="n">{_inner(one)}</td>' if one.is_number else f"<td>{_inner(one)}</td>"


def _inner(one: Cell) -> str:
    said = escape(one.text)
    if one.href:
        said = f'<a href="{escape(one.href)}">{said}</a>'
    if one.small:
        said = f"{said} <small>{escape(one.small)}</small>"
    if one.mark:
        said = f'<span class="{escape(one.mark)}">{said}</span>'
    return f"{said}{one.drawing}" if one.drawing else said


def table(
    name: str,
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Given]],
    *,
    note: str = "",
    summary: str = "",
) -> Table:
    """A table of plain values."""
    made = tuple(tuple(cell(one) for one in row) for row in rows)
    return Table(name, caption, tuple(header), made, note, summary)


@dataclass(frozen=True)
class Chart:
    """A drawing in the page: SVG, what it shows in words, and a sentence below it."""

    svg: Markup
    caption: str


Item = Table | Chart | str


@dataclass(frozen=True)
class Section:
    """A section of the morning page."""

    anchor: str
    heading: str
    items: tuple[Item, ...]


def severity_cell(severity: str) -> Cell:
    """The severity, marked."""
    return Cell(severity, mark=f"mark {severity}")


@cache
def environment(more: Path | None = None) -> Environment:
    """The templates, compiled once a process; with those of another folder beside them."""
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, *([more] if more else [])]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = Markup((TEMPLATES / "desk.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    made.tests["table"] = lambda item: isinstance(item, Table)
    made.tests["chart"] = lambda item: isinstance(item, Chart)
    made.filters["count"] = wording.count
    made.filters["day"] = wording.day
    return made


def write(template: str, path: Path, *, more: Path | None = None, **given: Any) -> Path:
    """Render a template of ours, or of the folder `more`, into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(environment(more).get_template(template).render(**given), encoding="utf-8")
    return path
