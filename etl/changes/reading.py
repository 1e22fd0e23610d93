"""The comparison of one study as its report reads it.

Belongs here: the read, without any patient. Does not belong here: words and tables
(`etl/outputs/changes_table`).
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from etl.changes.tables import has_table
from etl.studies.pairs import records
from expectations.contracts import validate_frame
from expectations.contracts.changes import EstimateChanges

Record = dict[str, Any]


@dataclass(frozen=True)
class StudyChanges:
    """What changed of a study since the snapshot before.

    Attributes:
        compared: its row of `quality.compared_snapshots`; None where nothing was compared yet.
        estimates: its rows of `quality.estimate_changes`.
        causes: patients and records by cause, subject and rule; no patient is named.
    """

    compared: Record | None = None
    estimates: tuple[Record, ...] = ()
    causes: tuple[Record, ...] = ()


def read_changes(con: duckdb.DuckDBPyConnection, study: str) -> StudyChanges:
    """Read a study's comparison; empty where the warehouse holds none."""
    if not has_table(con, None, "quality", "compared_snapshots"):
        return StudyChanges()
    asked = {"study": study}
    compared = _records(con, "from quality.compared_snapshots where study = $study", asked)
    return StudyChanges(
        compared=compared[0] if compared else None,
        estimates=tuple(_estimates(con, study)),
        causes=tuple(
            _records(
                con,
                "select cause, subject, rule_id, count(distinct patient_id) as patients, "
                "count(*) filter (subject is not null) as records "
                "from quality.estimate_change_records where study = $study "
                "group by all order by all",
                asked,
            )
        ),
    )


def _estimates(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    frame = con.execute(
        "from quality.estimate_changes where study = ? "
        'order by edition, endpoint, subset, stratum, statistic, "at" nulls first',
        [study],
    ).df()
    return records(validate_frame(EstimateChanges, frame))


def _records(con: duckdb.DuckDBPyConnection, sql: str, asked: dict[str, str]) -> list[Record]:
    cursor = con.execute(sql, asked)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
