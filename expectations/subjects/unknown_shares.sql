-- One row per hospital and coded item: how many records say unknown or not tested, beside all hospitals.
-- Scope: hospital
select
    concat_ws('|', hospital_id, item) as record_key,
    cast(null as varchar) as patient_id,
    hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    item,
    given,
    "unknown",
    unknown_share,
    cast(floor(unknown_share * 20) * 5 as integer) as percent_from,
    national_share,
    national_hospitals,
    upper_limit
from quality.unknown_shares
