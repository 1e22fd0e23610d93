"""How a record is named where no patient may be: in the Dagster UI and on HTML pages.

Belongs here: the SQL that names a record by its key, or by file and line where the key would
show a patient. Does not belong here: the pages.

A record key is a pseudonym of the registry. That of a patient, a baseline or a line of therapy is
made of the patient's id, which may be shown to nobody there: file and line lead to the record.
"""

BY_PLACE = "(by file and line)"


def named_records(relation: str) -> str:
    """SQL of `finding_id, record` for a relation of findings.

    Args:
        relation: a table, or a query in brackets, with finding_id, record_key, patient_id and
            source_file. Ids are compared with `staging.patients` too, since a row may carry
            another spelling of its patient than its key does.
    """
    return f"""
        with picked as (select finding_id, record_key, patient_id, source_file from {relation}),
        tokens as (
            select finding_id, trim(unnest(string_split(record_key, '|'))) as token from picked
        ),
        telling as (
            select distinct finding_id from tokens
            where lower(token) in (
                select lower(trim(patient_id)) from staging.patients where patient_id is not null
            )
        )
        select
            picked.finding_id,
            case
                when telling.finding_id is null and not coalesce(
                    contains(lower(picked.record_key), lower(trim(picked.patient_id))), false
                ) then picked.record_key
                when picked.source_file is not null then '{BY_PLACE}'
                else 'finding ' || left(picked.finding_id, 10)
            end as record
        from picked
        left join telling using (finding_id)
    """
