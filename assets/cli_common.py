"""What all verbs share: the home option, where text goes, tables and JSON.

Belongs here: small helpers of the command. Does not belong here: verbs.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from etl.settings import Settings

Home = Annotated[
    Path | None,
    typer.Option(help="Home folder; else RECHALLENGE_HOME, else ./var."),
]
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
Rows = Sequence[Mapping[str, Any]]
_LISTED = 30


def read_settings(**given: Any) -> "Settings":
    """The site's settings; nothing is made.

    Raises:
        WrongUseError: a setting has a value it cannot have, or `rechallenge.toml` is no TOML.
    """
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from etl.errors import WrongUseError
    from etl.settings import Settings, mistakes

    try:
        return Settings(**given)
    except ValidationError as error:
        raise WrongUseError(mistakes(error)) from None
    except TOMLDecodeError as error:
        raise WrongUseError(f"rechallenge.toml cannot be read: {error}.") from None


def settings_for(home: Path | None, *, makes_home: bool = False, **overrides: Any) -> "Settings":
    """The site's settings for this command.

    Args:
        home: Folder that was named; None: the site's own.
        makes_home: Whether this verb makes the home where there is none.
        overrides: Settings that the command was given.

    Raises:
        WrongUseError: a setting has a value it cannot have, or there is no such home.
        EnvironmentFailedError: the home cannot be written to.
    """
    from etl.errors import EnvironmentFailedError, WrongUseError

    settings = read_settings(**overrides, **({"home": home} if home is not None else {}))
    if not makes_home:
        _must_be_home(settings.home)
        return settings
    try:
        settings.inbox.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        is_wrong = isinstance(error, FileExistsError | NotADirectoryError)
        raise (WrongUseError if is_wrong else EnvironmentFailedError)(
            f"{settings.home} cannot be used as the home folder: {error.strerror}. "
            "Name another with --home."
        ) from None
    return settings


def _must_be_home(folder: Path) -> None:
    from etl.errors import WrongUseError
    from etl.settings import is_home, nearest_homes

    if folder.is_dir() and (is_home(folder) or not any(folder.iterdir())):
        return
    problem = "it does not exist"
    if folder.exists():
        problem = "it holds nothing of Rechallenge" if folder.is_dir() else "it is a file"
    near = nearest_homes(folder)
    said = f" Near to it: {', '.join(map(str, near))}." if near else ""
    raise WrongUseError(
        f"{folder} cannot be used as the home folder: {problem}.{said} Name another with --home or "
        "RECHALLENGE_HOME; `rechallenge refresh`, `demo` and `ui --new` make one."
    )


def must_be_known(what: str, asked: Iterable[str], known: Iterable[str]) -> None:
    """Refuse to filter by what does not exist: it would answer that there is nothing.

    Args:
        what: What the names are, as in `rule`.
        asked: Names as typed.
        known: Those there are.

    Raises:
        WrongUseError: one of them is not known; the sentence says which are near, or all.
    """
    from etl.errors import WrongUseError
    from etl.nearest import near

    there = sorted(set(known))
    for name in asked:
        if name not in there:
            listed = f" Known are {', '.join(there) or 'none'}." if len(there) <= _LISTED else ""
            raise WrongUseError(f"There is no {what} {name}.{near(name, there)}{listed}")


def day(text: str | None) -> date | None:
    """A day written as 2025-03-03.

    Raises:
        WrongUseError: it is written otherwise.
    """
    from etl.errors import WrongUseError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUseError(f"{text!r} is not a day. Write it as 2025-03-03.") from None


def err(text: str) -> None:
    """Say a sentence on stderr."""
    sys.stderr.write(text.rstrip() + "\n")


def out(text: str = "") -> None:
    """Print a line on stdout."""
    sys.stdout.write(text + "\n")


def show(data: Any, as_json: bool) -> None:
    """Print data as JSON, or rows as a table."""
    if as_json:
        out(json.dumps(data, indent=2, default=str, ensure_ascii=False))
    elif isinstance(data, list):
        show_table(data)
    else:
        for name, value in data.items():
            out(f"{name}: {value}")


def show_table(rows: Rows) -> None:
    """Print rows as a table; as wide as the text where nobody looks at a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if not rows:
        out("Nothing.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in rows[0]:
        numeric = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(
            name.replace("_", " "), justify="right" if numeric else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False)
    console.print(table)


def published_database(settings: "Settings") -> Path:
    """The current published database.

    Raises:
        InputUnreadableError: nothing was published yet.
    """
    from etl.errors import InputUnreadableError
    from etl.publish.shelf import CURRENT
    from etl.publish.snapshot import DATABASE

    path = settings.published / CURRENT / DATABASE
    if not path.exists():
        raise InputUnreadableError(
            f"Nothing is published in {settings.published} yet. Run `rechallenge refresh` or "
            "`rechallenge demo` first."
        )
    return path


def query(path: Path, sql: str, parameters: Mapping[str, object] | None = None) -> list[Any]:
    """Rows of a published database as dictionaries."""
    from etl.warehouse import open_reader

    with open_reader(path) as con:
        return query_session(con, sql, parameters)


def query_session(
    con: "DuckDBPyConnection", sql: str, parameters: Mapping[str, object] | None = None
) -> list[Any]:
    """Rows of an open session as dictionaries."""
    cursor = con.execute(sql, dict(parameters or {}))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def known_hospitals(path: Path) -> list[str]:
    """The hospitals that a published database speaks of."""
    return [
        row["hospital_id"]
        for row in query(
            path,
            "select hospital_id from quality.hospital_deliveries union "
            "select hospital_id from marts.patients union "
            "select hospital_id from quality.findings",
        )
        if row["hospital_id"] is not None
    ]


def inbox_line(settings: "Settings") -> str:
    """Where deliveries are laid, and of which registry."""
    from etl.deliveries.inbox import source_of

    return (
        f"{settings.inbox} takes deliveries of the registry {source_of(settings)}, one folder each"
    )
