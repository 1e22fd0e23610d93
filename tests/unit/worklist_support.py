"""A published registry of a few findings, and worklists of it, for tests.

Belongs here: rows where a night would have put them. Does not belong here: what is expected.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etl.worklists import select
from etl.worklists.export import OfSnapshot, Written, write_lists
from expectations.catalogue import load_catalogue
from expectations.ledger_tables import FINDINGS, SNAPSHOTS, create_ledger
from expectations.quality_tables import prepare
from expectations.query_life import Query

DAY = date(2025, 3, 10)
EXPORTED = date(2025, 3, 3)
SNAPSHOT = "abcdef012345"
REGISTRY = OfSnapshot(SNAPSHOT, "native", "Test registry", DAY, EXPORTED)
STUDY_ERROR, ERROR, WARNING, INFO, GATE = "EPI-T06", "AE-T19", "PAT-N02", "PAT-T14", "LIN-D01"
CATALOGUE = load_catalogue()


def finding(number: int, rule_id: str = ERROR, **given: Any) -> dict[str, Any]:
    """A finding of hospital H1; what is given differs."""
    rule = CATALOGUE.by_id[rule_id]
    return {
        "finding_id": f"f{number:06d}",
        "rule_id": rule_id,
        "rule_hash": rule.hash,
        "subject": rule.subject,
        "record_key": f"R{number}",
        "patient_id": f"P{number}",
        "hospital_id": "H1",
        "source_file": f"{rule.subject}.csv",
        "source_line": number + 1,
        "source_part": 1,
        "source_number": number,
        "raw_values": '{"onset":"2021-03-02","resolved":null}',
        "compared_with": "{}",
        "fingerprint": f"fp{number}",
        "severity": rule.severity,
        "status": "persisting",
        "first_seen": date(2025, 3, 1),
        "last_seen": DAY,
        "days_open": 9,
        "stage": rule.stage,
        "opened_on": date(2025, 3, 1),
        "closed_on": None,
        "accept_key": f"ak{number}",
        "acceptance_id": None,
        "source": "native",
        **given,
    }


def publish(
    con: duckdb.DuckDBPyConnection,
    *findings: Mapping[str, Any],
    in_studies: Mapping[str, tuple[str, str]] | None = None,
    unplaced: Mapping[str, int] | None = None,
    references: Mapping[str, str] | None = None,
    hospitals: Mapping[str, str | None] | None = None,
) -> None:
    """Lay down what a published snapshot holds of these findings.

    Args:
        con: An empty database.
        findings: Rows of `quality.findings`.
        in_studies: By patient, a study and the rules that make the patient doubtful in it.
        unplaced: Lines by file that could not be placed.
        references: The hospital's own reference by finding.
        hospitals: Names by hospital; H1 and H2 unless given.
    """
    create_ledger(con)
    prepare(con, CATALOGUE)
    for row in findings:
        con.execute(
            f"insert into quality.findings values ({', '.join('?' * len(FINDINGS))})",
            [row[name] for name in FINDINGS],
        )
    names = {**dict.fromkeys(SNAPSHOTS), **_SNAPSHOT}
    con.execute(
        f"insert into quality.snapshots values ({', '.join('?' * len(SNAPSHOTS))})",
        [names[name] for name in SNAPSHOTS],
    )
    con.execute("create schema if not exists marts")
    con.execute("create table marts.patients (patient_id varchar, patient_ids varchar)")
    con.execute(
        "create table marts.rechallenges (study varchar, patient_id varchar, "
        "pfs_doubtful_because varchar, response_doubtful_because varchar)"
    )
    con.execute("create table quality.unplaced_rows (source_file varchar, source_line bigint)")
    con.execute(
        "create table quality.finding_references (finding_id varchar, source_record_ref varchar)"
    )
    con.execute("create table quality.worklist_hospitals (hospital_id varchar, name varchar)")
    rows = {
        "marts.rechallenges": [
            [study, patient, because, None]
            for patient, (study, because) in (in_studies or {}).items()
        ],
        "quality.unplaced_rows": [[file, line] for file, line in (unplaced or {}).items()],
        "quality.finding_references": list(map(list, (references or {}).items())),
        "quality.worklist_hospitals": list(
            map(list, (hospitals or {"H1": "North", "H2": None}).items())
        ),
    }
    for table, given in rows.items():
        for values in given:
            con.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)


_SNAPSHOT = {
    "snapshot_id": SNAPSHOT,
    "source": "native",
    "export_id": "e",
    "export_date": EXPORTED,
    "as_of": DAY,
    "rules_hash": "r",
    "code_version": "c",
    "is_frozen": False,
    "state": "published",
    "sequence": 1,
    "ordinal": 1,
}


def chosen(
    con: duckdb.DuckDBPyConnection,
    *queries: Query,
    rows: int = 200,
    list_id: str = "H1",
) -> list[str]:
    """The findings of one list, in order."""
    select.choose(con, select.PUBLISHED, queries, rows=rows, delivered=EXPORTED)
    return [row.finding_id for row in select.listed(con, select.PUBLISHED, list_id)]


def counts(con: duckdb.DuckDBPyConnection, list_id: str = "H1") -> select.Counts:
    """The counts of one list, after `chosen`."""
    return next(one for one in select.lists(con) if one.list_id == list_id)


def written(
    con: duckdb.DuckDBPyConnection, folder: Path, *queries: Query, rows: int = 200
) -> dict[str, Written]:
    """Every worklist, by its list."""
    found = write_lists(con, select.PUBLISHED, REGISTRY, queries, folder, rows=rows)
    return {one.counts.list_id: one for one in found}
