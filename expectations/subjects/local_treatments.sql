-- One row per local procedure as registered, with its patient and the same given as a drug.
with cutoff as (
    select max(export_date) as export_date from source.export
),

as_drug as (
    select
        l.procedure_id,
        min(abs(l.start_date - d.start_date)) as drug_days_apart
    from staging.local_treatments as l
    inner join staging.drug_substances as d
        on d.patient_id = l.patient_id and d.substance = 'talimogene laherparepvec'
    where l.kind = 't_vec' and l.is_placed
    group by l.procedure_id
)

select
    l.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    p.patient_id is not null as has_patient,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    as_drug.drug_days_apart
from staging.local_treatments as l
cross join cutoff
left join source.cutoffs on cutoffs.file_name = l.source_file
left join staging.patients as p on p.patient_id = l.patient_id and p.is_placed
left join as_drug on as_drug.procedure_id = l.procedure_id
