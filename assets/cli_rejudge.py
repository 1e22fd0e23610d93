"""The verb that judges a past snapshot again: rejudge.

Belongs here: its options and words. Does not belong here: judging and comparing (`etl.rejudge`).
"""

from pathlib import Path
from typing import Annotated

import typer

from assets.cli_common import Home, Json, out, settings_for, show

Snapshot = Annotated[str, typer.Argument(help="Snapshot id, frozen name, or current.")]


def rejudge(
    snapshot: Snapshot,
    rules: Annotated[
        Path | None,
        typer.Option(help="Folder of other rules, such as a branch's expectations/rules."),
    ] = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Judge a past snapshot again and show what each rule found then and finds now."""
    from etl import rejudge as etl_rejudge

    catalogue = etl_rejudge.read_rules(rules)
    result = etl_rejudge.rejudge(settings_for(home), snapshot, catalogue)
    if as_json:
        show(result.as_dict(), as_json=True)
        return
    shown = [one for one in result.compared if one.differs or one.rule != "same"]
    show(
        [
            {
                "rule": one.rule_id,
                "severity": one.severity,
                "is": one.rule,
                "then": one.then,
                "now": one.now,
                "only_then": one.only_then,
                "only_now": one.only_now,
            }
            for one in shown
        ],
        as_json=False,
    )
    same = len(result.compared) - len(shown)
    out(
        f"Snapshot {result.snapshot_id} of {result.as_of}: {same} rules are as they were and find "
        "the same records."
    )
    if result.left_out:
        out(
            f"{len(result.left_out)} rules about hospitals and deliveries need earlier nights and "
            f"were left out: {', '.join(result.left_out)}."
        )
    out("Nothing was written: the warehouse, the ledger and the snapshot are as they were.")


VERBS = (rejudge,)
