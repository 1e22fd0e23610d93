-- One row per substance of a row that had started by the cut-off, or has no start.
with records as (
    select
        drug_substances.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.drug_substances
    left join source.cutoffs on drug_substances.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
),

read as (
    select
        treatment_id,
        persons.person_id as patient_id,
        substance,
        substance_ordinal,
        drug_class,
        route,
        is_systemic,
        reading,
        unknown_drug,
        is_after_arrow,
        is_before_arrow,
        origin,
        written,
        source_file,
        source_line,
        source_part,
        source_number,
        record_key,
        read_by(start_date, start_date_earliest, cutoff) as start_date,
        read_by(start_date_earliest, start_date_earliest, cutoff) as start_date_earliest,
        read_by(start_date_latest, start_date_earliest, cutoff) as start_date_latest,
        read_by(stop_date, stop_date_earliest, cutoff) as stop_date,
        read_by(stop_date_earliest, stop_date_earliest, cutoff) as stop_date_earliest,
        read_by(stop_date_latest, stop_date_earliest, cutoff) as stop_date_latest,
        coalesce(stop_date_earliest > cutoff, false) as is_stop_past_cutoff,
        doses,
        records.patient_id as delivered_id,
        persons.linking = 'linked' as is_linked
    from records
    inner join staging.persons on records.patient_id = persons.patient_id
    where not coalesce(start_date_earliest > cutoff, false)
),

-- Of linked ids, what is equal in all but ids and hospital is one; its episode's end too.
placed as (
    select
        read.*,
        rank() over (
            partition by
                read.patient_id,
                coalesce(read.substance, read.written),
                read.start_date_earliest,
                read.start_date_latest,
                read.stop_date_earliest,
                read.stop_date_latest,
                read.is_stop_past_cutoff,
                read.doses,
                treatments.setting,
                treatments.ongoing,
                treatments.stop_reason
            order by read.delivered_id
        ) as place
    from read
    inner join staging.treatments
        on read.treatment_id = treatments.treatment_id and treatments.is_placed
    where read.is_linked
)

select
    treatment_id,
    patient_id,
    substance,
    substance_ordinal,
    drug_class,
    route,
    is_systemic,
    reading,
    unknown_drug,
    is_after_arrow,
    is_before_arrow,
    origin,
    written,
    source_file,
    source_line,
    source_part,
    source_number,
    record_key,
    start_date,
    start_date_earliest,
    start_date_latest,
    stop_date,
    stop_date_earliest,
    stop_date_latest,
    is_stop_past_cutoff,
    doses
from read
where not is_linked
union all
select
    treatment_id,
    patient_id,
    substance,
    substance_ordinal,
    drug_class,
    route,
    is_systemic,
    reading,
    unknown_drug,
    is_after_arrow,
    is_before_arrow,
    origin,
    written,
    source_file,
    source_line,
    source_part,
    source_number,
    record_key,
    start_date,
    start_date_earliest,
    start_date_latest,
    stop_date,
    stop_date_earliest,
    stop_date_latest,
    is_stop_past_cutoff,
    doses
from placed
where place = 1
