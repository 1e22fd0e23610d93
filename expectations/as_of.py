"""The ledger as of a past snapshot: what was open then.

Belongs here: reading the state of findings back from their events. Does not belong here: writing
events (ledger), days and snapshots as people name them on the command line (`assets`).

The events alone say it: `quality.findings` holds only what findings are now, and old snapshots
may have been removed from the shelf. What describes a finding (its values, file and line) does
not change, since other values are another finding; the line is the last one known.
"""

from datetime import date

import duckdb

from expectations.errors import LedgerError

_OPEN = "('new', 'persisting', 'reopened', 'accepted')"

FINDINGS_AS_OF = f"""
    with events as (
        select
            *,
            event in {_OPEN} as is_open,
            previous_status is null or previous_status not in {_OPEN} as was_closed
        from quality.finding_events
        where sequence <= $sequence
    ),
    state as (
        select
            finding_id,
            rule_id,
            record_key,
            max_by(rule_hash, sequence) as rule_hash,
            max_by(event, sequence) as status,
            max_by(coalesce(detail, ''), sequence) as detail,
            max_by(values_before, sequence) as raw_values,
            min(as_of) as first_seen,
            max_by(as_of, sequence) as since,
            max_by(as_of, sequence) filter (
                event in ('new', 'reopened') or (event = 'accepted' and was_closed)
            ) as opened_on,
            max_by(is_open, sequence) as is_open
        from events
        group by finding_id, rule_id, record_key
    )
    select
        s.finding_id,
        s.rule_id,
        s.rule_hash,
        s.record_key,
        s.status,
        nullif(s.detail, '') as detail,
        s.raw_values,
        s.first_seen,
        s.opened_on,
        case when not s.is_open then s.since end as closed_on,
        case when s.is_open then $as_of else s.since end - s.opened_on as days_open,
        coalesce(v.severity, f.severity) as severity,
        f.subject,
        f.hospital_id,
        f.source_file,
        f.source_line,
        f.source
    from state as s
    left join quality.findings as f on f.finding_id = s.finding_id
    left join quality.rule_versions as v
        on v.rule_id = s.rule_id and v.rule_hash = s.rule_hash
"""
"""One row per finding known as of a night: parameters `$sequence` and `$as_of` of that night."""


def find_night(con: duckdb.DuckDBPyConnection, asked: str) -> tuple[int, date, str]:
    """The night that a snapshot id, the beginning of one, or a day names.

    Args:
        con: Published database, or the warehouse.
        asked: Snapshot id; or a day, for the last night published on or before it.

    Returns:
        Its number in the ledger, its day and its snapshot.

    Raises:
        LedgerError: the ledger knows no such night.
    """
    day = _day(asked)
    condition = "as_of <= $asked" if day else "starts_with(snapshot_id, $asked)"
    rows = con.execute(
        f"select sequence, as_of, snapshot_id from quality.snapshots where {condition} "
        "order by sequence desc",
        {"asked": day or asked},
    ).fetchall()
    if not rows:
        raise LedgerError(f"{_nothing(asked, day)} {_span(con)}")
    if day is None and len(rows) > 1:
        named = ", ".join(str(row[2]) for row in reversed(rows))
        raise LedgerError(f"Several snapshots begin with {asked}: {named}. Write more of it.")
    sequence, as_of, snapshot_id = rows[0]
    return int(sequence), as_of, str(snapshot_id)


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked) if "-" in asked else None
    except ValueError:
        return None


def _nothing(asked: str, day: date | None) -> str:
    if day is not None:
        return f"Nothing had been published by {day}."
    return f"The ledger knows no snapshot {asked!r}; a day is written as 2025-03-03."


def _span(con: duckdb.DuckDBPyConnection) -> str:
    row = con.execute("select count(*), min(as_of), max(as_of) from quality.snapshots").fetchone()
    if row is None or not row[0]:
        return "It holds no night yet."
    return f"It holds {row[0]} nights, from {row[1]} to {row[2]}."
