-- One row per placed adverse event, less those past the cut-off and repeats of linked ids.
with records as (
    select
        adverse_events.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.adverse_events
    left join source.cutoffs on adverse_events.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where adverse_events.is_placed
),

read as (
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
        source_number,
        records.patient_id as delivered_id,
        persons.linking = 'linked' as is_linked
    from records
    inner join staging.persons on records.patient_id = persons.patient_id
    where not coalesce(onset_date_earliest > cutoff, false)
),

-- Of linked ids, what is equal in all but ids and hospital is one.
placed as (
    select
        event_id,
        rank() over (
            partition by
                patient_id,
                term,
                category,
                ctcae_version,
                grade,
                immune_related,
                onset_date_earliest,
                onset_date_latest,
                resolved_date_earliest,
                resolved_date_latest,
                outcome,
                led_to_stop
            order by delivered_id
        ) as place
    from read
    where is_linked
)

select
    read.event_id,
    read.patient_id,
    read.treatment_id,
    read.term,
    read.category,
    read.ctcae_version,
    read.grade,
    read.immune_related,
    read.onset_date,
    read.onset_date_earliest,
    read.onset_date_latest,
    read.resolved_date,
    read.resolved_date_earliest,
    read.resolved_date_latest,
    read.outcome,
    read.led_to_stop,
    read.source_file,
    read.source_line,
    read.source_part,
    read.source_number
from read
left join placed on read.event_id = placed.event_id
where coalesce(placed.place, 1) = 1
