"""The verb about one patient: explain.

Belongs here: its options, printing an explanation to the terminal. Does not belong here: what is
said (`etl.explain`). Nothing of a patient is logged: it goes to the terminal or to the file named.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assets.cli_common import Home, Json, out, settings_for, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from etl.explain import Explanation
    from etl.explain.document import Statement
    from etl.settings import Settings

_WIDTH = 120


def explain(
    patient: Annotated[str, typer.Argument(help="Id of the patient, as in the registry.")],
    html: Annotated[
        Path | None, typer.Option(help="Write one HTML file instead, with a picture.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say how each value of a patient was derived: source rows, clauses, what would change it."""
    from etl.errors import WrongUseError

    settings = settings_for(home)
    if not settings.warehouse_path.exists():
        raise WrongUseError(
            f"There is no warehouse in {settings.home} yet. Run `rechallenge refresh` or "
            "`rechallenge demo` first."
        )
    explanation = _explained(patient, settings)
    if html is not None:
        _write(explanation, html)
    if as_json:
        show(explanation.as_data(), True)
    elif html is None:
        _print(explanation)


def _explained(patient: str, settings: Settings) -> Explanation:
    from rich.console import Console

    from etl.explain import explain as explained
    from etl.explain.state import read_state
    from etl.warehouse import open_session_read_only

    waiting = Console(stderr=True).status("Deriving the patient anew under other assumptions")
    with open_session_read_only(settings) as con, waiting:
        return explained(con, patient, read_state(con, settings))


def _write(explanation: Explanation, path: Path) -> None:
    from etl.errors import WrongUseError
    from etl.explain.render_html import render_html

    try:
        path.write_text(render_html(explanation), encoding="utf-8")
    except OSError as error:
        raise WrongUseError(f"{path} cannot be written: {error.strerror}.") from None
    sys.stderr.write(f"Written to {path}. It holds one patient's records: keep it with them.\n")


def _print(explanation: Explanation) -> None:
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDTH
    console = Console(width=width, highlight=False, markup=False)
    _head(console, f"Patient {explanation.patient_id}")
    _statements(console, explanation.about)
    _head(console, "Timeline")
    console.print(_timeline(explanation))
    _statements(console, explanation.undated)
    for section in explanation.sections:
        _head(console, section.title)
        _statements(console, section.statements)


def _head(console: Console, title: str) -> None:
    out()
    console.rule(title, align="left", style="dim", characters="─")


def _timeline(explanation: Explanation) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("day", justify="right", no_wrap=True)
    table.add_column("date", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("source row", overflow="fold", style="dim")
    for one in explanation.timeline:
        table.add_row(str(one.day), str(one.start), one.what, str(one.source or ""))
    return table


def _statements(console: Console, statements: Sequence[Statement]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=15, max_width=22, style="bold", overflow="fold")
    table.add_column(overflow="fold")
    before = None
    for one in statements:
        said = Text(one.text)
        rows = ", ".join(map(str, one.sources))
        if rows:
            said.append(f"  {rows}", style="dim")
        table.add_row(one.label if one.label != before else "", said)
        before = one.label
    if statements:
        console.print(table)


VERBS = (explain,)
