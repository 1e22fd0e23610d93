"""What was delivered before: the records and immutable values that tomorrow is compared with.

Belongs here: laying tonight's records beside those of the last published snapshot, as
`quality.next_delivered_*`. Does not belong here: committing them (`expectations.delivery_tables`),
saying that a record is gone (the rules DEL-T60 and DEL-T61).

A record that is gone stays in the history, with the day since when, so that its finding stands
until it comes back or somebody accepts that it was deleted; after a year it is forgotten. Of a
value that must not change the history keeps the one first published: a later one that agrees
with it (a date made more precise, an unknown filled in) takes its place, another one does not.
"""

from collections.abc import Iterator
from datetime import date

import duckdb

_BY_KEY = ("baselines", "treatments", "responses", "adverse_events", "local_treatments")
_RECORD = "record_key, patient_id, hospital_id, source_file, source_line"
_DATES = ("birth_date", "primary_diagnosis_date", "death_date")


def plan_history(
    con: duckdb.DuckDBPyConnection, *, source: str, as_of: date, kept_days: int
) -> None:
    """Write `quality.next_delivered_patients` and `quality.next_delivered_records`.

    Args:
        con: The warehouse, staged.
        source: The registry; the history of others is left as it is.
        as_of: The ledger's day.
        kept_days: Days after which a record that is gone is forgotten.
    """
    asked = {"source": source, "as_of": as_of, "kept_days": kept_days}
    for name in ("patients", "records"):
        con.execute(
            f"insert into quality.next_delivered_{name} "
            f"from quality.delivered_{name} where source <> $source",
            {"source": source},
        )
    con.execute(_PATIENTS, asked)
    for table, tonight in _tonight():
        con.execute(_records(table, tonight), asked | {"table_name": table})


def _first_published(name: str) -> str:
    """SQL of the two ends of a date: tonight's when it is within the one kept, or none is kept."""
    tonight, kept = f"n.{name}", f"b.{name}"
    takes_over = (
        f"{kept}_earliest is null or ({tonight}_earliest >= {kept}_earliest "
        f"and {tonight}_latest <= {kept}_latest)"
    )
    return ", ".join(
        f"case when {takes_over} then {tonight}_{end} else {kept}_{end} end as {name}_{end}"
        for end in ("earliest", "latest")
    )


_PATIENTS = f"""
    insert into quality.next_delivered_patients
    with diagnoses as (
        select patient_id,
            min(primary_diagnosis_date_earliest) as primary_diagnosis_date_earliest,
            min(primary_diagnosis_date_latest) as primary_diagnosis_date_latest
        from staging.baselines
        where is_placed
        group by patient_id
    ),
    tonight as (
        select p.patient_id, p.hospital_id, p.source_file, p.source_line,
            nullif(p.sex, 'unknown') as sex, p.birth_date_earliest, p.birth_date_latest,
            d.primary_diagnosis_date_earliest, d.primary_diagnosis_date_latest,
            p.death_date_earliest, p.death_date_latest
        from staging.patients as p
        left join diagnoses as d on d.patient_id = p.patient_id
        where p.is_placed
    ),
    before as (
        from quality.delivered_patients where source = $source
    )
    select
        $source,
        coalesce(n.patient_id, b.patient_id),
        case when n.patient_id is null then b.hospital_id else n.hospital_id end,
        case when n.patient_id is null then b.source_file else n.source_file end,
        case when n.patient_id is null then b.source_line else n.source_line end,
        case when n.patient_id is null then coalesce(b.missing_since, $as_of) end as missing_since,
        b.patient_id is not null,
        coalesce(b.sex, n.sex),
        {", ".join(_first_published(name) for name in _DATES)}
    from tonight as n
    full join before as b on b.patient_id = n.patient_id
    where n.patient_id is not null
        or $as_of - coalesce(b.missing_since, $as_of) <= $kept_days
"""


def _tonight() -> Iterator[tuple[str, str]]:
    """Each table with the SQL of its records tonight: one row a key, the rows under it."""
    for table in _BY_KEY:
        # A row without its patient is delivered all the same; a key is taken once.
        tonight = (
            f"select {_RECORD}, 1 as rows from staging.{table} where is_placed union all "
            "select record_key, any_value(patient_id), any_value(hospital_id), "
            f"any_value(source_file), min(source_line), 1 from staging.{table} "
            "where unplaced_because = 'orphan' and record_key not in "
            f"(select record_key from staging.{table} where is_placed) group by record_key"
        )
        yield table, tonight
    # The key of a drug holds its name and start; what may be missed is one drug of a treatment.
    drugs = (
        "select treatment_id as record_key, any_value(patient_id) as patient_id, "
        "any_value(hospital_id) as hospital_id, any_value(source_file) as source_file, "
        "min(source_line) as source_line, count(*) as rows from staging.drugs "
        "where unplaced_because is null or unplaced_because = 'orphan' group by treatment_id"
    )
    yield "drugs", drugs


def _records(table: str, tonight: str) -> str:
    """SQL that lays the records of a table tonight beside those published last."""
    is_gone = "n.record_key is null"
    treatment_stays = "true"
    if table == "drugs":
        is_gone = "coalesce(n.rows, 0) < b.rows"
        # Without its treatment a drug is no news of its own.
        treatment_stays = (
            "(n.record_key is not null or b.record_key in "
            "(select treatment_id from staging.treatments))"
        )
    return f"""
        insert into quality.next_delivered_records
        with tonight as ({tonight}),
        before as (
            from quality.delivered_records where source = $source and table_name = $table_name
        )
        select
            $source, $table_name,
            coalesce(n.record_key, b.record_key),
            case when {is_gone} then b.rows else n.rows end,
            case when {is_gone} then b.patient_id else n.patient_id end,
            case when {is_gone} then b.hospital_id else n.hospital_id end,
            case when {is_gone} then b.source_file else n.source_file end,
            case when {is_gone} then b.source_line else n.source_line end,
            case when {is_gone} then coalesce(b.missing_since, $as_of) end as missing_since,
            b.record_key is not null
        from tonight as n
        full join before as b on b.record_key = n.record_key
        where {treatment_stays}
            and not coalesce(
                {is_gone} and $as_of - coalesce(b.missing_since, $as_of) > $kept_days, false
            )
    """
