-- One row per patient and start of treatment, with its line.
with recursive
-- All patients walk through their starts together, one start a round. What is carried along: the
-- line's first step, start and setting, and the last day it is known, or may have been, given.
walk as (
    select
        patient_id,
        step,
        start_date,
        'first_treatment' as clause,
        cast(1 as bigint) as line_sequence,
        step as first_step,
        start_date as line_start_date,
        setting as walked_setting,
        last_shown_date,
        last_possible_date
    from derived.treatment_starts
    where step = 1
    union all
    select
        patient_id,
        step,
        start_date,
        clause,
        case when opens then line_sequence + 1 else line_sequence end as line_sequence,
        case when opens then step else first_step end as first_step,
        case when opens then start_date else line_start_date end as line_start_date,
        case
            when opens or line_setting = 'unknown' then setting
            else line_setting
        end as walked_setting,
        case
            when opens then last_shown_date
            else greatest(last_shown_date, line_last_shown_date)
        end as last_shown_date,
        case
            when opens then last_possible_date
            else greatest(last_possible_date, line_last_possible_date)
        end as last_possible_date
    from (
        select
            judged.*,
            clause in ('setting_change', 'progression', 'new_substance', 'gap') as opens
        from (
            select
                treatment_starts.patient_id,
                treatment_starts.step,
                treatment_starts.start_date,
                treatment_starts.setting,
                treatment_starts.last_shown_date,
                treatment_starts.last_possible_date,
                walk.line_sequence,
                walk.first_step,
                walk.line_start_date,
                walk.walked_setting as line_setting,
                walk.last_shown_date as line_last_shown_date,
                walk.last_possible_date as line_last_possible_date,
                case
                    when
                        treatment_starts.setting <> walk.walked_setting
                        and treatment_starts.setting <> 'unknown'
                        and walk.walked_setting <> 'unknown'
                        then 'setting_change'
                    when
                        treatment_starts.is_after_progression
                        and treatment_starts.given_since_step >= walk.first_step
                        and treatment_starts.own_pause_days <= $beyond_progression_days
                        then 'beyond_progression'
                    when treatment_starts.is_after_progression then 'progression'
                    -- Something is new to the line: its combination, a substitute, or another line.
                    when
                        treatment_starts.given_since_step < walk.first_step
                        and treatment_starts.replaceable_since_step >= walk.first_step
                        and treatment_starts.start_date - walk.last_shown_date
                        <= $substitution_days
                        then 'substitution'
                    when
                        treatment_starts.given_since_step < walk.first_step
                        and treatment_starts.start_date - walk.line_start_date
                        <= $combination_window_days
                        then 'combination'
                    when treatment_starts.given_since_step < walk.first_step then 'new_substance'
                    -- Nothing is new to the line: it goes on, unless too long was nothing given.
                    when
                        treatment_starts.start_date - walk.last_possible_date
                        > greatest(
                            case
                                when treatment_starts.is_oral then $gap_oral_days
                                else $gap_days
                            end,
                            case
                                when treatment_starts.is_after_toxicity then $toxicity_hold_days
                                else 0
                            end
                        )
                        then 'gap'
                    when
                        treatment_starts.is_after_toxicity
                        and treatment_starts.start_date > walk.last_possible_date
                        then 'resumption_after_toxicity'
                    else 'continuation'
                end as clause
            from walk
            inner join derived.treatment_starts
                on
                    walk.patient_id = treatment_starts.patient_id
                    and walk.step + 1 = treatment_starts.step
        ) as judged
    ) as stepped
),

with_setting as (
    select
        walk.*,
        coalesce(
            max(nullif(walked_setting, 'unknown')) over (partition by patient_id, line_sequence),
            'unknown'
        ) as line_setting
    from walk
),

numbered as (
    select
        with_setting.*,
        dense_rank() over (
            partition by patient_id, line_setting
            order by line_sequence
        ) as line_number
    from with_setting
)

select
    patient_id,
    step,
    start_date,
    clause,
    line_sequence,
    patient_id || '|' || line_setting || '|' || cast(line_number as varchar) as line_id,
    line_setting,
    line_number,
    line_start_date
from numbered
