"""The tables of `quality` that judging fills each night, and loading the catalogue into them.

Belongs here: their columns with descriptions, and the rules as rows. Does not belong here: the
tables that live on from night to night (ledger_tables).
"""

import json
from collections.abc import Mapping, Sequence

import duckdb

from expectations import delivery_tables
from expectations.catalogue import Catalogue, Rule

Columns = Mapping[str, tuple[str, str]]

RULES: Columns = {
    "rule_id": ("varchar not null", "Stable id; never reused."),
    "check_name": ("varchar not null", "Name that reads by itself."),
    "title": ("varchar not null", "What must be true, in one sentence."),
    "subject": ("varchar not null", "Subject view the rule speaks of."),
    "stage": ("varchar not null", "source, derived or mart."),
    "kind": ("varchar not null", "Typed kind, or sql."),
    "severity": ("varchar not null", "error, warning or info."),
    "affects": ("varchar not null", "What an error makes doubtful, comma separated."),
    "kahn": ("varchar not null", "Category of Kahn et al. 2016."),
    "standard": ("varchar not null", "Where the rule comes from."),
    "why": ("varchar not null", "What goes wrong when it is violated."),
    "fix": ("varchar not null", "How to put it right."),
    "family": ("varchar not null", "An acceptance may cover a family."),
    "accept_on": ("varchar not null", "Columns an acceptance is bound to, comma separated."),
    "depends": ("varchar not null", "Rules under which a finding is folded, comma separated."),
    "gate": ("boolean not null", "Whether a violation holds the publication."),
    "rule_hash": ("varchar not null", "Hash of the rule's meaning."),
    "columns": ("varchar not null", "Columns judged, comma separated."),
    "definition": ("varchar not null", "The entry as JSON."),
}

RULE_AFFECTS: Columns = {
    "rule_id": ("varchar not null", "Rule."),
    "affects": ("varchar not null", "lines, response, pfs, os, toxicity or baseline."),
}

RULE_DEPENDS: Columns = {
    "rule_id": ("varchar not null", "Rule whose findings are folded."),
    "cause_id": ("varchar not null", "Rule under which they are folded."),
    "same_subject": ("boolean not null", "Folded by record; otherwise by patient."),
}

JUDGED: Columns = {
    "rule_id": ("varchar not null", "Rule."),
    "stage": ("varchar not null", "source, derived or mart."),
    "subject": ("varchar not null", "Subject view judged."),
    "applicable": ("bigint not null", "Records the rule applies to: judged + cannot_judge."),
    "judged": ("bigint not null", "Records with a verdict: holding or violated."),
    "violated": ("bigint not null", "Records that violate, before acceptances and folding."),
    "cannot_judge": ("bigint not null", "Records with a missing or too imprecise value."),
    "accepted": ("bigint not null", "Violations covered by a valid acceptance."),
    "folded": ("bigint not null", "Violations not reported because their cause is."),
    "milliseconds": ("double not null", "Time spent, the shared scan divided equally."),
    "not_applicable_because": ("varchar", "Why the rule was not asked at all."),
    "shadowed": ("bigint not null", "Findings in nobody's list: the rule is in shadow."),
    "shadow_nights_left": ("bigint not null", "Nights in shadow left, tonight included; else 0."),
}

FINDINGS_TONIGHT: Columns = {
    "finding_id": ("varchar not null", "Hash of source, rule, record and fingerprint."),
    "rule_id": ("varchar not null", "Rule violated."),
    "rule_hash": ("varchar not null", "Hash of the rule's meaning."),
    "stage": ("varchar not null", "source, derived or mart."),
    "subject": ("varchar not null", "Subject view."),
    "record_key": ("varchar not null", "Key of the record within its subject."),
    "patient_id": ("varchar", "Patient as written in the source row, resolved or not."),
    "hospital_id": ("varchar", "Hospital of the record."),
    "source_file": ("varchar", "File of the record."),
    "source_line": ("bigint", "Line in the file as delivered."),
    "source_part": ("bigint", "Part of the mapping that the row was read by."),
    "source_number": ("bigint", "Number of the row within that part."),
    "raw_values": ("varchar not null", "The record's own judged values as written, JSON."),
    "compared_with": ("varchar not null", "The values they were compared with, JSON."),
    "fingerprint": ("varchar not null", "Hash of the judged values."),
    "severity": ("varchar not null", "error, warning or info."),
    "is_accepted": ("boolean not null", "Covered by a valid acceptance."),
    "accept_key": ("varchar not null", "Hash of the values an acceptance is bound to."),
    "acceptance_id": ("varchar", "The acceptance that covers it."),
    "source": ("varchar not null", "Registry the record came from."),
}

FOLDED_TONIGHT: Columns = {
    "finding_id": ("varchar not null", "Finding that is not reported."),
    "rule_id": ("varchar not null", "Its rule."),
    "stage": ("varchar not null", "Its stage."),
    "subject": ("varchar not null", "Its subject."),
    "record_key": ("varchar not null", "Its record."),
    "patient_id": ("varchar", "Its patient."),
    "cause_finding_id": ("varchar not null", "The reported finding it follows from."),
}

ACCEPTANCES_TONIGHT: Columns = {
    "acceptance_id": ("varchar not null", "The acceptance."),
    "rule_id": ("varchar not null", "One rule it covers."),
    "rule_hash": ("varchar not null", "Hash of the rule's meaning tonight."),
    "record_key": ("varchar not null", "The record it covers."),
    "accept_key": ("varchar", "Hash of the values it is bound to; NULL before it is first used."),
}

NIGHTLY: Mapping[str, Columns] = {
    "rules": RULES,
    "rule_affects": RULE_AFFECTS,
    "rule_depends": RULE_DEPENDS,
    "judged": JUDGED,
    "findings_tonight": FINDINGS_TONIGHT,
    "folded_tonight": FOLDED_TONIGHT,
    "shadowed_tonight": FINDINGS_TONIGHT,
    "acceptances_tonight": ACCEPTANCES_TONIGHT,
}


def create_table(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Create `quality.<name>` with its COMMENTs when it is absent."""
    body = ", ".join(f"{column} {sql_type}" for column, (sql_type, _) in columns.items())
    comments = [
        f"comment on column quality.{name}.{column} is '{text.replace(chr(39), chr(39) * 2)}'"
        for column, (_, text) in columns.items()
    ]
    # One call a table: each statement by itself would be a commit of its own.
    con.execute(";".join([f"create table if not exists quality.{name} ({body})", *comments]))


def insert_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Columns,
    rows: Sequence[Sequence[object]],
) -> None:
    """Insert many rows at once: one statement, whatever their number.

    Args:
        con: The warehouse.
        table: Where to, with its schema.
        columns: The columns that each row has, in order.
        rows: Values that JSON can hold, and dates.
    """
    if not rows:
        return
    types = {name: kind.removesuffix(" not null") for name, (kind, _) in columns.items()}
    said = json.dumps([dict(zip(types, row, strict=True)) for row in rows], default=str)
    con.execute(
        f"insert into {table} ({', '.join(types)}) "
        "select unnest(from_json($rows, $structure), recursive := true)",
        {"rows": said, "structure": json.dumps([types])},
    )


def prepare(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Create the nightly tables of `quality` and load the catalogue as rows.

    The tables of the night are emptied; the ledger is left alone.
    """
    con.execute("create schema if not exists quality")
    con.execute("begin")
    for name, columns in NIGHTLY.items():
        con.execute(f"drop table if exists quality.{name}")
        create_table(con, name, columns)
    delivery_tables.create_tonight(con)
    _insert(con, "rules", [_rule_row(rule) for rule in catalogue.rules])
    _insert(con, "rule_affects", [[r.id, what] for r in catalogue.rules for what in r.affects])
    _insert(
        con,
        "rule_depends",
        [
            [rule.id, cause, catalogue.by_id[cause].subject == rule.subject]
            for rule in catalogue.rules
            for cause in rule.depends
        ],
    )
    con.execute("commit")


def _rule_row(rule: Rule) -> list[object]:
    return [
        rule.id,
        rule.check_name,
        rule.title,
        rule.subject,
        rule.stage,
        rule.kind,
        rule.severity,
        ",".join(rule.affects),
        rule.kahn,
        rule.standard,
        rule.why,
        rule.fix,
        rule.family,
        ",".join(rule.accepted_columns),
        ",".join(rule.depends),
        rule.gate,
        rule.hash,
        ",".join(rule.judged_columns),
        json.dumps(rule.definition(), sort_keys=True),
    ]


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[list[object]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"insert into quality.{table} values ({marks})", rows)
