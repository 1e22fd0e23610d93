"""A registry's state, composed of the newest delivery of each hospital.

Belongs here: keeping the rows of earlier deliveries and laying the newest together. Does not
belong here: reading a delivery (`load.py`).

Rows are kept in the schema `deliveries` of the working warehouse, as they stood in `source`, and
only when they will be needed: a registry that delivers in full pays nothing. A row belongs to the
hospital it names, else to that of its treatment or patient in the same delivery. A row that
belongs to no hospital its delivery covers stays as long as its delivery does.
"""

import hashlib
from collections.abc import Sequence

import duckdb

from etl.ingest import received
from etl.ingest.earlier_rows import bring_up, bring_up_repeated
from etl.ingest.raw_tables import identifier, literal
from etl.ingest.received import Delivered
from etl.unicode import normal
from expectations.export_format import TABLES

_KEPT = (
    *TABLES,
    "collected",
    "repeated_values",
    "unmatched_forms",
    "unread_cells",
    "normalised_cells",
)
_OLDER = (
    "This delivery is older than what is in hand for every hospital it covers: the state of the "
    "registry did not change."
)


def keep_last_state(
    con: duckdb.DuckDBPyConnection, source: str, *, partial: bool, withdrawn: Sequence[str] = ()
) -> None:
    """Keep what stands in `source` before it is replaced, where it may be needed again.

    Args:
        con: the warehouse, `source` as the last load left it, or empty.
        source: the registry about to be loaded.
        partial: whether the coming delivery covers some hospitals only.
        withdrawn: deliveries of that registry, by export_id, whose rows are forgotten.
    """
    received.create(con)
    con.execute(
        "create table if not exists deliveries.exports (source varchar, export_id varchar, "
        "export_date date, hospitals varchar[], received bigint)"
    )
    _bring_up_old(con, source)
    con.execute("alter table deliveries.exports add column if not exists in_force boolean")
    received.note_withdrawn(con, source, withdrawn)
    con.execute(
        "delete from deliveries.exports where source = $source "
        "and list_contains($withdrawn, export_id)",
        {"source": source, "withdrawn": list(withdrawn)},
    )
    _forget_rows(con, source)
    if not _exists(con, "source", "export"):
        return
    last = con.execute("select source, export_id, export_date, scope from source.export").fetchone()
    if last is None or last[3] != "full" or not (partial or last[0] != source):
        return
    if last[0] == source and last[1] in withdrawn:
        return
    if not con.execute(
        "select 1 from deliveries.exports where source = ?", [last[0]]
    ).fetchone():  # a state that was composed is kept already
        _keep(con, Delivered(last[0], last[1], last[2], None))


def compose(
    con: duckdb.DuckDBPyConnection, delivered: Delivered
) -> tuple[str, list[str], list[str]]:
    """Make `source` the state of the registry after this delivery.

    Args:
        con: the warehouse, `source` filled with this delivery.
        delivered: this delivery.

    Returns:
        The id of the state (that of the delivery, when it is full and nothing newer is known),
        sentences on how old each hospital's newest delivery is, and on this one where it is not
        simply the newest.
    """
    if delivered.hospitals is None and not _newer_parts(con, delivered):
        _forget(con, delivered.source)
        _note_full(con, delivered)
        return delivered.export_id, [], _noted(con, delivered, [delivered.export_id])
    _keep(con, delivered)
    _attribute(con, delivered.source)
    _choose(con, delivered.source)
    _lay_together(con, delivered)
    rows = con.execute(
        "select hospital_id, export_id from source.deliveries order by all"
    ).fetchall()
    in_force = con.execute(
        "select export_id from deliveries.exports where source = ? and in_force", [delivered.source]
    ).fetchall()
    about = _noted(con, delivered, [export_id for (export_id,) in in_force])
    if not about and delivered.export_id not in {export_id for _, export_id in rows}:
        about = [_OLDER]
    state_id = hashlib.sha256(repr(["composed", delivered.source, rows]).encode()).hexdigest()
    return state_id, _ages(con), about


def _noted(
    con: duckdb.DuckDBPyConnection, delivered: Delivered, in_force: Sequence[str]
) -> list[str]:
    remark = received.note_received(con, delivered, in_force)
    return [remark] if remark else []


def _note_full(con: duckdb.DuckDBPyConnection, delivered: Delivered) -> None:
    con.execute(
        "insert into source.deliveries values (null, ?, ?)",
        [delivered.export_date, delivered.export_id],
    )


def _newer_parts(con: duckdb.DuckDBPyConnection, delivered: Delivered) -> bool:
    row = con.execute(
        "select 1 from deliveries.exports where source = ? and hospitals is not null "
        "and export_date > ?",
        [delivered.source, delivered.export_date],
    ).fetchone()
    return row is not None


def bring_up_kept(con: duckdb.DuckDBPyConnection) -> None:
    """Bring every row and hospital that an earlier release kept up to the form of today."""
    one_form = f"list_transform(hospitals, lambda one: {normal('one', strips=True)})"
    for name in ("exports", "received"):
        if _exists(con, "deliveries", name):
            con.execute(f"update deliveries.{name} set hospitals = list_distinct({one_form})")
    stored = con.execute(
        "select table_name from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'deliveries'"
    ).fetchall()
    for (name,) in stored:
        _, _, table = name.rpartition("__")
        if table in TABLES:
            _bring_up(con, f"deliveries.{identifier(name)}", table)
        elif table == "repeated_values":
            bring_up_repeated(con, f"deliveries.{identifier(name)}")


def _bring_up(con: duckdb.DuckDBPyConnection, stored: str, table: str) -> None:
    bring_up(con, stored, table, "_export_id")
    con.execute(f"update {stored} set _hospital = {normal('_hospital', strips=True)}")


def _bring_up_old(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Bring up what was kept before parts were told apart, in a home that was never judged."""
    for table in TABLES:
        old = con.execute(
            "select bool_and(column_name <> '_part') from duckdb_columns() where database_name = "
            "current_database() and schema_name = 'deliveries' and table_name = ?",
            [f"{source}__{table}"],
        ).fetchone()
        if old and old[0]:
            _bring_up(con, _stored(source, table), table)


def _exists(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    row = con.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return row is not None


def _stored(source: str, table: str) -> str:
    return f"deliveries.{identifier(f'{source}__{table}')}"


def _forget(con: duckdb.DuckDBPyConnection, source: str) -> None:
    for table in _KEPT:
        con.execute(f"drop table if exists {_stored(source, table)}")
    con.execute("delete from deliveries.exports where source = ?", [source])


def _keep(con: duckdb.DuckDBPyConnection, delivered: Delivered) -> None:
    """Store what stands in `source` as the rows of one delivery; once more replaces."""
    for table in _KEPT:
        if not _exists(con, "source", table):
            continue  # left by a release that did not have it
        stored = _stored(delivered.source, table)
        if not _exists(con, "deliveries", f"{delivered.source}__{table}"):
            con.execute(
                f"create table {stored} as select *, cast(null as varchar) as _export_id, "
                f"cast(null as varchar) as _hospital from source.{table} where false"
            )
        con.execute(f"delete from {stored} where _export_id = ?", [delivered.export_id])
        con.execute(
            f"insert into {stored} by name select *, {literal(delivered.export_id)} as _export_id "
            f"from source.{table}"
        )
    con.execute(
        "delete from deliveries.exports where source = ? and export_id = ?",
        [delivered.source, delivered.export_id],
    )
    con.execute(
        "insert into deliveries.exports select ?, ?, ?, ?, coalesce(max(received), 0) + 1, true "
        "from deliveries.exports",
        [
            delivered.source,
            delivered.export_id,
            delivered.export_date,
            None if delivered.hospitals is None else list(delivered.hospitals),
        ],
    )


def _attribute(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Give each kept row its hospital; none where its delivery does not cover that hospital."""
    patients, treatments = _stored(source, "patients"), _stored(source, "treatments")
    of_patient = (
        f"(select min(p.hospital_id) from {patients} as p "
        "where p._export_id = t._export_id and p.patient_id = t.patient_id)"
    )
    of_treatment = (
        f"(select min(coalesce(r.hospital_id, r._hospital)) from {treatments} as r "
        "where r._export_id = t._export_id and r.treatment_id = t.treatment_id)"
    )
    owner = {
        "patients": "t.hospital_id",
        "hospitals": "t.hospital_id",
        "treatments": f"coalesce(t.hospital_id, {of_patient})",
        "drugs": of_treatment,
        "local_treatments": of_patient,
    }
    # In this order: a drug takes the hospital its treatment was given before.
    for table in ("patients", "hospitals", "treatments", *TABLES):
        expression = owner.get(table, f"coalesce({of_treatment}, {of_patient})")
        stored = _stored(source, table)
        con.execute(
            f"update {stored} as s set _hospital = a.hospital from (select t.rowid as _row, "
            f"{expression} as hospital, t._export_id as _id from {stored} as t) as a, "
            "deliveries.exports as e where a._row = s.rowid and e.source = "
            f"{literal(source)} and e.export_id = a._id "
            "and (e.hospitals is null or list_contains(e.hospitals, a.hospital))"
        )


def _choose(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Fill `source.deliveries` with the newest delivery of each hospital; forget older ones.

    The one before the newest stays too: it is the state again once the newest is withdrawn.
    """
    named = " union ".join(f"select _hospital from {_stored(source, table)}" for table in TABLES)
    con.execute(
        "create or replace temp table _ranked as "
        "with known as (select unnest(hospitals) as hospital from deliveries.exports "
        f"where source = {literal(source)} union ({named})) "
        "select k.hospital, e.export_date, e.export_id, row_number() over "
        "(partition by k.hospital order by e.export_date desc, e.received desc) as _rank "
        "from known as k join deliveries.exports as e on e.source = "
        f"{literal(source)} and (e.hospitals is null or list_contains(e.hospitals, k.hospital)) "
        "where k.hospital is not null"
    )
    con.execute(
        "insert into source.deliveries select hospital, export_date, export_id from _ranked "
        "where _rank = 1 order by hospital"
    )
    # The newest full delivery stays for the rows that name no hospital.
    con.execute(
        "update deliveries.exports set in_force = export_id in "
        "(select export_id from source.deliveries) or export_id is not distinct from "
        "(select export_id from deliveries.exports where source = $source and hospitals is null "
        "order by export_date desc, received desc limit 1) where source = $source",
        {"source": source},
    )
    con.execute(
        "delete from deliveries.exports where source = ? and not in_force "
        "and export_id not in (select export_id from _ranked where _rank = 2)",
        [source],
    )
    con.execute("drop table _ranked")
    _forget_rows(con, source)


def _forget_rows(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Remove the kept rows of deliveries that are kept no longer."""
    for table in _KEPT:
        if _exists(con, "deliveries", f"{source}__{table}"):
            con.execute(
                f"delete from {_stored(source, table)} where _export_id not in "
                "(select export_id from deliveries.exports where source = ?)",
                [source],
            )


def _lay_together(con: duckdb.DuckDBPyConnection, delivered: Delivered) -> None:
    source = delivered.source
    chosen = (
        "(t._hospital is null or exists (select 1 from source.deliveries as d "
        "where d.hospital_id = t._hospital and d.export_id = t._export_id))"
    )
    label = "' of ' || e.export_date || ', ' || left(e.export_id, 8)"
    join = (
        "join deliveries.exports as e on e.export_id = t._export_id "
        f"and e.source = {literal(source)} and e.in_force"
    )
    for table in TABLES:
        con.execute(f"delete from source.{table}")
        con.execute(
            f"insert into source.{table} by name select t.* exclude (_export_id, _hospital) "
            f"replace (t._file || {label} as _file) from {_stored(source, table)} as t {join} "
            f"where {chosen} order by e.export_date, e.received, t._ordinal"
        )
    named = " union ".join(f"select _file, _export_id from {_stored(source, t)}" for t in TABLES)
    con.execute(
        f"insert into source.cutoffs select t._file || {label}, min(e.export_date), "
        f"min(e.export_id) from ({named}) as t {join} group by all"
    )
    con.execute("delete from source.collected")
    con.execute(
        "insert into source.collected select table_name, column_name, bool_or(collected) "
        f"from {_stored(source, 'collected')} as t {join} group by all"
    )
    for table, files in (
        ("repeated_values", ("kept_file", "other_file")),
        ("unmatched_forms", ("file_name",)),
        ("unread_cells", ("file_name",)),
        ("normalised_cells", ()),
    ):
        renamed = (
            ", ".join(f"t.{name} || {label} as {name}" for name in files) or "t.cells as cells"
        )
        con.execute(f"delete from source.{table}")
        con.execute(
            f"insert into source.{table} by name select t.* exclude (_export_id, _hospital) "
            f"replace ({renamed}) from {_stored(source, table)} as t {join} "
            f"where {_record_stays(source, chosen) if table == 'repeated_values' else 'true'} "
            "order by e.export_date, e.received"
        )


def _record_stays(source: str, chosen: str) -> str:
    """SQL: whether the record a repeated value belongs to is part of the state."""
    stays = []
    for table in TABLES.values():
        key = " || '|' || ".join(f"coalesce(b.{name}, '')" for name in table.key)
        stays.append(
            f"t.table_name = {literal(table.name)} and exists (select 1 from "
            f"{_stored(source, table.name)} as b where b._export_id = t._export_id "
            f"and {key} = t.record_key and {chosen.replace('t._', 'b._')})"
        )
    return "(" + " or ".join(stays) + ")"


def _ages(con: duckdb.DuckDBPyConnection) -> list[str]:
    newest = con.execute("select max(export_date) from source.deliveries").fetchone()
    rows = con.execute(
        "select hospital_id, export_date from source.deliveries order by export_date, hospital_id"
    ).fetchall()
    return [
        f"Hospital {hospital}: its newest delivery is of {day}, "
        f"{(newest[0] - day).days} days older than the newest of all."
        for hospital, day in rows
        if newest and day < newest[0]
    ]
