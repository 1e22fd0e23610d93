"""The tables of `quality` about deliveries and hospitals: tonight's facts, and their history.

Belongs here: their columns with descriptions, creating them, and making the history of tonight
the committed one. Does not belong here: how they are filled (`etl/deliveries`), rules about them.

What is needed to say tomorrow that a record is gone or a value changed is written as
`quality.next_*` and becomes the history when the snapshot is committed, in the ledger's own
transaction, by renaming: a registry of ten million records is not copied for it.
"""

from collections.abc import Mapping

import duckdb

from expectations.export_format import TABLES

Columns = Mapping[str, tuple[str, str]]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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
    "known": (
        "bigint not null",
        "Patients of whom it is known: not empty, `unknown` or `not_tested`.",
    ),
    "share": ("double not null", "known / patients, 0 to 1."),
}

UNKNOWN_SHARES: Columns = {
    "hospital_id": ("varchar not null", "Hospital."),
    "item": ("varchar not null", "Table and column of a code that may be unknown or not tested."),
    "given": ("bigint not null", "Records with a code."),
    "unknown": ("bigint not null", "Of these, unknown or not tested."),
    "unknown_share": ("double not null", "unknown / given."),
    "national_share": ("double", "Median share of the hospitals with enough records."),
    "national_hospitals": ("bigint not null", "Hospitals it is the median of."),
    "upper_limit": ("bigint", "Most unknown records, 99.8%, at the national share."),
}

DATE_PATTERNS: Columns = {
    "hospital_id": ("varchar not null", "Hospital."),
    "item": ("varchar not null", "Table and column of a date."),
    "dates": ("bigint not null", "Dates known to the day; partial ones do not count."),
    "first_or_fifteenth": ("bigint not null", "Of these, on the 1st or 15th of a month."),
    "new_year_or_july": ("bigint not null", "Of these, on 1 January or 1 July."),
    "other_dates": ("bigint not null", "On neither the 1st nor the 15th."),
    "low_days": ("bigint not null", "Of the other dates, those on day 2 to 12: swap unseen."),
    "upper_limit": ("bigint", "Most such days, 99.8%, were all days as frequent."),
}

HOSPITAL_MONTHS: Columns = {
    "hospital_id": ("varchar not null", "Hospital."),
    "month": ("date not null", "First day of the month."),
    "starts": ("bigint not null", "Treatments that began in it."),
    "usual_starts": ("double not null", "Median month of the hospital in the two years."),
}

HOSPITAL_OUTCOMES: Columns = {
    "hospital_id": ("varchar not null", "Hospital."),
    "measure": ("varchar not null", "regimen_mix, first_line, grade3plus, orr or rechallenge."),
    "subgroup": ("varchar not null", "Drug classes of the line, or `all`."),
    "year": ("integer", "Year; NULL: all years."),
    "numerator": ("bigint not null", "Patients or lines with the property."),
    "denominator": ("bigint not null", "Patients or lines that could have it."),
    "share": ("double not null", "numerator / denominator."),
    "national_share": ("double not null", "The same over all hospitals."),
    "national_hospitals": ("bigint not null", "Hospitals with such patients or lines."),
    "lower_limit": ("bigint", "Fewest, 99.8%, at the national share (exact binomial)."),
    "upper_limit": ("bigint", "Most, 99.8%, at the national share (exact binomial)."),
}

RELEASED_FIGURES: Columns = {
    "source": ("varchar not null", "Registry."),
    "study": ("varchar not null", "Study."),
    "edition": ("varchar not null", "as_registered or quality_filtered."),
    "stratum": ("varchar not null", "Initial regimen, or `all`."),
    "subset": ("varchar not null", "Patients it is restricted to."),
    "endpoint": ("varchar not null", "What is estimated."),
    "statistic": ("varchar not null", "How it is summarised."),
    "at": ("bigint", "Months, of survival at a time."),
    "value": ("double", "The figure; NULL: not reached."),
    "numerator": ("bigint not null", "Patients with the property or event."),
    "denominator": ("bigint not null", "Patients in the evaluable set."),
}

HEADLINE_FIGURES: Columns = {
    **RELEASED_FIGURES,
    "value_before": ("double", "The figure of the last published snapshot."),
    "denominator_before": ("bigint", "Its evaluable set; NULL: there was no such figure."),
}

TONIGHT: Mapping[str, Columns] = {
    "hospital_deliveries": HOSPITAL_DELIVERIES,
    "delivering_hospitals": DELIVERING_HOSPITALS,
    "completeness": COMPLETENESS,
    "unknown_shares": UNKNOWN_SHARES,
    "date_patterns": DATE_PATTERNS,
    "hospital_months": HOSPITAL_MONTHS,
    "hospital_outcomes": HOSPITAL_OUTCOMES,
    "headline_figures": HEADLINE_FIGURES,
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

DELIVERED_PATIENTS: Columns = {
    "source": ("varchar not null", "Registry."),
    "patient_id": ("varchar not null", "Patient."),
    "hospital_id": ("varchar", "Hospital when last delivered."),
    "source_file": ("varchar", "File of the row when last delivered."),
    "source_line": ("bigint", "Line in that file."),
    "missing_since": ("date", "Day of the first night without the patient; NULL: delivered."),
    "was_known": ("boolean not null", "Whether the last published snapshot had the patient."),
    "sex": ("varchar", "Sex as first published, unknown left out."),
    "birth_date_earliest": ("date", "First day of the date of birth as first published."),
    "birth_date_latest": ("date", "Last day of it."),
    "primary_diagnosis_date_earliest": ("date", "The same of the primary diagnosis."),
    "primary_diagnosis_date_latest": ("date", "Last day of it."),
    "death_date_earliest": ("date", "The same of death."),
    "death_date_latest": ("date", "Last day of it."),
}

_TABLE = f"enum ({', '.join(_quoted(name) for name in TABLES)}) not null"  # a byte a record

DELIVERED_RECORDS: Columns = {
    "source": ("varchar not null", "Registry."),
    "table_name": (_TABLE, "Table of the export format."),
    "record_key": ("varchar not null", "Key of the record; of drugs, that of the treatment."),
    "rows": ("integer not null", "Rows under that key when last delivered: 1, or the drugs."),
    "patient_id": ("varchar", "Patient of the record."),
    "hospital_id": ("varchar", "Hospital when last delivered."),
    "source_file": ("varchar", "File of the row when last delivered."),
    "source_line": ("bigint", "Line in that file."),
    "missing_since": ("date", "Day of the first night without the record; NULL: delivered."),
    "was_known": ("boolean not null", "Whether the last published snapshot had the record."),
}

HISTORY: Mapping[str, Columns] = {
    "delivery_counts": DELIVERY_COUNTS,
    "delivered_patients": DELIVERED_PATIENTS,
    "delivered_records": DELIVERED_RECORDS,
    "released_figures": RELEASED_FIGURES,
}
"""Live on from published night to published night; each has a `next_` state."""

KNOWN: Mapping[str, str] = {
    "known_patients": "delivered_patients",
    "known_records": "delivered_records",
}
"""Views on the history of tonight, before and after it is committed: what subjects read."""

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
    for view, name in KNOWN.items():
        con.execute(f"create or replace view quality.{view} as from quality.next_{name}")


def commit_history(con: duckdb.DuckDBPyConnection) -> None:
    """Make the history as planned tonight the committed one; within the caller's transaction.

    Where nothing was planned (a night without the deliveries step) the history stays.
    """
    if not _exists(con, "next_deliveries_plan"):
        return
    for name in HISTORY:
        con.execute(f"drop table quality.{name}")
        con.execute(f"alter table quality.next_{name} rename to {name}")
    for view, name in KNOWN.items():
        con.execute(f"create or replace view quality.{view} as from quality.{name}")
    con.execute("drop table quality.next_deliveries_plan")


def _exists(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = ?", [table]
    ).fetchone()
    return found is not None
