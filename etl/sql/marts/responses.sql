-- One row per placed response assessment.
select
    responses.response_id,
    responses.patient_id,
    line_assessments.line_id,
    coalesce(assessments.assessment_date, responses.assessment_date) as assessment_date,
    responses.criteria,
    responses.response,
    coalesce(line_assessments.line_assignment, 'unassigned') as line_assignment,
    line_assessments.days_from_line_start
from staging.responses
left join derived.assessments on responses.response_id = assessments.response_id
left join derived.line_assessments on responses.response_id = line_assessments.response_id
where responses.is_placed
