-- One row per patient with a readable key.
with
-- The baseline at diagnosis of advanced disease, else the first one of an episode.
baselines as (
    select
        patient_id,
        advanced_diagnosis_date,
        primary_type,
        stage,
        m_category,
        ecog,
        ldh_category,
        brain_metastases,
        liver_metastases,
        braf,
        nras,
        -- A negative count is a finding, and no count.
        case when organ_sites >= 0 then organ_sites end as organ_sites,
        case when comorbidities >= 0 then comorbidities end as comorbidities
    from (
        select
            baselines.*,
            row_number() over (
                partition by baselines.patient_id
                order by
                    case when baselines.treatment_id is null then 0 else 1 end,
                    coalesce(baselines.measured_date, baselines.advanced_diagnosis_date)
                    nulls last,
                    baselines.source_file,
                    baselines.source_line,
                    baselines.source_part,
                    baselines.source_number
            ) as place
        from derived.baselines
    ) as placed
    where place = 1
),

aged as (
    select
        patients.patient_id,
        extract(year from baselines.advanced_diagnosis_date)
        - extract(year from patients.birth_date)
        - case
            when
                extract(month from baselines.advanced_diagnosis_date) * 100
                + extract(day from baselines.advanced_diagnosis_date)
                < extract(month from patients.birth_date) * 100
                + extract(day from patients.birth_date)
                then 1
            else 0
        end as age
    from derived.patients
    inner join baselines on patients.patient_id = baselines.patient_id
),

-- A person of several pseudonyms is of the hospital that gave the first line, as that line is.
first_hospitals as (
    select
        patients.patient_id,
        arg_min(
            treatments.hospital_id,
            row(line_treatments.first_start_date, treatments.treatment_id)
        ) as hospital_id
    from derived.patients
    inner join derived.lines
        on patients.patient_id = lines.patient_id and lines.line_sequence = 1
    inner join derived.line_treatments on lines.line_id = line_treatments.line_id
    inner join derived.treatments on line_treatments.treatment_id = treatments.treatment_id
    where patients.patient_ids <> patients.patient_id
    group by patients.patient_id
)

select
    patients.patient_id,
    patients.patient_ids,
    coalesce(first_hospitals.hospital_id, patients.hospital_id) as hospital_id,
    patients.sex,
    -- A birth after the diagnosis is a finding, and no age.
    case when aged.age >= 0 then aged.age end as age_at_advanced_diagnosis,
    baselines.advanced_diagnosis_date,
    baselines.primary_type,
    baselines.stage,
    baselines.m_category,
    baselines.ecog,
    baselines.ldh_category,
    baselines.brain_metastases,
    baselines.liver_metastases,
    baselines.braf,
    baselines.nras,
    baselines.organ_sites,
    baselines.comorbidities,
    patients.vital_status,
    follow_up.death_date,
    patients.death_cause,
    patients.last_contact_date
from derived.patients
inner join derived.follow_up on patients.patient_id = follow_up.patient_id
left join first_hospitals on patients.patient_id = first_hospitals.patient_id
left join baselines on patients.patient_id = baselines.patient_id
left join aged on patients.patient_id = aged.patient_id
