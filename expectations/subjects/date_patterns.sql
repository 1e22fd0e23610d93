-- One row per hospital and date: how many stand on days that people choose when they guess.
-- Scope: hospital
select
    concat_ws('|', hospital_id, item) as record_key,
    cast(null as varchar) as patient_id,
    hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    item,
    dates,
    first_or_fifteenth,
    new_year_or_july,
    other_dates,
    low_days,
    upper_limit,
    cast(floor(first_or_fifteenth / dates * 20) * 5 as integer) as heaped_percent_from,
    cast(floor(new_year_or_july / dates * 20) * 5 as integer) as new_year_percent_from,
    cast(floor(low_days / nullif(other_dates, 0) * 20) * 5 as integer) as low_percent_from
from quality.date_patterns
