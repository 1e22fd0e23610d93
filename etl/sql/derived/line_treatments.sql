-- One row per line and treatment episode.
select distinct
    line_steps.line_id,
    exposures.treatment_id
from derived.exposures
inner join derived.line_steps
    on exposures.patient_id = line_steps.patient_id and exposures.step = line_steps.step
