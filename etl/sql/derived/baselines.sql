-- One row per placed baseline.
with records as (
    select
        baselines.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.baselines
    left join source.cutoffs on baselines.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where baselines.is_placed
)

select
    persons.person_id as patient_id,
    treatment_id,
    read_by(measured_date, measured_date_earliest, cutoff) as measured_date,
    read_by(measured_date_earliest, measured_date_earliest, cutoff) as measured_date_earliest,
    read_by(measured_date_latest, measured_date_earliest, cutoff) as measured_date_latest,
    read_by(primary_diagnosis_date, primary_diagnosis_date_earliest, cutoff)
        as primary_diagnosis_date,
    read_by(primary_diagnosis_date_earliest, primary_diagnosis_date_earliest, cutoff)
        as primary_diagnosis_date_earliest,
    read_by(primary_diagnosis_date_latest, primary_diagnosis_date_earliest, cutoff)
        as primary_diagnosis_date_latest,
    read_by(advanced_diagnosis_date, advanced_diagnosis_date_earliest, cutoff)
        as advanced_diagnosis_date,
    read_by(advanced_diagnosis_date_earliest, advanced_diagnosis_date_earliest, cutoff)
        as advanced_diagnosis_date_earliest,
    read_by(advanced_diagnosis_date_latest, advanced_diagnosis_date_earliest, cutoff)
        as advanced_diagnosis_date_latest,
    primary_type,
    stage,
    m_category,
    ecog,
    ldh_u_per_l,
    ldh_uln_u_per_l,
    ldh_category,
    brain_metastases,
    liver_metastases,
    organ_sites,
    braf,
    nras,
    comorbidities,
    source_file,
    source_line,
    source_part,
    source_number
from records
inner join derived.persons on records.patient_id = persons.patient_id
