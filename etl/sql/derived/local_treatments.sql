-- One row per placed local procedure, less those dated past the cut-off.
with records as (
    select
        local_treatments.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.local_treatments
    left join source.cutoffs on local_treatments.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where local_treatments.is_placed
)

select
    procedure_id,
    persons.person_id as patient_id,
    kind,
    read_by(start_date, start_date_earliest, cutoff) as start_date,
    read_by(start_date_earliest, start_date_earliest, cutoff) as start_date_earliest,
    read_by(start_date_latest, start_date_earliest, cutoff) as start_date_latest,
    source_file,
    source_line,
    source_part,
    source_number
from records
inner join staging.persons on records.patient_id = persons.patient_id
where not coalesce(start_date_earliest > cutoff, false)
