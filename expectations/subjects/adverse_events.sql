-- One row per adverse event as registered, with its patient, its treatment and what its term allows.
with cutoff as (
    select max(export_date) as export_date from source.export
),

starts as (
    select
        treatment_id,
        min(start_date) over later as next_start_date,
        min(start_date_earliest) over later as next_start_date_earliest,
        min(start_date_latest) over later as next_start_date_latest
    from staging.treatments
    where is_placed and start_date is not null
    window later as (
        partition by patient_id
        order by start_date
        range between interval 29 days following and unbounded following
    )
),

-- The grades a term has in the event's version; a version that is not listed is judged where all
-- listed ones agree.
terms as (
    select
        lower(term) as term,
        max(category) as listed_category,
        case when count(grades) = count(*) and count(distinct grades) = 1 then max(grades) end
            as agreed_grades
    from codelists.ctcae_terms
    group by lower(term)
)

select
    a.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    p.patient_id is not null as has_patient,
    t.treatment_id is not null as has_treatment,
    t.patient_id as treatment_patient_id,
    t.start_date as treatment_start_date,
    t.start_date_earliest as treatment_start_date_earliest,
    t.start_date_latest as treatment_start_date_latest,
    t.start_date_text as treatment_start_date_text,
    t.stop_date as treatment_stop_date,
    t.stop_date_earliest as treatment_stop_date_earliest,
    t.stop_date_latest as treatment_stop_date_latest,
    t.stop_date_text as treatment_stop_date_text,
    t.stop_reason as treatment_stop_reason,
    t.stop_reason_text as treatment_stop_reason_text,
    starts.next_start_date,
    starts.next_start_date_earliest,
    starts.next_start_date_latest,
    p.vital_status as patient_vital_status,
    p.vital_status_text as patient_vital_status_text,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    terms.term is not null as is_listed_term,
    terms.listed_category,
    case when of_version.term is null then terms.agreed_grades else of_version.grades end
        as allowed_grades
from staging.adverse_events as a
cross join cutoff
left join source.cutoffs on cutoffs.file_name = a.source_file
left join staging.patients as p on p.patient_id = a.patient_id and p.is_placed
left join staging.treatments as t on t.treatment_id = a.treatment_id and t.is_placed
left join starts on starts.treatment_id = t.treatment_id
left join terms on terms.term = lower(a.term)
left join codelists.ctcae_terms as of_version
    on lower(of_version.term) = lower(a.term) and of_version.ctcae_version = a.ctcae_version
