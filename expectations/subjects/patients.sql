-- One row per patient as registered, with the cut-off, the first and last dated event, the last response and grade 5 events.
with cutoff as (
    select max(export_date) as export_date from source.export
),

events as (
    select patient_id, start_date_earliest as earliest, start_date_latest as latest
    from staging.treatments
    where start_date is not null
    union all
    select patient_id, stop_date_earliest, stop_date_latest
    from staging.treatments
    where stop_date is not null
    union all
    select patient_id, assessment_date_earliest, assessment_date_latest
    from staging.responses
    where assessment_date is not null
    union all
    select patient_id, onset_date_earliest, onset_date_latest
    from staging.adverse_events
    where onset_date is not null
    union all
    select patient_id, start_date_earliest, start_date_latest
    from staging.local_treatments
    where start_date is not null
    union all
    select patient_id, primary_diagnosis_date_earliest, primary_diagnosis_date_latest
    from staging.baselines
    where primary_diagnosis_date is not null
    union all
    select patient_id, advanced_diagnosis_date_earliest, advanced_diagnosis_date_latest
    from staging.baselines
    where advanced_diagnosis_date is not null
),

bounds as (
    select
        patient_id,
        min(earliest) as first_event_date,
        min(earliest) as first_event_date_earliest,
        min(latest) as first_event_date_latest,
        max(latest) as last_event_date,
        max(earliest) as last_event_date_earliest,
        max(latest) as last_event_date_latest
    from events
    group by patient_id
),

diagnoses as (
    select
        patient_id,
        min(advanced_diagnosis_date) as baseline_advanced_diagnosis_date,
        min(advanced_diagnosis_date_earliest) as baseline_advanced_diagnosis_date_earliest,
        min(advanced_diagnosis_date_latest) as baseline_advanced_diagnosis_date_latest,
        min(coalesce(primary_diagnosis_date, advanced_diagnosis_date)) as diagnosis_date,
        min(coalesce(primary_diagnosis_date_earliest, advanced_diagnosis_date_earliest))
            as diagnosis_date_earliest,
        min(coalesce(primary_diagnosis_date_latest, advanced_diagnosis_date_latest))
            as diagnosis_date_latest
    from staging.baselines
    group by patient_id
),

-- A fatal event without a grade is one of grade 5.
fatal_events as (
    select patient_id, count(*) as grade_5_events
    from staging.adverse_events
    where
        (grade = 5 or (grade_text is null and outcome = 'fatal'))
        and coalesce(unplaced_because, '') <> 'exact_duplicate'
    group by patient_id
),

last_responses as (
    select
        patient_id,
        response as last_response,
        assessment_date as last_response_date,
        assessment_date_earliest as last_response_date_earliest,
        assessment_date_latest as last_response_date_latest
    from staging.responses
    where response is not null and response <> 'NE' and assessment_date is not null and is_placed
    qualify
        row_number() over (
            partition by patient_id
            order by assessment_date desc, source_file desc, source_line desc
        ) = 1
),

-- The rows of one person, whatever their ids: dates of birth contradict one another when no day
-- fits all of them.
persons as (
    select
        person_key,
        count(distinct patient_id) as person_ids,
        max(birth_date_earliest) > min(birth_date_latest) as person_birth_dates_differ,
        count(distinct case when sex in ('male', 'female') then sex end) as person_sexes
    from staging.patients
    where person_key is not null
    group by person_key
)

select
    p.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    bounds.first_event_date,
    bounds.first_event_date_earliest,
    bounds.first_event_date_latest,
    bounds.last_event_date,
    bounds.last_event_date_earliest,
    bounds.last_event_date_latest,
    diagnoses.baseline_advanced_diagnosis_date,
    diagnoses.baseline_advanced_diagnosis_date_earliest,
    diagnoses.baseline_advanced_diagnosis_date_latest,
    diagnoses.diagnosis_date,
    diagnoses.diagnosis_date_earliest,
    diagnoses.diagnosis_date_latest,
    coalesce(fatal_events.grade_5_events, 0) as grade_5_events,
    last_responses.last_response,
    last_responses.last_response_date,
    last_responses.last_response_date_earliest,
    last_responses.last_response_date_latest,
    persons.person_ids,
    persons.person_birth_dates_differ,
    persons.person_sexes,
    linked.linking as person_linking,
    linked.patient_ids as person_patient_ids,
    linked.is_first_id as is_first_id_of_person,
    placeholders.code is not null as person_key_is_placeholder,
    -- the last day on which the patient is known to have been alive
    greatest(p.last_contact_date, p.vital_status_date) as last_alive_date,
    greatest(p.last_contact_date_earliest, p.vital_status_date_earliest)
        as last_alive_date_earliest,
    greatest(p.last_contact_date_latest, p.vital_status_date_latest) as last_alive_date_latest
from staging.patients as p
cross join cutoff
left join source.cutoffs on cutoffs.file_name = p.source_file
left join bounds on bounds.patient_id = p.patient_id
left join diagnoses on diagnoses.patient_id = p.patient_id
left join fatal_events on fatal_events.patient_id = p.patient_id
left join last_responses on last_responses.patient_id = p.patient_id
left join persons on persons.person_key = p.person_key
left join staging.persons as linked on linked.patient_id = p.patient_id and p.is_placed
left join codelists.codes as placeholders
    on placeholders.codelist = 'person_key_placeholder' and placeholders.code = lower(p.person_key)
