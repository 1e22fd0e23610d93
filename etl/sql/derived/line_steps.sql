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
        last_possible_date,
        has_ongoing,
        cast(null as bigint) as pause_days,
        false as drops_component,
        false as gives_component_back,
        false as adds_substance,
        false as goes_beyond_progression
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
        end as last_possible_date,
        case when opens then has_ongoing else has_ongoing or line_has_ongoing end as has_ongoing,
        start_date - line_last_possible_date as pause_days,
        dropped_since_step >= first_step and not opens as drops_component,
        given_back_since_step >= first_step and not opens as gives_component_back,
        is_new and not opens and clause not in ('substitution', 'combination') as adds_substance,
        is_after_progression and not opens as goes_beyond_progression
    from (
        select
            judged.*,
            clause not in (
                'beyond_progression',
                'substitution',
                'combination',
                'gap_exempt',
                'addition',
                'resumption_after_toxicity',
                'continuation'
            ) as opens
        from (
            select
                started.*,
                case
                    when
                        setting <> line_setting
                        and setting <> 'unknown'
                        and line_setting <> 'unknown'
                        then 'setting_change'
                    when
                        $progression_opens
                        and is_after_progression
                        and not is_new
                        and own_pause_days <= $beyond_progression_days
                        then 'beyond_progression'
                    when $progression_opens and is_after_progression then 'progression'
                    when is_after_local_therapy then 'local_therapy'
                    -- Something is new to the line: a substitute, its combination, an addition
                    -- that is let pass, or another line.
                    when
                        is_new
                        and replaceable_since_step >= first_step
                        and start_date - line_last_shown_date <= $substitution_days
                        then 'substitution'
                    when is_new and start_date - line_start_date <= $combination_window_days
                        then 'combination'
                    when is_new and not is_permitted_addition then 'new_substance'
                    -- Nothing is new to the line that opens it: it goes on, unless too long was
                    -- nothing given.
                    when
                        start_date - line_last_possible_date > gap_limit_days
                        and not is_gap_exempt
                        then 'gap'
                    when $dropped_component_opens and dropped_since_step >= first_step
                        then 'dropped_component'
                    when $given_back_component_opens and given_back_since_step >= first_step
                        then 'component_given_back'
                    when start_date - line_last_possible_date > gap_limit_days then 'gap_exempt'
                    when is_new then 'addition'
                    when is_after_toxicity and start_date > line_last_possible_date
                        then 'resumption_after_toxicity'
                    else 'continuation'
                end as clause
            from (
                select
                    treatment_starts.*,
                    walk.line_sequence,
                    walk.first_step,
                    walk.line_start_date,
                    walk.walked_setting as line_setting,
                    walk.last_shown_date as line_last_shown_date,
                    walk.last_possible_date as line_last_possible_date,
                    walk.has_ongoing as line_has_ongoing,
                    treatment_starts.given_since_step < walk.first_step as is_new,
                    -- An addition is to what goes on: given again now, or shown to be given still.
                    (
                        $addition_opens = 'never'
                        or (
                            $addition_opens = 'class'
                            and treatment_starts.class_given_since_step >= walk.first_step
                        )
                    )
                    and (
                        treatment_starts.partly_given_since_step >= walk.first_step
                        or treatment_starts.start_date <= walk.last_shown_date
                        or walk.has_ongoing
                    ) as is_permitted_addition
                from walk
                inner join derived.treatment_starts
                    on
                        walk.patient_id = treatment_starts.patient_id
                        and walk.step + 1 = treatment_starts.step
            ) as started
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
            partition by
                patient_id, case when $number_settings_apart then line_setting else 'any' end
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
    line_start_date,
    step = first_step as opens_line,
    start_date - line_start_date as days_from_line_start,
    pause_days,
    drops_component,
    gives_component_back,
    adds_substance,
    goes_beyond_progression
from numbered
