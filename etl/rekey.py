"""The ledger of an earlier release under the keys of this one: done once, by the first load.

Records without a key were known by their line, drugs by their text, texts by the form in which
they were delivered. Here every finding, acceptance and query gets the key, values and id that
this release gives the same record; `quality.finding_aliases` keeps the ids of before, so that a
worklist sent before is still taken. Does not belong here: how keys are made (`etl.staging`).

The warehouse still holds the export of the last night: its rows are staged anew, and a row's key
of before and now stand beside each other by file and line. The stewards' file is brought up
first; cut off between the two, the same is done again and changes nothing twice.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from etl.ingest.compose import bring_up_kept
from etl.ingest.earlier_rows import bring_up, bring_up_repeated
from etl.models import load_models, run_model
from etl.parameters import Parameters
from etl.unicode import STRIPPED_KINDS, normal, normal_id, normal_text
from expectations import steward_file
from expectations.catalogue import Catalogue
from expectations.export_format import TABLES
from expectations.findings import CUT_OFF, FINDING_ID
from expectations.ledger_tables import create_aliases, create_ledger
from expectations.opted_out import FORGOTTEN
from expectations.subjects import create_views

_BEFORE = "quality.keys_before"


def bring_up_keys(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, stewards: Path) -> int:
    """Re-key a ledger that an earlier release left; returns the findings with another id.

    Args:
        con: The warehouse, as the last night left it.
        catalogue: The rules.
        stewards: The stewards' file; may be absent.
    """
    if not _exists(con, "quality", "findings") or _exists(con, "quality", "finding_aliases"):
        return 0
    create_ledger(con)
    if not _exists(con, "quality", "keys_before"):
        _keep_keys(con)
    _stage_anew(con)
    _map_keys(con, catalogue)
    _map_findings(con, catalogue)
    con.execute("begin transaction")
    try:
        count = _rewrite(con)
        _rewrite_stewards(con, catalogue, stewards)
        con.execute(f"drop table {_BEFORE}")
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    return count


def _keep_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Keep the keys of before, by subject and place, while the staging tables are made anew."""
    kept = [
        f"select '{name}' as subject, record_key, source_file, source_line, "
        f"record_key as own_key, '' as treatment, 0 as number from staging.{name}"
        for name in TABLES
        if _exists(con, "staging", name)
    ]
    if _exists(con, "staging", "drug_substances"):
        kept.append(
            "select 'drug_substances', treatment_id || '|' || record_key || '|' || "
            "substance_ordinal, source_file, source_line, record_key, treatment_id, "
            "substance_ordinal from staging.drug_substances"
        )
    if _exists(con, "source", "repeated_values"):
        kept.append(
            "select 'repeated_values', table_name || '|' || record_key || '|' || column_name || "
            "'|' || other_file || ':' || other_line, other_file, other_line, "
            "table_name || '|' || column_name, '', 0 from source.repeated_values"
        )
    rows = " union all ".join(kept) or (
        "select '' as subject, '' as record_key, '' as source_file, 0 as source_line, "
        "'' as own_key, '' as treatment, 0 as number where false"
    )
    con.execute(f"create table {_BEFORE} as {rows}")


def _stage_anew(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the export of the last night to the form that `source` has today, and stage it."""
    for name in TABLES:
        if _exists(con, "source", name):
            bring_up(con, f"source.{name}", name)
    if _exists(con, "source", "repeated_values"):
        bring_up_repeated(con, "source.repeated_values")
    bring_up_kept(con)
    for name, model in load_models().items():
        is_staged = name.startswith("staging.") and model.table in TABLES
        if is_staged and _exists(con, "source", model.table):
            run_model(con, model, Parameters().as_sql())


def _map_keys(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """The temporary table `keys`: key of before and key today, by subject."""
    staged = " union all ".join(
        f"select '{name}' as subject, record_key, source_file, source_line from staging.{name}"
        for name in TABLES
        if _exists(con, "staging", name)
    )
    repeated = "select null, null, null, null, null where false"
    if _exists(con, "source", "repeated_values") and _exists(con, "staging", "patients"):
        create_views(con, [catalogue.subjects["repeated_values"]])
        repeated = (
            "select record_key, source_file, source_line, table_name, column_name "
            "from quality.subject_repeated_values"
        )
    con.execute(f"""
        create or replace temp table keys as
        with staged as ({staged or "select '', '', '', 0 where false"}),
        own as (
            select b.subject, b.record_key as old_key, s.record_key as new_key
            from {_BEFORE} as b
            inner join staged as s using (subject, source_file, source_line)
            -- two parts that read one line cannot be told apart by it
            qualify count(*) over (partition by b.subject, b.source_file, b.source_line) = 1
        ),
        substances as (
            select b.subject, b.record_key, concat_ws('|',
                {normal("b.treatment", strips=True)}, coalesce(d.new_key, t.new_key, b.own_key),
                b.number)
            from {_BEFORE} as b
            left join own as d on d.subject = 'drugs' and d.old_key = b.own_key
            left join own as t on t.subject = 'treatments' and t.old_key = b.own_key
            where b.subject = 'drug_substances'
        ),
        repeated (record_key, source_file, source_line, table_name, column_name) as ({repeated}),
        again as (
            select b.subject, b.record_key, r.record_key
            from {_BEFORE} as b
            inner join repeated as r
                on r.source_file = b.source_file and r.source_line = b.source_line
                and r.table_name || '|' || r.column_name = b.own_key
            where b.subject = 'repeated_values'
        )
        select subject, old_key, min(new_key) as new_key
        from (from own union all from substances union all from again)
        group by subject, old_key
    """)


def _map_findings(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """The temporary table `rekeyed`: each finding with another key or other values."""
    con.execute("""
        create or replace temp table new_values (
            finding_id varchar, fingerprint varchar, accept_key varchar, raw_values varchar,
            compared_with varchar
        )
    """)
    changed = con.execute(f"""
        select finding_id, rule_id, fingerprint, raw_values, compared_with
        from quality.findings
        where record_key <> '{FORGOTTEN}'
            and strlen(raw_values) + strlen(compared_with)
                <> length(raw_values) + length(compared_with)
    """).fetchall()
    rows = [new for one in changed if (new := _new_values(catalogue, *one)) is not None]
    if rows:
        con.executemany("insert into new_values values (?, ?, ?, ?, ?)", rows)
    con.execute(f"""
        create or replace temp table rekeyed as
        with today as (
            select
                f.finding_id as old_id, f.source, f.rule_id, f.record_key as old_key,
                f.accept_key as old_accept_key,
                coalesce(k.new_key, {normal("f.record_key", strips=True)}) as record_key,
                coalesce(v.fingerprint, f.fingerprint) as fingerprint,
                coalesce(v.accept_key, f.accept_key) as accept_key,
                coalesce(v.raw_values, f.raw_values) as raw_values,
                coalesce(v.compared_with, f.compared_with) as compared_with
            from quality.findings as f
            left join keys as k on k.subject = f.subject and k.old_key = f.record_key
            left join new_values as v on v.finding_id = f.finding_id
            where f.record_key <> '{FORGOTTEN}'
        )
        select *, {FINDING_ID} as finding_id from today where {FINDING_ID} <> old_id
    """)


def _new_values(
    catalogue: Catalogue,
    finding_id: str,
    rule_id: str,
    fingerprint: str,
    raw_values: str,
    compared_with: str,
) -> list[str] | None:
    """What a finding would say of the same values in their one form; None when it cannot be told.

    Its fingerprint is made again from the values that it shows: only when that gives the one it
    has is it known what was hashed.
    """
    rule = catalogue.by_id.get(rule_id)
    if rule is None:
        return None
    own, compared = json.loads(raw_values), json.loads(compared_with)
    if fingerprint != _hash(rule.judged_columns, own | compared):
        return None
    subject = catalogue.subjects[rule.subject]

    def in_form(name: str, text: str | None) -> str | None:
        origin = subject.origin(name)
        strips = origin and TABLES[origin[0]].column(origin[1]).kind in STRIPPED_KINDS
        return text if text is None else normal_text(text, strips=bool(strips))

    own = {name: in_form(name, text) for name, text in own.items()}
    compared = {name: in_form(name, text) for name, text in compared.items()}
    values = own | compared
    return [
        finding_id,
        _hash(rule.judged_columns, values),
        _hash(rule.accepted_columns, values),
        json.dumps(own, ensure_ascii=False, separators=(",", ":")),
        json.dumps(compared, ensure_ascii=False, separators=(",", ":")),
    ]


def _hash(names: Iterable[str], values: Mapping[str, str | None]) -> str:
    texts = [values.get(name) or "" for name in names if name != CUT_OFF]
    return hashlib.md5("\x1f".join(texts).encode(), usedforsecurity=False).hexdigest()


def _rewrite(con: duckdb.DuckDBPyConnection) -> int:
    """Give findings, events, bindings and the history of deliveries their keys of today."""
    create_aliases(con)
    con.execute("insert into quality.finding_aliases select old_id, finding_id from rekeyed")
    con.execute("""
        update quality.findings as f
        set finding_id = r.finding_id, record_key = r.record_key, fingerprint = r.fingerprint,
            accept_key = r.accept_key, raw_values = r.raw_values, compared_with = r.compared_with
        from rekeyed as r where r.old_id = f.finding_id
    """)
    # Ids that differed in their form only are one: of equal findings the open or earliest stays.
    con.execute("""
        delete from quality.findings where rowid in (
            select rowid from quality.findings
            qualify row_number() over (
                partition by finding_id order by closed_on is not null, first_seen
            ) > 1
        )
    """)
    con.execute("""
        update quality.finding_events as e
        set finding_id = r.finding_id, record_key = r.record_key
        from rekeyed as r where r.old_id = e.finding_id
    """)
    con.execute("""
        update quality.acceptance_bindings as b set accept_key = r.accept_key
        from (
            select rule_id, old_key, old_accept_key, min(accept_key) as accept_key
            from rekeyed group by all
        ) as r
        where r.rule_id = b.rule_id and r.old_key = b.record_key
            and r.old_accept_key = b.accept_key
    """)
    con.execute("""
        update quality.acceptance_bindings as b set record_key = r.record_key
        from (
            select rule_id, old_key, min(record_key) as record_key from rekeyed group by all
        ) as r
        where r.rule_id = b.rule_id and r.old_key = b.record_key
    """)
    _normalise_ids(con, "findings", ("hospital_id", "patient_id"))
    _normalise_ids(con, "delivery_counts", ("hospital_id",))
    _normalise_ids(con, "delivered_patients", ("hospital_id", "patient_id"))
    _normalise_ids(con, "delivered_records", ("hospital_id", "patient_id", "record_key"))
    row = con.execute("select count(*) from rekeyed").fetchone()
    return int(row[0]) if row else 0


def _normalise_ids(con: duckdb.DuckDBPyConnection, name: str, columns: Iterable[str]) -> None:
    if not _exists(con, "quality", name):
        return
    for one in columns:
        con.execute(
            f"update quality.{name} set {one} = {normal(one, strips=True)} "
            f"where strlen({one}) <> length({one})"
        )


def _rewrite_stewards(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, stewards: Path) -> None:
    """The stewards' file in one transaction of its own; a second time finds nothing to do."""
    if not stewards.exists():
        return
    subjects: dict[str, set[str]] = {}
    for rule in catalogue.rules:
        for target in (rule.id, rule.family):
            subjects.setdefault(target, set()).add(rule.subject)
    findings = {
        old: (new, key, accept_key)
        for old, new, key, accept_key in con.execute(
            "select old_id, finding_id, record_key, accept_key from rekeyed"
        ).fetchall()
    }
    bound = {
        (rule_id, old): new
        for rule_id, old, new in con.execute(
            "select rule_id, old_accept_key, accept_key from rekeyed "
            "where old_accept_key <> accept_key"
        ).fetchall()
    }
    with steward_file.open_file(stewards) as db:
        for number, target, key, accept_key in db.execute(
            "select number, target, record_key, accept_key from acceptances"
        ).fetchall():
            found = con.execute(
                "select min(new_key) from keys where old_key = ? and list_contains(?, subject)",
                [key, sorted(subjects.get(target, set()))],
            ).fetchone()
            new = (found[0] if found else None) or normal_id(key)
            db.execute(
                "update acceptances set record_key = ?, accept_key = ? where number = ?",
                [new, bound.get((target, accept_key), accept_key), number],
            )
        for number, finding_id in db.execute("select number, finding_id from queries").fetchall():
            if finding_id in findings:
                db.execute(
                    "update or ignore queries set finding_id = ?, record_key = ?, accept_key = ? "
                    "where number = ?",
                    [*findings[finding_id], number],
                )
        db.executemany(
            "insert or ignore into finding_aliases values (?, ?)",
            [(old, new) for old, (new, *_) in findings.items()],
        )


def _exists(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None
