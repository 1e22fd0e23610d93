"""What a list needs of staging, kept beside the findings: references and hospitals.

Belongs here: two small tables of the night, published with it. Does not belong here: choosing
what is asked (`select`).
"""

import duckdb

from expectations.contracts.base import PLACE


def prepare_references(con: duckdb.DuckDBPyConnection) -> None:
    """Write `quality.finding_references` and `quality.worklist_hospitals` of the night.

    They are what a list needs of staging, and are published with the findings. A finding of a
    patient or a treatment has that record's own reference, any other its treatment's where it
    names one, else its patient's.
    """
    place = ", ".join(PLACE)
    at_place = " and ".join(f"{{0}}.{name} = f.{name}" for name in PLACE)
    con.execute(f"""
        create or replace table quality.finding_references as
        with by_patient as (
            select patient_id, min(source_record_ref) as reference
            from staging.patients
            where source_record_ref is not null and is_placed
            group by patient_id
        ),
        by_row as (
            select {place}, source_record_ref as reference
            from staging.patients where source_record_ref is not null
            union all
            select {place}, source_record_ref
            from staging.treatments where source_record_ref is not null
        ),
        by_treatment as (
            select treatment_id, min(source_record_ref) as reference
            from staging.treatments
            where source_record_ref is not null and is_placed
            group by treatment_id
        ),
        named as (
            select {place}, treatment_id from staging.drugs
            union all
            select {place}, treatment_id from staging.responses
            union all
            select {place}, treatment_id from staging.adverse_events
        )
        select
            f.finding_id,
            any_value(coalesce(r.reference, t.reference, p.reference)) as source_record_ref
        from quality.next_findings as f
        left join by_row as r on {at_place.format("r")}
        left join named as n on {at_place.format("n")}
        left join by_treatment as t on t.treatment_id = n.treatment_id
        left join by_patient as p on p.patient_id = f.patient_id
        where f.status in ('new', 'persisting', 'reopened')
            and coalesce(r.reference, t.reference, p.reference) is not null
        group by f.finding_id
        order by f.finding_id;
        comment on table quality.finding_references is
            'One row per open finding whose hospital delivered a reference of its own record.';
        comment on column quality.finding_references.finding_id is 'The finding.';
        comment on column quality.finding_references.source_record_ref is
            'The hospital''s own reference of the record, else of its treatment or patient.';

        create or replace table quality.worklist_hospitals as
        select distinct hospital_id, name from staging.hospitals
        where is_placed and hospital_id is not null
        union all
        select distinct hospital_id, cast(null as varchar) from staging.patients
        where is_placed and hospital_id is not null
            and not exists (select 1 from staging.hospitals where is_placed)
        order by hospital_id;
        comment on table quality.worklist_hospitals is
            'One row per hospital that gets a worklist: as delivered, else those of patients.';
        comment on column quality.worklist_hospitals.hospital_id is 'The hospital.';
        comment on column quality.worklist_hospitals.name is 'Its name where delivered.';
    """)
