-- One row per line.
with
entered as (
    select
        line_treatments.line_id,
        case
            when bool_or(coalesce(episodes.severe_toxicity = 'yes', false)) then 'yes'
            when bool_and(coalesce(episodes.severe_toxicity = 'no', false)) then 'no'
            else 'unknown'
        end as severe_toxicity
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    group by line_treatments.line_id
),

-- A grade that CTCAE does not have is registered, but is no grade.
events as (
    select
        line_id,
        count(*) as events,
        max(case when grade between 1 and 5 then grade end) as worst_grade,
        max(case when grade between 1 and 5 and is_irae then grade end) as worst_irae_grade
    from derived.adverse_events_attributed
    where line_id is not null
    group by line_id
),

captures as (
    select coalesce(max(value), 'no') = 'yes' as all_grades
    from source.declarations
    where name = 'captures_all_grades'
)

select
    lines.line_id,
    lines.patient_id,
    entered.severe_toxicity,
    coalesce(events.events, 0) as events,
    events.worst_grade,
    events.worst_irae_grade,
    entered.severe_toxicity in ('yes', 'no')
    or coalesce(events.worst_grade >= 3, false)
    or (captures.all_grades and coalesce(events.events > 0, false)) as toxicity_known
from derived.lines
cross join captures
inner join entered on lines.line_id = entered.line_id
left join events on lines.line_id = events.line_id
