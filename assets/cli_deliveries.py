"""The verb about deliveries: the board of hospitals, and the reviewed file of expected rows.

Belongs here: its options and words. Does not belong here: what is late, missing or expected
(`etl/deliveries`).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

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


def deliveries(
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
    """Show what each hospital delivered; write the reviewed file of expected rows."""
    settings = settings_for(home)
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
        return
    today = day(as_of) or settings.today()
    rows = query(database, _BY_HOSPITAL, {"today": today, "late": settings.delivery_late_days})
    show_rows([_on_a_line(row) for row in rows], as_json)
    out(
        f"Late is older than {settings.delivery_late_days} days on {today}. Rows before are those "
        "of the last snapshot published before this one."
    )


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


def _write(every: Sequence[Mapping[str, Any]], settings: Any) -> None:
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


VERBS = (deliveries,)
