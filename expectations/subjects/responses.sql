-- One row per response assessment as registered, with its patient, its treatment and the assessments before it.
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

ordered as (
    select
        source_file,
        source_line,
        source_part,
        source_number,
        max(case when response = 'PD' then assessment_date_latest end) over earlier
            as earlier_pd_date,
        max(case when response = 'CR' then assessment_date_latest end) over earlier
            as earlier_cr_date,
        max(case when response = 'iUPD' then assessment_date end) over earlier
            as earlier_iupd_date,
        max(case when response = 'iUPD' then assessment_date_earliest end) over earlier
            as earlier_iupd_date_earliest,
        max(case when response = 'iUPD' then assessment_date_latest end) over earlier
            as earlier_iupd_date_latest
    from staging.responses
    where is_placed and assessment_date is not null and treatment_id is not null
    window earlier as (
        partition by patient_id, treatment_id
        order by assessment_date
        range between unbounded preceding and interval 1 day preceding
    )
),

episodes as (
    select
        treatment_id,
        count(case when response in ('iCR', 'iPR', 'iSD', 'NON-iCR/NON-iUPD', 'iUPD', 'iCPD') then 1 end)
            as i_codes,
        count(case when response in ('CR', 'PR', 'SD', 'NON-CR/NON-PD') then 1 end) as plain_codes
    from staging.responses
    where treatment_id is not null
    group by treatment_id
),

same_day as (
    select treatment_id, assessment_date, count(*) as assessments_that_day
    from staging.responses
    where
        treatment_id is not null
        and assessment_date_earliest = assessment_date_latest
        and is_placed
    group by treatment_id, assessment_date
)

select
    r.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    p.patient_id is not null as has_patient,
    t.treatment_id is not null as has_treatment,
    t.patient_id as treatment_patient_id,
    t.start_date as treatment_start_date,
    t.start_date_earliest as treatment_start_date_earliest,
    t.start_date_latest as treatment_start_date_latest,
    t.start_date_text as treatment_start_date_text,
    starts.next_start_date,
    starts.next_start_date_earliest,
    starts.next_start_date_latest,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    ordered.earlier_pd_date,
    ordered.earlier_cr_date,
    ordered.earlier_iupd_date,
    ordered.earlier_iupd_date_earliest,
    ordered.earlier_iupd_date_latest,
    coalesce(episodes.i_codes, 0) as i_codes,
    coalesce(episodes.plain_codes, 0) as plain_codes,
    -- not a condition of the join: DuckDB would compare every row with every day
    case
        when r.assessment_date_earliest = r.assessment_date_latest
            then coalesce(same_day.assessments_that_day, 1)
        else 1
    end as assessments_that_day
from staging.responses as r
cross join cutoff
left join source.cutoffs on cutoffs.file_name = r.source_file
left join staging.patients as p on p.patient_id = r.patient_id and p.is_placed
left join staging.treatments as t on t.treatment_id = r.treatment_id and t.is_placed
left join starts on starts.treatment_id = t.treatment_id
left join ordered
    on
        ordered.source_file = r.source_file
        and ordered.source_line = r.source_line
        and ordered.source_part = r.source_part
        and ordered.source_number = r.source_number
left join episodes on episodes.treatment_id = r.treatment_id
left join same_day
    on
        same_day.treatment_id = r.treatment_id
        and same_day.assessment_date = r.assessment_date
