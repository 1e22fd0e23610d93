-- One row per substance that was read from a drug row, or from a regimen without drug rows.
with mutations as (
    select
        patient_id,
        max(braf) as baseline_braf,
        max(nras) as baseline_nras
    from staging.baselines
    where is_placed
    group by patient_id
    having count(distinct braf) <= 1 and count(distinct nras) <= 1
)

select
    d.treatment_id || '|' || d.record_key || '|' || d.substance_ordinal as record_key,
    d.patient_id,
    t.hospital_id,
    d.source_file,
    d.source_line,
    d.source_part,
    d.source_number,
    d.treatment_id,
    d.written,
    d.substance,
    d.drug_class,
    d.origin,
    d.is_systemic,
    d.reading,
    d.is_after_arrow,
    d.start_date,
    d.start_date_earliest,
    d.start_date_latest,
    t.setting as treatment_setting,
    t.setting_text as treatment_setting_text,
    r.dose,
    r.dose_text,
    r.dose_unit,
    sum(d.doses) over (partition by d.treatment_id, d.substance) as doses_in_treatment,
    mutations.baseline_braf,
    mutations.baseline_nras
from staging.drug_substances as d
left join staging.treatments as t on t.treatment_id = d.treatment_id and t.is_placed
left join staging.drugs as r
    on
        r.source_file = d.source_file
        and r.source_line = d.source_line
        and r.source_part = d.source_part
        and r.source_number = d.source_number
left join mutations on mutations.patient_id = d.patient_id
