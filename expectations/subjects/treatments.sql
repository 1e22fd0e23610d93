-- One row per treatment episode as registered, with its patient, the next episode, its assessments and its events.
with cutoff as (
    select max(export_date) as export_date from source.export
),

-- The next episode is one that starts after the combination window: rows of one combination
-- are one treatment.
following as (
    select
        source_file,
        source_line,
        min(start_date) over later as next_start_date,
        min(start_date_earliest) over later as next_start_date_earliest,
        min(start_date_latest) over later as next_start_date_latest
    from staging.treatments
    where is_placed and start_date is not null
    window later as (
        partition by patient_id
        order by start_date
        range between interval 29 days following and unbounded following
    )
),

numbered as (
    select
        source_file,
        source_line,
        min(start_date) over later as higher_line_start_date,
        min(start_date_earliest) over later as higher_line_start_date_earliest,
        min(start_date_latest) over later as higher_line_start_date_latest
    from staging.treatments
    where is_placed and line_number is not null and start_date is not null
    window later as (
        partition by patient_id, setting
        order by line_number
        range between 1 following and unbounded following
    )
),

progressions as (
    select t.treatment_id, count(*) as progressions
    from staging.treatments as t
    inner join staging.responses as r
        on
            r.patient_id = t.patient_id
            and r.response in ('PD', 'iUPD', 'iCPD')
            and r.assessment_date_latest >= t.start_date_earliest
            and r.assessment_date_earliest <= t.stop_date_latest + 42
            and r.assessment_date_latest >= t.stop_date_earliest - 42
    group by t.treatment_id
),

any_progressions as (
    select patient_id, min(assessment_date_earliest) as first_pd, max(assessment_date_latest) as last_pd
    from staging.responses
    where response in ('PD', 'iUPD', 'iCPD') and assessment_date is not null
    group by patient_id
),

assessed as (
    select treatment_id, count(*) as assessments
    from staging.responses
    where treatment_id is not null
    group by treatment_id
),

assessed_patients as (
    select patient_id, count(*) as patient_assessments
    from staging.responses
    group by patient_id
),

toxicity as (
    select treatment_id, max(grade) as worst_grade, count(*) as adverse_events
    from staging.adverse_events
    where treatment_id is not null
    group by treatment_id
)

select
    t.*,
    cutoff.export_date,
    p.patient_id is not null as has_patient,
    p.vital_status as patient_vital_status,
    p.vital_status_text as patient_vital_status_text,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    following.next_start_date,
    following.next_start_date_earliest,
    following.next_start_date_latest,
    numbered.higher_line_start_date,
    numbered.higher_line_start_date_earliest,
    numbered.higher_line_start_date_latest,
    coalesce(progressions.progressions, 0) as progressions_near_stop,
    any_progressions.first_pd as first_progression_date,
    any_progressions.last_pd as last_progression_date,
    coalesce(assessed.assessments, 0) as assessments,
    coalesce(assessed_patients.patient_assessments, 0) as patient_assessments,
    toxicity.worst_grade,
    coalesce(toxicity.adverse_events, 0) as adverse_events
from staging.treatments as t
cross join cutoff
left join staging.patients as p on p.patient_id = t.patient_id and p.is_placed
left join following
    on following.source_file = t.source_file and following.source_line = t.source_line
left join numbered
    on numbered.source_file = t.source_file and numbered.source_line = t.source_line
left join progressions on progressions.treatment_id = t.treatment_id
left join any_progressions on any_progressions.patient_id = t.patient_id
left join assessed on assessed.treatment_id = t.treatment_id
left join assessed_patients on assessed_patients.patient_id = t.patient_id
left join toxicity on toxicity.treatment_id = t.treatment_id
