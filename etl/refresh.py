"""The steps of a refresh, each a function on a session; when they run is Dagster's.

Belongs here: what one step of the nightly refresh does, in words of the other modules. Does not
belong here: the order of the steps, schedules, progress (`assets`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from etl import changes, deliveries, impact, ingest, kept_sources, sensitivity
from etl.changes.tables import has_table
from etl.deliveries.withdrawn import read_withdrawals, refuse_withdrawn
from etl.errors import WrongUseError
from etl.governance import Governance, read_governance
from etl.home_state import note_deliveries
from etl.ingest import Registration
from etl.ingest.received import note_published, read_received
from etl.models import Model, run_model
from etl.nearest import near
from etl.parameters import Parameters
from etl.publish import expected_hospitals, files, publication, steps
from etl.publish.night import Night, plan_night
from etl.publish.publication import Publication, publish
from etl.publish.shelf import Shelf
from etl.rekey import bring_up_keys
from etl.settings import Settings
from etl.studies import Study, build_study, load_studies
from etl.worklists.references import prepare_references
from etl.worklists.shelf import follow
from expectations import (
    acceptance_bindings,
    acceptances,
    evaluate,
    ledger,
    opted_out,
    queries,
    steward_file,
)
from expectations.catalogue import Catalogue, Stage, load_catalogue
from expectations.codelists import load_codelists
from expectations.evaluate import RuleCount
from expectations.export_format import TABLES

if TYPE_CHECKING:
    from etl.worklists.export import Written

STUDY_TABLES = ("rechallenges", "attrition", "estimates", "subgroups")
"""Marts that the studies fill, each with its `study`."""

_VERDICTS: Mapping[Stage, str] = {
    "source": steps.SOURCE_VERDICTS,
    "derived": steps.DERIVED_VERDICTS,
    "mart": steps.MART_VERDICTS,
}


@dataclass(frozen=True)
class Loaded:
    """An export as loaded, the night planned for it, and what is worth saying."""

    registration: Registration
    night: Night
    rows: Mapping[str, int]
    remarks: tuple[str, ...]


@cache
def the_catalogue() -> Catalogue:
    """The rule catalogue, read once a process."""
    return load_catalogue()


def chosen_studies(names: Iterable[str]) -> dict[str, Study]:
    """The studies asked for; all of them when none is named.

    Raises:
        WrongUseError: there is no study of that name.
    """
    known = load_studies()
    wanted = list(names) or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise WrongUseError(
            f"There is no study {', '.join(unknown)}.{near(unknown[0], known)} Known are "
            f"{', '.join(sorted(known))}."
        )
    return {name: known[name] for name in wanted}


def plan(
    settings: Settings,
    *,
    source: str,
    export_id: str,
    as_of: date,
    studies: Sequence[str],
    words: Path | None = None,
    in_force: Governance | None = None,
    readers: bool = True,
) -> Night:
    """Work out which snapshot an export leads to; reads what stewards said up to that day.

    `words` is the copy of the stewards' file that the night reads, `in_force` the opt-outs and
    merges it honours; what stands in the home when left out. `readers` is whether what people
    look at is written, too.
    """
    catalogue = the_catalogue()
    words = words or settings.acceptances_path
    in_force = in_force or read_governance(settings.governance, as_of)
    return plan_night(
        settings,
        source=source,
        export_id=export_id,
        as_of=as_of,
        studies={name: _study_hash(study) for name, study in chosen_studies(studies).items()},
        parameters={
            **Parameters().model_dump(mode="json"),
            "deliveries": deliveries.parameters(settings, source),
        },
        catalogue=catalogue,
        acceptances=acceptances.said(words, as_of),
        queries=queries.said(words),
        governance_hash=in_force.hash,
        readers=readers,
    )


def recover(con: duckdb.DuckDBPyConnection, settings: Settings) -> str | None:
    """Finish or undo what a killed night left, its worklists too; a sentence if there was any."""
    remark = publication.recover(con, settings)
    follow(settings)
    if has_table(con, None, "raw", "night") and has_table(con, None, "deliveries", "received"):
        night = Night.read(con)  # cut off behind its commit, it has not noted what it published
        if Shelf(settings.published).folder(night.snapshot_id).is_dir():
            note_published(con, night.inputs.source)
    return remark


def load(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    export: Path,
    source: str,
    as_of: date,
    studies: Sequence[str],
    readers: bool = True,
) -> Loaded:
    """Register and load an export, and plan the night; a night that was cut off is tidied up.

    `readers` is whether the night also writes what people look at.

    Raises:
        InputUnreadableError: the export cannot be read.
    """
    remark = recover(con, settings)
    steps.begin(con)
    load_codelists(con)
    bring_up_keys(con, the_catalogue(), settings.acceptances_path)
    in_force = read_governance(settings.governance, as_of)
    words = settings.words_of_the_night
    steward_file.copy_file(settings.acceptances_path, words)
    withdrawals = read_withdrawals(words, source)
    refuse_withdrawn(withdrawals, ingest.fingerprint(export, source))
    registration = ingest.load_export(
        con,
        export,
        source,
        governance=in_force,
        as_of=as_of,
        zone=settings.timezone,
        withdrawn=[one.export_id for one in withdrawals],
    )
    remarks = _delivery_remarks(con, settings, source, registration)
    of_files = [one for one in registration.warnings if one not in remarks]
    note_deliveries(settings, read_received(con), remarks, of_files)
    opted_out.forget_history(con)
    night = plan(
        settings,
        source=source,
        export_id=registration.export_id,
        as_of=as_of,
        studies=studies,
        words=words,
        in_force=in_force,
        readers=readers,
    )
    night.save(con)
    evaluate.prepare(con, the_catalogue())
    acceptance_bindings.load(con, words, as_of, settings.lapsing_days)
    if settings.outputs.exists():
        files.remove_tree(settings.outputs)
    steps.record(con, steps.EXPORT)
    rows = {name: _count(con, f"source.{name}") for name in TABLES}
    said = dict.fromkeys([*([remark] if remark else []), *remarks])
    return Loaded(
        registration, night, rows, tuple(one for one in said if one not in registration.warnings)
    )


def _delivery_remarks(
    con: duckdb.DuckDBPyConnection, settings: Settings, source: str, registration: Registration
) -> list[str]:
    """What a person should know of this delivery beside the others."""
    last = expected_hospitals.hospitals_of(Shelf(settings.published).head(), source)
    alone = expected_hospitals.remark(con, last)
    return [*registration.about_deliveries, *([alone] if alone else [])]


def build_table(con: duckdb.DuckDBPyConnection, model: Model) -> int:
    """Build one modelled table; returns its rows."""
    rows = run_model(con, model, Parameters().as_sql())
    steps.record(con, model.name)
    return rows


def build_deliveries(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Build the facts about deliveries and hospitals; returns the hospitals by status."""
    found = deliveries.build_night(con, settings, Night.read(con))
    steps.record(con, steps.DELIVERIES)
    return found


def judge(con: duckdb.DuckDBPyConnection, stage: Stage) -> list[RuleCount]:
    """Judge every rule of a stage."""
    deliveries.build_before_judging(con, stage)
    counts = evaluate.judge(con, the_catalogue(), stage)
    steps.record(con, _VERDICTS[stage])
    return counts


def build_studies(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Build the rows of the studies asked for; those of others are removed."""
    studies = chosen_studies(Night.read(con).studies)
    parameters = Parameters()
    for table in STUDY_TABLES:
        _forget_other_studies(con, table, list(studies))
    for study in studies.values():
        build_study(con, study, parameters, settings.minimum_cell)
    steps.record(con, steps.STUDIES)
    return {table: _count(con, f"marts.{table}") for table in STUDY_TABLES}


def build_sensitivity(con: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Ask the studies that want it again under other definitions; returns the rows."""
    studies = chosen_studies(Night.read(con).studies).values()
    asked = [study for study in studies if study.sensitivity and settings.studies.sensitivity]
    rows = sensitivity.build_sensitivity(con, asked, Parameters(), settings.minimum_cell)
    steps.record(con, steps.SENSITIVITY)
    return rows


def build_impact(con: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Work out how far each rule moves what the studies report; returns the rows."""
    studies = chosen_studies(Night.read(con).studies).values()
    rows = impact.build_impact(con, studies, settings.minimum_cell)
    steps.record(con, steps.IMPACT)
    return rows


def build_changes(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Compare the studies with the current snapshot; returns the rows of each table."""
    night = Night.read(con)
    rows = changes.build_changes(con, settings, night, chosen_studies(night.studies))
    steps.record(con, steps.CHANGES)
    return rows


def plan_ledger(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Work out what the ledger will be once this night is published; findings by status."""
    night = Night.read(con)
    ledger.plan(con, night.snapshot_id, night.as_of, the_catalogue())
    queries.load(con, settings.words_of_the_night, night.as_of)
    opted_out.forget(con)
    prepare_references(con)
    steps.record(con, steps.LEDGER)
    return dict(
        con.execute(
            "select status, count(*) from quality.next_findings group by status order by status"
        ).fetchall()
    )


def write_worklists(con: duckdb.DuckDBPyConnection, settings: Settings) -> "list[Written]":
    """Write the night's worklists beside the shelf; they are current once it is published."""
    from etl.worklists.night import write_night  # reads and writes workbooks: slow to import

    written = write_night(con, settings, Night.read(con))
    steps.record(con, steps.WORKLISTS)
    return written


def write_study_outputs(
    con: duckdb.DuckDBPyConnection, settings: Settings, name: str
) -> list[Path]:
    """Write a study's report, tables and figures; none when the night does not ask for it."""
    from etl.outputs.report import ReportContext, write_outputs  # draws: slow to import

    night = Night.read(con)
    if name not in night.studies:
        return []
    row = con.execute("select source, registry, export_date from source.export").fetchone()
    assert row is not None  # noqa: S101 - the export is loaded
    folder = settings.outputs / name
    folder.mkdir(parents=True, exist_ok=True)
    context = ReportContext(
        snapshot_id=night.snapshot_id,
        source=row[0],
        registry=row[1],
        export_date=row[2],
        is_synthetic=settings.profile == "demo" or "synthetic" in str(row[1]).lower(),
        code_version=night.inputs.code_version,
        rules_hash=night.inputs.rules_hash,
        parameters=Parameters(),
        minimum_cell=settings.minimum_cell,
    )
    written = write_outputs(con, load_studies()[name], folder, context)
    steps.record(con, steps.outputs_of(name))
    return written


def publish_night(con: duckdb.DuckDBPyConnection, settings: Settings) -> Publication:
    """Ask the gate and publish; the worklists of what is current are current, too."""
    # Kept before the ledger's commit: a night that is cut off after it has lost nothing.
    kept_sources.keep(con, settings, Night.read(con).inputs.export_id)
    try:
        published = publish(con, settings, the_catalogue())
    finally:
        kept_sources.prune(settings)
    note_published(con, Night.read(con).inputs.source)
    note_deliveries(settings, read_received(con))
    follow(settings)
    return published


def _forget_other_studies(
    con: duckdb.DuckDBPyConnection, table: str, studies: Sequence[str]
) -> None:
    exists = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = ?", [table]
    ).fetchone()
    if exists:
        con.execute(
            f"delete from marts.{table} where not list_contains($studies, study)",
            {"studies": list(studies)},
        )


def _study_hash(study: Study) -> str:
    return files.hash_of(study.model_dump(mode="json"))


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
