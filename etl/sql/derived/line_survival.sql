-- One row per line.
with
-- Progressions in order of their day, so that the first from a line on is the smallest place.
progressions as (
    select
        lines.patient_id,
        lines.line_sequence,
        lines.start_date as line_start_date,
        line_progressions.progression_date,
        line_progressions.progression_source,
        line_progressions.record_key,
        line_progressions.undated_from_date,
        case
            when
                line_progressions.progression_date >= lines.start_date
                and coalesce(
                    line_progressions.progression_date <= follow_up.linked_until_date,
                    follow_up.linked_until_date is null
                )
                then row_number() over (
                    partition by lines.patient_id
                    order by line_progressions.progression_date nulls last, lines.line_sequence
                )
        end as place,
        case
            when
                line_progressions.progression_date is null
                and coalesce(
                    lines.start_date <= follow_up.linked_until_date,
                    follow_up.linked_until_date is null
                )
                then lines.line_sequence
        end as undated_sequence
    from derived.line_progressions
    inner join derived.lines on line_progressions.line_id = lines.line_id
    inner join derived.follow_up on lines.patient_id = follow_up.patient_id
),

-- From the line's start on, wherever it was recorded: in this line or in a later one.
from_start as (
    select
        lines.line_id,
        lines.patient_id,
        lines.start_date,
        lines.next_line_start_date,
        min(progressions.place) over from_here as place,
        min(progressions.undated_sequence) over from_here as undated_sequence
    from derived.lines
    left join progressions
        on
            lines.patient_id = progressions.patient_id
            and lines.line_sequence = progressions.line_sequence
    window
        from_here as (
            partition by lines.patient_id
            order by lines.line_sequence
            rows between current row and unbounded following
        )
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

followed as (
    select
        from_start.line_id,
        from_start.patient_id,
        from_start.start_date,
        case
            when
                coalesce(
                    from_start.next_line_start_date <= follow_up.linked_until_date,
                    follow_up.linked_until_date is null
                )
                then from_start.next_line_start_date
        end as next_line_start_date,
        first_progression.progression_date as first_progression_date,
        first_progression.progression_source as first_progression_source,
        first_progression.record_key as first_progression_record_key,
        coalesce(undated.undated_from_date, undated.line_start_date)
            as undated_progression_from_date,
        undated.progression_source as undated_progression_source,
        undated.record_key as undated_progression_record_key,
        follow_up.is_dead,
        follow_up.death_date,
        follow_up.last_alive_date,
        follow_up.last_alive_source,
        follow_up.last_alive_record_table,
        follow_up.last_alive_record_key,
        follow_up.linked_until_date,
        follow_up.last_contact_date,
        follow_up.last_contact_source,
        registers.best_response as registers_best_responses,
        coalesce(collects.progression, true) as collects_progression
    from from_start
    cross join registers
    cross join collects
    inner join derived.follow_up on from_start.patient_id = follow_up.patient_id
    left join progressions as first_progression
        on
            from_start.patient_id = first_progression.patient_id
            and from_start.place = first_progression.place
    left join progressions as undated
        on
            from_start.patient_id = undated.patient_id
            and from_start.undated_sequence = undated.undated_sequence
),

-- The last assessment before each thing that may end or censor a time. The assessment that shows
-- the progression is not one before it.
assessed as (
    select
        followed.line_id,
        max(case when assessments.is_evaluable then assessments.assessment_date end)
            as last_evaluable_date,
        max_by(assessments.response_id, assessments.assessment_date)
            filter (where assessments.is_evaluable)
            as last_evaluable_record_key,
        max(assessments.assessment_date) as last_assessment_date,
        max(
            case
                when
                    assessments.is_evaluable
                    and (
                        assessments.assessment_date < followed.first_progression_date
                        or (
                            assessments.assessment_date = followed.first_progression_date
                            and followed.first_progression_source = 'stop_reason'
                        )
                    )
                    then assessments.assessment_date
            end
        ) as last_evaluable_before_progression_date,
        max(
            case
                when
                    assessments.is_evaluable
                    and assessments.assessment_date <= followed.death_date
                    then assessments.assessment_date
            end
        ) as last_evaluable_by_death_date,
        max(
            case
                when
                    assessments.is_evaluable
                    and assessments.assessment_date <= followed.next_line_start_date
                    then assessments.assessment_date
            end
        ) as last_evaluable_by_next_line_date,
        max(
            case
                when assessments.assessment_date <= followed.next_line_start_date
                    then assessments.assessment_date
            end
        ) as last_assessment_by_next_line_date
    from followed
    inner join derived.assessments
        on
            followed.patient_id = assessments.patient_id
            and followed.start_date <= assessments.assessment_date
            and coalesce(
                assessments.assessment_date <= followed.linked_until_date,
                followed.linked_until_date is null
            )
    where assessments.is_worst_of_day
    group by followed.line_id
),

gathered as (
    select
        followed.*,
        assessed.last_evaluable_date,
        assessed.last_evaluable_record_key,
        assessed.last_assessment_date,
        assessed.last_evaluable_before_progression_date,
        assessed.last_evaluable_by_death_date,
        assessed.last_evaluable_by_next_line_date,
        assessed.last_assessment_by_next_line_date
    from followed
    left join assessed on followed.line_id = assessed.line_id
),

os_reasons as (
    select
        gathered.*,
        case
            when start_date > linked_until_date then 'unknown_start_after_linkage'
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
            when os_end_reason in ('unknown_death_before_start', 'unknown_start_after_linkage')
                then os_end_reason
            when not collects_progression then 'unknown_progression_not_collected'
            -- On an unknown day from its line's start on, so perhaps before all that is known.
            when
                undated_progression_from_date is not null
                and coalesce(
                    least(first_progression_date, death_date) > undated_progression_from_date,
                    true
                )
                then 'unknown_progression_undated'
            when coalesce(first_progression_date <= death_date, first_progression_date is not null)
                then 'progression'
            when is_dead then os_end_reason
            when registers_best_responses and last_alive_date is null then 'unknown_no_contact'
            when registers_best_responses then 'censored_last_contact'
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
            when pfs_end_reason = 'progression' then first_progression_date
            when pfs_end_reason = 'death' then death_date
            when pfs_end_reason = 'censored_last_contact' then last_alive_date
            when pfs_end_reason = 'censored_last_evaluable_assessment' then last_evaluable_date
            when pfs_end_reason = 'censored_line_start' then start_date
        end as pfs_end_date,
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
),

-- From the first response to the end of progression-free survival, whatever ends that.
times as (
    select
        ends.*,
        line_responses.first_response_date,
        case
            when
                line_responses.first_response_date is null
                and line_responses.responder
                and line_responses.response_source = 'entered'
                then 'unknown_response_undated'
            when line_responses.first_response_date is null then 'no_response'
            when ends.pfs_end_date < line_responses.first_response_date
                then 'unknown_response_after_end'
            else ends.pfs_end_reason
        end as dor_end_reason
    from ends
    inner join derived.line_responses on ends.line_id = line_responses.line_id
)

select
    line_id,
    patient_id,

    start_date,
    next_line_start_date,
    first_progression_date,
    first_progression_source,
    first_progression_record_key,
    undated_progression_from_date,
    undated_progression_source,
    undated_progression_record_key,
    is_dead,
    death_date,
    last_evaluable_date,
    last_assessment_date,
    last_evaluable_before_progression_date,
    last_evaluable_by_death_date,
    last_evaluable_by_next_line_date,
    last_assessment_by_next_line_date,
    last_alive_date,
    last_alive_source,
    last_alive_record_table,
    last_alive_record_key,
    linked_until_date,
    last_contact_date,
    last_contact_source,
    registers_best_responses,
    collects_progression,

    pfs_end_date,
    pfs_end_date - start_date as pfs_days,
    case
        when pfs_end_date is not null then pfs_end_reason in ('progression', 'death')
    end as pfs_event,
    pfs_end_reason,
    case pfs_end_reason
        when 'progression' then first_progression_record_key
        when 'unknown_progression_undated' then undated_progression_record_key
        when 'censored_last_evaluable_assessment' then last_evaluable_record_key
        else patient_id
    end as pfs_record_key,
    os_end_date,
    os_end_date - start_date as os_days,
    case when os_end_date is not null then os_end_reason = 'death' end as os_event,
    os_end_reason,
    ttnt_end_date,
    ttnt_end_date - start_date as ttnt_days,
    case
        when ttnt_end_date is not null then ttnt_end_reason in ('next_line', 'death')
    end as ttnt_event,
    ttnt_end_reason,

    case
        when dor_end_reason = pfs_end_reason
            then pfs_end_date - first_response_date
    end as dor_days,
    case
        when
            dor_end_reason = pfs_end_reason
            and pfs_end_date is not null
            then pfs_end_reason in ('progression', 'death')
    end as dor_event,
    dor_end_reason
from times
