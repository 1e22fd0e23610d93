-- One row per placed adverse event.
select
    event_id,
    patient_id,
    line_id,
    term,
    category,
    organ_class,
    grade,
    is_irae,
    irae_source,
    led_to_stop,
    onset_date,
    resolved_date,
    days_from_line_start,
    begins_episode,
    line_assignment
from derived.adverse_events_attributed
