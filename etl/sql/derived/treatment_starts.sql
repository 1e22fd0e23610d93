-- One row per patient, day and setting in which a systemic substance starts.
with
substances as (
    select
        patient_id,
        step,
        substance,
        drug_class,
        position(',' || substance || ',' in ',' || $substitutes || ',') > 0 as is_substitute,
        min(start_date) as start_date,
        max(coalesce(stop_date, start_date)) as last_shown_date,
        bool_or(is_ongoing) as is_ongoing
    from derived.exposures
    group by patient_id, step, substance, drug_class
),

-- What was given before, per substance and per group of permitted substitutes.
looked_back as (
    select
        patient_id,
        step,
        start_date,
        is_substitute,
        lag(step) over same_substance as given_step,
        max(last_shown_date) over before_substance as given_last_date,
        bool_or(is_ongoing) over before_substance as was_ongoing,
        max(step) over before_group as group_step
    from substances
    window
        same_substance as (partition by patient_id, substance order by step),
        before_substance as (
            partition by patient_id, substance
            order by step
            rows between unbounded preceding and 1 preceding
        ),
        before_group as (
            partition by patient_id, drug_class, is_substitute
            order by step
            range between unbounded preceding and 1 preceding
        )
),

backward as (
    select
        patient_id,
        step,
        min(coalesce(given_step, 0)) as given_since_step,
        min(
            greatest(
                coalesce(given_step, 0),
                case when is_substitute then coalesce(group_step, 0) else 0 end
            )
        ) as replaceable_since_step,
        max(case when was_ongoing then 0 else start_date - given_last_date end) as own_pause_days
    from looked_back
    group by patient_id, step
),

days as (
    select
        patient_id,
        step,
        min(setting) as setting,
        min(start_date) as start_date,
        bool_and(coalesce(route = 'oral', false)) as is_oral,
        bool_or(stop_date is null) as has_unknown_stop,
        max(coalesce(stop_date, start_date)) as last_shown_date,
        bool_or(coalesce(stop_reason = 'toxicity', false)) as stopped_for_toxicity
    from derived.exposures
    group by patient_id, step
),

in_order as (
    select
        days.*,
        lag(start_date) over (partition by patient_id order by step) as previous_start_date,
        lead(start_date) over (partition by patient_id order by step) as next_start_date,
        coalesce(
            lag(stopped_for_toxicity) over (partition by patient_id order by step), false
        ) as is_after_toxicity
    from days
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
)

select
    in_order.patient_id,
    in_order.step,
    in_order.setting,
    in_order.start_date,
    in_order.is_oral,
    backward.given_since_step,
    backward.replaceable_since_step,
    backward.own_pause_days,
    in_order.last_shown_date,
    case
        when in_order.has_unknown_stop
            then greatest(in_order.last_shown_date, in_order.next_start_date)
        else in_order.last_shown_date
    end as last_possible_date,
    after_progression.step is not null as is_after_progression,
    in_order.is_after_toxicity
from in_order
inner join backward
    on in_order.patient_id = backward.patient_id and in_order.step = backward.step
left join after_progression
    on in_order.patient_id = after_progression.patient_id and in_order.step = after_progression.step
