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
        case when count(grades) = count(*) and count(distinct grades) = 1 then max(grades) end
            as agreed_grades
    from codelists.ctcae_terms
    group by lower(term)
),

-- What was entered before an event: the same event, and others of its term that began earlier.
entered as (
    select
        event_id,
        patient_id,
        lower(term) as term,
        grade,
        onset_date,
        resolved_date,
        resolved_date_earliest,
        resolved_date_latest,
        outcome,
        row_number() over (
            partition by patient_id, lower(term), onset_date_text, grade
            order by source_file, source_line, event_id
        ) - 1 as same_events_before
    from staging.adverse_events
    where is_placed and term is not null and onset_date is not null
),

of_term as (
    select
        event_id,
        max(event_id) over earlier as previous_event_id,
        max(resolved_date) over earlier as previous_resolved_date,
        max(resolved_date_earliest) over earlier as previous_resolved_date_earliest,
        max(resolved_date_latest) over earlier as previous_resolved_date_latest,
        bool_or(resolved_date is null and outcome = 'not_resolved') over earlier
            as previous_not_resolved
    from entered
    where same_events_before = 0
    window earlier as (
        partition by patient_id, term
        order by onset_date, grade, event_id
        rows between unbounded preceding and 1 preceding
    )
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
    p.death_cause as patient_death_cause,
    p.death_cause_text as patient_death_cause_text,
    entered.same_events_before,
    of_term.previous_event_id,
    of_term.previous_resolved_date,
    of_term.previous_resolved_date_earliest,
    of_term.previous_resolved_date_latest,
    of_term.previous_not_resolved,
    terms.term is not null as is_listed_term,
    case
        when a.category is not null
            then exists (
                select 1 from codelists.organ_classes as o
                where lower(o.category) = lower(a.category)
            )
            or exists (
                select 1 from codelists.codes as c
                where
                    c.codelist = 'organ_class'
                    and lower(a.category) in (lower(c.code), lower(c.label))
            )
    end as is_listed_category,
    case when of_version.term is null then terms.agreed_grades else of_version.grades end
        as allowed_grades
from staging.adverse_events as a
cross join cutoff
left join source.cutoffs on cutoffs.file_name = a.source_file
left join staging.patients as p on p.patient_id = a.patient_id and p.is_placed
left join staging.treatments as t on t.treatment_id = a.treatment_id and t.is_placed
left join entered on entered.event_id = a.event_id and a.is_placed
left join of_term on of_term.event_id = a.event_id and a.is_placed
left join starts on starts.treatment_id = t.treatment_id
left join terms on terms.term = lower(a.term)
left join codelists.ctcae_terms as of_version
    on lower(of_version.term) = lower(a.term) and of_version.ctcae_version = a.ctcae_version
