-- One row per component and the first start of treatment after its last day that is without it.
select
    start_components.patient_id,
    start_components.component,
    start_components.step as given_step,
    any_value(start_components.last_possible_date) as given_until_date,
    min(starts.step) as dropped_at_step
from derived.start_components
inner join (
    select distinct
        patient_id,
        step,
        start_date
    from derived.start_components
) as starts
    on
        start_components.patient_id = starts.patient_id
        and start_components.step < starts.step
        and coalesce(start_components.given_again_step > starts.step, true)
        and starts.start_date - start_components.last_possible_date > $dropped_component_days
group by start_components.patient_id, start_components.component, start_components.step
