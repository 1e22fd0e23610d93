-- One row per treatment episode as registered, with the participation of its hospital.
select
    t.record_key,
    t.patient_id,
    t.hospital_id,
    t.source_file,
    t.source_line,
    t.source_part,
    t.source_number,
    t.start_date,
    t.start_date_earliest,
    t.start_date_latest,
    t.start_date_text,
    h.hospital_id is not null as hospital_is_listed,
    h.active_from as hospital_active_from,
    h.active_from_earliest as hospital_active_from_earliest,
    h.active_from_latest as hospital_active_from_latest,
    h.active_from_text as hospital_active_from_text,
    h.active_to as hospital_active_to,
    h.active_to_earliest as hospital_active_to_earliest,
    h.active_to_latest as hospital_active_to_latest,
    h.active_to_text as hospital_active_to_text
from staging.treatments as t
left join staging.hospitals as h on h.hospital_id = t.hospital_id and h.is_placed
