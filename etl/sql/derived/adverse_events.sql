-- One row per placed adverse event, less those that begin past the cut-off.
with records as (
    select
        adverse_events.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.adverse_events
    left join source.cutoffs on adverse_events.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where adverse_events.is_placed
)

select
    event_id,
    persons.person_id as patient_id,
    treatment_id,
    term,
    category,
    ctcae_version,
    grade,
    immune_related,
    read_by(onset_date, onset_date_earliest, cutoff) as onset_date,
    read_by(onset_date_earliest, onset_date_earliest, cutoff) as onset_date_earliest,
    read_by(onset_date_latest, onset_date_earliest, cutoff) as onset_date_latest,
    read_by(resolved_date, resolved_date_earliest, cutoff) as resolved_date,
    read_by(resolved_date_earliest, resolved_date_earliest, cutoff) as resolved_date_earliest,
    read_by(resolved_date_latest, resolved_date_earliest, cutoff) as resolved_date_latest,
    outcome,
    led_to_stop,
    source_file,
    source_line,
    source_part,
    source_number
from records
inner join derived.persons on records.patient_id = persons.patient_id
where not coalesce(onset_date_earliest > cutoff, false)
