"""The comparison from end to end: of a night with what is current, of two published snapshots.

Belongs here: the order of its parts, and writing the published tables. Does not belong here: any
part itself.

The comparison is no input of a snapshot: it says how a snapshot differs from the one that was
current when it was made, and the same inputs are the same snapshot whatever was current.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from etl.changes import causes, estimates, records, tables
from etl.changes.contributions import add_contributions, create_contributions
from etl.changes.sides import Differences, Side, differences
from etl.governance import Governance, read_governance
from etl.publish.night import Night
from etl.publish.shelf import CURRENT, Published, Shelf
from etl.settings import Settings
from etl.studies import Study
from etl.warehouse import open_memory
from expectations.contracts import (
    Contract,
    ContractBrokenError,
    comment_sql,
    create_table_sql,
    physical_columns,
)
from expectations.contracts.changes import (
    ComparedSnapshots,
    EstimateChangeRecords,
    EstimateChanges,
)

TABLES: tuple[type[Contract], ...] = (ComparedSnapshots, EstimateChanges, EstimateChangeRecords)
NO_EARLIER = "There is no earlier snapshot."
NEW_STUDY = "The study is new since that snapshot."
OTHER_SOURCE = "That snapshot is of another registry."


@dataclass(frozen=True)
class _Asked:
    """What is compared: the sides, their databases and kept rows, and how to treat patients."""

    before: Side
    after: Side
    before_database: str
    after_database: str | None
    before_rows: Path | None
    after_rows: Path | None
    governance: Governance
    minimum_cell: int


def build_changes(
    con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, studies: Mapping[str, Study]
) -> dict[str, int]:
    """Compare the night that stands in the warehouse with the current snapshot.

    Args:
        con: the warehouse, the studies built.
        settings: where snapshots and kept source rows stand.
        night: the plan of the night.
        studies: the studies asked for.

    Returns:
        Rows of each of the three tables.

    Raises:
        ChangesDoNotAddUpError: the patients named do not come to the difference of an estimate.
    """
    create_tables(con)
    shelf = Shelf(settings.published)
    published = shelf.get(CURRENT) if shelf.current_id() else None
    row = con.execute("select max(export_date) from source.export").fetchone()
    after = Side(
        snapshot_id=night.snapshot_id,
        as_of=str(night.as_of),
        export_date=str(row[0]) if row and row[0] else None,
        inputs=night.inputs.as_dict(),
        definitions={name: study.model_dump(mode="json") for name, study in studies.items()},
        studies=tuple(studies),
    )
    if published is None:
        _write_compared(con, None, after, {}, {})
        return _counts(con)
    before = Side.of(published)
    with tables.attached(con, published.folder, "before_snapshot") as database:
        _compare(
            con,
            _Asked(
                before=before,
                after=after,
                before_database=database,
                after_database=None,
                before_rows=records.kept_folder(settings, before),
                after_rows=None,
                governance=read_governance(settings.governance, night.as_of),
                minimum_cell=settings.minimum_cell,
            ),
        )
    return _counts(con)


@contextmanager
def compare_published(
    settings: Settings, before: Published, after: Published
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session that holds the comparison of two published snapshots, in the same three tables.

    Args:
        settings: where kept source rows and the opt-outs stand.
        before: the one compared with.
        after: the one whose differences are told.
    """
    sides = Side.of(before), Side.of(after)
    with open_memory() as con:
        create_tables(con)
        with (
            tables.attached(con, before.folder, "before_snapshot") as first,
            tables.attached(con, after.folder, "after_snapshot") as second,
        ):
            kept = [records.kept_folder(settings, side) for side in sides]
            _compare(
                con,
                _Asked(
                    before=sides[0],
                    after=sides[1],
                    before_database=first,
                    after_database=second,
                    before_rows=kept[0] if all(kept) else None,
                    after_rows=kept[1],
                    governance=read_governance(settings.governance, settings.today()),
                    minimum_cell=settings.minimum_cell,
                ),
            )
        yield con


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """The three published tables, anew and empty."""
    con.execute("create schema if not exists quality")
    for contract in TABLES:
        con.execute(f"drop table if exists {contract.key()}")
        con.execute(";".join([create_table_sql(contract), *comment_sql(contract)]))


def _compare(con: duckdb.DuckDBPyConnection, asked: _Asked) -> None:
    before, after = asked.before, asked.after
    shared = [name for name in after.studies if name in before.studies]
    if before.source != after.source:
        shared = []
    differing = {study: differences(before, after, study) for study in after.studies}
    kept = asked.before_rows is not None or _is_one_delivery(asked)
    _write_compared(con, before, after, differing, dict.fromkeys(shared, kept))
    if not shared:
        return
    tables.read_side(con, "before", shared, asked.before_database)
    tables.read_side(con, "after", shared, asked.after_database)
    estimates.compare_pairs(con)
    traceable = _contribute(con, asked, differing, shared)
    estimates.compare_contributions(con)
    estimates.compare_estimates(con, asked.minimum_cell)
    estimates.assert_adds_up(con, traceable)
    causes.find_people(con)
    _lay_out_records(con, asked)
    _govern(con, asked.governance)
    causes.find_causes(con, {study: differing[study] for study in shared})
    causes.say_why(con)
    _write_changes(con)
    _drop(con)


def _contribute(
    con: duckdb.DuckDBPyConnection,
    asked: _Asked,
    differing: Mapping[str, Differences],
    studies: Sequence[str],
) -> list[str]:
    """Fill the contributions; returns the studies whose estimates must add up."""
    create_contributions(con)
    is_same_program = not any("code" in found.inputs for found in differing.values())
    redefined = {s for s in studies if "study_definition" in differing[s].inputs}
    whole = redefined if is_same_program else set(studies)
    now = tables.read_changed_pairs(con, "after", whole)
    try:
        was = tables.read_changed_pairs(con, "before", whole)
    except ContractBrokenError:
        was, is_same_program = {}, False  # an older program wrote less than this one asks for
    traceable = []
    for study in studies:
        after = asked.after.definition(study)
        before = asked.before.definition(study)
        if before is None and study not in redefined:
            before = after
        if after is None:
            continue
        add_contributions(con, before or after, "before", was.get(study, []))
        add_contributions(con, after, "after", now.get(study, []))
        if before is not None and is_same_program:
            traceable.append(study)
    return traceable


def _lay_out_records(con: duckdb.DuckDBPyConnection, asked: _Asked) -> None:
    [(people,)] = con.execute("select count(*) from changes_patients").fetchall()
    if not people or _is_one_delivery(asked):
        records.no_records(con)
        return
    if asked.before_rows is None:
        records.read_published(con, "before", asked.before_database)
        records.read_published(con, "after", asked.after_database)
        records.compare_records(con, records.NOT_KEPT)
        return
    records.read_kept(con, "before", asked.before_rows)
    if asked.after_database is None:
        records.read_staged(con, "after")
    elif asked.after_rows is not None:
        records.read_kept(con, "after", asked.after_rows)
    records.compare_records(con, None)


def _is_one_delivery(asked: _Asked) -> bool:
    return bool(asked.before.inputs["export_id"] == asked.after.inputs["export_id"])


def _govern(con: duckdb.DuckDBPyConnection, governance: Governance) -> None:
    """The patients of the reviewed lists: those who opted out are named nowhere."""
    con.execute("create or replace temp table changes_opted_out (patient_id varchar)")
    con.execute("create or replace temp table changes_governed (patient_id varchar)")
    for table, patients in (
        ("changes_opted_out", set(governance.opted_out)),
        (
            "changes_governed",
            {*governance.opted_out, *governance.merged, *governance.merged.values()},
        ),
    ):
        if patients:
            con.executemany(f"insert into {table} values (?)", [[one] for one in sorted(patients)])


def _write_compared(
    con: duckdb.DuckDBPyConnection,
    before: Side | None,
    after: Side,
    differing: Mapping[str, Differences],
    compared: Mapping[str, bool],
) -> None:
    rows = []
    for study in after.studies:
        found = differing.get(study, Differences((), ()))
        if before is None:
            reason: str | None = NO_EARLIER
        elif before.source != after.source:
            reason = OTHER_SOURCE
        else:
            reason = None if study in compared else NEW_STUDY
        rows.append(
            {
                "study": study,
                "snapshot_before": before.snapshot_id if before else None,
                "as_of_before": before.as_of if before else None,
                "export_date_before": before.export_date if before else None,
                "export_date_after": after.export_date,
                "not_compared_because": reason,
                "inputs_differing": ", ".join(found.inputs),
                "parameters_differing": ", ".join(found.parameters),
                "source_rows_kept": compared.get(study, False),
            }
        )
    names = [column.name for column in physical_columns(ComparedSnapshots)]
    con.register("compared_rows", pd.DataFrame(rows, columns=names, dtype=object))
    con.execute(f"insert into {ComparedSnapshots.key()} by name select * from compared_rows")
    con.unregister("compared_rows")


def _write_changes(con: duckdb.DuckDBPyConnection) -> None:
    names = ", ".join(
        f'e."{c.name}"' for c in physical_columns(EstimateChanges) if c.name != "because"
    )
    con.execute(f"""
        insert into {EstimateChanges.key()} by name
        select {names}, b.because
        from changes_estimates as e inner join changes_because as b using ({estimates.KEY})
    """)
    con.execute(f"insert into {EstimateChangeRecords.key()} by name {_RECORDS}")


def _drop(con: duckdb.DuckDBPyConnection) -> None:
    """Take the tables of the comparison away: they hold patients, and the session goes on."""
    rows = con.execute(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, "
        "'changes_')"
    ).fetchall()
    con.execute(";".join(f"drop table temp.{name}" for (name,) in rows))


def _counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    found = {}
    for contract in TABLES:
        row = con.execute(f"select count(*) from {contract.key()}").fetchone()
        found[contract.table] = int(row[0]) if row else 0
    return found


_OF_PEOPLE = (
    "stratum",
    "response",
    "responder",
    "response_evaluable",
    "pfs_days",
    "pfs_event",
    "os_days",
    "os_event",
)
_SHOWN = ", ".join(f"p.{name}_before, p.{name}_after" for name in _OF_PEOPLE)

# Of a patient who opted out stays that a patient left, and why; no key, place or value.
_RECORDS = f"""
    select p.study, p.patient_id, p.in_study, p.endpoints,
        array_to_string(p.columns, ', ') as pair_columns, {_SHOWN},
        nullif(array_to_string(p.rules_before, ', '), '') as doubtful_before,
        nullif(array_to_string(p.rules_after, ', '), '') as doubtful_after,
        c.* exclude (study, patient_id)
    from changes_people as p
    inner join changes_causes as c on c.study = p.study and c.patient_id = p.patient_id
    where p.patient_id not in (select patient_id from changes_opted_out)
    union all by name
    select p.study,
        'opted out ' || dense_rank() over (partition by p.study order by md5(p.patient_id))
            as patient_id,
        p.in_study, p.endpoints, '' as pair_columns, c.cause, 1 as ordinal, '' as record_columns
    from changes_people as p
    inner join (
        select study, patient_id,
            coalesce(min(cause) filter (cause = 'governance'), min(cause)) as cause
        from changes_causes group by study, patient_id
    ) as c on c.study = p.study and c.patient_id = p.patient_id
    where p.patient_id in (select patient_id from changes_opted_out)
"""
