"""The verb `findings`: what is open now, or was on a past night.

Belongs here: its options and words. Does not belong here: the ledger (`expectations`).
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from assets.cli_common import (
    Home,
    Json,
    known_hospitals,
    must_be_known,
    out,
    published_database,
    query,
    settings_for,
    show,
)

_OPEN = ("new", "reopened", "persisting")
_STATUSES = (
    *("open", *_OPEN),
    *("accepted", "corrected", "vanished", "superseded", "rule_changed"),
)
_COLUMNS = (
    *("finding_id", "rule_id", "severity", "status", "subject", "record_key", "hospital_id"),
    *("source_file", "source_line", "source_part", "raw_values", "days_open", "source"),
)
_SEVERITIES = ("error", "warning", "info")
_ORDER = (
    "order by list_position(['error', 'warning', 'info'], severity), rule_id, source_file, "
    "source_line, record_key, finding_id"
)


def findings(
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            help="Only of this status; may be repeated. `open` (new, reopened, persisting) when "
            "left out."
        ),
    ] = None,
    severity: Annotated[str | None, typer.Option(help="error, warning or info.")] = None,
    hospital: Annotated[str | None, typer.Option(help="Only of this hospital.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="As they were: a snapshot, or a day such as 2025-03-03."),
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 50,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the findings of the current snapshot, or as of a past one, with file and line."""
    path = published_database(settings_for(home))
    _must_be_known(path, rule, status or [], severity, hospital)
    asked_for = status or ["open"]
    chosen = [one for name in asked_for for one in (_OPEN if name == "open" else (name,))]
    filters = {"rule_id": rule, "severity": severity, "hospital_id": hospital}
    asked = {name: value for name, value in filters.items() if value is not None}
    where = f"where list_contains($statuses, status){''.join(f' and {n} = ${n}' for n in asked)}"
    parameters: dict[str, object] = {"statuses": chosen, **asked}
    if as_of is None:
        rows: list[dict[str, Any]] = query(
            path,
            f"select * from quality.findings {where} {_ORDER}",
            parameters,
        )
        # A registry that an earlier release published has no part and no source.
        rows = [{name: row.get(name) for name in _COLUMNS} for row in rows]
    else:
        rows = _as_of(as_of, where, parameters, home, as_json)
    if as_json:
        show(rows, as_json)
        return
    shown = rows[:limit] if limit else rows
    show(_on_lines(shown), as_json)
    if len(shown) < len(rows):
        out(f"{len(rows) - len(shown):,} more; --limit 0 shows all, --rule one rule's.")


def _must_be_known(
    path: Path, rule: str | None, status: list[str], severity: str | None, hospital: str | None
) -> None:
    must_be_known("status", status, _STATUSES)
    must_be_known("severity", [severity] if severity else [], _SEVERITIES)
    if rule is not None:
        known = query(
            path, "select rule_id from quality.rules union select rule_id from quality.findings"
        )
        must_be_known("rule", [rule], [row["rule_id"] for row in known])
    if hospital is not None:
        must_be_known("hospital", [hospital], known_hospitals(path))


def _as_of(
    asked: str, where: str, parameters: dict[str, object], home: Home, as_json: bool
) -> list[dict[str, Any]]:
    from etl.warehouse import open_reader
    from expectations.as_of import FINDINGS_AS_OF, find_night

    path = published_database(settings_for(home))
    with open_reader(path) as con:
        sequence, day, snapshot_id = find_night(con, asked)
    if not as_json:
        out(f"As of snapshot {snapshot_id} of {day}; file and line are the last ones known.")
    return query(
        path,
        f"select * from ({FINDINGS_AS_OF}) {where} {_ORDER}",
        {**parameters, "sequence": sequence, "as_of": day},
    )


def _on_lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a steward needs of findings to open the charts; `--json` has the rest."""
    from etl.sources import mapping_if_known
    from etl.sources.notation import in_one_notation
    from expectations.subjects import load_subjects

    subjects = load_subjects()
    lines = []
    for row in rows:
        entered: dict[str, Any] = json.loads(row["raw_values"] or "{}")
        if (subject := subjects.get(row["subject"])) and row["source"]:
            mapping, part = mapping_if_known(row["source"]), row.get("source_part")
            entered, _ = in_one_notation(mapping, subject, part, entered, {})
        place = f"{row['source_file']}:{row['source_line']}" if row["source_file"] else ""
        lines.append(
            {
                "rule": row["rule_id"],
                "severity": row["severity"],
                "status": row["status"],
                "record": row["record_key"],
                "file and line": place,
                "entered": ", ".join(
                    f"{name} = {'' if v is None else v}" for name, v in entered.items()
                ),
                "days open": row["days_open"],
            }
        )
    return lines


VERBS = (findings,)
