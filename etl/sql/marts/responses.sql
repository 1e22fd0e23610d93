-- One row per placed response assessment.
with
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
    responses.response_id,
    responses.patient_id,
    line_assessments.line_id,
    coalesce(assessments.assessment_date, responses.assessment_date) as assessment_date,
    responses.criteria,
    responses.response,
    case
        when line_assessments.line_id is null then 'unassigned'
        when
            line_assessments.line_id in (treatments.first_line_id, treatments.last_line_id)
            or position(chr(10) || line_assessments.line_id || chr(10) in treatments.line_ids) > 0
            then 'treatment_and_date'
        when treatments.treatment_id is not null then 'date_against_treatment'
        else 'date'
    end as line_assignment,
    line_assessments.days_from_line_start
from derived.responses
left join derived.assessments on responses.response_id = assessments.response_id
left join derived.line_assessments on responses.response_id = line_assessments.response_id
left join treatments on responses.treatment_id = treatments.treatment_id
