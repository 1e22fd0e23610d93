"""The deliveries asset: hospitals and what they delivered, before the first judgement.

Belongs here: when the step runs and its counts in the UI. Does not belong here: what it builds
(`etl/deliveries`), what is judged of it (rules).
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.tables import DELIVERIES
from etl.publish import files

if TYPE_CHECKING:
    from etl.deliveries.inbox import Folder

INBOX_CHECK = "inbox_is_taken"
_MOST = 50


def inbox_check(found: "list[Folder]", now: float) -> tuple[dg.AssetCheckEvaluation, str]:
    """What the delivery check says of the inbox: red once a folder was not taken for a day.

    Returns:
        The evaluation, and a text that changes when it does.
    """
    from etl.deliveries.inbox import not_taken

    left = not_taken(found)
    is_red = any(one.is_overdue(now) for one in left)
    lines = [
        {
            "folder": one.path.name,
            "status": one.status,
            "why": one.reason,
            "since": one.since.isoformat(timespec="minutes") if one.since else "",
        }
        for one in found
        if one.status != "taken"
    ]
    taken = sum(one.status == "taken" for one in found)
    said = f"{len(left)} not taken, {taken} taken, {len(found) - len(left) - taken} to come."
    evaluation = dg.AssetCheckEvaluation(
        asset_key=DELIVERIES,
        check_name=INBOX_CHECK,
        passed=not left,
        severity=dg.AssetCheckSeverity.ERROR if is_red else dg.AssetCheckSeverity.WARN,
        description=" ".join([said, *(one.said for one in left)]),
        metadata={"inbox": describe.table(lines or [{"folder": "nothing waits"}], most=_MOST)},
    )
    return evaluation, files.hash_of([is_red, lines, taken])[:12]


def build_inbox_check() -> dg.AssetChecksDefinition:
    """The delivery check: every folder of the inbox is taken, or was seen within a day."""

    @dg.asset_check(
        asset=DELIVERIES,
        name=INBOX_CHECK,
        description=(
            "Each folder of the inbox is taken. Yellow: one is not, for the reason that stands "
            "here; red after a day."
        ),
    )
    def inbox_is_taken(warehouse: Warehouse) -> dg.AssetCheckResult:
        from etl.deliveries.inbox import look_and_note

        moment = time.time()
        found = spoken("Looking at the inbox", lambda: look_and_note(warehouse.settings, moment))
        said, _ = inbox_check(found, moment)
        return dg.AssetCheckResult(
            passed=said.passed,
            severity=said.severity,
            description=said.description,
            metadata=said.metadata,
        )

    return inbox_is_taken


def build_deliveries_asset(staging: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The step after staging that lays out what each hospital delivered."""

    @dg.asset(
        key=DELIVERIES,
        deps=list(staging),
        description=(
            "What each hospital delivered: rows by table against last time and against the "
            "reviewed file, age, completeness by year; and what is gone or changed since the "
            "last published snapshot."
        ),
        group_name="quality",
        kinds={"duckdb"},
        owners=["team:stewards"],
    )
    def deliveries(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.refresh import build_deliveries

        found = spoken(
            "Laying out the deliveries",
            lambda: build_deliveries(warehouse.write(), warehouse.settings),
        )
        statuses = ("arrived", "late", "missing", "unexpected")
        return dg.MaterializeResult(
            metadata={
                f"hospitals_{status}": describe.number(found.get(status, 0)) for status in statuses
            }
        )

    return deliveries
