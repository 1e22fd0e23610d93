"""Verbs about the catalogue and the code list of drugs: rules, unread-names.

Belongs here: their options and words. Does not belong here: the rules (`expectations`), trying one
(`etl.try_rule`), findings and what stewards say of them (`cli_findings`, `cli_stewardship`).
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assets.cli_common import (
    Home,
    Json,
    err,
    must_be_known,
    out,
    published_database,
    query,
    settings_for,
    show,
)
from etl.rounding import rounded

if TYPE_CHECKING:
    from etl.settings import Settings
    from expectations.trial import Trial

Id = Annotated[str | None, typer.Argument(help="Id of one rule, such as AE-T19.")]


def rules(
    rule_id: Id = None,
    is_tried: Annotated[
        bool, typer.Option("--try", help="Run the rule on an export that is loaded nowhere.")
    ] = False,
    export: Annotated[Path | None, typer.Option(help="With --try: folder of the export.")] = None,
    source: Annotated[str, typer.Option(help="With --try: registry it comes from.")] = "native",
    rules_file: Annotated[
        Path | None, typer.Option("--rules", help="With --try: a YAML file you are writing.")
    ] = None,
    limit: Annotated[
        int, typer.Option(help="With --try: name at most so many records; 0 for all.", min=0)
    ] = 20,
    as_json: Json = False,
) -> None:
    """List the rule catalogue, explain one rule, or try one on an export."""
    from etl.errors import WrongUseError
    from expectations.catalogue import load_catalogue

    if is_tried:
        _try(rule_id, export, source, rules_file, limit, as_json)
        return
    if export or rules_file:
        raise WrongUseError(
            "--export and --rules belong to --try: rechallenge rules AE-T19 --try --export DIR."
        )
    catalogue = load_catalogue()
    if rule_id is None:
        names = ("id", "stage", "subject", "severity", "title")
        rows = [{name: getattr(rule, name) for name in names} for rule in catalogue.rules]
        show(rows, as_json)
        return
    must_be_known("rule", [rule_id], catalogue.by_id)
    rule = catalogue.by_id[rule_id]
    said = {**rule.definition(), "check_name": rule.check_name, "hash": rule.hash}
    if rule.caveat:
        said["caveat"] = rule.caveat
    if as_json:
        said["examples"] = [one.model_dump(mode="json") for one in rule.examples]
    show(said, as_json)


def _try(
    rule_id: str | None,
    export: Path | None,
    source: str,
    rules_file: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    from etl.errors import WrongUseError
    from etl.try_rule import try_on_export

    if rule_id is None or export is None:
        raise WrongUseError(
            "--try needs a rule and an export: rechallenge rules AE-T19 --try --export DIR."
        )
    trial, remarks = try_on_export(
        rule_id, export, source, rules_file=rules_file, limit=limit or None
    )
    for sentence in remarks:
        err(sentence)
    if as_json:
        show(asdict(trial), as_json)
        return
    _say(trial)


def _say(trial: "Trial") -> None:
    out(f"{trial.rule_id}: {trial.title}")
    if trial.not_applicable_because:
        out(f"Not asked of this export: {trial.not_applicable_because}.")
        return
    out(
        f"{trial.violated:,} violated of {trial.judged:,} judged; {trial.cannot_judge:,} cannot be "
        f"judged; applicable to {trial.applicable:,} ({trial.subject}); "
        f"{rounded(trial.milliseconds):,} ms."
    )
    if trial.records:
        show(
            [
                {
                    "record": one.record_key,
                    "file": one.source_file or "",
                    "line": one.source_line or "",
                }
                for one in trial.records
            ],
            as_json=False,
        )
    if trial.violated > len(trial.records):
        out(f"{trial.violated - len(trial.records):,} more; --limit 0 names all.")


def unread_names(home: Home = None, as_json: Json = False) -> None:
    """List the drug names that could not be read, with the nearest known names."""
    show(names_not_read(settings_for(home)), as_json)


def names_not_read(settings: "Settings") -> list[Any]:
    """The unread drug names of the current snapshot, those of most episodes first.

    Raises:
        InputUnreadableError: nothing is published, or the snapshot was made without this table.
    """
    import duckdb

    from etl.errors import InputUnreadableError

    try:
        return query(
            published_database(settings),
            "select name, times, episodes, unknown_drug_episodes, patients, hospitals, nearest "
            "from quality.unread_drug_names order by episodes desc, name",
        )
    except duckdb.CatalogException:
        raise InputUnreadableError(
            "The current snapshot was made before unread drug names were listed; "
            "the next `rechallenge refresh` lists them."
        ) from None


VERBS = (rules, unread_names)
