"""What a check shows beside its sentence: counts, how to fix, a query, links, records.

Belongs here: the metadata of a check's result, read for all rules of a table at once. Does not
belong here: whether it passed and its sentence (`verdicts`).

The UI sorts metadata by key and plots every number over the evaluations. Nothing here may quote
a value or a patient's id: Dagster keeps it for ever, without a login.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import dagster as dg
import duckdb

from assets import describe, verdicts
from etl.outputs.quality.addresses import Addresses
from expectations.catalogue import Rule
from expectations.record_names import named_records

_OPEN = ("new", "reopened", "persisting")
_MOST_WORKLISTS = 3


@dataclass(frozen=True)
class Behind:
    """What stands behind one rule's counts: some records, and hospitals with open findings."""

    records: list[dict[str, str | int | None]] = field(default_factory=list)
    hospitals: list[tuple[str | None, int]] = field(default_factory=list)


def read_behind(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], keys_shown: int
) -> dict[str, Behind]:
    """Records and hospitals of each rule with open findings: two queries, however many rules."""
    findings = verdicts.ledger_table(con, "findings")
    if not _stands(con, findings):
        return {}
    asked: dict[str, Any] = {"rules": [rule.id for rule in rules], "statuses": list(_OPEN)}
    hospitals = con.execute(
        f"""
        select rule_id, hospital_id, count(*) as open
        from {findings}
        where list_contains($rules, rule_id) and list_contains($statuses, status)
        group by rule_id, hospital_id
        order by rule_id, open desc, hospital_id nulls last
        """,
        asked,
    ).fetchall()
    records = con.execute(
        f"""
        with shown as (
            select * from {findings}
            where list_contains($rules, rule_id) and list_contains($statuses, status)
            qualify row_number() over (
                partition by rule_id
                order by list_position($statuses, status), source_file, source_line, record_key
            ) <= $keys_shown
        ),
        named as ({named_records("shown")})
        select rule_id, record, status, source_file, source_line
        from shown inner join named using (finding_id)
        order by rule_id, list_position($statuses, status), source_file, source_line, record
        """,
        {**asked, "keys_shown": keys_shown},
    ).fetchall()
    names = ("record", "status", "file", "line")
    by_rule: dict[str, list[dict[str, str | int | None]]] = {}
    for rule_id, *row in records:
        by_rule.setdefault(rule_id, []).append(dict(zip(names, row, strict=True)))
    return {
        rule_id: Behind(by_rule.get(rule_id, []), [(one[1], int(one[2])) for one in of_rule])
        for rule_id, of_rule in groupby(hospitals, key=lambda one: str(one[0]))
    }


def metadata(
    rule: Rule, verdict: verdicts.Verdict, behind: Behind, at: Addresses
) -> dict[str, Any]:
    """The metadata of one check.

    Args:
        rule: The rule.
        verdict: Its counts of the night.
        behind: Its records and hospitals.
        at: Where the pages stand.
    """
    shown: dict[str, Any] = {
        "applicable": verdict.applicable,
        "judged": verdict.judged,
        "violated": verdict.violated,
        "new": verdict.new,
        "reopened": verdict.reopened,
        "known": verdict.persisting,
        "accepted": verdict.accepted,
        "severity": rule.severity,
        "why": rule.why,
        "standard": rule.standard,
        "page_of_the_rule": dg.MetadataValue.url(at.rule_page(rule.id)),
        "page_of_the_morning": dg.MetadataValue.url(at.morning_page),
        "page_of_data_docs": dg.MetadataValue.url(at.data_docs),
    }
    if verdict.shadow_nights_left:
        shown["shadow"] = (
            "This rule is tried: it is judged and counted, stands in nobody's list, and makes "
            "nothing doubtful."
        )
        shown["shadow_nights_left"] = verdict.shadow_nights_left
        shown["query"] = _query("quality.shadowed_tonight", rule.id)
    elif verdict.violated:
        shown["how_to_fix"] = rule.fix
        shown["query"] = _query("quality.findings", rule.id, _OPEN)
        shown |= _worklists(behind, at)
        if behind.records:
            shown["records"] = describe.table(behind.records, most=len(behind.records))
    return shown


def _query(table: str, rule_id: str, statuses: Sequence[str] = ()) -> str:
    status = ", status" if statuses else ""
    listed = ", ".join(f"'{one}'" for one in statuses)
    which = f" and status in ({listed})" if statuses else ""
    return (
        f"select record_key, source_file, source_line, raw_values{status} from {table} "
        f"where rule_id = '{rule_id}'{which} order by source_file, source_line  "
        "-- in published/current/registry.duckdb"
    )


def _worklists(behind: Behind, at: Addresses) -> dict[str, Any]:
    """The worklists with most of its open findings; how many other hospitals there are."""
    shown: dict[str, Any] = {
        f"worklist_{_plain(hospital or 'registry')}": dg.MetadataValue.url(at.worklist(hospital))
        for hospital, _ in behind.hospitals[:_MOST_WORKLISTS]
    }
    more = len(behind.hospitals) - _MOST_WORKLISTS
    if more > 0:
        shown["worklists_more"] = f"{more} more hospitals have open findings; see the rule's page"
    return shown


def _plain(hospital: str) -> str:
    return re.sub(r"\W", "_", hospital)


def _stands(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    schema, _, name = table.partition(".")
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [schema, name]
    ).fetchone()
    return found is not None
