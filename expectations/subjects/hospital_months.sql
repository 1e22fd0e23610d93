-- One row per hospital and month of the two years before its delivery: treatments that began.
-- Scope: delivery
select
    concat_ws('|', hospital_id, strftime("month", '%Y-%m')) as record_key,
    cast(null as varchar) as patient_id,
    hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    "month",
    starts,
    usual_starts
from quality.hospital_months
