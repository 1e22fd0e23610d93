-- One row per substance that was read from a drug row, or from a regimen without drug rows.
select
    d.treatment_id || '|' || d.record_key || '|' || d.substance_ordinal as record_key,
    d.patient_id,
    t.hospital_id,
    d.source_file,
    d.source_line,
    d.treatment_id,
    d.written,
    d.substance,
    d.drug_class,
    d.origin,
    d.is_systemic,
    d.start_date,
    d.start_date_earliest,
    d.start_date_latest
from staging.drug_substances as d
left join staging.treatments as t on t.treatment_id = d.treatment_id and t.is_placed
