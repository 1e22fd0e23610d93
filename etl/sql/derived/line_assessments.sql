-- One row per assessment attributed to a line.
with
-- The start day is baseline; the next line's start day still belongs to this line.
by_date as (
    select
        lines.line_id,
        assessments.patient_id,
        assessments.response_id,
        assessments.treatment_id,
        assessments.assessment_date,
        assessments.criteria,
        assessments.response,
        assessments.category,
        assessments.is_evaluable,
        assessments.is_worst_of_day,
        assessments.assessment_date - lines.start_date as days_from_line_start
    from derived.assessments
    inner join derived.lines
        on
            assessments.patient_id = lines.patient_id
            and assessments.assessment_date > lines.start_date
            and assessments.assessment_date
            <= coalesce(lines.next_line_start_date, assessments.assessment_date)
),

attributed_treatments as (
    select distinct treatment_id
    from derived.line_treatments
)

select
    by_date.line_id,
    by_date.patient_id,
    by_date.response_id,
    by_date.assessment_date,
    by_date.criteria,
    by_date.response,
    by_date.category,
    by_date.is_evaluable,
    by_date.is_worst_of_day,
    by_date.days_from_line_start,
    case
        when line_treatments.treatment_id is not null then 'treatment_and_date'
        when attributed_treatments.treatment_id is not null then 'date_against_treatment'
        else 'date'
    end as line_assignment
from by_date
left join derived.line_treatments
    on
        by_date.line_id = line_treatments.line_id
        and by_date.treatment_id = line_treatments.treatment_id
left join attributed_treatments
    on by_date.treatment_id = attributed_treatments.treatment_id
