"""The tables of `quality` that live on from night to night: the ledger of findings.

Belongs here: their columns with descriptions, and creating them. Does not belong here: what is
written to them (ledger), tonight's tables (quality_tables).
"""

from collections.abc import Mapping

import duckdb

from expectations.quality_tables import Columns, create_table

FINDINGS: Columns = {
    "finding_id": ("varchar not null", "Hash of source, rule, record and fingerprint."),
    "rule_id": ("varchar not null", "Rule violated."),
    "rule_hash": ("varchar not null", "Hash of the rule's meaning when last violated."),
    "subject": ("varchar not null", "Subject view of the rule."),
    "record_key": ("varchar not null", "Key of the record within its subject."),
    "patient_id": ("varchar", "Patient as written in the source row, resolved or not."),
    "hospital_id": ("varchar", "Hospital of the record."),
    "source_file": ("varchar", "File of the record when last violated."),
    "source_line": ("bigint", "Line in that file."),
    "source_part": ("bigint", "Part of the mapping that the row was read by."),
    "source_number": ("bigint", "Number of the row within that part."),
    "raw_values": ("varchar not null", "The record's own judged values as written, JSON."),
    "compared_with": ("varchar not null", "The values they were compared with, JSON."),
    "fingerprint": ("varchar not null", "Hash of the judged values."),
    "severity": ("varchar not null", "error, warning or info."),
    "status": (
        "varchar not null",
        "new, persisting, reopened, accepted; corrected, vanished, rule_changed, superseded.",
    ),
    "first_seen": ("date not null", "Day of the first night it was found."),
    "last_seen": ("date not null", "Day of the last night it was found."),
    "days_open": ("integer not null", "Days since it was opened, to the day it was closed."),
    "stage": ("varchar not null", "source, derived or mart."),
    "opened_on": ("date not null", "Day it was opened, or reopened last."),
    "closed_on": ("date", "Day it was closed."),
    "accept_key": ("varchar not null", "Hash of the values an acceptance is bound to."),
    "acceptance_id": ("varchar", "The acceptance that covers it."),
    "source": ("varchar not null", "Registry the record came from."),
}

FINDING_EVENTS: Columns = {
    "snapshot_id": ("varchar not null", "Snapshot of the night it happened."),
    "as_of": ("date not null", "Day of that night."),
    "finding_id": ("varchar not null", "Finding."),
    "rule_id": ("varchar not null", "Its rule."),
    "rule_hash": ("varchar not null", "Hash of the rule's meaning that night."),
    "record_key": ("varchar not null", "Its record."),
    "event": ("varchar not null", "The status it came into."),
    "previous_status": ("varchar", "The status it had; NULL when it is new."),
    "detail": ("varchar", "Why, in words."),
    "values_before": ("varchar", "Judged values of the finding, JSON."),
    "values_after": ("varchar", "Judged values that night, JSON; NULL when the record is gone."),
    "sequence": ("bigint not null", "Number of that night in the ledger, from 1."),
}

RULE_VERSIONS: Columns = {
    "rule_id": ("varchar not null", "Rule."),
    "rule_hash": ("varchar not null", "Hash of its meaning."),
    "first_snapshot_id": ("varchar not null", "First snapshot judged with this meaning."),
    "first_as_of": ("date not null", "Day of that snapshot."),
    "title": ("varchar not null", "What must be true."),
    "severity": ("varchar not null", "Severity at that time."),
    "definition": ("varchar not null", "The entry as JSON."),
}

RULE_RESULTS: Columns = {
    "snapshot_id": ("varchar not null", "Snapshot."),
    "rule_id": ("varchar not null", "Rule."),
    "subject": ("varchar not null", "Subject view judged."),
    "applicable": ("bigint not null", "Records the rule applies to: judged + cannot_judge."),
    "judged": ("bigint not null", "Records that hold or violate."),
    "violated": ("bigint not null", "Records that violate, before acceptances and folding."),
    "cannot_judge": ("bigint not null", "Records with a missing or too imprecise value."),
    "accepted": ("bigint not null", "Violations covered by a valid acceptance."),
    "new": ("bigint not null", "Findings of tonight never seen before."),
    "persisting": ("bigint not null", "Findings that stay open."),
    "corrected": ("bigint not null", "Findings closed tonight: the value holds now."),
    "vanished": ("bigint not null", "Findings closed tonight: the record is gone."),
    "reopened": ("bigint not null", "Findings that were closed or accepted and count again."),
    "milliseconds": ("double not null", "Time spent on the rule."),
    "folded": ("bigint not null", "Violations not reported because their cause is."),
    "rule_changed": ("bigint not null", "Findings closed tonight: the rule changed."),
    "superseded": ("bigint not null", "Findings closed tonight: values changed, still wrong."),
    "not_applicable_because": ("varchar", "Why the rule was not asked at all."),
    "shadowed": ("bigint not null", "Findings in nobody's list: the rule was in shadow."),
    "rule_hash": ("varchar", "Hash of the rule's meaning; NULL in snapshots of before 2026-11."),
}

SNAPSHOTS: Columns = {
    "snapshot_id": ("varchar not null", "Snapshot."),
    "source": ("varchar not null", "Registry."),
    "export_id": ("varchar not null", "Hash of the export's contents."),
    "export_date": ("date", "Data cut-off of the export."),
    "as_of": ("date not null", "The ledger's day."),
    "state": ("varchar not null", "published: only published nights are in the ledger."),
    "rules_hash": ("varchar not null", "Hash of the catalogue."),
    "code_version": ("varchar not null", "Version of the code."),
    "is_frozen": ("boolean not null", "Never removed by retention."),
    "sequence": ("bigint not null", "Number of the night in the ledger, from 1."),
}

ACCEPTANCE_BINDINGS: Columns = {
    "acceptance_id": ("varchar not null", "Acceptance."),
    "rule_id": ("varchar not null", "One rule it covers."),
    "record_key": ("varchar not null", "The record it covers."),
    "rule_hash": ("varchar not null", "Hash of the meaning it was given for."),
    "accept_key": ("varchar", "Hash of the values it is bound to; NULL before it is first used."),
    "lapsed_because": ("varchar", "Why it no longer holds for this rule; for good."),
    "lapsed_on": ("date", "Day it lapsed."),
}

FINDING_ALIASES: Columns = {
    "earlier_finding_id": ("varchar not null", "Id under the keys of an earlier release."),
    "finding_id": ("varchar not null", "The finding's id today."),
}

LEDGER: Mapping[str, Columns] = {
    "findings": FINDINGS,
    "finding_events": FINDING_EVENTS,
    "rule_versions": RULE_VERSIONS,
    "rule_results": RULE_RESULTS,
    "acceptance_bindings": ACCEPTANCE_BINDINGS,
}
"""Tables that a night replaces by their `next_` state; snapshots are only added to."""


def create_ledger(con: duckdb.DuckDBPyConnection) -> None:
    """Create the ledger's tables where they are absent, and columns that came later."""
    con.execute("create schema if not exists quality")
    if not _columns_of(con, "findings"):
        create_aliases(con)  # that it is absent tells a ledger of before keys changed
    for name, columns in (*LEDGER.items(), ("snapshots", SNAPSHOTS)):
        _add_later_columns(con, name, columns)
        create_table(con, name, columns)
    _number_the_nights(con)


def create_aliases(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table of the ids that findings had under the keys of an earlier release."""
    create_table(con, "finding_aliases", FINDING_ALIASES)


def _columns_of(con: duckdb.DuckDBPyConnection, name: str) -> set[str]:
    rows = con.execute(
        "select column_name from duckdb_columns() where schema_name = 'quality' "
        "and table_name = $name and database_name = current_database()",
        {"name": name},
    ).fetchall()
    return {str(row[0]) for row in rows}


def _add_later_columns(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Give the table of an older home the columns it lacks; counts of then are 0."""
    present = _columns_of(con, name)
    for column, (sql_type, _) in columns.items():
        if present and column not in present:
            bare = sql_type.removesuffix(" not null")
            default = " default 0" if bare == "bigint" and bare != sql_type else ""
            con.execute(f"alter table quality.{name} add column {column} {bare}{default}")


def _number_the_nights(con: duckdb.DuckDBPyConnection) -> None:
    """Number the nights of a home that was made before they had numbers."""
    for table, numbers in (
        ("snapshots", "select snapshot_id, row_number() over (order by rowid) as sequence from {}"),
        ("finding_events", "select snapshot_id, sequence from quality.snapshots"),
    ):
        name = f"quality.{table}"
        if con.execute(f"select 1 from {name} where sequence = 0 limit 1").fetchone():
            con.execute(f"""
                update {name} as t set sequence = n.sequence
                from ({numbers.format(name)}) as n where n.snapshot_id = t.snapshot_id
            """)


def create_next(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Create `quality.next_<name>` anew and empty."""
    con.execute(f"drop table if exists quality.next_{name}")
    create_table(con, f"next_{name}", columns)
