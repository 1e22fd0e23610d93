-- One row per PD assessment, or stop for progression, dated past the cut-off.
with records as (
    select
        responses.patient_id,
        responses.treatment_id,
        'responses' as subject,
        responses.response_id as record_key,
        responses.source_file,
        responses.assessment_date_earliest as day_earliest
    from staging.responses
    where responses.is_placed and responses.response in ('PD', 'iCPD')
    union all
    select
        treatments.patient_id,
        treatments.treatment_id,
        'treatments' as subject,
        treatments.treatment_id as record_key,
        treatments.source_file,
        treatments.stop_date_earliest as day_earliest
    from staging.treatments
    where treatments.is_placed and treatments.stop_reason = 'progression'
)

select
    persons.person_id as patient_id,
    records.treatment_id,
    records.subject,
    records.record_key
from records
inner join staging.persons on records.patient_id = persons.patient_id
left join source.cutoffs on records.source_file = cutoffs.file_name
cross join (select max(export_date) as export_date from source.export) as export
where records.day_earliest > coalesce(cutoffs.export_date, export.export_date)
