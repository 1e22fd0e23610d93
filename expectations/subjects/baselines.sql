-- One row per baseline as registered, with its patient's death and its treatment's start.
with cutoff as (
    select max(export_date) as export_date from source.export
),

first_advanced as (
    select
        patient_id,
        min(start_date) as first_advanced_start_date,
        min(start_date_earliest) as first_advanced_start_date_earliest,
        min(start_date_latest) as first_advanced_start_date_latest
    from staging.treatments
    where setting = 'advanced' and start_date is not null
    group by patient_id
)

select
    b.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    p.patient_id is not null as has_patient,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    t.start_date as treatment_start_date,
    t.start_date_earliest as treatment_start_date_earliest,
    t.start_date_latest as treatment_start_date_latest,
    t.start_date_text as treatment_start_date_text,
    first_advanced.first_advanced_start_date,
    first_advanced.first_advanced_start_date_earliest,
    first_advanced.first_advanced_start_date_latest
from staging.baselines as b
cross join cutoff
left join source.cutoffs on cutoffs.file_name = b.source_file
left join staging.patients as p on p.patient_id = b.patient_id and p.is_placed
left join staging.treatments as t on t.treatment_id = b.treatment_id and t.is_placed
left join first_advanced on first_advanced.patient_id = b.patient_id
