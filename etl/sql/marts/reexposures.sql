-- One row per patient, line and later line that gives again what it gave, or something alike.
with
initial_lines as (
    select
        lines.line_id,
        lines.end_date,
        lines.end_reason,
        lines.end_reason in ('progression', 'toxicity', 'completed', 'patient_choice')
            as is_reason_entered,
        line_progressions.line_id is not null as has_progressed,
        line_progressions.progression_date
    from derived.lines
    left join derived.line_progressions on lines.line_id = line_progressions.line_id
    where lines.line_id in (select initial_line_id from derived.reexposure_pairs)
),

-- The event that led to the stop as entered; else, after a stop for toxicity, the worst
-- immune-related event about the last day.
stopping_events as (
    select
        line_id,
        led_to_stop,
        grade,
        organ_class,
        event_id
    from (
        select
            initial_lines.line_id,
            coalesce(events.led_to_stop = 'yes', false) as led_to_stop,
            case when events.grade between 1 and 5 then events.grade end as grade,
            events.organ_class,
            events.event_id,
            row_number() over (
                partition by initial_lines.line_id
                order by
                    coalesce(events.led_to_stop = 'yes', false) desc,
                    case when events.grade between 1 and 5 then events.grade else 0 end desc,
                    events.onset_date nulls last,
                    events.event_id
            ) as place
        from initial_lines
        inner join derived.adverse_events_attributed as events
            on initial_lines.line_id = events.line_id
        where
            events.led_to_stop = 'yes'
            or (
                initial_lines.end_reason = 'toxicity'
                and events.is_irae
                and abs(events.onset_date - initial_lines.end_date) <= $stopping_toxicity_days
            )
    ) as placed
    where place = 1
),

stops as (
    select
        initial_lines.line_id,
        case
            when initial_lines.end_reason = 'progression' then 'after_progression'
            when initial_lines.end_reason = 'toxicity' then 'after_toxicity'
            when initial_lines.end_reason = 'completed' then 'after_planned_stop'
            when initial_lines.end_reason = 'patient_choice' then 'after_elective_stop'
            when coalesce(stopping_events.led_to_stop, false) then 'after_toxicity'
            when
                initial_lines.has_progressed
                and coalesce(
                    initial_lines.progression_date - initial_lines.end_date
                    <= $stopped_for_progression_days,
                    true
                )
                then 'after_progression'
        end as reason,
        case
            when initial_lines.is_reason_entered then 'stop_reason'
            when coalesce(stopping_events.led_to_stop, false) then 'adverse_event'
            when
                initial_lines.has_progressed
                and coalesce(
                    initial_lines.progression_date - initial_lines.end_date
                    <= $stopped_for_progression_days,
                    true
                )
                then 'progression'
        end as reason_source,
        stopping_events.grade,
        stopping_events.organ_class,
        stopping_events.event_id
    from initial_lines
    left join stopping_events on initial_lines.line_id = stopping_events.line_id
),

-- A progression after the start of its line, of the initial line or of one between; on an unknown
-- day it was before the next line's start.
progressions as (
    select
        pairs.initial_line_id,
        pairs.reexposure_line_id,
        min(line_progressions.progression_date) as progression_between_date
    from derived.reexposure_pairs as pairs
    inner join derived.lines
        on
            pairs.patient_id = lines.patient_id
            and pairs.initial_sequence <= lines.line_sequence
            and pairs.reexposure_sequence > lines.line_sequence
    inner join derived.line_progressions on lines.line_id = line_progressions.line_id
    inner join derived.lines as reexposure on pairs.reexposure_line_id = reexposure.line_id
    where
        line_progressions.progression_date is null
        or (
            line_progressions.progression_date > lines.start_date
            and line_progressions.progression_date <= reexposure.start_date
        )
    group by pairs.initial_line_id, pairs.reexposure_line_id
),

between_lines as (
    select
        pairs.initial_line_id,
        pairs.reexposure_line_id,
        string_agg(lines.regimen, ', ' order by lines.line_sequence) as regimens,
        string_agg(lines.regimen_class, '+') as classes
    from derived.reexposure_pairs as pairs
    inner join derived.lines
        on
            pairs.patient_id = lines.patient_id
            and pairs.initial_sequence < lines.line_sequence
            and pairs.reexposure_sequence > lines.line_sequence
    where pairs.intervening_lines > 0
    group by pairs.initial_line_id, pairs.reexposure_line_id
)

select
    pairs.patient_id,
    pairs.initial_line_id,
    pairs.reexposure_line_id,
    pairs.kind,
    -- Names that cannot be read are one word, as in the label.
    regexp_replace(
        pairs.shared_substances, 'unknown drug [0-9]+([+]unknown drug [0-9]+)*', 'unknown drug'
    ) as shared_substances,
    pairs.shared_classes,
    pairs.crossed_groups,
    pairs.is_flagged,
    pairs.reexposures_between,

    initial.setting as initial_setting,
    initial.line_number as initial_line_number,
    initial.regimen as initial_regimen,
    initial.start_date as initial_start_date,
    initial.end_date as initial_end_date,
    reexposure.setting as reexposure_setting,
    reexposure.line_number as reexposure_line_number,
    reexposure.regimen as reexposure_regimen,
    reexposure.start_date as reexposure_start_date,

    case
        when stops.reason is not null then stops.reason
        when pairs.intervening_lines > 0 then 'after_another_line'
        else 'unknown'
    end as reason,
    case
        when stops.reason_source is not null then stops.reason_source
        when pairs.intervening_lines > 0 then 'later_line'
        else 'none'
    end as reason_source,
    case when stops.reason = 'after_toxicity' then stops.grade end as reason_grade,
    case when stops.reason = 'after_toxicity' then stops.organ_class end as reason_category,
    case when stops.reason = 'after_toxicity' then stops.event_id end as reason_event_id,

    pairs.time_off_days,
    reexposure.start_date - initial.end_date as interval_days,
    pairs.intervening_lines,
    between_lines.regimens as intervening_regimens,
    array_to_string(list_sort(list_distinct(string_split(between_lines.classes, '+'))), '+')
        as intervening_classes,
    progressions.initial_line_id is not null as progression_between,
    progressions.progression_between_date,

    initial.end_date - initial.start_date as initial_duration_days,
    initial_response.best_overall_response as initial_response,
    initial_response.responder as initial_responder,
    initial_response.disease_control as initial_disease_control,
    initial_survival.pfs_days as initial_pfs_days,
    initial_survival.pfs_event as initial_pfs_event,
    -- Stable disease that was not followed for so long is neither.
    case
        when initial_response.responder is null then null
        when initial_response.responder then true
        when not initial_response.disease_control then false
        when initial_survival.pfs_days >= $benefit_stable_days then true
        when initial_survival.pfs_event then false
    end as initial_benefit,
    reexposure_response.best_overall_response as reexposure_response,
    reexposure_response.responder as reexposure_responder
from derived.reexposure_pairs as pairs
inner join derived.lines as initial on pairs.initial_line_id = initial.line_id
inner join derived.lines as reexposure on pairs.reexposure_line_id = reexposure.line_id
inner join stops on pairs.initial_line_id = stops.line_id
inner join derived.line_responses as initial_response
    on pairs.initial_line_id = initial_response.line_id
inner join derived.line_survival as initial_survival
    on pairs.initial_line_id = initial_survival.line_id
inner join derived.line_responses as reexposure_response
    on pairs.reexposure_line_id = reexposure_response.line_id
left join progressions
    on
        pairs.initial_line_id = progressions.initial_line_id
        and pairs.reexposure_line_id = progressions.reexposure_line_id
left join between_lines
    on
        pairs.initial_line_id = between_lines.initial_line_id
        and pairs.reexposure_line_id = between_lines.reexposure_line_id
