"""One rule on an export that is loaded nowhere: a warehouse in memory, as far as the rule needs it.

Belongs here: loading, staging and, for rules of later stages, deriving. Does not belong here: the
verdict (`expectations.trial`), the night (`etl.refresh`).
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from etl import deliveries, ingest
from etl.errors import InputUnreadableError, WrongUseError
from etl.models import run_layer
from etl.nearest import near
from etl.parameters import Parameters
from etl.studies import build_study, load_studies
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue, Rule, Stage, load_catalogue, read_rules, with_rules
from expectations.codelists import load_codelists
from expectations.errors import CatalogueError
from expectations.evaluate import prepare
from expectations.trial import Trial, try_rule


def try_on_export(
    rule_id: str, export: Path, source: str, *, rules_file: Path | None, limit: int | None
) -> tuple[Trial, Sequence[str]]:
    """Try one rule on an export; the trial, and what is worth saying about the export.

    Args:
        rule_id: The rule, of the catalogue or of `rules_file`.
        export: Folder of the export.
        source: Registry whose mapping reads it.
        rules_file: A YAML file that somebody is writing; its rules stand in for those of the
            catalogue that have the same id.
        limit: How many records to name; None for all.

    Raises:
        InputUnreadableError: the folder or the file is not there, or cannot be read.
        WrongUseError: there is no such rule.
        CatalogueError: the rule cannot be read or does not run; the sentence says where.
    """
    if not export.is_dir():
        raise InputUnreadableError(f"{export} is not a folder. Name the folder of an export.")
    catalogue, places = _catalogue(rules_file)
    rule = _rule(rule_id, catalogue, rules_file, places)
    with open_memory() as con:
        load_codelists(con)
        registration = ingest.load_export(con, export, source)
        prepare(con, catalogue)
        _build(con, rule.stage)
        try:
            trial = try_rule(con, catalogue, rule, limit)
        except CatalogueError as error:
            place = places.get(rule_id)
            raise CatalogueError(f"{place}, {error}" if place else str(error)) from None
    return trial, registration.warnings


def _catalogue(rules_file: Path | None) -> tuple[Catalogue, dict[str, str]]:
    catalogue = load_catalogue()
    if rules_file is None:
        return catalogue, {}
    if not rules_file.is_file():
        raise InputUnreadableError(f"{rules_file} is not a file. Name a YAML file of rules.")
    placed = read_rules(rules_file)
    return with_rules(catalogue, placed), {rule.id: place for rule, place in placed}


def _rule(
    rule_id: str, catalogue: Catalogue, rules_file: Path | None, places: dict[str, str]
) -> Rule:
    if rules_file is not None and rule_id not in places:
        held = ", ".join(sorted(places)) or "no rule"
        raise WrongUseError(f"{rules_file.name} has no rule {rule_id}; it holds {held}.")
    if rule_id not in catalogue.by_id:
        raise WrongUseError(
            f"There is no rule {rule_id}.{near(rule_id, catalogue.by_id)} "
            "`rechallenge rules` lists them."
        )
    return catalogue.by_id[rule_id]


def _build(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """What rules of this stage look at. No finding is judged, so nothing is doubtful."""
    parameters = Parameters()
    run_layer(con, "staging", parameters.as_sql())
    row = con.execute(
        "select coalesce(max(export_date), current_date) from source.export"
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always has a row
    deliveries.build_deliveries(con, snapshot_id="tried", as_of=row[0])
    if stage == "source":
        return
    run_layer(con, "derived", parameters.as_sql())
    run_layer(con, "marts", parameters.as_sql())
    deliveries.build_before_judging(con, "derived")
    if stage == "derived":
        return
    for study in load_studies().values():
        build_study(con, study, parameters)
    deliveries.build_before_judging(con, "mart")
