-- One row per patient of the last published snapshot: what must not change, as first published.
with diagnoses as (
    select
        patient_id,
        min(primary_diagnosis_date) as primary_diagnosis_date,
        min(primary_diagnosis_date_earliest) as primary_diagnosis_date_earliest,
        min(primary_diagnosis_date_latest) as primary_diagnosis_date_latest,
        min(primary_diagnosis_date_text) as primary_diagnosis_date_text
    from staging.baselines
    where is_placed
    group by patient_id
)

select
    k.patient_id as record_key,
    k.patient_id,
    k.hospital_id,
    k.source_file,
    k.source_line,
    k.missing_since is null as is_delivered,
    k.missing_since,
    coalesce(h.status <> 'missing', true) as hospital_delivers,
    p.sex,
    p.sex_text,
    k.sex as sex_before,
    p.birth_date,
    p.birth_date_earliest,
    p.birth_date_latest,
    p.birth_date_text,
    k.birth_date_earliest as birth_date_before,
    k.birth_date_earliest as birth_date_before_earliest,
    k.birth_date_latest as birth_date_before_latest,
    case
        when k.birth_date_earliest = k.birth_date_latest
            then strftime(k.birth_date_earliest, '%Y-%m-%d')
        when last_day(k.birth_date_earliest) = k.birth_date_latest
            then strftime(k.birth_date_earliest, '%Y-%m')
        else strftime(k.birth_date_earliest, '%Y')
    end as birth_date_before_text,
    d.primary_diagnosis_date,
    d.primary_diagnosis_date_earliest,
    d.primary_diagnosis_date_latest,
    d.primary_diagnosis_date_text,
    k.primary_diagnosis_date_earliest as primary_diagnosis_date_before,
    k.primary_diagnosis_date_earliest as primary_diagnosis_date_before_earliest,
    k.primary_diagnosis_date_latest as primary_diagnosis_date_before_latest,
    case
        when k.primary_diagnosis_date_earliest = k.primary_diagnosis_date_latest
            then strftime(k.primary_diagnosis_date_earliest, '%Y-%m-%d')
        when last_day(k.primary_diagnosis_date_earliest) = k.primary_diagnosis_date_latest
            then strftime(k.primary_diagnosis_date_earliest, '%Y-%m')
        else strftime(k.primary_diagnosis_date_earliest, '%Y')
    end as primary_diagnosis_date_before_text,
    p.death_date,
    p.death_date_earliest,
    p.death_date_latest,
    p.death_date_text,
    k.death_date_earliest as death_date_before,
    k.death_date_earliest as death_date_before_earliest,
    k.death_date_latest as death_date_before_latest,
    case
        when k.death_date_earliest = k.death_date_latest
            then strftime(k.death_date_earliest, '%Y-%m-%d')
        when last_day(k.death_date_earliest) = k.death_date_latest
            then strftime(k.death_date_earliest, '%Y-%m')
        else strftime(k.death_date_earliest, '%Y')
    end as death_date_before_text
from quality.known_patients as k
left join staging.patients as p on p.patient_id = k.patient_id and p.is_placed
left join diagnoses as d on d.patient_id = k.patient_id
left join quality.delivering_hospitals as h on h.hospital_id = k.hospital_id
where k.was_known and k.source in (select source from source.export)
