"""Verbs about what is published: versions, publish, verify, rollback, freeze, report, studies.

Belongs here: their options and words. Does not belong here: the shelf of snapshots
(`etl.publish`), studies (`etl.studies`).
"""

import json
from typing import Annotated, Any

import typer

from assets.cli_common import Home, Json, err, out, settings_for, show

Snapshot = Annotated[
    str | None, typer.Argument(help="Snapshot id or frozen name; the current one when left out.")
]


def versions(home: Home = None, as_json: Json = False) -> None:
    """List the published snapshots, the newest last."""
    from etl.governance import read_governance
    from etl.governance.snapshots import patients_held
    from etl.publish.shelf import Shelf

    settings = settings_for(home)
    opted_out = read_governance(settings.governance, settings.today()).opted_out
    shelf = Shelf(settings.published)
    current = shelf.current_id()
    frozen: dict[str, list[str]] = {}
    for name, snapshot_id in shelf.names().items():
        frozen.setdefault(snapshot_id, []).append(name)
    rows: list[dict[str, Any]] = [
        {
            "snapshot_id": one.snapshot_id,
            "is_current": one.snapshot_id == current,
            "as_of": one.manifest["as_of"],
            "export_date": one.manifest["export_date"],
            "source": one.manifest["source"],
            "patients": one.manifest["tables"].get("marts.patients"),
            "code_version": one.manifest["code_version"],
            "frozen_as": frozen.get(one.snapshot_id, []),
            "holds_opted_out": patients_held(one, opted_out),
        }
        for one in shelf.all()
    ]
    for sentence in shelf.damaged().values():
        err(sentence)
    if not as_json:
        for row in rows:
            row["is_current"] = "current" if row["is_current"] else ""
            row["frozen_as"] = ", ".join(row["frozen_as"])
    show(rows, as_json)


def publish(home: Home = None) -> None:
    """Ask the gate again and publish what stands in the warehouse."""
    from etl.errors import InputUnreadableError
    from etl.publish.shelf import Shelf

    settings = settings_for(home)
    if not settings.warehouse_path.exists():
        raise InputUnreadableError(
            f"There is no warehouse in {settings.home} yet. Run `rechallenge refresh` first."
        )
    from etl.warehouse import open_session

    with open_session(settings):
        pass  # says at once when another run holds the warehouse
    from assets.execute import run_job

    shelf = Shelf(settings.published)
    before = {one.snapshot_id for one in shelf.all()}
    run_job("publish", settings, lambda _step, _has_ended: None)
    head = shelf.head()
    name = head.snapshot_id if head else "none"
    if name in before:
        out(f"Nothing new: what stands in the warehouse is published already as {name}.")
    else:
        out(f"Published snapshot {name}.")


def verify(
    snapshot: Snapshot = None,
    every: Annotated[bool, typer.Option("--all", help="Verify every snapshot.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Hash every file of a snapshot again and compare with its manifest."""
    from etl.publish.shelf import CURRENT, Shelf, problems_of

    shelf = Shelf(settings_for(home).published)
    chosen = shelf.all() if every else [shelf.get(snapshot or CURRENT)]
    found = {one.snapshot_id: problems_of(one) for one in chosen}
    if every:
        found |= {name: [sentence.rstrip(".")] for name, sentence in shelf.damaged().items()}
    if as_json:
        show([{"snapshot_id": name, "problems": said} for name, said in found.items()], True)
    for name, problems in found.items():
        if not problems and not as_json:
            out(f"{name}: whole, every file is as published.")
        for problem in problems:
            err(f"{name}: {problem}.")
    if any(found.values()):
        raise typer.Exit(1)


def rollback(snapshot: Snapshot = None, home: Home = None) -> None:
    """Make an earlier snapshot current; the one before current when none is named."""
    from etl.publish.shelf import Shelf
    from etl.worklists.shelf import follow

    settings = settings_for(home)
    target = Shelf(settings.published).rollback(snapshot)
    follow(settings)
    out(f"{target.snapshot_id} (as of {target.manifest['as_of']}) is current now.")


def freeze(
    name: Annotated[str, typer.Argument(help="Name to cite the snapshot by.")],
    snapshot: Annotated[
        str, typer.Option(help="Snapshot id; the current one when left out.")
    ] = "current",
    home: Home = None,
) -> None:
    """Keep a snapshot for ever, under a name that can be cited."""
    from etl.publish.shelf import Shelf

    target = Shelf(settings_for(home).published).freeze(name, snapshot)
    out(f"{target.snapshot_id} is frozen as {name}: retention never removes it.")


def studies(as_json: Json = False) -> None:
    """List the studies that are defined."""
    from etl.studies import load_studies

    show(
        [{"study": name, "title": one.title} for name, one in load_studies().items()],
        as_json,
    )


def report(
    study: Annotated[str, typer.Argument(help="Id of the study, as `studies` lists it.")],
    shareable: Annotated[
        bool, typer.Option("--shareable", help="The version that may leave the registry.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say where a study's report stands, and what it found."""
    from assets.cli_common import must_be_known, published_database
    from etl.errors import WrongUseError
    from etl.studies import load_studies

    must_be_known("study", [study], load_studies())
    folder = published_database(settings_for(home)).parent / "outputs" / study
    if not folder.is_dir():
        raise WrongUseError(f"The current snapshot was published without the study {study}.")
    if shareable:
        folder = folder / "shareable"
        if not folder.is_dir():
            raise WrongUseError("The current snapshot has no shareable versions. Refresh again.")
    if as_json:
        name = "release.json" if shareable else "summary.json"
        show(json.loads((folder / name).read_text(encoding="utf-8")), True)
        return
    out(str(folder / "report.html"))
    out((folder / "estimates.csv").read_text(encoding="utf-8").rstrip())


VERBS = (versions, publish, verify, rollback, freeze, studies, report)
