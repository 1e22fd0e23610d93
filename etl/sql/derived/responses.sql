-- One row per placed assessment, less those dated past the cut-off.
with records as (
    select
        responses.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.responses
    left join source.cutoffs on responses.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where responses.is_placed
)

select
    response_id,
    persons.person_id as patient_id,
    treatment_id,
    read_by(assessment_date, assessment_date_earliest, cutoff) as assessment_date,
    read_by(assessment_date_earliest, assessment_date_earliest, cutoff) as assessment_date_earliest,
    read_by(assessment_date_latest, assessment_date_earliest, cutoff) as assessment_date_latest,
    criteria,
    response,
    source_file,
    source_line,
    source_part,
    source_number
from records
inner join derived.persons on records.patient_id = persons.patient_id
where not coalesce(assessment_date_earliest > cutoff, false)
