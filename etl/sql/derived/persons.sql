-- One row per placed patient as delivered.
select
    patients.patient_id,
    patients.patient_id as person_id,
    'alone' as linking,
    patients.patient_id as patient_ids,
    coalesce(cutoffs.export_date, export.export_date) as cutoff_date
from staging.patients
left join source.cutoffs on patients.source_file = cutoffs.file_name
cross join (select max(export_date) as export_date from source.export) as export
where patients.is_placed
