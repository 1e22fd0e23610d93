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
        assessments.dictionary,
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

-- A clinical judgement stands beside either dictionary; NE is a word of both.
line_criteria as (
    select
        line_id,
        case
            when bool_or(dictionary = 'iRECIST' and is_evaluable)
                then
                    case
                        when bool_or(dictionary = 'RECIST1.1' and is_evaluable) then 'mixed'
                        else 'iRECIST'
                    end
            when bool_or(dictionary = 'RECIST1.1' and is_evaluable) then 'RECIST1.1'
            when bool_or(is_evaluable) then 'clinical'
            when bool_or(dictionary = 'RECIST1.1') then 'RECIST1.1'
            when bool_or(dictionary = 'iRECIST') then 'iRECIST'
            else 'clinical'
        end as line_criteria
    from by_date
    group by line_id
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
    -- A line with both dictionaries is read in RECIST 1.1, where what iRECIST holds open is PD.
    case
        when line_criteria.line_criteria = 'mixed' and by_date.category = 'iUPD' then 'PD'
        else by_date.category
    end as category,
    by_date.is_evaluable,
    by_date.is_worst_of_day,
    by_date.days_from_line_start,
    line_criteria.line_criteria,
    case
        when line_treatments.treatment_id is not null then 'treatment_and_date'
        when attributed_treatments.treatment_id is not null then 'date_against_treatment'
        else 'date'
    end as line_assignment
from by_date
inner join line_criteria on by_date.line_id = line_criteria.line_id
left join derived.line_treatments
    on
        by_date.line_id = line_treatments.line_id
        and by_date.treatment_id = line_treatments.treatment_id
left join attributed_treatments
    on by_date.treatment_id = attributed_treatments.treatment_id
