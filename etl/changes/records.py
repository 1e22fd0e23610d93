"""The source records of some patients on either side, and which of them differ.

Belongs here: staging the kept rows of a published snapshot again, for these patients alone, and
laying both sides' records beside each other by key. Where no source rows are kept, the published
marts stand in for them. Does not belong here: what a difference does to an estimate (`causes`).

A record is compared by what it means: a date by its earliest and latest day, a code by the code,
what could not be read by its text; a text in its one form of Unicode, which rows kept by an
earlier release may not have. What is shown is what was written.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from etl.changes.sides import Side
from etl.changes.tables import has_table
from etl.ingest.earlier_rows import bring_up
from etl.ingest.source_tables import create_source_tables
from etl.models import run_layer
from etl.parameters import Parameters
from etl.settings import Settings
from etl.unicode import normal
from etl.warehouse import open_memory
from expectations.codelists import load_codelists
from expectations.export_format import TABLES, Column, Table

SUBJECTS = tuple(name for name in TABLES if name != "hospitals")
_NOT_DERIVED_FROM = frozenset({"source_record_ref"})
"""Nothing is derived from it: that it differs explains nothing."""

_FOLLOW_UP = ("last_contact_date", "vital_status_date", "vital_status_source")
_PUBLISHED = (
    ("marts.patients", "patient_id"),
    ("marts.treatment_lines", "line_id"),
    ("marts.responses", "response_id"),
    ("marts.adverse_events", "event_id"),
)
NOT_KEPT = "Source rows of the last snapshot are not kept; the published table stands in for them."

_EMPTY = """
    select null::varchar as subject, null::varchar as patient_id, null::varchar as record_key,
        null::bigint as ordinal, null::varchar as file, null::bigint as line,
        map([]::varchar[], []::varchar[]) as meant, map([]::varchar[], []::varchar[]) as written
    where false
"""


def kept_folder(settings: Settings, side: Side) -> Path | None:
    """Where the source rows of a published snapshot are kept; None where they are not."""
    folder = settings.sources / str(side.inputs["export_id"])
    return folder if folder.is_dir() and any(folder.glob("*.parquet")) else None


def read_staged(con: duckdb.DuckDBPyConnection, side: str) -> None:
    """Lay out the records of `changes_patients` that stand in staging as `changes_records_<side>`.

    Args:
        con: the warehouse of the night.
        side: before or after.
    """
    con.execute(
        f"create or replace temp table changes_records_{side} as {_staged('changes_patients')}"
    )


def read_kept(con: duckdb.DuckDBPyConnection, side: str, folder: Path) -> None:
    """Stage the kept rows of `changes_patients` in a session apart, and lay them out the same.

    Args:
        con: session of the comparison.
        side: before or after.
        folder: the kept source tables.
    """
    patients = con.execute("select patient_id from changes_patients").to_arrow_table()
    with open_memory() as apart:
        apart.execute("set threads = 1")
        load_codelists(apart)
        apart.register("changes_patients", patients)
        _load(apart, folder)
        run_layer(apart, "staging", Parameters().as_sql())
        found = apart.execute(_staged("changes_patients")).to_arrow_table()
    con.register("found_records", found)
    con.execute(f"create or replace temp table changes_records_{side} as from found_records")
    con.unregister("found_records")


def read_published(con: duckdb.DuckDBPyConnection, side: str, database: str | None) -> None:
    """Lay out the published rows of `changes_patients` instead of source rows.

    Args:
        con: session of the comparison.
        side: before or after.
        database: the attached snapshot; None for the night that stands in the warehouse.
    """
    con.execute(f"create or replace temp table changes_records_{side} as {_EMPTY}")
    prefix = "" if database is None else f"{database}."
    for table, key in _PUBLISHED:
        schema, name = table.split(".")
        if not has_table(con, database, schema, name):
            continue
        columns = [str(row[0]) for row in con.execute(f"describe {prefix}{table}").fetchall()]
        values = ", ".join(
            normal(f'cast("{column}" as varchar)', strips=True) for column in columns
        )
        named = ", ".join(f"'{column}'" for column in columns)
        con.execute(f"""
            insert into changes_records_{side}
            select '{table}', {_id("patient_id")}, {_id(key)}, 1, null, null,
                map([{named}], [{values}]), map([{named}], [{values}])
            from {prefix}{table}
            where {_id("patient_id")} in (select patient_id from changes_patients)
        """)


def compare_records(con: duckdb.DuckDBPyConnection, remark: str | None) -> None:
    """Write `changes_records`: each record of a patient that is new, gone or means another thing.

    Args:
        con: session of the comparison, both sides laid out.
        remark: said of every row; None when there is nothing to say.
    """
    listed = ", ".join(f"'{name}'" for name in _FOLLOW_UP)
    con.execute(
        f"""
        create or replace temp table changes_records as
        with beside as (
            select subject, patient_id, record_key, ordinal,
                b.file as file_before, b.line as line_before,
                a.file as file_after, a.line as line_after,
                b.meant is null as is_new, a.meant is null as is_gone,
                case when b.meant is null or a.meant is null then []
                    else list_filter(
                        list_distinct(list_concat(map_keys(a.meant), map_keys(b.meant))),
                        name -> a.meant[name] is distinct from b.meant[name]
                    )
                end as columns,
                b.written as written_before, a.written as written_after
            from changes_records_before as b
            full join changes_records_after as a using (subject, patient_id, record_key, ordinal)
        )
        select * exclude (is_new, is_gone, columns, written_before, written_after),
            list_sort(columns) as columns,
            case
                when is_new then 'record_new' when is_gone then 'record_gone'
                when list_has_all([{listed}], columns) then 'follow_up'
                else 'record_changed'
            end as cause,
            {_shown("written_before")} as values_before,
            {_shown("written_after")} as values_after,
            $remark::varchar as remark
        from beside
        where is_new or is_gone or len(columns) > 0
        """,
        {"remark": remark},
    )


def no_records(con: duckdb.DuckDBPyConnection) -> None:
    """Write `changes_records` where no record can differ: both sides are of one delivery."""
    for side in ("before", "after"):
        con.execute(f"create or replace temp table changes_records_{side} as {_EMPTY}")
    compare_records(con, None)


def _shown(written: str) -> str:
    """The values of a record that differ, or all that are filled of one that is new or gone."""
    return f"""
        case when {written} is not null then cast(to_json(map_from_entries(list_filter(
            map_entries({written}),
            one -> case when len(columns) > 0 then list_contains(columns, one.key)
                else one.value is not null end
        ))) as varchar) end"""


def _staged(patients: str) -> str:
    return " union all ".join(_records_of(TABLES[name], patients) for name in SUBJECTS)


def _records_of(table: Table, patients: str) -> str:
    """SQL of one staging table as records: key, place, and what each column means and says."""
    columns = [one for one in table.columns if one.name not in _NOT_DERIVED_FROM]
    names = ", ".join([*(f"'{one.name}'" for one in columns), "'placement'"])
    meant = ", ".join([*map(_meant, columns), "coalesce(unplaced_because, 'placed')"])
    written = ", ".join([*map(_written, columns), "coalesce(unplaced_because, 'placed')"])
    return f"""
        select '{table.name}' as subject, patient_id, record_key,
            row_number() over (
                partition by patient_id, record_key
                order by is_placed desc, source_file, source_line
            ) as ordinal,
            source_file as file, source_line as line,
            map([{names}], [{meant}]) as meant, map([{names}], [{written}]) as written
        from staging.{table.name}
        where patient_id in (select patient_id from {patients})
    """


def _meant(column: Column) -> str:
    name = column.name
    if column.kind in ("id", "text"):
        return name
    if column.kind == "date":
        days = f"{name}_earliest || '..' || {name}_latest"
        return f"coalesce({days}, {name}_text)"
    return f"coalesce(cast({name} as varchar), {name}_text)"


def _written(column: Column) -> str:
    name = column.name
    if column.kind in ("id", "text"):
        return name
    return f"coalesce({name}_text, cast({name} as varchar))"


def _load(apart: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Fill `source` with the kept rows of `changes_patients`, and all that is of no patient."""
    create_source_tables(apart)
    wanted = "(select patient_id from changes_patients)"
    apart.execute(f"""
        create temp table their_treatments as
        select distinct {_id("treatment_id")} as treatment_id
        from {_file(folder, "treatments")} where {_id("patient_id")} in {wanted}
    """)
    for path in sorted(folder.glob("*.parquet")):
        name = path.stem
        if name not in TABLES:
            if has_table(apart, None, "source", name):
                apart.execute(f"delete from source.{name}")
                _insert(apart, folder, name, "true")
            continue
        conditions = [
            *_if_there(TABLES[name], "patient_id", wanted),
            *_if_there(TABLES[name], "treatment_id", "(select treatment_id from their_treatments)"),
        ]
        _insert(apart, folder, name, " or ".join(conditions) or "true")
        bring_up(apart, f"source.{name}", name)


def _if_there(table: Table, column: str, within: str) -> Iterator[str]:
    if column in table.column_names:
        yield f"{_id(column)} in {within}"


def _id(column: str) -> str:
    """SQL of an id as those of this release are written."""
    return f"trim({normal(column, strips=True)})"


def _insert(apart: duckdb.DuckDBPyConnection, folder: Path, name: str, condition: str) -> None:
    """Insert by name: a column that an older program did not have stays empty."""
    kept = apart.execute(f"describe select * from {_file(folder, name)}").fetchall()
    known = {str(row[0]) for row in apart.execute(f"describe source.{name}").fetchall()}
    shared = ", ".join(f'"{row[0]}"' for row in kept if row[0] in known)
    apart.execute(
        f"insert into source.{name} by name select {shared} from {_file(folder, name)} "
        f"where {condition}"
    )


def _file(folder: Path, name: str) -> str:
    quoted = str(folder / f"{name}.parquet").replace("'", "''")
    return f"read_parquet('{quoted}')"
