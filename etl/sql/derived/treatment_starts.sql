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
        max(last_shown_date) as last_shown_date,
        bool_or(coalesce(stop_reason = 'toxicity', false)) as stopped_for_toxicity
    from derived.spans
    group by patient_id, step
),

-- At some starts nothing begins: what was given goes on, in another row of the same course.
going_on as (
    select
        patient_id,
        step,
        bool_and(goes_on) as only_goes_on
    from derived.start_substances
    group by patient_id, step
),

in_order as (
    select
        days.*,
        coalesce(going_on.only_goes_on, false) as only_goes_on,
        lag(days.start_date) over by_step as previous_start_date,
        lead(days.start_date) over by_step as next_start_date,
        max(case when coalesce(going_on.only_goes_on, false) then null else days.start_date end)
            over (
                partition by days.patient_id
                order by days.step
                rows between unbounded preceding and 1 preceding
            ) as previous_beginning_date,
        coalesce(lag(days.stopped_for_toxicity) over by_step, false) as is_after_toxicity
    from days
    left join going_on on days.patient_id = going_on.patient_id and days.step = going_on.step
    window by_step as (partition by days.patient_id order by days.step)
),

backward as (
    select
        patient_id,
        step,
        min(given_step) as given_since_step,
        max(given_step) as partly_given_since_step,
        min(class_given_step) as class_given_since_step,
        max(case when goes_on then given_step else 0 end) as goes_on_since_step,
        max(pause_days) as own_pause_days
    from derived.start_substances
    group by patient_id, step
),

backward_components as (
    select
        patient_id,
        step,
        min(given_step) as replaceable_since_step,
        max(
            case
                when
                    given_step < step - 1
                    and previous_start_date - given_until_date > $dropped_component_days
                    then given_step
                else 0
            end
        ) as given_back_since_step
    from derived.start_components
    group by patient_id, step
),

drops as (
    select
        patient_id,
        dropped_at_step as step,
        max(given_step) as dropped_since_step
    from derived.dropped_components
    group by patient_id, dropped_at_step
),

-- What had not stopped by a start soon after another, and what had surely not.
stopped as (
    select
        patient_id,
        step,
        max(case when is_stopped then 0 else given_step end) as unstopped_since_step,
        max(case when is_perhaps_stopped then 0 else given_step end)
            as surely_unstopped_since_step
    from derived.stopped_substances
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
            -- What starts and stops on one day did not progress before it.
            and (
                in_order.start_date > progression_evidence.evidence_date
                or progression_evidence.episode_last_start_date is distinct from in_order.start_date
            )
    where
        in_order.previous_start_date < progression_evidence.evidence_date
        or (
            -- Stopped for progression on the day it started.
            in_order.previous_start_date = progression_evidence.evidence_date
            and in_order.previous_start_date = progression_evidence.episode_last_start_date
        )
),

-- What only goes on spends no progression: the next beginning is still after it.
unspent as (
    select
        in_order.patient_id,
        in_order.step,
        max(progression_evidence.evidence_date) as unspent_progression_date
    from in_order
    inner join derived.progression_evidence
        on
            in_order.patient_id = progression_evidence.patient_id
            and in_order.start_date >= progression_evidence.evidence_date
            and in_order.previous_beginning_date < progression_evidence.evidence_date
            and (
                in_order.start_date > progression_evidence.evidence_date
                or progression_evidence.episode_last_start_date is distinct from in_order.start_date
            )
    where not in_order.only_goes_on and in_order.previous_beginning_date < in_order.previous_start_date
    group by in_order.patient_id, in_order.step
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
    coalesce(backward.class_given_since_step, 0) as class_given_since_step,
    coalesce(backward.goes_on_since_step, 0) as goes_on_since_step,
    coalesce(drops.dropped_since_step, 0) as dropped_since_step,
    coalesce(backward_components.given_back_since_step, 0) as given_back_since_step,
    coalesce(stopped.unstopped_since_step, in_order.step) as unstopped_since_step,
    coalesce(stopped.surely_unstopped_since_step, in_order.step) as surely_unstopped_since_step,
    backward.own_pause_days,
    in_order.last_shown_date,
    case
        when in_order.has_unknown_stop
            then greatest(in_order.last_shown_date, in_order.next_start_date)
        else in_order.last_shown_date
    end as last_possible_date,
    in_order.has_ongoing,
    after_progression.step is not null as is_after_progression,
    unspent.unspent_progression_date,
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
left join stopped
    on in_order.patient_id = stopped.patient_id and in_order.step = stopped.step
left join drops
    on in_order.patient_id = drops.patient_id and in_order.step = drops.step
left join after_progression
    on in_order.patient_id = after_progression.patient_id and in_order.step = after_progression.step
left join unspent on in_order.patient_id = unspent.patient_id and in_order.step = unspent.step
left join after_local_therapy
    on
        in_order.patient_id = after_local_therapy.patient_id
        and in_order.step = after_local_therapy.step
