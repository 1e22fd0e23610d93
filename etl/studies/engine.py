"""Building a study: its pairs, attrition, estimates and subgroups, written to the marts.

Belongs here: the order of the steps, and writing their tables. Does not belong here: SQL of the
selection (`cohort`), the estimates themselves (`estimates`), any rendering (`etl/outputs`).
"""

from collections.abc import Sequence
from dataclasses import asdict

import duckdb
import pandas as pd

from etl.parameters import Parameters
from etl.studies.cohort import (
    attrition_sql,
    candidates_sql,
    lines_sql,
    pairs_considered_sql,
    pairs_sql,
)
from etl.studies.criteria import criteria, doubt_steps
from etl.studies.definition import Study
from etl.studies.estimates import estimate_study
from etl.studies.pairs import Pair, read_pairs
from etl.studies.subgroups import estimate_subgroups
from etl.studies.suppression import mark_suppressed, study_policy
from expectations.contracts import (
    Contract,
    comment_sql,
    create_table_sql,
    physical_columns,
    validate_frame,
)
from expectations.contracts.studies import Attrition, Estimates, Rechallenges
from expectations.contracts.subgroups import Subgroups

TABLES: tuple[type[Contract], ...] = (Rechallenges, Attrition, Estimates, Subgroups)


def build_study(
    con: duckdb.DuckDBPyConnection, study: Study, parameters: Parameters, minimum_cell: int = 5
) -> None:
    """Write the rows of a study to its four marts.

    The rows of other studies stay; those of this one are replaced.

    Args:
        con: session that holds `marts.patients`, `marts.treatment_lines`, `marts.responses`.
        study: the definition.
        parameters: what the marts were derived under; no study overrides one yet.
        minimum_cell: smallest count that a shared version may print.
    """
    del parameters
    select_cohort(con, study)
    pairs = write_estimates(con, study, minimum_cell)
    write_subgroups(con, study, pairs, minimum_cell)


def select_cohort(con: duckdb.DuckDBPyConnection, study: Study) -> None:
    """Write the pairs and the attrition of a study."""
    create_study_tables(con)
    for contract in TABLES:
        con.execute(f"delete from {contract.key()} where study = ?", [study.id])
    for statement in (lines_sql, pairs_considered_sql, candidates_sql, pairs_sql):
        con.execute(statement(study))
    _write_attrition(con, study)
    for table in ("study_candidates", "study_pairs", "study_lines"):
        con.execute(f"drop table {table}")


def write_estimates(con: duckdb.DuckDBPyConnection, study: Study, minimum_cell: int) -> list[Pair]:
    """Write the estimates from the pairs that stand in the mart; returns the pairs."""
    pairs = read_pairs(con, study.id)
    rows = estimate_study(study, pairs)
    marked = mark_suppressed(rows, pairs, study, study_policy(study, minimum_cell))
    _insert(con, Estimates, [asdict(row) for row in marked])
    return pairs


def write_subgroups(
    con: duckdb.DuckDBPyConnection, study: Study, pairs: list[Pair], minimum_cell: int
) -> None:
    """Write the subgroups of the pairs that stand in the mart."""
    rows = estimate_subgroups(con, study, pairs, study_policy(study, minimum_cell))
    _insert(con, Subgroups, [asdict(row) for row in rows])


def create_study_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the study tables from their contracts where they are absent or have changed."""
    for contract in TABLES:
        expected = [(column.name, column.sql_type) for column in physical_columns(contract)]
        if _columns(con, contract) == expected:
            continue
        con.execute(f"drop table if exists {contract.key()}")
        con.execute(";".join([create_table_sql(contract), *comment_sql(contract)]))


def _columns(con: duckdb.DuckDBPyConnection, contract: type[Contract]) -> list[tuple[str, str]]:
    return con.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_catalog = current_database() and table_schema = ? and table_name = ?"
        " order by ordinal_position",
        [contract.layer, contract.table],
    ).fetchall()


def _write_attrition(con: duckdb.DuckDBPyConnection, study: Study) -> None:
    steps = criteria(study) + doubt_steps(study)
    counts = con.execute(attrition_sql(study)).fetchone() or ()
    before = (counts[0], *counts[:-1])
    rows = [
        {
            "study": study.id,
            "step": position,
            "criterion": step.name,
            "description": step.description,
            "edition": step.edition,
            "patients": left,
            "excluded": earlier - left,
        }
        for position, (step, left, earlier) in enumerate(
            zip(steps, counts, before, strict=True), start=1
        )
    ]
    _insert(con, Attrition, rows)


def _insert(
    con: duckdb.DuckDBPyConnection, contract: type[Contract], rows: Sequence[dict[str, object]]
) -> None:
    names = [column.name for column in physical_columns(contract)]
    con.register("study_rows", validate_frame(contract, pd.DataFrame(rows, columns=names)))
    con.execute(f"insert into {contract.key()} by name select * from study_rows")
    con.unregister("study_rows")
