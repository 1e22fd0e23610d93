-- One row per line and organ class with an adverse event.
with
by_class as (
    select
        line_id,
        organ_class as category,
        count(*) as events,
        count(*) filter (where begins_episode) as episodes,
        max(case when grade between 1 and 5 then grade end) as worst_grade,
        max(case when grade between 1 and 5 and is_irae then grade end) as worst_irae_grade,
        min(onset_date) as first_onset_date,
        case
            when bool_or(led_to_stop = 'yes') then 'yes'
            when bool_and(coalesce(led_to_stop = 'no', false)) then 'no'
            else 'unknown'
        end as led_to_stop
    from derived.adverse_events_attributed
    where line_id is not null
    group by line_id, organ_class
)

select
    by_class.line_id,
    lines.patient_id,
    by_class.category,
    by_class.events,
    by_class.episodes,
    by_class.worst_grade,
    by_class.worst_irae_grade,
    by_class.first_onset_date,
    case
        when by_class.first_onset_date >= lines.start_date
            then by_class.first_onset_date - lines.start_date
    end as days_to_onset,
    by_class.led_to_stop
from by_class
inner join derived.lines on by_class.line_id = lines.line_id
