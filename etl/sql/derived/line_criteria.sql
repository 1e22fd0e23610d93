-- One row per line of a patient who has anything but RECIST 1.1.
with
-- A clinical judgement stands beside either dictionary; NE is a word of both. Other lines are all
-- RECIST 1.1: only patients who have anything else are looked at.
other_patients as (
    select distinct patient_id
    from derived.assessments
    where dictionary <> 'RECIST1.1'
),

other_lines as (
    select
        lines.line_id,
        assessments.dictionary,
        assessments.is_evaluable
    from derived.assessments
    inner join other_patients on assessments.patient_id = other_patients.patient_id
    inner join derived.lines
        on
            assessments.patient_id = lines.patient_id
            and assessments.assessment_date > lines.start_date
            and assessments.assessment_date
            <= coalesce(lines.next_line_start_date, assessments.assessment_date)
)

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
from other_lines
group by line_id
