-- One row per row of a mart with days: the last of them and the cut-off of its patient.
with days as (
    select
        'patients' as mart,
        m.patient_id as record_key,
        m.patient_id,
        greatest(
            m.advanced_diagnosis_date,
            m.death_date,
            m.last_contact_date
        ) as last_day
    from marts.patients as m
    union all
    select
        'baselines' as mart,
        concat_ws('|', m.patient_id, m.line_id) as record_key,
        m.patient_id,
        m.measured_date as last_day
    from marts.baselines as m
    union all
    select
        'treatment_lines' as mart,
        m.line_id as record_key,
        m.patient_id,
        greatest(
            m.start_date,
            m.end_date,
            m.best_overall_response_date,
            m.best_overall_response_confirmed_date,
            m.first_response_date,
            m.first_response_confirmed_date,
            m.progression_date,
            m.next_line_start_date,
            m.first_severe_irae_date,
            m.toxicity_window_end_date
        ) as last_day
    from marts.treatment_lines as m
    union all
    select
        'responses' as mart,
        m.response_id as record_key,
        m.patient_id,
        m.assessment_date as last_day
    from marts.responses as m
    union all
    select
        'adverse_events' as mart,
        m.event_id as record_key,
        m.patient_id,
        greatest(
            m.onset_date,
            m.resolved_date
        ) as last_day
    from marts.adverse_events as m
    union all
    select
        'reexposures' as mart,
        concat_ws('|', m.initial_line_id, m.reexposure_line_id) as record_key,
        m.patient_id,
        greatest(
            m.initial_start_date,
            m.initial_end_date,
            m.reexposure_start_date,
            m.progression_between_date
        ) as last_day
    from marts.reexposures as m
    union all
    select
        'rechallenges' as mart,
        concat_ws('|', m.study, m.patient_id) as record_key,
        m.patient_id,
        greatest(
            m.initial_start_date,
            m.initial_end_date,
            m.rechallenge_start_date,
            m.rechallenge_end_date,
            m.last_dose_date
        ) as last_day
    from marts.rechallenges as m
)

select
    days.mart || '|' || days.record_key as record_key,
    days.patient_id,
    patients.hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    days.mart,
    days.last_day,
    patients.cutoff_date
from days
left join derived.patients on patients.patient_id = days.patient_id
where days.last_day is not null
