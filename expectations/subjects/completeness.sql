-- One row per hospital, item and year of diagnosis: of how many patients the item is known.
-- Scope: hospital
select
    concat_ws('|', hospital_id, item, coalesce(cast(year as varchar), 'no year')) as record_key,
    cast(null as varchar) as patient_id,
    hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    item,
    year,
    patients,
    known,
    share,
    cast(floor(share * 20) * 5 as integer) as percent_from
from quality.completeness
where hospital_id is not null
