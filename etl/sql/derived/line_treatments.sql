-- One row per line and treatment episode.
select
    line_id,
    treatment_id,
    min(step) as first_step,
    min(start_date) as first_start_date,
    bool_and(is_carried) as is_carried_only,
    -- What was entered for the whole episode belongs to the line in which it started.
    row_number() over (
        partition by treatment_id order by min(start_date), min(step)
    ) = 1 as has_episode_start
from derived.line_rows
group by line_id, treatment_id
