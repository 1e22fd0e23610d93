-- One row per placed treatment episode.
with records as (
    select
        treatments.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.treatments
    left join source.cutoffs on treatments.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where treatments.is_placed
)

select
    treatment_id,
    persons.person_id as patient_id,
    hospital_id,
    regimen,
    setting,
    read_by(start_date, start_date_earliest, cutoff) as start_date,
    read_by(start_date_earliest, start_date_earliest, cutoff) as start_date_earliest,
    read_by(start_date_latest, start_date_earliest, cutoff) as start_date_latest,
    read_by(stop_date, stop_date_earliest, cutoff) as stop_date,
    read_by(stop_date_earliest, stop_date_earliest, cutoff) as stop_date_earliest,
    read_by(stop_date_latest, stop_date_earliest, cutoff) as stop_date_latest,
    -- What is registered to stop past the cut-off goes on at it.
    case when stop_date_earliest > cutoff then 'yes' else ongoing end as ongoing,
    case when stop_date_earliest > cutoff then null else stop_reason end as stop_reason,
    line_number,
    rechallenge,
    best_response,
    severe_toxicity,
    source_file,
    source_line,
    source_part,
    source_number
from records
inner join staging.persons on records.patient_id = persons.patient_id
