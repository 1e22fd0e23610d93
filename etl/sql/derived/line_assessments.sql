-- One row per assessment attributed to a line.
with
-- The start day is baseline; the next line's start day still belongs to this line.
by_date as (
    select
        lines.line_id,
        assessments.response_id,
        assessments.assessment_date,
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
)

select
    by_date.line_id,
    by_date.response_id,
    by_date.assessment_date,
    -- A line with both dictionaries is read in RECIST 1.1, where what iRECIST holds open is PD.
    case
        when line_criteria.line_criteria <> 'mixed' or line_criteria.line_id is null
            then by_date.response
        when by_date.category = 'iUPD' then 'PD'
        else by_date.category
    end as response,
    case
        when line_criteria.line_criteria = 'mixed' and by_date.category = 'iUPD' then 'PD'
        else by_date.category
    end as category,
    by_date.is_evaluable,
    by_date.is_worst_of_day,
    by_date.days_from_line_start,
    coalesce(line_criteria.line_criteria = 'iRECIST', false) as is_immune
from by_date
left join derived.line_criteria on by_date.line_id = line_criteria.line_id
