-- One row per line.
with
-- The first progression from the line's start on, wherever it was recorded.
progressions as (
    select
        line_id,
        progression_date,
        record_key
    from (
        select
            lines.line_id,
            line_progressions.progression_date,
            line_progressions.record_key,
            row_number() over (
                partition by lines.line_id
                order by later_lines.line_sequence
            ) as place
        from derived.lines
        inner join derived.lines as later_lines
            on
                lines.patient_id = later_lines.patient_id
                and lines.line_sequence <= later_lines.line_sequence
        inner join derived.line_progressions
            on later_lines.line_id = line_progressions.line_id
    ) as placed
    where place = 1
),

last_evaluable as (
    select
        line_id,
        assessment_date,
        response_id
    from (
        select
            lines.line_id,
            assessments.assessment_date,
            assessments.response_id,
            row_number() over (
                partition by lines.line_id
                order by assessments.assessment_date desc, assessments.response_id
            ) as place
        from derived.lines
        inner join derived.assessments
            on
                lines.patient_id = assessments.patient_id
                and lines.start_date <= assessments.assessment_date
        where assessments.is_evaluable
    ) as placed
    where place = 1
),

registers as (
    select coalesce(max(value), 'assessments') = 'best_response' as best_response
    from source.declarations
    where name = 'responses'
),

-- Whether the source could have told of a progression at all.
collects as (
    select bool_or(collected) as progression
    from source.collected
    where
        (table_name = 'responses' and column_name = 'assessment_date')
        or (table_name = 'treatments' and column_name = 'stop_reason')
),

gathered as (
    select
        lines.line_id,
        lines.patient_id,
        lines.start_date,
        lines.next_line_start_date,
        progressions.line_id is not null as has_progressed,
        progressions.progression_date,
        progressions.record_key as progression_record_key,
        last_evaluable.assessment_date as last_evaluable_date,
        last_evaluable.response_id as last_evaluable_record_key,
        follow_up.is_dead,
        follow_up.death_date,
        follow_up.last_alive_date,
        follow_up.last_alive_source,
        registers.best_response,
        coalesce(collects.progression, true) as collects_progression
    from derived.lines
    cross join registers
    cross join collects
    inner join derived.follow_up on lines.patient_id = follow_up.patient_id
    left join progressions on lines.line_id = progressions.line_id
    left join last_evaluable on lines.line_id = last_evaluable.line_id
),

os_reasons as (
    select
        gathered.*,
        case
            when is_dead and death_date is null then 'unknown_death_undated'
            when is_dead and death_date < start_date then 'unknown_death_before_start'
            when is_dead then 'death'
            when last_alive_date is null then 'unknown_no_contact'
            else 'censored_' || last_alive_source
        end as os_end_reason
    from gathered
),

reasons as (
    select
        os_reasons.*,
        case
            when os_end_reason = 'unknown_death_before_start' then os_end_reason
            when not collects_progression then 'unknown_progression_not_collected'
            when has_progressed and progression_date is null then 'unknown_progression_undated'
            when has_progressed and coalesce(progression_date <= death_date, true)
                then 'progression'
            when is_dead then os_end_reason
            when best_response and last_alive_date is null then 'unknown_no_contact'
            when best_response then 'censored_last_contact'
            when last_evaluable_date is not null then 'censored_last_evaluable_assessment'
            else 'censored_line_start'
        end as pfs_end_reason,
        case
            when coalesce(next_line_start_date <= death_date, next_line_start_date is not null)
                then 'next_line'
            else os_end_reason
        end as ttnt_end_reason
    from os_reasons
),

ends as (
    select
        reasons.*,
        case
            when pfs_end_reason = 'progression' then progression_date
            when pfs_end_reason = 'death' then death_date
            when pfs_end_reason = 'censored_last_contact' then last_alive_date
            when pfs_end_reason = 'censored_last_evaluable_assessment' then last_evaluable_date
            when pfs_end_reason = 'censored_line_start' then start_date
        end as pfs_end_date,
        case
            when pfs_end_reason in ('progression', 'unknown_progression_undated')
                then progression_record_key
            when pfs_end_reason = 'censored_last_evaluable_assessment'
                then last_evaluable_record_key
            else patient_id
        end as pfs_record_key,
        case
            when os_end_reason = 'death' then death_date
            when os_end_reason like 'censored%' then last_alive_date
        end as os_end_date,
        case
            when ttnt_end_reason = 'next_line' then next_line_start_date
            when ttnt_end_reason = 'death' then death_date
            when ttnt_end_reason like 'censored%' then last_alive_date
        end as ttnt_end_date
    from reasons
)

select
    line_id,
    patient_id,
    pfs_end_date,
    pfs_end_date - start_date as pfs_days,
    case
        when pfs_end_date is not null then pfs_end_reason in ('progression', 'death')
    end as pfs_event,
    pfs_end_reason,
    pfs_record_key,
    os_end_date,
    os_end_date - start_date as os_days,
    case when os_end_date is not null then os_end_reason = 'death' end as os_event,
    os_end_reason,
    ttnt_end_date - start_date as ttnt_days,
    case
        when ttnt_end_date is not null then ttnt_end_reason in ('next_line', 'death')
    end as ttnt_event,
    ttnt_end_reason
from ends
