-- One row per start of treatment soon after another, and substance given before its day.
with
-- A day is that of the row which is known best.
starts as (
    select
        patient_id,
        step,
        start_date,
        max(start_date_earliest) as start_date_earliest,
        min(start_date_latest) as start_date_latest,
        lag(start_date) over (partition by patient_id order by step) as previous_start_date
    from derived.spans
    group by patient_id, step, start_date
),

-- Only they may be within the combination window of their line.
soon as (
    select
        patient_id,
        step,
        start_date,
        start_date_earliest,
        start_date_latest
    from starts
    where $window_respects_stops and start_date - previous_start_date <= $combination_window_days
),

given as (
    select
        soon.patient_id,
        soon.step,
        spans.substance,
        spans.step as given_step,
        spans.start_date,
        coalesce(spans.stop_date > soon.start_date, spans.is_ongoing) as runs_on,
        -- A reason that ends treatment, and a last day of the row and of its episode, by every day
        -- that the start may have been.
        coalesce(
            spans.stop_reason in ('progression', 'toxicity', 'patient_choice')
            and spans.start_date < soon.start_date_earliest
            and spans.stop_date_latest <= soon.start_date_earliest
            and treatments.stop_date_latest <= soon.start_date_earliest,
            false
        ) as is_stopped,
        coalesce(
            spans.stop_reason in ('progression', 'toxicity', 'patient_choice')
            and spans.stop_date_earliest <= soon.start_date_latest
            and treatments.stop_date_earliest <= soon.start_date_latest,
            false
        ) as is_perhaps_stopped
    from soon
    inner join derived.spans
        on soon.patient_id = spans.patient_id and soon.start_date > spans.start_date
    inner join derived.treatments on spans.treatment_id = treatments.treatment_id
)

-- Its last row decides, unless one before it runs on.
select
    patient_id,
    step,
    substance,
    max(given_step) as given_step,
    not bool_or(runs_on) and not max(row(start_date, not is_stopped))[2] as is_stopped,
    not bool_or(runs_on and not is_perhaps_stopped)
    and not max(row(start_date, not is_perhaps_stopped))[2] as is_perhaps_stopped
from given
group by patient_id, step, substance
