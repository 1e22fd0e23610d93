-- One row per patient, day and setting in which a systemic substance starts.
with
days as (
    select
        patient_id,
        step,
        any_value(setting) as setting,
        any_value(start_date) as start_date,
        bool_and(coalesce(route = 'oral', false)) as is_oral,
        bool_and(position(',' || substance || ',' in ',' || $gap_exempt_substances || ',') > 0)
            as is_gap_exempt,
        bool_or(is_ongoing) as has_ongoing,
        bool_or(stop_date is null) as has_unknown_stop,
        max(coalesce(stop_date, start_date)) as last_shown_date,
        bool_or(coalesce(stop_reason = 'toxicity', false)) as stopped_for_toxicity
    from derived.exposures
    group by patient_id, step
),

in_order as (
    select
        days.*,
        lag(start_date) over by_step as previous_start_date,
        lead(start_date) over by_step as next_start_date,
        coalesce(lag(stopped_for_toxicity) over by_step, false) as is_after_toxicity
    from days
    window by_step as (partition by patient_id order by step)
),

-- Nearly half have one start only, and nothing to look back to.
started_again as (
    select distinct patient_id
    from days
    where step = 2
),

substances as (
    select
        exposures.patient_id,
        exposures.step,
        exposures.substance,
        any_value(exposures.component) as component,
        coalesce(any_value(exposures.drug_class), exposures.substance) as drug_class,
        any_value(in_order.previous_start_date) as previous_start_date,
        any_value(exposures.start_date) as start_date,
        max(coalesce(exposures.stop_date, exposures.start_date)) as last_shown_date,
        -- An unknown stop lies before the next start; what is ongoing goes on.
        max(
            case
                when exposures.stop_date is not null then exposures.stop_date
                when exposures.is_ongoing then date '9999-12-31'
                else coalesce(in_order.next_start_date, date '9999-12-31')
            end
        ) as last_possible_date,
        bool_or(exposures.is_ongoing) as is_ongoing
    from derived.exposures
    inner join started_again on exposures.patient_id = started_again.patient_id
    inner join in_order
        on exposures.patient_id = in_order.patient_id and exposures.step = in_order.step
    group by exposures.patient_id, exposures.step, exposures.substance
),

looked_back as (
    select
        patient_id,
        step,
        start_date,
        lag(step) over same_substance as given_step,
        max(last_shown_date) over before_substance as given_last_date,
        bool_or(is_ongoing) over before_substance as was_ongoing
    from substances
    window
        same_substance as (partition by patient_id, substance order by step),
        before_substance as (
            partition by patient_id, substance
            order by step
            rows between unbounded preceding and 1 preceding
        )
),

class_days as (
    select distinct
        patient_id,
        step,
        drug_class
    from substances
    where $addition_opens = 'class'
),

backward_classes as (
    select
        patient_id,
        step,
        min(coalesce(given_step, 0)) as class_given_since_step
    from (
        select
            patient_id,
            step,
            lag(step) over (partition by patient_id, drug_class order by step) as given_step
        from class_days
    ) as courses
    group by patient_id, step
),

component_days as (
    select
        patient_id,
        step,
        component,
        min(previous_start_date) as previous_start_date,
        max(last_possible_date) as last_possible_date
    from substances
    group by patient_id, step, component
),

component_courses as (
    select
        patient_id,
        step,
        previous_start_date,
        lag(step) over by_step as given_step,
        coalesce(lead(step) over by_step, 9223372036854775807) as given_again_step,
        max(last_possible_date) over before_component as given_until_date,
        max(last_possible_date) over up_to_now as last_possible_date
    from component_days
    window
        by_step as (partition by patient_id, component order by step),
        before_component as (
            partition by patient_id, component
            order by step
            rows between unbounded preceding and 1 preceding
        ),
        up_to_now as (
            partition by patient_id, component
            order by step
            rows between unbounded preceding and current row
        )
),

-- A component is dropped at the first start after its last day that is without it.
drops as (
    select
        patient_id,
        dropped_at_step as step,
        max(step) as dropped_since_step
    from (
        select
            component_courses.patient_id,
            component_courses.step,
            min(in_order.step) as dropped_at_step
        from component_courses
        inner join in_order
            on
                component_courses.patient_id = in_order.patient_id
                and component_courses.step < in_order.step
                and component_courses.given_again_step > in_order.step
                and in_order.start_date - component_courses.last_possible_date
                > $dropped_component_days
        group by component_courses.patient_id, component_courses.step
    ) as dropped
    group by patient_id, dropped_at_step
),

backward_components as (
    select
        patient_id,
        step,
        min(coalesce(given_step, 0)) as replaceable_since_step,
        max(
            case
                when
                    given_step < step - 1
                    and previous_start_date - given_until_date > $dropped_component_days
                    then given_step
                else 0
            end
        ) as given_back_since_step
    from component_courses
    group by patient_id, step
),

backward as (
    select
        patient_id,
        step,
        min(coalesce(given_step, 0)) as given_since_step,
        max(coalesce(given_step, 0)) as partly_given_since_step,
        max(case when was_ongoing then 0 else start_date - given_last_date end) as own_pause_days
    from looked_back
    group by patient_id, step
),

after_progression as (
    select distinct
        in_order.patient_id,
        in_order.step
    from in_order
    inner join derived.progression_evidence
        on
            in_order.patient_id = progression_evidence.patient_id
            and in_order.start_date >= progression_evidence.evidence_date
    where
        in_order.previous_start_date < progression_evidence.evidence_date
        or (
            -- Stopped for progression on the day it started.
            in_order.previous_start_date = progression_evidence.evidence_date
            and in_order.previous_start_date = progression_evidence.episode_last_start_date
        )
),

after_local_therapy as (
    select distinct
        in_order.patient_id,
        in_order.step
    from derived.local_therapies
    inner join in_order
        on
            local_therapies.patient_id = in_order.patient_id
            and in_order.previous_start_date < local_therapies.local_date
            and in_order.start_date >= local_therapies.local_date
    where position(',' || local_therapies.kind || ',' in ',' || $local_therapy_opens || ',') > 0
)

select
    in_order.patient_id,
    in_order.step,
    in_order.setting,
    in_order.start_date,
    in_order.next_start_date,
    in_order.is_oral,
    in_order.is_gap_exempt,
    coalesce(backward.given_since_step, 0) as given_since_step,
    coalesce(backward.partly_given_since_step, 0) as partly_given_since_step,
    coalesce(backward_components.replaceable_since_step, 0) as replaceable_since_step,
    coalesce(backward_classes.class_given_since_step, 0) as class_given_since_step,
    coalesce(drops.dropped_since_step, 0) as dropped_since_step,
    coalesce(backward_components.given_back_since_step, 0) as given_back_since_step,
    backward.own_pause_days,
    in_order.last_shown_date,
    case
        when in_order.has_unknown_stop
            then greatest(in_order.last_shown_date, in_order.next_start_date)
        else in_order.last_shown_date
    end as last_possible_date,
    in_order.has_ongoing,
    after_progression.step is not null as is_after_progression,
    after_local_therapy.step is not null as is_after_local_therapy,
    in_order.is_after_toxicity,
    greatest(
        case when in_order.is_oral then $gap_oral_days else $gap_days end,
        case when in_order.is_after_toxicity then $toxicity_hold_days else 0 end
    ) as gap_limit_days
from in_order
left join backward
    on in_order.patient_id = backward.patient_id and in_order.step = backward.step
left join backward_components
    on
        in_order.patient_id = backward_components.patient_id
        and in_order.step = backward_components.step
left join backward_classes
    on
        in_order.patient_id = backward_classes.patient_id
        and in_order.step = backward_classes.step
left join drops
    on in_order.patient_id = drops.patient_id and in_order.step = drops.step
left join after_progression
    on in_order.patient_id = after_progression.patient_id and in_order.step = after_progression.step
left join after_local_therapy
    on
        in_order.patient_id = after_local_therapy.patient_id
        and in_order.step = after_local_therapy.step
