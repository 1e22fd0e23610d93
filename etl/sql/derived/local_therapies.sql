-- One row per patient, kind and day of local therapy.
select
    patient_id,
    kind,
    local_date,
    min(record_key) as record_key,
    min(source_file) as source_file,
    min(source_line) as source_line
from (
    select
        local_treatments.patient_id,
        coalesce(local_treatments.kind, 'other') as kind,
        local_treatments.start_date as local_date,
        local_treatments.procedure_id as record_key,
        local_treatments.source_file,
        local_treatments.source_line
    from derived.local_treatments
    where local_treatments.start_date is not null
    union all
    -- T-VEC is local therapy wherever it is registered.
    select
        drug_substances.patient_id,
        't_vec' as kind,
        drug_substances.start_date as local_date,
        drug_substances.record_key,
        drug_substances.source_file,
        drug_substances.source_line
    from derived.drug_substances
    where
        drug_substances.drug_class = 'oncolytic virus'
        and not drug_substances.is_systemic
        and drug_substances.start_date is not null
) as given
group by patient_id, kind, local_date
