-- One row per patient as registered, with the cut-off, the first and last dated event, and grade 5 events.
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

fatal_events as (
    select patient_id, count(*) as grade_5_events
    from staging.adverse_events
    where grade = 5 and coalesce(unplaced_because, '') <> 'exact_duplicate'
    group by patient_id
)

select
    p.*,
    cutoff.export_date,
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
    coalesce(fatal_events.grade_5_events, 0) as grade_5_events
from staging.patients as p
cross join cutoff
left join bounds on bounds.patient_id = p.patient_id
left join diagnoses on diagnoses.patient_id = p.patient_id
left join fatal_events on fatal_events.patient_id = p.patient_id
