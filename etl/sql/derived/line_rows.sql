-- One row per line and span of a substance given in it, started or carried.
with
next_starts as (
    select
        patient_id,
        step,
        lead(start_date) over (partition by patient_id order by step) as next_start_date
    from derived.treatment_starts
),

-- What a line takes over from the one before it, for which it is cut.
carried as (
    select
        line_steps.line_id,
        line_steps.line_sequence,
        running_spans.*
    from derived.line_steps
    inner join derived.running_spans
        on line_steps.patient_id = running_spans.patient_id and line_steps.step = running_spans.step
    where
        line_steps.opens_line
        and position(
            '+' || running_spans.substance || '+' in '+' || line_steps.carried_substances || '+'
        ) > 0
),

given as (
    select
        line_steps.line_id,
        line_steps.line_sequence,
        spans.patient_id,
        spans.treatment_id,
        spans.substance,
        spans.span,
        spans.component,
        spans.drug_class,
        line_steps.step,
        line_steps.clause,
        line_steps.line_start_date,
        false as is_carried,
        spans.start_date,
        spans.stop_date,
        spans.last_shown_date,
        spans.is_ongoing,
        spans.stop_reason,
        spans.source_file,
        spans.source_line
    from derived.spans
    inner join derived.line_steps
        on spans.patient_id = line_steps.patient_id and spans.step = line_steps.step
    union all
    select
        carried.line_id,
        carried.line_sequence,
        carried.patient_id,
        carried.treatment_id,
        carried.substance,
        carried.span,
        carried.component,
        carried.drug_class,
        line_steps.step,
        line_steps.clause,
        line_steps.line_start_date,
        true as is_carried,
        carried.start_date,
        carried.stop_date,
        carried.last_shown_date,
        carried.is_ongoing,
        carried.stop_reason,
        carried.source_file,
        carried.source_line
    from carried
    inner join derived.line_steps
        on carried.patient_id = line_steps.patient_id and carried.step = line_steps.step
),

cut as (
    select
        given.* exclude (stop_date, last_shown_date, is_ongoing),
        coalesce(carried.start_date, given.stop_date) as stop_date,
        coalesce(carried.start_date, given.last_shown_date) as last_shown_date,
        given.is_ongoing and carried.start_date is null as is_ongoing
    from given
    left join carried
        on
            given.patient_id = carried.patient_id
            and given.line_sequence + 1 = carried.line_sequence
            and given.treatment_id = carried.treatment_id
            and given.substance = carried.substance
            and given.span = carried.span
)

select
    cut.line_id,
    cut.patient_id,
    cut.treatment_id,
    cut.substance,
    cut.span,
    cut.component,
    cut.drug_class,
    cut.step,
    cut.clause,
    cut.is_carried,
    cut.line_start_date,
    cut.start_date,
    cut.stop_date,
    cut.last_shown_date,
    -- An unknown stop lies before the next start; what is ongoing has no last day.
    case
        when cut.stop_date is not null then cut.stop_date
        when not cut.is_ongoing and next_starts.next_start_date is not null
            then greatest(cut.last_shown_date, next_starts.next_start_date)
    end as last_possible_date,
    cut.is_ongoing,
    cut.stop_reason,
    cut.source_file,
    cut.source_line
from cut
inner join next_starts
    on cut.patient_id = next_starts.patient_id and cut.step = next_starts.step
