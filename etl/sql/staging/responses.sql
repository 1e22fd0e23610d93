-- One row per response assessment; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.response_id) as record_key,
    -- the row names its patient, or else its episode does
    coalesce(cleaned(s.patient_id), treatments.patient_id) as patient_id,
    patients.hospital_id as patient_hospital_id,
    patients.patient_id is not null as has_patient,
    row(s.response_id, s.patient_id, s.treatment_id, s.assessment_date, s.criteria,
      s.response) as content
  from source.responses as s
  left join staging.treatments as treatments
    on treatments.treatment_id = cleaned(s.treatment_id) and treatments.is_placed
  left join staging.patients as patients
    on patients.patient_id = coalesce(cleaned(s.patient_id), treatments.patient_id)
      and patients.is_placed
),
placement as (
  -- of the rows that can be attached, the first in file order takes the key
  select
    _file,
    _line,
    _ordinal,
    coalesce(record_key, _file || ':' || _line) as record_key,
    patient_id,
    patient_hospital_id,
    case
      when record_key is null then 'missing_key'
      when not has_patient then 'orphan'
      when row_number() over first_come = 1 then null
      when content is not distinct from first_value(content) over first_come then 'exact_duplicate'
      else 'duplicate_key'
    end as unplaced_because
  from attached
  window first_come as (partition by record_key, has_patient order by _ordinal, _file, _line)
)
select
  s._file as source_file,
  s._line as source_line,
  placement.record_key,
  placement.unplaced_because is null as is_placed,
  placement.unplaced_because,
  cleaned(s.response_id) as response_id,
  placement.patient_id,
  cleaned(s.treatment_id) as treatment_id,
  date_representative(s.assessment_date) as assessment_date,
  date_earliest(s.assessment_date) as assessment_date_earliest,
  date_latest(s.assessment_date) as assessment_date_latest,
  as_written(s.assessment_date, s.assessment_date__raw) as assessment_date_text,
  code_of(s.criteria, criteria_list.code) as criteria,
  as_written(s.criteria, s.criteria__raw) as criteria_text,
  code_of(s.response, response_list.code) as response,
  as_written(s.response, s.response__raw) as response_text,
  placement.patient_hospital_id as hospital_id
from source.responses as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
left join codelists.codes as criteria_list
  on criteria_list.codelist = 'criteria' and lower(criteria_list.code) = lower(cleaned(s.criteria))
left join codelists.codes as response_list
  on response_list.codelist = 'response' and lower(response_list.code) = lower(cleaned(s.response))
