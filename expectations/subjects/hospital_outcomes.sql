-- One row per hospital, measure, subgroup and year: a share beside that of all hospitals.
-- Scope: hospital
select
    concat_ws('|', hospital_id, measure, subgroup, year) as record_key,
    cast(null as varchar) as patient_id,
    hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    measure,
    subgroup,
    year,
    numerator,
    denominator,
    share,
    cast(floor(share * 20) * 5 as integer) as percent_from,
    national_share,
    national_hospitals,
    lower_limit,
    upper_limit
from quality.hospital_outcomes
