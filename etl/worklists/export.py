"""Writing every list of a snapshot: those of a night, and again when a steward asks.

Belongs here: from a session to files. Does not belong here: the parts (`select`, `asking`,
`workbook`), when it happens (`assets`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etl.outputs.quality.addresses import worklist_name
from etl.sources import Mapping, mapping_if_known
from etl.worklists import select
from etl.worklists.asking import Phrases, RuleWords, SourceColumn, said
from etl.worklists.identity import Identity
from etl.worklists.select import Counts, Relations
from etl.worklists.workbook import Worklist, write
from expectations.query_life import Query
from expectations.subjects import load_subjects
from expectations.translations import Wording, read_translations, wording


@dataclass(frozen=True)
class Written:
    """A list that was written: its counts, its file, and the findings it asks about."""

    counts: Counts
    path: Path
    finding_ids: tuple[str, ...]


@dataclass(frozen=True)
class OfSnapshot:
    """Of which snapshot the lists are: its id, source, registry, day and data cut-off."""

    snapshot_id: str
    source: str
    registry: str
    as_of: date
    export_date: date | None


def write_lists(
    con: duckdb.DuckDBPyConnection,
    where: Relations,
    night: OfSnapshot,
    queries: Sequence[Query],
    folder: Path,
    *,
    rows: int,
    only: str | None = None,
) -> list[Written]:
    """Write the worklists of every hospital and of the registry.

    Args:
        con: A session; temporary tables are made in it.
        where: The relations that hold the findings and what goes with them.
        night: Of which snapshot the lists are.
        queries: What was asked and answered so far.
        folder: Where to; made when absent.
        rows: Findings a list shows at most; a patient is never split.
        only: Write the list of this hospital alone (`select.REGISTRY`: the registry's).
    """
    select.choose(con, where, queries, rows=rows, delivered=night.export_date)
    phrases = _phrases(con, night.source)
    every = select.lists(con)
    written = []
    for counts in every:
        if only is not None and counts.list_id != only:
            continue
        found = select.listed(con, where, counts.list_id)
        identity = Identity(
            night.source, night.registry, night.snapshot_id, counts.list_id, night.as_of
        )
        is_registry = counts.list_id == select.REGISTRY
        worklist = Worklist(
            identity,
            counts,
            [said(row, identity, phrases) for row in found],
            [row.patient_position for row in found],
            every if is_registry else (),
        )
        path = folder / worklist_name(None if is_registry else counts.list_id)
        write(worklist, path)
        written.append(Written(counts, path, tuple(row.finding_id for row in found)))
    return written


def manifest_of(night: OfSnapshot, written: Sequence[Written]) -> dict[str, Any]:
    """What stands beside the lists for programs: which file is whose, and its counts."""
    return {
        **{name: str(value) for name, value in asdict(night).items()},
        "lists": [{"file": one.path.name, **asdict(one.counts)} for one in written],
    }


def _phrases(con: duckdb.DuckDBPyConnection, source: str) -> Phrases:
    translations = read_translations()
    rules = {
        rule_id: RuleWords(
            Wording(title, fix, True), wording(title, fix, translations.get(rule_id))
        )
        for rule_id, title, fix in con.execute(
            "select rule_id, title, fix from quality.rules"
        ).fetchall()
    }
    mapping = mapping_if_known(source)
    return Phrases(rules, load_subjects(), source_columns(mapping), mapping)


def source_columns(mapping: Mapping | None) -> SourceColumn:
    """The names that columns have in the hospital's own files, where they are not ours.

    A column of the part that the row was read by has one name; of another record, whose part is
    not known, each name that it may have.
    """
    names: dict[tuple[str, str], dict[int, str]] = {}
    for number, table, part in mapping.numbered_parts() if mapping else ():
        for column, mapped in part.columns.items():
            if theirs := " + ".join(mapped.columns_read):
                names.setdefault((table, column), {})[number] = theirs

    def named(table: str, column: str, part: int | None) -> str | None:
        by_part = names.get((table, column), {})
        theirs = by_part.get(part or 0) or " / ".join(dict.fromkeys(by_part.values()))
        return theirs if theirs != column else None

    return named
