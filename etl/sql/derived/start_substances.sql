-- One row per start of treatment of a patient with several, and substance that starts.
with
substances as (
    select
        spans.patient_id,
        spans.step,
        spans.substance,
        any_value(spans.component) as component,
        coalesce(any_value(spans.drug_class), spans.substance) as drug_class,
        any_value(spans.start_date) as start_date,
        max(spans.last_shown_date) as last_shown_date,
        max(spans.stop_date) as stop_date,
        bool_or(spans.stop_date is null) as has_open_stop,
        bool_or(coalesce(spans.stop_reason in ('progression', 'toxicity', 'patient_choice'), false))
            as has_reason_to_end,
        bool_or(spans.is_ongoing) as is_ongoing
    from derived.spans
    where spans.patient_id in (select patient_id from derived.spans where step = 2)
    group by spans.patient_id, spans.step, spans.substance
),

classes as (
    select
        patient_id,
        step,
        drug_class,
        lag(step) over (partition by patient_id, drug_class order by step) as given_step
    from substances
    where $addition_opens = 'class'
    group by patient_id, step, drug_class
),

looked_back as (
    select
        substances.*,
        lag(step) over same_substance as given_step,
        lag(stop_date) over same_substance as given_stop_date,
        lag(has_open_stop) over same_substance as had_open_stop,
        lag(has_reason_to_end) over same_substance as had_reason_to_end,
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
)

select
    looked_back.patient_id,
    looked_back.step,
    looked_back.substance,
    looked_back.component,
    looked_back.drug_class,
    coalesce(looked_back.given_step, 0) as given_step,
    coalesce(classes.given_step, 0) as class_given_step,
    case
        when looked_back.was_ongoing then 0
        else looked_back.start_date - looked_back.given_last_date
    end as pause_days,
    coalesce(
        not looked_back.had_open_stop
        and not looked_back.had_reason_to_end
        and looked_back.start_date - looked_back.given_stop_date <= $carried_bridge_days,
        false
    ) as goes_on
from looked_back
left join classes
    on
        looked_back.patient_id = classes.patient_id
        and looked_back.step = classes.step
        and looked_back.drug_class = classes.drug_class
