-- One row per delivery that the state of the registry is made of.
with
-- Planned starts and stops do not count: only what was done or seen.
seen as (
    select patient_id, source_file, last_contact_date_earliest as seen_date
    from staging.patients
    where is_placed
    union all
    select patient_id, source_file, assessment_date_earliest as seen_date
    from staging.responses
    where is_placed
    union all
    select patient_id, source_file, onset_date_earliest as seen_date
    from staging.adverse_events
    where is_placed
    union all
    select patient_id, source_file, start_date_earliest as seen_date
    from staging.drugs
    where is_placed
    union all
    select patient_id, source_file, start_date_earliest as seen_date
    from staging.local_treatments
    where is_placed
),

-- Within a year of leap: dates further off (2052, 9999) stand in for others.
later as (
    select
        cutoffs.export_id,
        count(distinct seen.patient_id) as patients
    from seen
    cross join (select max(export_date) as export_date from source.export) as export
    left join source.cutoffs on seen.source_file = cutoffs.file_name
    where
        seen.seen_date > coalesce(cutoffs.export_date, export.export_date)
        and seen.seen_date <= coalesce(cutoffs.export_date, export.export_date) + 366
    group by cutoffs.export_id
),

delivered as (
    select
        coalesce(cutoffs.export_id, export.export_id) as export_id,
        cutoffs.export_id as part_id,
        coalesce(cutoffs.export_date, export.export_date) as cutoff_date,
        count(*) as patients
    from staging.patients
    cross join (
        select
            max(export_id) as export_id,
            max(export_date) as export_date
        from source.export
    ) as export
    left join source.cutoffs on patients.source_file = cutoffs.file_name
    where patients.is_placed
    group by all
)

select
    delivered.export_id,
    delivered.cutoff_date,
    delivered.patients,
    coalesce(later.patients, 0) as patients_later,
    coalesce(later.patients, 0) >= $cutoff_patients
    and coalesce(later.patients, 0) > $cutoff_share * delivered.patients as is_taken_to_be_wrong
from delivered
left join later on delivered.part_id is not distinct from later.export_id
