-- One row per study and step of its selection, with the step before it.
select
    study || '|' || step as record_key,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    study,
    step,
    patients,
    excluded,
    lag(patients) over (partition by study order by step) as patients_before
from marts.attrition
