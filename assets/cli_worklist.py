"""Verbs of worklists: export and import.

Belongs here: their options and words. Does not belong here: lists and answers (`etl/worklists`).
"""

from pathlib import Path
from typing import Annotated

import typer

from assets.cli_common import Home, Json, err, out, settings_for, show

app = typer.Typer(
    help="What hospitals are asked: write the lists, read the answers.", no_args_is_help=True
)


@app.command(name="export")
def export(
    hospital: Annotated[
        str | None, typer.Option(help="Only this hospital; `registry` for the registry's own.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder; worklists/export of the home if left out.")
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Its findings become queries: they are asked.")
    ] = False,
    author: Annotated[str | None, typer.Option(help="Who releases; with --release.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write the worklists of the current snapshot, one workbook a hospital."""
    from etl.errors import WrongUseError
    from etl.worklists.night import write_again

    if release and not (author or "").strip():
        raise WrongUseError("Say who releases the findings: --release --author NAME.")
    if author and not release:
        raise WrongUseError("--author is for --release: a list that is only written has no author.")
    settings = settings_for(home)
    folder = to if to is not None else settings.worklists / "export"
    written = write_again(settings, folder, only=hospital, release_as=author)
    rows = [
        {
            "list": one.counts.list_id,
            "file": str(one.path),
            "patients": one.counts.listed_patients,
            "findings": one.counts.listed_findings,
            "not_listed": one.counts.findings - one.counts.listed_findings,
            "queries": one.counts.asked,
        }
        for one in written
    ]
    show(rows, as_json)


@app.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Answered worklists (.xlsx).")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be recorded; record nothing.")
    ] = False,
    author: Annotated[
        str, typer.Option(help="Who asked, for findings nobody had released.")
    ] = "worklist import",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Read answered worklists back; what cannot be recorded is told with sheet, row and column."""
    from etl.worklists.inbox import import_path

    settings = settings_for(home)
    outcomes = [import_path(settings, path, author=author, dry_run=dry_run) for path in files]
    if as_json:
        show(
            [
                {
                    "file": one.file,
                    "recorded": dict(one.recorded),
                    "unchanged": one.unchanged,
                    "proposed": list(one.proposed),
                    "problems": [str(problem) for problem in one.problems],
                    "refused": one.refused or None,
                }
                for one in outcomes
            ],
            as_json,
        )
    else:
        for outcome in outcomes:
            said = outcome.sentences(dry_run=dry_run)
            out(said[0]) if not outcome.refused else err(said[0])
            for sentence in said[1:]:
                err(sentence)
    if not all(one.is_whole for one in outcomes):
        raise typer.Exit(3)


VERBS: tuple[()] = ()
GROUPS = {"worklist": app}
