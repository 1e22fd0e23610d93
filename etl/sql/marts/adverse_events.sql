-- One row per placed adverse event.
select
    event_id,
    patient_id,
    line_id,
    term,
    category,
    grade,
    is_irae,
    onset_date,
    resolved_date,
    days_from_line_start,
    line_assignment
from derived.adverse_events_attributed
