-- One row per start of treatment of a patient with several, and component that starts.
with
-- Nearly half have one start only, and nothing to look back to.
days as (
    select
        patient_id,
        step,
        any_value(start_date) as start_date
    from derived.spans
    where patient_id in (select patient_id from derived.spans where step = 2)
    group by patient_id, step
),

in_order as (
    select
        days.*,
        lag(start_date) over by_step as previous_start_date,
        lead(start_date) over by_step as next_start_date
    from days
    window by_step as (partition by patient_id order by step)
),

components as (
    select
        spans.patient_id,
        spans.step,
        spans.component,
        any_value(in_order.start_date) as start_date,
        any_value(in_order.previous_start_date) as previous_start_date,
        -- An unknown stop lies before the next start; what is ongoing goes on.
        max(
            case
                when spans.stop_date is not null then spans.stop_date
                when spans.is_ongoing then date '9999-12-31'
                else greatest(
                    spans.last_shown_date,
                    coalesce(in_order.next_start_date, date '9999-12-31')
                )
            end
        ) as last_possible_date
    from derived.spans
    inner join in_order
        on spans.patient_id = in_order.patient_id and spans.step = in_order.step
    group by spans.patient_id, spans.step, spans.component
)

select
    patient_id,
    step,
    component,
    start_date,
    previous_start_date,
    coalesce(lag(step) over by_step, 0) as given_step,
    lead(step) over by_step as given_again_step,
    max(last_possible_date) over before_component as given_until_date,
    max(last_possible_date) over up_to_now as last_possible_date
from components
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
