"""How the night compares with those before it.

Belongs here: counts over the nights. Does not belong here: drawing (`charts`), tonight alone
(`changes`).
"""

from typing import Any

from markupsafe import Markup

from etl.outputs.quality import charts, wording
from etl.outputs.quality.desk import Desk
from etl.outputs.quality.page import Chart, Section, table

_NIGHTS = 60
_CLOSED = "corrected + vanished + superseded + rule_changed"


def trends(desk: Desk) -> Section:
    """Open findings, and what came and went, over the published nights."""
    if desk.is_first_night:
        said = "One night is no trend. From the second published night on it stands here."
        return Section("trends", "Trends", (said,))
    nights = night_counts(desk)
    days = [f"{one['as_of'].day} {one['as_of']:%b}" for one in nights]
    open_now = [
        charts.Line(f"{severity}s", severity, [int(one[f"open_{severity}"]) for one in nights])
        for severity in wording.SEVERITIES
    ]
    first, last = nights[0], nights[-1]
    told = (
        f"Open findings over {wording.counted(len(nights), 'night')}: errors from "
        f"{wording.count(first['open_error'])} to {wording.count(last['open_error'])}, warnings "
        f"from {wording.count(first['open_warning'])} to {wording.count(last['open_warning'])}."
    )
    came = charts.Line("came", "came", [int(one["came"]) for one in nights[1:]])
    went = charts.Line("went", "went", [int(one["went"]) for one in nights[1:]])
    moved = (
        f"Findings that came (new or reopened) and went; on the last night "
        f"{wording.count(last['came'])} came and {wording.count(last['went'])} went."
    )
    return Section(
        "trends",
        "Trends",
        (
            Chart(charts.lines(told, days, open_now), told),
            Chart(charts.bars(moved, days[1:], came, went), moved),
            table(
                "nights",
                "The published nights, newest first.",
                (
                    *("Night", "Open errors", "Open warnings", "Open infos", "New", "Reopened"),
                    *("Corrected", "Vanished", "Superseded", "Rule changed"),
                ),
                (_night_row(one) for one in reversed(nights)),
                summary="The numbers behind these drawings",
                note="A night that published nothing does not stand here.",
            ),
        ),
    )


def _night_row(one: dict[str, Any]) -> tuple[str | int, ...]:
    names = ("open_error", "open_warning", "open_info", "new", "reopened")
    closed = ("corrected", "vanished", "superseded", "rule_changed")
    return (wording.day(one["as_of"]), *(int(one[name]) for name in (*names, *closed)))


def night_counts(desk: Desk) -> list[dict[str, Any]]:
    """Counts a night, oldest first; the last nights only."""
    results = desk.ledger("rule_results")
    found = {
        row["snapshot_id"]: row
        for row in desk.rows(
            f"""
            with severities as (
                select rule_id, arg_max(severity, first_as_of) as severity
                from {desk.ledger("rule_versions")} group by rule_id
            )
            select snapshot_id,
                {_open_counts()},
                sum(new) as new, sum(reopened) as reopened, sum(corrected) as corrected,
                sum(vanished) as vanished, sum(superseded) as superseded,
                sum(rule_changed) as rule_changed,
                sum(new + reopened) as came, sum({_CLOSED}) as went
            from {results} left join severities using (rule_id)
            group by snapshot_id
            """
        )
    }
    nights = [one for one in desk.nights if one["snapshot_id"] in found]
    return [{**found[one["snapshot_id"]], **one} for one in nights[-_NIGHTS:]]


def _open_counts() -> str:
    return ", ".join(
        "coalesce(sum(new + reopened + persisting) filter "
        f"(severity = '{severity}'), 0) as open_{severity}"
        for severity in wording.SEVERITIES
    )


def rule_histories(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Counts of each rule over the nights, oldest first, by rule id: one query for all."""
    order = {one["snapshot_id"]: index for index, one in enumerate(desk.nights)}
    days = {one["snapshot_id"]: one["as_of"] for one in desk.nights}
    histories: dict[str, list[dict[str, Any]]] = {}
    for row in desk.rows(
        f"""
        select rule_id, snapshot_id, applicable, judged, violated, cannot_judge, accepted, new,
            reopened, persisting, corrected, vanished, new + reopened + persisting as open
        from {desk.ledger("rule_results")}
        """
    ):
        if row["snapshot_id"] in order:
            row["as_of"] = days[row["snapshot_id"]]
            histories.setdefault(row["rule_id"], []).append(row)
    for history in histories.values():
        history.sort(key=lambda row: order[row["snapshot_id"]])
        del history[:-_NIGHTS]
    return histories


def sparkline(history: list[dict[str, Any]]) -> Markup:
    """A rule's open findings over the nights, for a cell."""
    values = [int(one["open"]) for one in history]
    label = f"open over {len(values)} nights: from {values[0]} to {values[-1]}" if values else ""
    return charts.sparkline(label, values)
