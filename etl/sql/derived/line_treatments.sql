-- One row per line and treatment episode.
select
    line_id,
    treatment_id,
    min(step) as first_step,
    min(start_date) as first_start_date
from derived.line_rows
group by line_id, treatment_id
