-- One row per local procedure as registered, with its patient.
with cutoff as (
    select max(export_date) as export_date from source.export
)

select
    l.*,
    cutoff.export_date,
    p.patient_id is not null as has_patient,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text
from staging.local_treatments as l
cross join cutoff
left join staging.patients as p on p.patient_id = l.patient_id and p.is_placed
