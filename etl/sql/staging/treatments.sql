-- One row per treatment episode, as registered; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.treatment_id) as record_key,
    patients.patient_id is not null as has_patient,
    row(s.treatment_id, s.patient_id, s.hospital_id, s.regimen, s.setting, s.start_date,
      s.stop_date, s.ongoing, s.stop_reason, s.line_number, s.rechallenge, s.best_response,
      s.severe_toxicity, s.source_record_ref) as content
  from source.treatments as s
  left join staging.patients as patients
    on patients.patient_id = cleaned(s.patient_id) and patients.is_placed
),
placement as (
  -- of the rows that can be attached, the first in file order takes the key
  select
    _file,
    _line,
    _ordinal,
    coalesce(record_key, _file || ':' || _line) as record_key,
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
  cleaned(s.treatment_id) as treatment_id,
  cleaned(s.patient_id) as patient_id,
  cleaned(s.hospital_id) as hospital_id,
  cleaned(s.regimen) as regimen,
  code_of(s.setting, setting_list.code) as setting,
  as_written(s.setting, s.setting__raw) as setting_text,
  date_representative(s.start_date) as start_date,
  date_earliest(s.start_date) as start_date_earliest,
  date_latest(s.start_date) as start_date_latest,
  as_written(s.start_date, s.start_date__raw) as start_date_text,
  date_representative(s.stop_date) as stop_date,
  date_earliest(s.stop_date) as stop_date_earliest,
  date_latest(s.stop_date) as stop_date_latest,
  as_written(s.stop_date, s.stop_date__raw) as stop_date_text,
  code_of(s.ongoing, ongoing_list.code) as ongoing,
  as_written(s.ongoing, s.ongoing__raw) as ongoing_text,
  code_of(s.stop_reason, stop_reason_list.code) as stop_reason,
  as_written(s.stop_reason, s.stop_reason__raw) as stop_reason_text,
  parse_integer(s.line_number) as line_number,
  as_written(s.line_number, s.line_number__raw) as line_number_text,
  code_of(s.rechallenge, rechallenge_list.code) as rechallenge,
  as_written(s.rechallenge, s.rechallenge__raw) as rechallenge_text,
  code_of(s.best_response, best_response_list.code) as best_response,
  as_written(s.best_response, s.best_response__raw) as best_response_text,
  code_of(s.severe_toxicity, severe_toxicity_list.code) as severe_toxicity,
  as_written(s.severe_toxicity, s.severe_toxicity__raw) as severe_toxicity_text,
  cleaned(s.source_record_ref) as source_record_ref
from source.treatments as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
left join codelists.codes as setting_list
  on setting_list.codelist = 'setting' and lower(setting_list.code) = lower(cleaned(s.setting))
left join codelists.codes as ongoing_list
  on ongoing_list.codelist = 'yes_no_unknown' and lower(ongoing_list.code) = lower(cleaned(s.ongoing))
left join codelists.codes as stop_reason_list
  on stop_reason_list.codelist = 'stop_reason' and lower(stop_reason_list.code) = lower(cleaned(s.stop_reason))
left join codelists.codes as rechallenge_list
  on rechallenge_list.codelist = 'yes_no' and lower(rechallenge_list.code) = lower(cleaned(s.rechallenge))
left join codelists.codes as best_response_list
  on best_response_list.codelist = 'response' and lower(best_response_list.code) = lower(cleaned(s.best_response))
left join codelists.codes as severe_toxicity_list
  on severe_toxicity_list.codelist = 'yes_no_unknown' and lower(severe_toxicity_list.code) = lower(cleaned(s.severe_toxicity))
