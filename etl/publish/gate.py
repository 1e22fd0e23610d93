"""The gate: whether what stands in the warehouse may be published.

Belongs here: the few reasons that hold a publication (contracts, section 4, "gate"). Does not
belong here: findings about records; they never hold it. Every question fails closed: what
cannot be answered holds the gate.
"""

from collections.abc import Collection, Mapping

import duckdb

from etl.errors import GateHeldError
from etl.publish import expected_hospitals, steps
from expectations import controls
from expectations.catalogue import Catalogue
from expectations.export_format import TABLES


def ask(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    *,
    required: Mapping[str, tuple[str, ...]],
    counts: Mapping[str, int],
    last_counts: Mapping[str, int],
    may_be_empty: Collection[str] = (),
    last_hospitals: Collection[str] = (),
) -> None:
    """Let the publication pass, or hold it with every reason there is.

    Args:
        con: The working warehouse.
        catalogue: The rules that must have been judged.
        required: Every step of a whole refresh and those it rests on (`steps.required`).
        counts: Rows of each table now, by `layer.table`.
        last_counts: Rows of each table in the last published snapshot; empty when none.
        may_be_empty: Tables whose emptying is meant (a study that is no longer asked for).
        last_hospitals: Hospitals of the last published snapshot of this registry.

    Raises:
        GateHeldError: something holds the gate; the message lists all of it.
    """
    reasons = [
        *steps.problems(con, required),
        *_unreconciled(con),
        *_wrong_cutoffs(con),
        *_emptied(counts, last_counts, may_be_empty),
        *_judging(con, catalogue),
        *expected_hospitals.missing(con, last_hospitals),
        *controls.problems(con, catalogue),
    ]
    if reasons:
        raise GateHeldError(
            "The gate held and nothing was published: " + "; ".join(reasons) + ". "
            "The last published snapshot stays current."
        )


def _unreconciled(con: duckdb.DuckDBPyConnection) -> list[str]:
    files = con.execute(
        "select file_name, lines, loaded, rejected, opted_out from raw.files order by file_name"
    ).fetchall()
    if not files:
        return ["no file of the export is registered in raw.files"]
    reasons = [
        f"{name} has {lines} lines but {loaded} were loaded, {rejected} rejected and {opted_out} "
        "are of patients who opted out"
        for name, lines, loaded, rejected, opted_out in files
        if lines is None or lines != (loaded or 0) + (rejected or 0) + (opted_out or 0)
    ]
    for table in TABLES:
        rows = _count(con, f"source.{table}")
        staged = _count(con, f"staging.{table}")
        if rows != staged:
            reasons.append(f"{table} has {rows} rows in the export but {staged} in staging")
    placed = _count(con, "staging.patients where is_placed")
    read = _count(con, "staging.persons")
    persons = _count(con, "(select distinct person_id from staging.persons)")
    published = _count(con, "marts.patients")
    if (placed, persons) != (read, published):
        reasons.append(
            f"{placed} patients are placed, of {persons} persons, but marts.patients has "
            f"{published}"
        )
    return reasons


def _wrong_cutoffs(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "select cutoff_date, patients_later, patients from derived.delivered_cutoffs "
        "where is_taken_to_be_wrong order by all"
    ).fetchall()
    return [
        f"the cut-off {cutoff} is taken to be wrong: {later} of the {patients} patients delivered "
        "with it have an assessment, event, dose, procedure or last contact in the year after it "
        "(findings of the rules T03); give the day on which the data ended as export_date of "
        "manifest.json and deliver again"
        for cutoff, later, patients in rows
    ]


def _emptied(
    counts: Mapping[str, int], last_counts: Mapping[str, int], may_be_empty: Collection[str]
) -> list[str]:
    return [
        f"{table} became empty: the last published snapshot has {before} rows"
        for table, before in sorted(last_counts.items())
        if before > 0 and counts.get(table) == 0 and table not in may_be_empty
    ]


def _judging(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> list[str]:
    violated: dict[str, int] = dict(
        con.execute("select rule_id, violated from quality.judged").fetchall()
    )
    missing = [rule.id for rule in catalogue.rules if rule.id not in violated]
    reasons = []
    if missing:
        reasons.append(f"{len(missing)} rules were not judged: {', '.join(missing[:10])}")
    reasons += [
        f"rule {rule.id} ({rule.title}) is marked as a gate and is violated {violated[rule.id]} "
        f"times"
        for rule in catalogue.rules
        if rule.gate and violated.get(rule.id, 0) > 0
    ]
    return reasons


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
