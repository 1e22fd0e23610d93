-- One row per patient as registered; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.patient_id) as record_key,
    row(s.patient_id, s.hospital_id, s.sex, s.birth_date, s.vital_status, s.death_date,
      s.death_cause, s.last_contact_date, s.vital_status_date, s.vital_status_source,
      s.person_key, s.source_record_ref) as content
  from source.patients as s
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
      when row_number() over first_come = 1 then null
      when content is not distinct from first_value(content) over first_come then 'exact_duplicate'
      else 'duplicate_key'
    end as unplaced_because
  from attached
  window first_come as (partition by record_key order by _ordinal, _file, _line)
)
select
  s._file as source_file,
  s._line as source_line,
  placement.record_key,
  placement.unplaced_because is null as is_placed,
  placement.unplaced_because,
  cleaned(s.patient_id) as patient_id,
  cleaned(s.hospital_id) as hospital_id,
  code_of(s.sex, sex_list.code) as sex,
  as_written(s.sex, s.sex__raw) as sex_text,
  date_representative(s.birth_date) as birth_date,
  date_earliest(s.birth_date) as birth_date_earliest,
  date_latest(s.birth_date) as birth_date_latest,
  as_written(s.birth_date, s.birth_date__raw) as birth_date_text,
  code_of(s.vital_status, vital_status_list.code) as vital_status,
  as_written(s.vital_status, s.vital_status__raw) as vital_status_text,
  date_representative(s.death_date) as death_date,
  date_earliest(s.death_date) as death_date_earliest,
  date_latest(s.death_date) as death_date_latest,
  as_written(s.death_date, s.death_date__raw) as death_date_text,
  code_of(s.death_cause, death_cause_list.code) as death_cause,
  as_written(s.death_cause, s.death_cause__raw) as death_cause_text,
  date_representative(s.last_contact_date) as last_contact_date,
  date_earliest(s.last_contact_date) as last_contact_date_earliest,
  date_latest(s.last_contact_date) as last_contact_date_latest,
  as_written(s.last_contact_date, s.last_contact_date__raw) as last_contact_date_text,
  date_representative(s.vital_status_date) as vital_status_date,
  date_earliest(s.vital_status_date) as vital_status_date_earliest,
  date_latest(s.vital_status_date) as vital_status_date_latest,
  as_written(s.vital_status_date, s.vital_status_date__raw) as vital_status_date_text,
  code_of(s.vital_status_source, vital_status_source_list.code) as vital_status_source,
  as_written(s.vital_status_source, s.vital_status_source__raw) as vital_status_source_text,
  cleaned(s.person_key) as person_key,
  cleaned(s.source_record_ref) as source_record_ref
from source.patients as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
left join codelists.codes as sex_list
  on sex_list.codelist = 'sex' and lower(sex_list.code) = lower(cleaned(s.sex))
left join codelists.codes as vital_status_list
  on vital_status_list.codelist = 'vital_status' and lower(vital_status_list.code) = lower(cleaned(s.vital_status))
left join codelists.codes as death_cause_list
  on death_cause_list.codelist = 'death_cause' and lower(death_cause_list.code) = lower(cleaned(s.death_cause))
left join codelists.codes as vital_status_source_list
  on vital_status_source_list.codelist = 'vital_status_source' and lower(vital_status_source_list.code) = lower(cleaned(s.vital_status_source))
