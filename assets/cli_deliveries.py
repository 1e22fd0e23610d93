"""The verbs about deliveries: the board, what was taken, withdrawing, the file of expected rows.

Belongs here: its options and words. Does not belong here: what is late, missing or expected
(`etl/deliveries`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assets.cli_common import (
    Home,
    Json,
    day,
    err,
    must_be_known,
    out,
    published_database,
    query,
    settings_for,
)
from assets.cli_common import show as show_rows

if TYPE_CHECKING:
    from etl.ingest.received import Received
    from etl.settings import Settings

_MOST = 20
_ALL = """
    select source, hospital_id, table_name, rows, rows_before, expected_rows, tolerance,
        delivered_on, days_since_delivery, status
    from quality.hospital_deliveries
    order by hospital_id nulls last, table_name
"""
_BY_HOSPITAL = """
    with board as (select
        coalesce(hospital_id, '(none named)') as hospital,
        case
            when bool_and(rows = 0) then 'missing'
            when bool_or(status = 'unexpected') then 'unexpected'
            when max($today - delivered_on) > $late then 'late'
            else 'arrived' end as status,
        max(delivered_on) as delivered_on,
        max($today - delivered_on) as days_since,
        cast(sum(rows) as bigint) as rows,
        cast(sum(rows_before) as bigint) as rows_before,
        cast(sum(expected_rows) as bigint) as expected_rows,
        string_agg(table_name, ', ' order by table_name) filter (status = 'missing')
            as missing_tables
    from quality.hospital_deliveries
    group by hospital_id)
    from board
    order by list_position(['missing', 'late', 'unexpected', 'arrived'], status), hospital
"""


deliveries_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@deliveries_app.callback()
def deliveries(
    context: typer.Context,
    hospital: Annotated[
        str | None, typer.Option(help="One hospital, table by table, instead of all.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The day to count to, 2025-03-03; today when left out.")
    ] = None,
    write_expected: Annotated[
        bool,
        typer.Option(
            "--write-expected",
            help="Write the rows of the current snapshot as those expected, to be reviewed.",
        ),
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show what each hospital delivered and what was taken; write the file of expected rows."""
    if context.invoked_subcommand is not None:
        return
    from etl.publish.shelf import Shelf

    settings = settings_for(home)
    if Shelf(settings.published).current_id() is None:
        _say_inbox(settings, err if as_json else out)
    database = published_database(settings)
    every = query(database, _ALL)
    if write_expected:
        _write(every, settings)
        return
    if hospital is not None:
        _one_hospital(every, hospital, as_json)
        return
    if as_json:
        show_rows(every, as_json)
        _say_inbox(settings, err)
        return
    today = day(as_of) or settings.today()
    rows = query(database, _BY_HOSPITAL, {"today": today, "late": settings.delivery_late_days})
    show_rows([_on_a_line(row) for row in rows], as_json)
    out(
        f"Late is older than {settings.delivery_late_days} days on {today}. Rows before are those "
        "of the last snapshot published before this one."
    )
    _show_taken(settings)
    _say_inbox(settings, out)


@deliveries_app.command()
def withdraw(
    delivery: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    author: Annotated[str, typer.Option(help="Who says so; kept as typed.")],
    reason: Annotated[str, typer.Option(help="Why: no patient's data.")],
    home: Home = None,
) -> None:
    """Withdraw a delivery: the next refresh composes the registry without it."""
    from etl.deliveries import withdrawn
    from etl.errors import WrongUseError
    from etl.home_state import read_state

    settings = settings_for(home)
    if not author.strip() or not reason.strip():
        raise WrongUseError("Say who withdraws the delivery, and why: --author NAME --reason TEXT.")
    one = _named(read_state(settings).deliveries, delivery.strip().lower())
    withdrawn.withdraw(
        settings.acceptances_path, one.source, one.export_id, author=author, reason=reason
    )
    out(
        f"Withdrawn: delivery {one.delivery_id} of {one.export_date} ({_covers(one)}). Published "
        "snapshots stay as they are; the next refresh composes the registry without it, and the "
        "same contents are not taken again unless with `refresh --again`."
    )


def _named(taken: Sequence["Received"], asked: str) -> "Received":
    from etl.errors import WrongUseError
    from etl.nearest import near

    found = {one.export_id: one for one in taken if asked and one.export_id.startswith(asked)}
    if len(found) == 1:
        return next(iter(found.values()))
    ids = sorted({one.delivery_id for one in found.values() or taken})
    if found:
        raise WrongUseError(f"{asked} begins several deliveries: {', '.join(ids)}. Write more.")
    raise WrongUseError(
        f"There is no delivery {asked}.{near(asked, ids)} `rechallenge deliveries` lists them."
    )


def _show_taken(settings: "Settings") -> None:
    """The deliveries of the home, the newest first, and what was remarked of the last."""
    from etl.deliveries.withdrawn import read_withdrawals
    from etl.home_state import read_state
    from etl.ingest.received import short

    state = read_state(settings)
    said = {
        one.export_id: one
        for source in {one.source for one in state.deliveries}
        for one in read_withdrawals(settings.acceptances_path, source)
    }
    rows = []
    for one in state.deliveries[:_MOST]:
        gone = said.get(one.export_id)
        again = f"came again after {short(one.came_again_after)}" if one.came_again_after else ""
        rows.append(
            {
                "delivery": one.delivery_id,
                "registry": one.source,
                "cut-off": one.export_date,
                "covers": _covers(one),
                "taken on": one.received_on,
                "folder": one.folder,
                "status": "withdrawn" if gone else one.status,
                "remark": f"by {gone.author}: {gone.reason}" if gone else again,
            }
        )
    if rows:
        show_rows(rows, as_json=False)
    if len(state.deliveries) > _MOST:
        out(f"{len(state.deliveries) - _MOST:,} earlier deliveries are not shown.")
    for sentence in state.remarks:
        out(sentence)


def _say_inbox(settings: "Settings", say: Callable[[str], None]) -> None:
    """What lies in the inbox and is not in the registry's state, each with its reason."""
    from etl.deliveries.inbox import look, source_of

    found = look(settings)
    for one in found:
        if one.since is not None:
            say(f"Not taken since {one.since:%Y-%m-%d %H:%M} UTC: {one.said}")
        elif one.status != "taken":
            say(f"{one.status.capitalize()}: {one.path.name}.")
    taken = sum(one.status == "taken" for one in found)
    say(f"Inbox: {settings.inbox}, for the registry {source_of(settings)}; {taken} taken.")


def _covers(one: "Received") -> str:
    return "all hospitals" if one.hospitals is None else ", ".join(one.hospitals)


def _one_hospital(every: Sequence[Mapping[str, Any]], hospital: str, as_json: bool) -> None:
    known = {str(row["hospital_id"]) for row in every if row["hospital_id"]}
    must_be_known("hospital", [hospital], known)
    rows = [dict(row) for row in every if row["hospital_id"] == hospital]
    if not as_json:
        for row in rows:
            del row["source"], row["hospital_id"]
    show_rows(rows, as_json)


def _on_a_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """A hospital as the terminal shows it; columns that nobody fills are left out."""
    return {
        "hospital": row["hospital"],
        "status": row["status"],
        "delivered on": row["delivered_on"],
        "days since": row["days_since"],
        "rows": row["rows"],
        "rows before": row["rows_before"],
        "expected": row["expected_rows"],
        "tables without rows": row["missing_tables"],
    }


def _write(every: Sequence[Mapping[str, Any]], settings: "Settings") -> None:
    from etl.deliveries.expected import (
        expected_rows_path,
        own_path,
        propose_expected_rows,
        read_expected_rows,
        write_expected_rows,
    )
    from etl.errors import InputUnreadableError

    if not every:
        raise InputUnreadableError("The current snapshot holds no rows of any hospital.")
    source = str(every[0]["source"])
    reviewed = read_expected_rows(expected_rows_path(settings, source)) or []
    proposed = propose_expected_rows(
        reviewed, [(row["hospital_id"], row["table_name"], row["rows"]) for row in every]
    )
    path = own_path(settings, source)
    write_expected_rows(path, proposed)
    before = {(one.hospital_id, one.table): one.rows for one in reviewed}
    changed = sum(before.get((one.hospital_id, one.table)) != one.rows for one in proposed)
    out(str(path))
    err(
        f"{len(proposed)} lines, {changed} of them new or changed. Compare the file with the one "
        "reviewed last, and keep it under version control; the next refresh uses it."
    )


VERBS = ()
GROUPS = {"deliveries": deliveries_app}
