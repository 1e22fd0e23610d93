-- One row per measure of the whole registry: a share over all hospitals.
-- Scope: snapshot
select
    concat_ws('|', 'registry', measure, subgroup, year) as record_key,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    measure,
    subgroup,
    year,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator,
    sum(numerator) / sum(denominator) as share,
    cast(floor(sum(numerator) / sum(denominator) * 20) * 5 as integer) as percent_from
from quality.hospital_outcomes
group by measure, subgroup, year
