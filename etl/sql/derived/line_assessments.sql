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
),

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
    from other_lines
    group by line_id
),

-- Most episodes are of one line; the lines between the first and the last of one are written out.
spanned as (
    select
        treatment_id,
        min(line_id) as first_line_id,
        max(line_id) as last_line_id
    from derived.line_treatments
    group by treatment_id
),

between_lines as (
    select
        line_treatments.treatment_id,
        chr(10) || string_agg(line_treatments.line_id, chr(10)) || chr(10) as line_ids
    from derived.line_treatments
    inner join spanned
        on
            line_treatments.treatment_id = spanned.treatment_id
            and spanned.first_line_id < line_treatments.line_id
            and line_treatments.line_id < spanned.last_line_id
    group by line_treatments.treatment_id
),

treatments as (
    select
        spanned.treatment_id,
        spanned.first_line_id,
        spanned.last_line_id,
        between_lines.line_ids
    from spanned
    left join between_lines on spanned.treatment_id = between_lines.treatment_id
)

select
    by_date.line_id,
    by_date.patient_id,
    by_date.response_id,
    by_date.assessment_date,
    by_date.response,
    -- A line with both dictionaries is read in RECIST 1.1, where what iRECIST holds open is PD.
    case
        when line_criteria.line_criteria = 'mixed' and by_date.category = 'iUPD' then 'PD'
        else by_date.category
    end as category,
    by_date.is_evaluable,
    by_date.is_worst_of_day,
    by_date.days_from_line_start,
    coalesce(line_criteria.line_criteria, 'RECIST1.1') as line_criteria,
    case
        when
            by_date.line_id in (treatments.first_line_id, treatments.last_line_id)
            or position(chr(10) || by_date.line_id || chr(10) in treatments.line_ids) > 0
            then 'treatment_and_date'
        when treatments.treatment_id is not null then 'date_against_treatment'
        else 'date'
    end as line_assignment
from by_date
left join line_criteria on by_date.line_id = line_criteria.line_id
left join treatments on by_date.treatment_id = treatments.treatment_id
