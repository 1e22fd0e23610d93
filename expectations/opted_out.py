"""What the ledger forgets of patients who opted out.

Belongs here: closing their findings with the reason, and taking patient, record and values out of
everything the ledger publishes. Does not belong here: the list of opt-outs and the removal of rows
(`etl/governance`), which leave the ids in `raw.opted_out` for the night.

Nothing of the ledger is overwritten, but for this: a person's wish goes before the history. What
stays is that a finding was there, under which rule and of which hospital, and when it closed.
"""

import duckdb

FORGOTTEN = "opted out"
"""What stands in place of a record's key."""

DETAIL = "the patient opted out"
_TEXT = "(of a patient who opted out)"


def forget(con: duckdb.DuckDBPyConnection) -> int:
    """Take what is known of those who opted out from the planned ledger; returns new findings.

    Findings forgotten on an earlier night stay as they are; what stewards say of them in their own
    file is forgotten here every night again.

    Args:
        con: The warehouse, after the ledger was planned and the queries were loaded.
    """
    if not _exists(con, "raw", "opted_out"):
        return 0
    con.execute(f"""
        create or replace temp table theirs as
        select finding_id, acceptance_id, record_key = '{FORGOTTEN}' as is_forgotten
        from quality.next_findings
        where record_key = '{FORGOTTEN}'
            or patient_id in (select patient_id from raw.opted_out)
            or record_key in (select patient_id from raw.opted_out)
            or (subject, record_key) in (select (table_name, key) from raw.opted_out_records)
    """)
    row = con.execute("select count(*) from theirs where not is_forgotten").fetchone()
    fresh = "finding_id in (select finding_id from theirs where not is_forgotten)"
    con.execute(f"""
        update quality.next_finding_events set detail = '{DETAIL}'
        where {fresh} and event = 'vanished'
            and snapshot_id = (select snapshot_id from quality.next_plan)
    """)
    con.execute(f"""
        update quality.next_finding_events
        set record_key = '{FORGOTTEN}', values_before = null, values_after = null
        where {fresh}
    """)
    con.execute(f"""
        update quality.next_findings
        set record_key = '{FORGOTTEN}', patient_id = null, source_line = null, raw_values = '{{}}',
            compared_with = '{{}}', fingerprint = '{FORGOTTEN}', accept_key = '{FORGOTTEN}'
        where {fresh}
    """)
    _forget_words(con)
    con.execute("drop table theirs")
    return int(row[0]) if row else 0


def forget_history(con: duckdb.DuckDBPyConnection) -> None:
    """Take who opted out, and pseudonyms that were merged, out of what was delivered before.

    Neither is a patient who is gone: nobody is asked where they are (rules DEL-T60). Done when an
    export has come in, before it is compared with the one before.
    """
    if not (_exists(con, "raw", "opted_out") and _exists(con, "quality", "delivered_patients")):
        return
    gone = (
        "select patient_id from raw.opted_out "
        "union all select patient_id from source.merged_patients"
    )
    con.execute(f"delete from quality.delivered_patients where patient_id in ({gone})")
    con.execute(f"""
        delete from quality.delivered_records
        where patient_id in (select patient_id from raw.opted_out)
            or (table_name, record_key) in (select (table_name, key) from raw.opted_out_records)
            or (table_name = 'baselines' and patient_id in ({gone}))
    """)


def _forget_words(con: duckdb.DuckDBPyConnection) -> None:
    """Blank what stewards and hospitals wrote about their records, as far as it is published."""
    if _exists(con, "quality", "acceptances"):
        con.execute(f"""
            update quality.acceptances set record_key = '{FORGOTTEN}', reason = '{_TEXT}'
            where acceptance_id in (select acceptance_id from theirs)
                or record_key in (select patient_id from raw.opted_out)
                or record_key in (select key from raw.opted_out_records)
        """)
    if _exists(con, "quality", "queries"):
        con.execute(f"""
            update quality.query_comments set text = '{_TEXT}'
            where query_id in (
                select query_id from quality.queries
                where finding_id in (select finding_id from theirs)
            )
        """)
        con.execute(f"""
            update quality.queries
            set record_key = '{FORGOTTEN}',
                answer_comment = case when answer_comment is not null then '{_TEXT}' end
            where finding_id in (select finding_id from theirs)
        """)


def _exists(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ? "
        "and database_name = current_database()",
        [schema, table],
    ).fetchone()
    return found is not None
