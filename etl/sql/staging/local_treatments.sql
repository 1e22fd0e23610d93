-- One row per local procedure; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.procedure_id) as record_key,
    patients.hospital_id as patient_hospital_id,
    patients.patient_id is not null as has_patient,
    row(s.procedure_id, s.patient_id, s.kind, s.site, s.start_date, s.intent) as content
  from source.local_treatments as s
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
  cleaned(s.procedure_id) as procedure_id,
  cleaned(s.patient_id) as patient_id,
  code_of(s.kind, kind_list.code) as kind,
  as_written(s.kind, s.kind__raw) as kind_text,
  cleaned(s.site) as site,
  date_representative(s.start_date) as start_date,
  date_earliest(s.start_date) as start_date_earliest,
  date_latest(s.start_date) as start_date_latest,
  as_written(s.start_date, s.start_date__raw) as start_date_text,
  code_of(s.intent, intent_list.code) as intent,
  as_written(s.intent, s.intent__raw) as intent_text,
  placement.patient_hospital_id as hospital_id
from source.local_treatments as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
left join codelists.codes as kind_list
  on kind_list.codelist = 'local_kind' and lower(kind_list.code) = lower(cleaned(s.kind))
left join codelists.codes as intent_list
  on intent_list.codelist = 'intent' and lower(intent_list.code) = lower(cleaned(s.intent))
