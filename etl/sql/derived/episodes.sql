-- One row per placed treatment episode with a systemic exposure.
with given as (
    select
        treatment_id,
        min(start_date) as start_date,
        max(last_start_date) as last_start_date,
        case when count(stop_date) = count(*) then max(stop_date) end as drugs_stop_date
    from derived.spans
    group by treatment_id
)

select
    given.treatment_id,
    treatments.patient_id,
    given.start_date,
    given.last_start_date,
    -- The episode's own stop, moved within its interval, else the last of its drugs.
    case
        when treatments.stop_date >= given.start_date then treatments.stop_date
        when treatments.stop_date_latest >= given.start_date then given.start_date
        else given.drugs_stop_date
    end as stop_date,
    treatments.stop_reason,
    treatments.severe_toxicity,
    treatments.best_response,
    treatments.line_number
from given
inner join derived.treatments
    on given.treatment_id = treatments.treatment_id
