-- One row per figure of a study: tonight, and in the last published snapshot.
-- Scope: snapshot
select
    concat_ws('|', study, edition, stratum, subset, endpoint, statistic, "at") as record_key,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    study,
    edition,
    endpoint,
    statistic,
    value,
    value_before,
    denominator,
    denominator_before,
    -- of a median the share of the former one, of a proportion the difference itself
    case
        when statistic = 'median' then abs(value - value_before) / nullif(value_before, 0)
        else abs(value - value_before)
    end as change
from quality.headline_figures
