-- One row per placed assessment, less those past the cut-off and repeats of linked ids.
with records as (
    select
        responses.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.responses
    left join source.cutoffs on responses.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where responses.is_placed
),

read as (
    select
        response_id,
        persons.person_id as patient_id,
        treatment_id,
        read_by(assessment_date, assessment_date_earliest, cutoff) as assessment_date,
        read_by(assessment_date_earliest, assessment_date_earliest, cutoff)
            as assessment_date_earliest,
        read_by(assessment_date_latest, assessment_date_earliest, cutoff) as assessment_date_latest,
        criteria,
        response,
        source_file,
        source_line,
        source_part,
        source_number,
        records.patient_id as delivered_id,
        persons.linking = 'linked' as is_linked
    from records
    inner join staging.persons on records.patient_id = persons.patient_id
    where not coalesce(assessment_date_earliest > cutoff, false)
),

-- Of linked ids, what is equal in all but ids and hospital is one.
placed as (
    select
        response_id,
        rank() over (
            partition by
                patient_id,
                assessment_date_earliest,
                assessment_date_latest,
                criteria,
                response
            order by delivered_id
        ) as place
    from read
    where is_linked
)

select
    read.response_id,
    read.patient_id,
    read.treatment_id,
    read.assessment_date,
    read.assessment_date_earliest,
    read.assessment_date_latest,
    read.criteria,
    read.response,
    read.source_file,
    read.source_line,
    read.source_part,
    read.source_number
from read
left join placed on read.response_id = placed.response_id
where coalesce(placed.place, 1) = 1
