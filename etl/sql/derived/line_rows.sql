-- One row per line and source row of a substance given in it.
select
    line_steps.line_id,
    exposures.patient_id,
    exposures.treatment_id,
    exposures.substance,
    exposures.component,
    exposures.drug_class,
    line_steps.step,
    line_steps.clause,
    line_steps.line_start_date,
    exposures.start_date,
    exposures.stop_date,
    coalesce(exposures.stop_date, exposures.start_date) as last_shown_date,
    -- An unknown stop lies before the next start; what is ongoing has no last day.
    case
        when exposures.stop_date is not null then exposures.stop_date
        when not exposures.is_ongoing then treatment_starts.next_start_date
    end as last_possible_date,
    exposures.is_ongoing,
    exposures.stop_reason,
    exposures.source_file,
    exposures.source_line,
    exposures.source_part,
    exposures.source_number
from derived.exposures
inner join derived.line_steps
    on exposures.patient_id = line_steps.patient_id and exposures.step = line_steps.step
inner join derived.treatment_starts
    on exposures.patient_id = treatment_starts.patient_id and exposures.step = treatment_starts.step
