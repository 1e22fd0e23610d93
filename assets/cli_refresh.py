"""Verbs that take an export: refresh, demo, synth, check.

Belongs here: their options, progress and closing words. Does not belong here: the steps
(`etl.refresh`), running the job (`execute`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assets.cli_common import (
    Home,
    Json,
    day,
    err,
    inbox_line,
    out,
    published_database,
    query,
    read_settings,
    settings_for,
    show,
)
from assets.cli_digest import after_refresh
from assets.cli_quality import names_not_read
from assets.study_summary import show_other_studies, show_study

if TYPE_CHECKING:
    from assets.progress import Listener
    from etl.settings import Settings

SEED_STUDY = "van-dijk-2025"
"""The study that the demonstration's registry is drawn for."""

_NAMES_SHOWN = 10

Export = Annotated[Path, typer.Option(help="Folder of the export.")]
Source = Annotated[str, typer.Option(help="Registry the export comes from: its mapping is used.")]
AsOf = Annotated[
    str | None, typer.Option(help="The ledger's day, 2025-03-03; today in the site's zone.")
]
Studies = Annotated[
    list[str] | None, typer.Option("--study", help="A study to run; may be repeated. All.")
]


def refresh(
    export: Export,
    source: Source = "native",
    as_of: AsOf = None,
    study: Studies = None,
    readers: Annotated[
        bool,
        typer.Option(
            "--readers/--no-readers",
            help="Write reports, pages, worklists and SPSS files, too; or publish the data alone.",
        ),
    ] = True,
    again: Annotated[
        bool, typer.Option("--again", help="Take the contents of a withdrawn delivery again.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Refresh from an export: load, judge, derive, study, publish."""
    settings = settings_for(home, makes_home=True)
    say = err if as_json else out
    try:
        result = _refresh(
            settings,
            export,
            source,
            as_of,
            study or [],
            readers=readers,
            say=say,
            again=again,
        )
    finally:
        after_refresh(settings)
    if as_json:
        show(result, as_json=True)


def demo(
    home: Home = None,
    patients: Annotated[int | None, typer.Option(help="Patients of the registry.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic registry.")] = 20250303,
) -> None:
    """Make the synthetic Dutch-style registry, refresh from it, and show the seed study."""
    from etl.synthetic.calibration import EXPORT_DATE

    settings = settings_for(home, makes_home=True, profile="demo")
    folder = settings.inbox / "demo"
    _synth(folder, patients, seed, "dmtr", None)
    # On the registry's own day: by today's calendar every hospital of it would be late.
    _refresh(settings, folder, "dmtr", EXPORT_DATE, [])
    show_study(published_database(settings), SEED_STUDY)
    show_other_studies(published_database(settings), SEED_STUDY)
    out("The registry is synthetic: no patient of it exists.")
    out(f"Report:  {_report_of(settings)}")
    out(f"Marts:   {settings.published / 'current' / 'registry.duckdb'}")
    out(f"Inbox:   {inbox_line(settings)}")
    out(f"Checks:  make ui   (or: rechallenge ui --home {settings.home})")


def synth(
    out_: Annotated[Path, typer.Option("--out", help="Folder to write the export to.")],
    patients: Annotated[int | None, typer.Option(help="Patients of the registry.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic registry.")] = 20250303,
    dialect: Annotated[Literal["native", "dmtr"], typer.Option(help="How to write it.")] = "native",
    faults: Annotated[
        Path | None, typer.Option(help="Write here which faults were planted on which records.")
    ] = None,
    fault_share: Annotated[
        float | None,
        typer.Option(help="Share of the rows that carries a fault, 0 to 1.", min=0, max=1),
    ] = None,
) -> None:
    """Write a synthetic registry: raw rows only, nothing derived."""
    _synth(out_, patients, seed, dialect, faults, fault_share)
    out(f"A synthetic registry stands in {out_}.")


def check(
    export: Export,
    source: Source = "native",
    as_json: Json = False,
) -> None:
    """Judge an export's source records without loading it anywhere."""
    from etl import ingest
    from etl.deliveries import build_deliveries
    from etl.errors import InputUnreadableError
    from etl.models import run_layer
    from etl.parameters import Parameters
    from etl.warehouse import open_memory
    from expectations import evaluate
    from expectations.catalogue import load_catalogue
    from expectations.codelists import load_codelists

    if not export.is_dir():
        raise InputUnreadableError(f"{export} is not a folder. Name the folder of an export.")
    catalogue = load_catalogue()
    settings = read_settings()
    with open_memory() as con:
        load_codelists(con)
        registration = ingest.load_export(
            con, export, source, as_of=settings.today(), zone=settings.timezone
        )
        run_layer(con, "staging", Parameters().as_sql())
        evaluate.prepare(con, catalogue)
        build_deliveries(con, snapshot_id="checked", as_of=registration.export_date)
        counts = evaluate.judge(con, catalogue, "source")
    for sentence in registration.warnings:
        err(sentence)
    rows = [
        {
            "rule": one.rule_id,
            "title": catalogue.by_id[one.rule_id].title,
            "severity": catalogue.by_id[one.rule_id].severity,
            "violated": one.violated,
            "judged": one.judged,
            "applicable": one.applicable,
        }
        for one in counts
    ]
    show(rows if as_json else [row for row in rows if row["violated"]], as_json)


def _synth(
    folder: Path,
    patients: int | None,
    seed: int,
    dialect: Literal["native", "dmtr"],
    faults: Path | None,
    fault_share: float | None = None,
) -> None:
    from inspect import signature

    from etl.errors import WrongUseError
    from etl.synthetic import generate_registry, write_export

    if folder.exists() and any(folder.iterdir()):
        known = {"manifest.json"}
        if not any(path.name in known for path in folder.iterdir()):
            raise WrongUseError(
                f"{folder} holds something that is not an export. Name an empty folder."
            )
    default = signature(generate_registry).parameters["patients"].default
    count = patients if patients is not None else default
    with _working("Making the synthetic registry"):
        registry = generate_registry(count, seed, fault_share=fault_share)
        write_export(registry, folder, dialect, faults)


def _refresh(
    settings: "Settings",
    export: Path,
    source: str,
    as_of: str | None,
    studies: list[str],
    *,
    readers: bool = True,
    say: Callable[[str], None] = out,
    again: bool = False,
) -> dict[str, object]:
    """Plan, then run the nightly job unless its snapshot stands already."""
    from assets.digest import note_nothing_new
    from etl import ingest, refresh
    from etl.deliveries import withdrawn
    from etl.publish.shelf import Shelf
    from etl.warehouse import open_session

    ledger_day = day(as_of) or settings.today()
    refresh.chosen_studies(studies)
    with open_session(settings) as con:  # says at once when another run holds the warehouse
        remark = refresh.recover(con, settings)
    if remark:
        err(remark)
    for sentence in Shelf(settings.published).damaged().values():
        err(sentence)
    export_id = ingest.fingerprint(export, source)
    if again:
        withdrawn.take_again(settings.acceptances_path, source, export_id)
    withdrawn.refuse_withdrawn(
        withdrawn.read_withdrawals(settings.acceptances_path, source), export_id
    )
    night = refresh.plan(
        settings,
        source=source,
        export_id=export_id,
        as_of=ledger_day,
        studies=studies,
        readers=readers,
    )
    if night.already_published:
        say(f"Nothing new: this export is published already as snapshot {night.snapshot_id}.")
        note_nothing_new(settings, night.snapshot_id)
        current = Shelf(settings.published).current_id()
        if current != night.snapshot_id:
            say(
                f"current points at {current}; `rechallenge rollback {night.snapshot_id}` moves it."
            )
        return {"snapshot_id": night.snapshot_id, "is_new": False}

    from assets import execute

    delivery = execute.export_config(
        export.absolute(), source, str(ledger_day), studies, readers=readers
    )
    left_out = () if readers else execute.readers()
    with _progress(execute.count_steps("nightly") - len(left_out)) as listener:
        execute.run_job("nightly", settings, listener, delivery=delivery, without=left_out)
    if not readers:
        say("No reports, pages or worklists were made (--no-readers): the data alone are there.")
    return _closing_words(settings, say)


def _closing_words(settings: "Settings", say: Callable[[str], None]) -> dict[str, object]:
    from etl.home_state import read_state
    from etl.outputs.people import COUNTED, People
    from etl.outputs.quality.wording import counted

    state = read_state(settings)
    for sentence in (*state.remarks, *state.of_files):
        err(sentence)
    path = published_database(settings)
    current = _current(settings)
    counts = query(
        path,
        f"select *, (select count(*) from marts.treatment_lines) as lines from ({COUNTED})",
    )[0]
    people = People(counts["patients"], counts.pop("ids"))
    open_findings = {
        row["severity"]: row["findings"]
        for row in query(
            path,
            "select severity, count(*) as findings from quality.findings "
            "where status in ('new', 'reopened', 'persisting') "
            "group by severity order by severity",
        )
    }
    said = ", ".join(f"{count:,} {name}" for name, count in open_findings.items()) or "none"
    say(
        f"Published snapshot {current}: {people.patients:,} patients{people.beside}, "
        f"{counts['lines']:,} lines of therapy; open findings: {said}."
    )
    unread = names_not_read(settings)
    if unread:
        say(
            f"{counted(len(unread), 'drug name')} could not be read, in "
            f"{counted(sum(row['times'] for row in unread), 'row')}; the nearest known names are "
            "proposed (`rechallenge unread-names` lists all):"
        )
        for row in unread[:_NAMES_SHOWN]:
            nearest = f"; near to {row['nearest']}" if row["nearest"] else ""
            say(f"  {row['name']}: {counted(row['episodes'], 'episode')}{nearest}")
    return {
        "snapshot_id": current,
        "is_new": True,
        **counts,
        "open_findings": open_findings,
        "unread_drug_names": len(unread),
    }


def _current(settings: "Settings") -> str | None:
    """The id of the current snapshot."""
    from etl.publish.shelf import Shelf

    return Shelf(settings.published).current_id()


def _report_of(settings: "Settings") -> Path:
    outputs = settings.published / "current" / "outputs"
    return outputs / SEED_STUDY / "report.html"


@contextmanager
def _working(what: str) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def _progress(steps: int) -> Iterator["Listener"]:
    """A bar on a terminal; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("starting", total=steps)

        def listener(step: str, has_ended: bool) -> None:
            if has_ended:
                bar.advance(task)
            else:
                bar.update(task, description=step.replace("__", "."))

        yield listener


VERBS = (refresh, demo, synth, check)
