"""Verbs of the steward: rules, findings, accept, withdraw.

Belongs here: their options and words. Does not belong here: the rules and the ledger
(`expectations`).
"""

import json
from typing import Annotated, Any

import typer

from assets.cli_common import Home, Json, day, out, published_database, query, settings_for, show

Id = Annotated[str | None, typer.Argument(help="Id of one rule, such as AE-T19.")]


def rules(rule_id: Id = None, as_json: Json = False) -> None:
    """List the rule catalogue, or explain one rule."""
    from etl.errors import WrongUseError
    from expectations.catalogue import load_catalogue

    catalogue = load_catalogue()
    if rule_id is None:
        names = ("id", "stage", "subject", "severity", "title")
        rows = [{name: getattr(rule, name) for name in names} for rule in catalogue.rules]
        show(rows, as_json)
        return
    if rule_id not in catalogue.by_id:
        raise WrongUseError(f"There is no rule {rule_id}. `rechallenge rules` lists them.")
    rule = catalogue.by_id[rule_id]
    said = {**rule.definition(), "check_name": rule.check_name, "hash": rule.hash}
    if rule.caveat:
        said["caveat"] = rule.caveat
    if as_json:
        said["examples"] = [one.model_dump(mode="json") for one in rule.examples]
    show(said, as_json)


def findings(
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="Only of this status; may be repeated. Open ones when left out."),
    ] = None,
    severity: Annotated[str | None, typer.Option(help="error, warning or info.")] = None,
    hospital: Annotated[str | None, typer.Option(help="Only of this hospital.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 50,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the findings of the current snapshot, with file and line."""
    chosen = status or ["new", "reopened", "persisting"]
    filters = {"rule_id": rule, "severity": severity, "hospital_id": hospital}
    asked = {name: value for name, value in filters.items() if value is not None}
    where = "".join(f" and {name} = ${name}" for name in asked)
    rows: list[dict[str, Any]] = query(
        published_database(settings_for(home)),
        "select finding_id, rule_id, severity, status, subject, record_key, hospital_id, "
        "source_file, source_line, raw_values, days_open from quality.findings "
        f"where list_contains($statuses, status){where} "
        "order by list_position(['error', 'warning', 'info'], severity), rule_id, source_file, "
        "source_line, record_key, finding_id",
        {"statuses": chosen, **asked},
    )
    if as_json:
        show(rows, as_json)
        return
    shown = rows[:limit] if limit else rows
    show([_on_a_line(row) for row in shown], as_json)
    if len(shown) < len(rows):
        out(f"{len(rows) - len(shown):,} more; --limit 0 shows all, --rule one rule's.")


def _on_a_line(row: dict[str, Any]) -> dict[str, Any]:
    """What a steward needs of a finding to open the chart; `--json` has the rest."""
    entered: dict[str, Any] = json.loads(row["raw_values"] or "{}")
    said = ", ".join(f"{name} = {'' if v is None else v}" for name, v in entered.items())
    return {
        "rule": row["rule_id"],
        "severity": row["severity"],
        "status": row["status"],
        "record": row["record_key"],
        "file and line": f"{row['source_file']}:{row['source_line']}" if row["source_file"] else "",
        "entered": said,
        "days open": row["days_open"],
    }


def accept(
    rule: Annotated[str, typer.Argument(help="Rule, or family of rules.")],
    record: Annotated[str, typer.Argument(help="Record key, as `findings` shows it.")],
    author: Annotated[str, typer.Option(help="Who accepts.")],
    reason: Annotated[str, typer.Option(help="Why the value is right.")],
    until: Annotated[
        str | None, typer.Option(help="Last day, 2025-12-31; until the value changes.")
    ] = None,
    home: Home = None,
) -> None:
    """Accept a confirmed oddity; it holds until its values or its rule change."""
    from expectations import acceptances

    settings = settings_for(home)
    acceptance_id = acceptances.accept(
        settings.acceptances_path, rule, record, author=author, reason=reason, until=day(until)
    )
    out(f"Accepted as {acceptance_id}. It counts from the next refresh on.")


def withdraw(
    acceptance: Annotated[str, typer.Argument(help="Id of the acceptance.")],
    author: Annotated[str, typer.Option(help="Who withdraws.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    home: Home = None,
) -> None:
    """Withdraw an acceptance; its findings count again from the next refresh on."""
    from expectations import acceptances

    settings = settings_for(home)
    acceptances.withdraw(settings.acceptances_path, acceptance, author=author, reason=reason)
    out(f"Withdrawn: {acceptance}.")


VERBS = (rules, findings, accept, withdraw)
