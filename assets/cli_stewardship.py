"""Verbs about acceptances: accept, approve, reject, withdraw, acceptances.

Belongs here: their options and words. Does not belong here: what is checked and kept
(`etl.stewards`, `expectations.acceptances`), queries (`cli_queries`).
"""

from typing import Annotated

import typer

from assets.cli_common import Home, Json, day, err, out, settings_for, show

Acceptance = Annotated[str, typer.Argument(help="Id of the acceptance, such as A00012.")]
Author = Annotated[str, typer.Option(help="Who says so; kept as typed.")]


def accept(
    rule: Annotated[str, typer.Argument(help="Rule, or family of rules.")],
    record: Annotated[str, typer.Argument(help="Record key, as `findings` shows it.")],
    author: Author,
    reason: Annotated[str, typer.Option(help="Why the value is right.")],
    until: Annotated[
        str | None, typer.Option(help="Last day, 2025-12-31; until the value changes.")
    ] = None,
    home: Home = None,
) -> None:
    """Accept a confirmed oddity; it holds until its values or its rule change."""
    from etl import stewards

    accepted = stewards.accept(
        settings_for(home), rule, record, author=author, reason=reason, until=day(until)
    )
    if accepted.remark:
        err(accepted.remark)
    out(f"Accepted as {accepted.acceptance_id}. It counts from the next refresh on.")


def approve(acceptance: Acceptance, author: Author, home: Home = None) -> None:
    """Approve a proposed acceptance; it counts from the next refresh on."""
    from expectations import acceptances

    acceptances.approve(settings_for(home).acceptances_path, acceptance, author=author)
    out(f"Approved: {acceptance}. It counts from the next refresh on.")


def reject(
    acceptance: Acceptance,
    author: Author,
    reason: Annotated[str, typer.Option(help="Why not.")],
    home: Home = None,
) -> None:
    """Reject a proposed acceptance; it never counts."""
    from expectations import acceptances

    acceptances.reject(
        settings_for(home).acceptances_path, acceptance, author=author, reason=reason
    )
    out(f"Rejected: {acceptance}.")


def withdraw(
    acceptance: Acceptance,
    author: Author,
    reason: Annotated[str, typer.Option(help="Why.")],
    home: Home = None,
) -> None:
    """Withdraw an acceptance; its findings count again from the next refresh on."""
    from expectations import acceptances

    acceptances.withdraw(
        settings_for(home).acceptances_path, acceptance, author=author, reason=reason
    )
    out(f"Withdrawn: {acceptance}.")


def acceptances(
    unused: Annotated[bool, typer.Option("--unused", help="That cover nothing now.")] = False,
    lapsing: Annotated[bool, typer.Option("--lapsing", help="That end soon.")] = False,
    proposed: Annotated[bool, typer.Option("--proposed", help="That wait for approval.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the acceptances: whether they are used, when they lapse, and why they did."""
    from etl import stewards

    rows = stewards.read_acceptances(settings_for(home))
    if unused or lapsing or proposed:
        rows = [
            row
            for row in rows
            if (unused and row["usage"] == "unused" and row["approval"] == "approved")
            or (lapsing and row["usage"] == "lapsing")
            or (proposed and row["status"] == "proposed")
        ]
    if as_json:
        show(rows, as_json)
        return
    show([_on_a_line(row) for row in rows], as_json)


def _on_a_line(row: dict[str, object]) -> dict[str, object]:
    usage = "proposed" if row["status"] == "proposed" else row["usage"]
    return {
        "acceptance": row["acceptance_id"],
        "covers": row["target"],
        "record": row["record_key"],
        "usage": f"{usage}: {row['lapsed_because']}" if row["status"] == "lapsed" else usage,
        "lapses on": row["lapses_on"],
        "author": row["author"],
        "reason": row["reason"],
    }


VERBS = (accept, approve, reject, withdraw, acceptances)
