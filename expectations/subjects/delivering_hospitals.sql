-- One row per hospital that delivers or is expected to: how much, how recent, how many are lost.
-- Scope: delivery
select
    hospital_id as record_key,
    cast(null as varchar) as patient_id,
    hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    rows,
    rows_before,
    expected_because,
    in_reviewed_file,
    delivered_on,
    days_since_delivery,
    late_after_days,
    newest_event_date,
    newest_event_age_days,
    alive_patients,
    lost_patients,
    cast(floor(lost_patients / nullif(alive_patients, 0) * 20) * 5 as integer)
        as lost_percent_from,
    status
from quality.delivering_hospitals
