"""The tables of `quality` about deliveries and hospitals: tonight's facts, and their history.

Belongs here: their columns with descriptions, creating them, and making the history of tonight
the committed one. Does not belong here: how they are filled (`etl/deliveries`), rules about them.

What is needed to say tomorrow that a record is gone or a value changed is written as
`quality.next_*` and becomes the history when the snapshot is committed, in the ledger's own
transaction, by renaming: a registry of ten million records is not copied for it.
"""

from collections.abc import Mapping

import duckdb

Columns = Mapping[str, tuple[str, str]]

HOSPITAL_DELIVERIES: Columns = {
    "source": ("varchar not null", "Registry."),
    "hospital_id": ("varchar", "Hospital; NULL: rows that name none."),
    "table_name": ("varchar not null", "Table of the export format."),
    "rows": ("bigint not null", "Rows in the registry's state tonight."),
    "rows_before": ("bigint", "Rows in the last published snapshot; NULL when there is none."),
    "expected_rows": ("bigint", "Rows of the reviewed file; NULL when it does not say."),
    "tolerance": ("double", "Share by which the rows may differ from those expected."),
    "delivered_on": ("date", "Data cut-off of the hospital's newest delivery."),
    "days_since_delivery": ("integer", "Days from that to the ledger's day."),
    "status": (
        "varchar not null",
        "arrived; late: too old; missing: rows expected, none there; unexpected: not in the file.",
    ),
}

DELIVERING_HOSPITALS: Columns = {
    "source": ("varchar not null", "Registry."),
    "hospital_id": ("varchar not null", "Hospital."),
    "rows": ("bigint not null", "Rows in the registry's state tonight, all tables."),
    "rows_before": ("bigint", "Rows in the last published snapshot; NULL when there is none."),
    "expected_because": ("varchar", "Why the hospital is expected; NULL when it is not."),
    "in_reviewed_file": ("boolean", "Whether the reviewed file names it; NULL: there is no file."),
    "delivered_on": ("date", "Data cut-off of its newest delivery."),
    "days_since_delivery": ("integer", "Days from that to the ledger's day."),
    "late_after_days": ("integer not null", "Days after which a delivery is late (a setting)."),
    "newest_event_date": ("date", "Newest event of its patients on or before the cut-off."),
    "newest_event_age_days": ("integer", "Days from that event to the cut-off."),
    "alive_patients": ("bigint not null", "Patients not known to be dead, with a last contact."),
    "lost_patients": ("bigint not null", "Of these, last contact over 18 months before cut-off."),
    "status": ("varchar not null", "arrived, late, missing or unexpected."),
}

COMPLETENESS: Columns = {
    "hospital_id": ("varchar", "Hospital; NULL: patients that name none."),
    "year": ("integer", "Year of diagnosis of advanced disease, else of the primary; may miss."),
    "item": ("varchar not null", "Item."),
    "patients": ("bigint not null", "Patients of whom it is asked."),
    "known": ("bigint not null", "Patients of whom it is known; `unknown` is not known."),
    "share": ("double not null", "known / patients, 0 to 1."),
}

TONIGHT: Mapping[str, Columns] = {
    "hospital_deliveries": HOSPITAL_DELIVERIES,
    "delivering_hospitals": DELIVERING_HOSPITALS,
    "completeness": COMPLETENESS,
}
"""Emptied when an export comes in; filled by `etl/deliveries`."""

DELIVERY_COUNTS: Columns = {
    "snapshot_id": ("varchar not null", "Published snapshot."),
    "as_of": ("date not null", "Day of that night."),
    "source": ("varchar not null", "Registry."),
    "hospital_id": ("varchar", "Hospital; NULL: rows that name none."),
    "table_name": ("varchar not null", "Table of the export format."),
    "rows": ("bigint not null", "Rows in the registry's state that night."),
    "delivered_on": ("date", "Data cut-off of the hospital's newest delivery."),
}

HISTORY: Mapping[str, Columns] = {
    "delivery_counts": DELIVERY_COUNTS,
}
"""Live on from published night to published night; each has a `next_` state."""

GRAINS: Mapping[str, str] = {
    "hospital_deliveries": "One row per hospital and table of the export format, tonight.",
    "completeness": "One row per hospital, year of diagnosis and item.",
    "delivery_counts": "One row per published snapshot, hospital and table.",
}


def create(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Create `quality.<name>` with its COMMENTs when it is absent."""
    body = ", ".join(f'"{column}" {sql_type}' for column, (sql_type, _) in columns.items())
    said = [
        f'comment on column quality.{name}."{column}" is {_quoted(text)}'
        for column, (_, text) in columns.items()
    ]
    grain = GRAINS.get(name.removeprefix("next_"))
    said += [f"comment on table quality.{name} is {_quoted(grain)}"] if grain else []
    con.execute(";".join([f"create table if not exists quality.{name} ({body})", *said]))


def create_tonight(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of the night anew and empty; the history where it is absent."""
    for name, columns in TONIGHT.items():
        con.execute(f"drop table if exists quality.{name}")
        create(con, name, columns)
    for name, columns in HISTORY.items():
        create(con, name, columns)
        con.execute(f"drop table if exists quality.next_{name}")
        create(con, f"next_{name}", columns)


def commit_history(con: duckdb.DuckDBPyConnection) -> None:
    """Make the history as planned tonight the committed one; within the caller's transaction.

    Where nothing was planned (a night without the deliveries step) the history stays.
    """
    if not _exists(con, "next_deliveries_plan"):
        return
    for name in HISTORY:
        con.execute(f"drop table quality.{name}")
        con.execute(f"alter table quality.next_{name} rename to {name}")
    con.execute("drop table quality.next_deliveries_plan")


def _exists(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = ?", [table]
    ).fetchone()
    return found is not None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
