"""The verb that asks Great Expectations: second-opinion.

Belongs here: its options and its table. Does not belong here: asking (`etl.second_opinion`).
"""

from typing import Annotated, Any

import typer

from assets.cli_common import Home, Json, out, settings_for, show


def second_opinion(
    home: Home = None,
    all_rules: Annotated[
        bool, typer.Option("--all", help="Show every rule, not only disagreements.")
    ] = False,
    wait: Annotated[
        int, typer.Option(help="Seconds to wait for a run that holds the warehouse.", min=0)
    ] = 0,
    as_json: Json = False,
) -> None:
    """Ask Great Expectations about the last night; its counts beside ours, and Data Docs."""
    import json

    from etl.refresh import the_catalogue
    from etl.second_opinion import must_agree
    from etl.second_opinion import second_opinion as ask

    found = ask(settings_for(home), the_catalogue(), patience_seconds=wait)
    opinion, counts = found.opinion, found.opinion.counts()
    if as_json:
        show(json.loads(opinion.to_json(found.snapshot_id)), as_json)
    else:
        shown = opinion.rules if all_rules else opinion.disagreements
        if shown:
            show([_on_a_line(one.as_dict()) for one in shown], as_json)
        out(
            f"Snapshot {found.snapshot_id}: of {counts['rules']} rules {counts['native']} were "
            f"asked by native expectations and {counts['sql']} by SQL; {counts['not_asked']} were "
            f"not asked and {counts['not_expressible']} cannot be."
        )
        out(f"Both count the same on {counts['agree']} and differ on {counts['disagree']}.")
        if found.folder is None:
            out("This snapshot was not published, so it has no Data Docs.")
        else:
            out(f"Data Docs: {found.folder / 'index.html'}")
    must_agree(found)


def _on_a_line(said: dict[str, Any]) -> dict[str, Any]:
    reason = said.get("not_asked_because") or said.get("not_expressible_because")
    agrees = {True: "yes", False: "no", None: "not asked"}[said["agrees"]]
    return {
        "rule": said["rule_id"],
        "asked by": said["expressed_as"] or "",
        "judged": said["judged"],
        "we count": said["violated"],
        "Great Expectations": said["unexpected"],
        "agrees": f"{agrees}: {reason}" if reason else agrees,
    }


VERBS = (second_opinion,)
