"""Verbs about messages: digest, heartbeat.

Belongs here: their options and words, and sending at the end of a refresh. Does not belong here:
what a message says and whether it was sent (`etl.digest`).
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assets.cli_common import (
    Home,
    Json,
    err,
    known_hospitals,
    must_be_known,
    out,
    published_database,
    settings_for,
    show,
)

if TYPE_CHECKING:
    from etl.settings import Settings


def digest(
    owner: Annotated[
        str, typer.Option(help="Whose message to show: stewards, engineers or hospital:CODE.")
    ] = "stewards",
    send: Annotated[
        bool, typer.Option("--send", help="Send what is due to everybody with an address.")
    ] = False,
    home: Home = None,
) -> None:
    """Show the message that is due to an owner, or send all that are; each is sent once."""
    from etl.digest.deliver import due, owners

    settings = settings_for(home)
    _must_be_owner(owner, settings)
    if not send:
        messages = due(settings, owner, datetime.now(UTC))
        for message in messages:
            out(f"{message.title}\n\n{message.text}")
        if not messages:
            out(f"Nothing to say to {owner}: nothing changed since they were told.")
        return
    if not owners(settings):
        out("Nobody has an address: set RECHALLENGE_DIGEST_STEWARDS (docs/operations.md).")
        return
    if not _send(settings):
        raise typer.Exit(1)


def _must_be_owner(owner: str, settings: "Settings") -> None:
    from etl.digest.compose import ENGINEERS, HOSPITAL, STEWARDS
    from etl.digest.deliver import owners
    from etl.publish.shelf import Shelf

    named = [one.name for one in owners(settings)]
    if owner.startswith(HOSPITAL) and Shelf(settings.published).current_id() is not None:
        named += [f"{HOSPITAL}{one}" for one in known_hospitals(published_database(settings))]
    must_be_known("owner of a message", [owner], {STEWARDS, ENGINEERS, *named})


def heartbeat(home: Home = None, as_json: Json = False) -> None:
    """Say how the last night ended; exit 1 when none ended well for too long."""
    from etl.digest.heartbeat import read_heartbeat

    settings = settings_for(home)
    beat = read_heartbeat(settings)
    is_late = beat.is_late(datetime.now(UTC), settings.missed_night_hours)
    last, success = beat.last, beat.last_success
    shown = {
        "is_late": is_late,
        "last_success": success.ended_at.isoformat() if success else None,
        "last_run": last.ended_at.isoformat() if last else None,
        "last_run_succeeded": last.succeeded if last else None,
        "why": last.sentence or None if last else None,
    }
    show(shown if as_json else [shown], as_json)
    if is_late or success is None:
        raise typer.Exit(1)


def after_refresh(settings: "Settings") -> None:
    """Send the digest where the site wants a refresh to do so; a failure to send is only said."""
    if settings.digest_on_refresh:
        _send(settings)


def _send(settings: "Settings") -> bool:
    from etl.digest.deliver import deliver

    outcomes = deliver(settings, datetime.now(UTC))
    for one in outcomes:
        if one.sent:
            err(f"Sent to {one.owner}: {one.message.title}")
        for problem in one.problems:
            err(problem)
    if not outcomes:
        err("Nothing to send: nothing changed since everybody was told.")
    return not any(one.problems for one in outcomes)


VERBS = (digest, heartbeat)
