"""Taking away the rows of patients who opted out, from a delivery as loaded.

Belongs here: which rows are theirs, removing them from `raw`, `source` and the kept deliveries,
and counting them so that lines still add up. Does not belong here: the list (`etl/governance`).

A row is a patient's when it names the patient, or names no patient and one of the patient's
treatments, or is a repeated form of such a record. What is left: per file, how many records went.
An opt-out of one id is one of the person: it holds for those that share its person_key, where the
source says that they are one person. `deliveries.opted_out_persons` keeps a hash of that key while
the opt-out is in force, since another id may come with a later delivery.

The ids stay in `raw.opted_out` until the next export comes in, so that the ledger can forget.
"""

from collections.abc import Mapping

import duckdb

from etl.governance import Governance
from etl.ingest.raw_tables import identifier, literal
from etl.ingest.values import trimmed
from etl.parameters import Parameters
from etl.sources import Mapping as SourceMapping
from etl.unicode import normal_id
from expectations.codelists import codes
from expectations.export_format import TABLES

_LINKED = tuple(
    table.name
    for table in TABLES.values()
    if "treatment_id" in table.column_names and table.name != "treatments"
)


def honour_opt_outs(
    con: duckdb.DuckDBPyConnection,
    governance: Governance,
    mapping: SourceMapping,
    files: Mapping[str, str],
    source: str,
) -> dict[str, int]:
    """Remove the rows of those who opted out.

    Args:
        con: The warehouse, a delivery loaded into `raw` and translated into `source`.
        governance: What is in force.
        mapping: The registry, which says where a file names the patient.
        files: Name of each file that stands in `raw`, by its key.
        source: Name of the registry, under which earlier deliveries are kept.

    Returns:
        Records removed, by file name; files that lost none are left out.
    """
    con.execute("create or replace table raw.opted_out (patient_id varchar)")
    con.execute("create or replace table raw.opted_out_records (table_name varchar, key varchar)")
    con.execute(
        "create table if not exists deliveries.opted_out_persons "
        "(source varchar, patient_id varchar, person varchar)"
    )
    con.execute(
        "delete from deliveries.opted_out_persons where source = ? "
        "and not list_contains(?, patient_id)",
        [source, sorted(governance.opted_out)],
    )
    if not governance.opted_out:
        return {}
    con.executemany(
        "insert into raw.opted_out values (?)", [[normal_id(i)] for i in governance.opted_out]
    )
    if mapping.declares.person_key == "one_disease" and Parameters().link_persons == "auto":
        _add_persons(con, source)
    con.execute("create or replace temp table _theirs (_file varchar, _line bigint)")
    _note_named(con, mapping, files)
    _take(con, {name: f"source.{name}" for name in TABLES}, notes_lines=True)
    _note_forms(con, mapping, files)
    removed = _remove_raw(con, files)
    _remove_beside(con, "source.repeated_values", "source.unmatched_forms")
    kept = {name: f"deliveries.{identifier(f'{source}__{name}')}" for name in TABLES}
    stored = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'deliveries' "
        "and database_name = current_database()"
    ).fetchall()
    if (f"{source}__patients",) in stored:
        _take(con, kept, notes_lines=False)
        _remove_beside(
            con,
            f"deliveries.{identifier(f'{source}__repeated_values')}",
            f"deliveries.{identifier(f'{source}__unmatched_forms')}",
        )
    con.execute(
        "update raw.rejects set text = '(of a patient who opted out)' "
        "where exists (select 1 from raw.opted_out as o where contains(text, o.patient_id))"
    )
    con.execute("drop table _theirs")
    return removed


def _add_persons(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Opt out every id that may be of one person with an id that opted out.

    They share a key that is no placeholder, are three at most, and do not differ in sex or year
    of birth: what else tells persons apart needs dates as read, and keeping rows would be a breach.
    """
    patients = "select patient_id, person_key, sex, birth_date from source.patients"
    kept = identifier(f"{source}__patients")
    if con.execute(
        "select 1 from duckdb_tables() where schema_name = 'deliveries' and table_name = ? "
        "and database_name = current_database()",
        [f"{source}__patients"],
    ).fetchone():
        patients += (
            f" union all select patient_id, person_key, sex, birth_date from deliveries.{kept}"
        )
    con.execute(
        f"""
        create or replace temp table _keyed as
        select trim(patient_id) as patient_id, sha256(trim(person_key)) as person,
            nullif(lower(trim(sex)), 'unknown') as sex, left(trim(birth_date), 4) as birth_year
        from ({patients})
        where trim(patient_id) <> '' and trim(person_key) <> ''
            and not list_contains($placeholders, lower(trim(person_key)))
        """,
        {"placeholders": list(codes("person_key_placeholder"))},
    )
    con.execute(
        "insert into deliveries.opted_out_persons select distinct ?, k.patient_id, k.person "
        "from _keyed as k inner join raw.opted_out as o using (patient_id) where (k.patient_id, "
        "k.person) not in (select (patient_id, person) from deliveries.opted_out_persons)",
        [source],
    )
    con.execute(
        """
        insert into raw.opted_out
        select distinct patient_id from _keyed
        where patient_id not in (select patient_id from raw.opted_out) and person in (
            select person from _keyed
            group by person
            having count(distinct patient_id) <= 3 and count(distinct sex) <= 1
                and count(distinct nullif(birth_year, '')) <= 1
        ) and person in (select person from deliveries.opted_out_persons where source = ?)
        """,
        [source],
    )
    con.execute("drop table _keyed")


def _note_named(
    con: duckdb.DuckDBPyConnection, mapping: SourceMapping, files: Mapping[str, str]
) -> None:
    """Note every line that names the patient, also one that no table takes."""
    for name, parts in mapping.tables.items():
        for part in parts:
            mapped = part.columns_of(TABLES[name]).get("patient_id")
            if part.file in files and mapped is not None and mapped.column is not None:
                _note_cells(con, part.file, mapped.column, "select patient_id from raw.opted_out")


def _note_cells(con: duckdb.DuckDBPyConnection, key: str, column: str, ids: str) -> None:
    held = con.execute(
        "select 1 from duckdb_columns() where schema_name = 'raw' and table_name = ? "
        "and column_name = ? and database_name = current_database()",
        [key, column],
    ).fetchone()
    if held:
        con.execute(
            f"insert into _theirs select _file, _line from raw.{identifier(key)} "
            f"where {trimmed(column, strips=True)} in ({ids})"
        )


def _take(con: duckdb.DuckDBPyConnection, tables: Mapping[str, str], *, notes_lines: bool) -> None:
    """Remove the rows of those who opted out from a set of native tables."""
    con.execute(
        f"""
        create or replace temp table _their_treatments as
        select trim(treatment_id) as treatment_id
        from {tables["treatments"]}
        where treatment_id is not null
        group by all
        having bool_and(trim(patient_id) in (select patient_id from raw.opted_out))
        """
    )
    named = "trim(t.patient_id) in (select patient_id from raw.opted_out)"
    linked = "trim(t.treatment_id) in (select treatment_id from _their_treatments)"
    for name, relation in tables.items():
        columns = TABLES[name].column_names
        conditions = [named] if "patient_id" in columns else []
        if name in _LINKED:
            unnamed = "and t.patient_id is null" if "patient_id" in columns else ""
            conditions.append(f"({linked} {unnamed})")
        if not conditions:
            continue
        theirs = f"from {relation} as t where {' or '.join(conditions)}"
        key = " || '|' || ".join(f"coalesce(trim(t.{column}), '')" for column in TABLES[name].key)
        con.execute(f"insert into raw.opted_out_records select {literal(name)}, {key} {theirs}")
        if notes_lines:
            con.execute(f"insert into _theirs select t._file, t._line {theirs}")
        con.execute(f"delete {theirs}")
    con.execute("drop table _their_treatments")


def _note_forms(
    con: duckdb.DuckDBPyConnection, mapping: SourceMapping, files: Mapping[str, str]
) -> None:
    """Note the repeated forms of the records that were removed."""
    for name, parts in mapping.tables.items():
        for form in (one for part in parts for one in part.repeated if one.file in files):
            columns = [form.key[column] for column in TABLES[name].key if column in form.key]
            key = " || '|' || ".join(
                f"coalesce({trimmed(column, strips=True)}, '')" for column in columns
            )
            con.execute(
                f"insert into _theirs select _file, _line from raw.{identifier(form.file)} "
                f"where {key} in (select key from raw.opted_out_records where table_name = ?)",
                [name],
            )
            if "patient_id" in form.key:
                _note_cells(
                    con, form.file, form.key["patient_id"], "select patient_id from raw.opted_out"
                )


def _remove_raw(con: duckdb.DuckDBPyConnection, files: Mapping[str, str]) -> dict[str, int]:
    removed = {}
    for key, name in files.items():
        row = con.execute(
            f"delete from raw.{identifier(key)} where (_file, _line) in "
            "(select (_file, _line) from _theirs)"
        ).fetchone()
        count = int(row[0]) if row else 0
        if count:
            removed[name] = count
            con.execute(
                "update raw.files set loaded = loaded - ?, opted_out = ? where file_name = ?",
                [count, count, name],
            )
    return removed


def _remove_beside(con: duckdb.DuckDBPyConnection, repeated: str, unmatched: str) -> None:
    """Remove what the tables beside the records say of the records that were removed."""
    keys = "(select (table_name, key) from raw.opted_out_records)"
    ids = "(select patient_id from raw.opted_out)"
    con.execute(
        f"delete from {repeated} where trim(patient_id) in {ids} "
        f"or (table_name, record_key) in {keys}"
    )
    con.execute(
        f"delete from {unmatched} where record_key in {ids} or (table_name, record_key) in {keys}"
        " or (file_name, line) in (select (_file, _line) from _theirs)"
    )
