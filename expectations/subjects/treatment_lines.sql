-- One row per line of therapy, with its patient, its first episode's source, its assessments and the responses entered for it.
with
-- What a code says whatever its dictionary; a progression that iRECIST holds open is one.
meanings as (
    select
        code,
        meaning
    from (
        values
        ('iCR', 'CR'),
        ('iPR', 'PR'),
        ('iSD', 'SD'),
        ('NON-iCR/NON-iUPD', 'NON-CR/NON-PD'),
        ('iUPD', 'PD'),
        ('iCPD', 'PD')
    ) as immune (code, meaning)
),

derived_responses as (
    select
        l.line_id,
        coalesce(m.meaning, l.best_overall_response) as best_overall_response,
        coalesce(c.meaning, l.best_overall_response_confirmed) as best_overall_response_confirmed
    from marts.treatment_lines as l
    left join meanings as m on m.code = l.best_overall_response
    left join meanings as c on c.code = l.best_overall_response_confirmed
),

episodes as (
    select
        lt.line_id,
        min(t.source_file) as source_file,
        min(t.source_line) as source_line,
        string_agg(distinct t.best_response, ', ' order by t.best_response)
            filter (where lt.has_episode_start) as entered_best_responses,
        count(
            case
                when lt.has_episode_start and coalesce(m.meaning, t.best_response)
                in (l.best_overall_response, l.best_overall_response_confirmed)
                    then 1
            end
        ) as agreeing_entries
    from derived.line_treatments as lt
    inner join derived_responses as l on l.line_id = lt.line_id
    inner join staging.treatments as t on t.treatment_id = lt.treatment_id and t.is_placed
    left join meanings as m on m.code = t.best_response
    group by lt.line_id
),

assessed as (
    select
        line_id,
        count(*) as assessments,
        min(days_from_line_start) as first_assessment_days,
        min(case when response in ('PD', 'iUPD', 'iCPD') then days_from_line_start end)
            as first_progression_days
    from derived.line_assessments
    group by line_id
)

select
    l.line_id as record_key,
    p.hospital_id,
    episodes.source_file,
    episodes.source_line,
    episodes.entered_best_responses,
    coalesce(episodes.agreeing_entries, 0) as agreeing_entries,
    p.vital_status as patient_vital_status,
    p.death_cause as patient_death_cause,
    persons.patient_ids as patient_ids,
    persons.death_dates_differ as patient_death_dates_differ,
    coalesce(assessed.assessments, 0) as assessments,
    assessed.first_assessment_days,
    assessed.first_progression_days,
    (select max(export_date) from source.export) - l.start_date as days_since_start,
    l.*
from marts.treatment_lines as l
left join marts.patients as p on p.patient_id = l.patient_id
left join derived.patients as persons on persons.patient_id = l.patient_id
left join episodes on episodes.line_id = l.line_id
left join assessed on assessed.line_id = l.line_id
