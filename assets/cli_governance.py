"""Verbs about patients' wishes: governance, prune.

Belongs here: their options and words. Does not belong here: the lists and the rows they concern
(`etl.governance`). Counts and lines are shown, never an id.
"""

from typing import Annotated, Any

import typer

from assets.cli_common import Home, Json, day, err, out, settings_for, show


def governance(
    as_of: Annotated[
        str | None, typer.Option(help="As in force on this day, 2025-03-03; today.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show how many opt-outs and merges are in force, and what is wrong with the lists."""
    from etl.governance import read_governance
    from etl.governance.snapshots import snapshots_holding

    settings = settings_for(home)
    in_force = read_governance(settings.governance, day(as_of) or settings.today())
    held = snapshots_holding(settings, in_force.opted_out)
    shown: dict[str, Any] = {
        "opt_outs": in_force.opt_outs,
        "merges": len(in_force.merged),
        "not_yet_in_force": in_force.waiting,
        "last_opt_out": in_force.last_opt_out,
        "snapshots_that_hold_them": len(held),
    }
    show(shown if as_json else [shown], as_json)
    for remark in in_force.remarks:
        err(remark)
    if held and not as_json:
        out("`rechallenge prune --before-opt-outs` lists these snapshots and removes them.")
    if in_force.remarks:
        raise typer.Exit(1)


def prune(
    before_opt_outs: Annotated[
        bool,
        typer.Option("--before-opt-outs", help="Snapshots that hold a patient who opted out."),
    ] = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Frozen ones, too, with their names.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; without it they are listed.")] = (
        False
    ),
    home: Home = None,
) -> None:
    """List the snapshots that hold patients who opted out since, and remove them with --yes."""
    from etl.errors import WrongUseError
    from etl.governance import read_governance
    from etl.governance.snapshots import remove, snapshots_holding
    from etl.warehouse import open_session

    if not before_opt_outs:
        raise WrongUseError(
            "Say which snapshots: --before-opt-outs. Retention by number is a setting "
            "(RECHALLENGE_KEEP_SNAPSHOTS)."
        )
    settings = settings_for(home)
    in_force = read_governance(settings.governance, settings.today())
    held = snapshots_holding(settings, in_force.opted_out, frozen_too=frozen)
    if not held:
        out("No published snapshot holds a patient who opted out.")
        return
    if yes:
        with open_session(settings):  # says at once when another run holds the warehouse
            for one in held:
                if one.stays_because is None:
                    remove(settings, one)
    for one in held:
        names = f", frozen as {', '.join(one.frozen_as)}" if one.frozen_as else ""
        what = "removed" if yes else "would be removed with --yes"
        said = what if one.stays_because is None else f"stays: {one.stays_because}"
        out(f"{one.snapshot.snapshot_id} (as of {one.snapshot.manifest['as_of']}{names}): {said}.")
    if any(one.stays_because for one in held):
        raise typer.Exit(1)


VERBS = (governance, prune)
