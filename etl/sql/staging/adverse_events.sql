-- One row per adverse event, at its worst grade; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.event_id) as record_key,
    -- the row names its patient, or else its episode does
    coalesce(cleaned(s.patient_id), treatments.patient_id) as patient_id,
    patients.hospital_id as patient_hospital_id,
    patients.patient_id is not null as has_patient,
    row(s.event_id, s.patient_id, s.treatment_id, s.term, s.category, s.ctcae_version,
      s.grade, s.immune_related, s.onset_date, s.resolved_date, s.outcome, s.led_to_stop,
      s.management, s.management_start_date) as content
  from source.adverse_events as s
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
  cleaned(s.event_id) as event_id,
  placement.patient_id,
  cleaned(s.treatment_id) as treatment_id,
  cleaned(s.term) as term,
  cleaned(s.category) as category,
  code_of(s.ctcae_version, ctcae_version_list.code) as ctcae_version,
  as_written(s.ctcae_version, s.ctcae_version__raw) as ctcae_version_text,
  parse_integer(s.grade) as grade,
  as_written(s.grade, s.grade__raw) as grade_text,
  code_of(s.immune_related, immune_related_list.code) as immune_related,
  as_written(s.immune_related, s.immune_related__raw) as immune_related_text,
  date_representative(s.onset_date) as onset_date,
  date_earliest(s.onset_date) as onset_date_earliest,
  date_latest(s.onset_date) as onset_date_latest,
  as_written(s.onset_date, s.onset_date__raw) as onset_date_text,
  date_representative(s.resolved_date) as resolved_date,
  date_earliest(s.resolved_date) as resolved_date_earliest,
  date_latest(s.resolved_date) as resolved_date_latest,
  as_written(s.resolved_date, s.resolved_date__raw) as resolved_date_text,
  code_of(s.outcome, outcome_list.code) as outcome,
  as_written(s.outcome, s.outcome__raw) as outcome_text,
  code_of(s.led_to_stop, led_to_stop_list.code) as led_to_stop,
  as_written(s.led_to_stop, s.led_to_stop__raw) as led_to_stop_text,
  cleaned(s.management) as management,
  date_representative(s.management_start_date) as management_start_date,
  date_earliest(s.management_start_date) as management_start_date_earliest,
  date_latest(s.management_start_date) as management_start_date_latest,
  as_written(s.management_start_date, s.management_start_date__raw) as management_start_date_text,
  placement.patient_hospital_id as hospital_id
from source.adverse_events as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
left join codelists.codes as ctcae_version_list
  on ctcae_version_list.codelist = 'ctcae_version' and lower(ctcae_version_list.code) = lower(cleaned(s.ctcae_version))
left join codelists.codes as immune_related_list
  on immune_related_list.codelist = 'yes_no_unknown' and lower(immune_related_list.code) = lower(cleaned(s.immune_related))
left join codelists.codes as outcome_list
  on outcome_list.codelist = 'ae_outcome' and lower(outcome_list.code) = lower(cleaned(s.outcome))
left join codelists.codes as led_to_stop_list
  on led_to_stop_list.codelist = 'yes_no_unknown' and lower(led_to_stop_list.code) = lower(cleaned(s.led_to_stop))
