-- One row per substance within an episode; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.treatment_id) as written_treatment_id,
    treatments.treatment_id,
    treatments.patient_id,
    treatments.hospital_id,
    -- rows of one drug and start are told apart by their order, so a key never repeats
    row_number() over (
      partition by cleaned(s.treatment_id), cleaned(s.drug), cleaned(s.start_date)
      order by s._ordinal, s._file, s._line
    ) as ordinal,
    -- a row that says nothing new is not a second administration
    row_number() over (
      partition by
        cleaned(s.treatment_id), s.drug, s.start_date, s.stop_date, s.doses, s.dose, s.dose_unit
      order by s._ordinal, s._file, s._line
    ) as times_written
  from source.drugs as s
  left join staging.treatments as treatments
    on treatments.treatment_id = cleaned(s.treatment_id) and treatments.is_placed
),
placement as (
  select
    _file,
    _line,
    _ordinal,
    written_treatment_id,
    ordinal,
    patient_id,
    hospital_id,
    case
      when written_treatment_id is null then 'missing_key'
      when treatment_id is null then 'orphan'
      when times_written > 1 then 'exact_duplicate'
    end as unplaced_because
  from attached
)
select
  s._file as source_file,
  s._line as source_line,
  case
    when placement.written_treatment_id is null then s._file || ':' || s._line
    else placement.written_treatment_id
      || '|' || coalesce(cleaned(s.drug), '')
      || '|' || coalesce(cleaned(s.start_date), '')
      || '|' || placement.ordinal
  end as record_key,
  placement.unplaced_because is null as is_placed,
  placement.unplaced_because,
  placement.written_treatment_id as treatment_id,
  cleaned(s.drug) as drug,
  date_representative(s.start_date) as start_date,
  date_earliest(s.start_date) as start_date_earliest,
  date_latest(s.start_date) as start_date_latest,
  as_written(s.start_date, s.start_date__raw) as start_date_text,
  date_representative(s.stop_date) as stop_date,
  date_earliest(s.stop_date) as stop_date_earliest,
  date_latest(s.stop_date) as stop_date_latest,
  as_written(s.stop_date, s.stop_date__raw) as stop_date_text,
  parse_integer(s.doses) as doses,
  as_written(s.doses, s.doses__raw) as doses_text,
  parse_number(s.dose) as dose,
  as_written(s.dose, s.dose__raw) as dose_text,
  cleaned(s.dose_unit) as dose_unit,
  placement.patient_id,
  placement.hospital_id
from source.drugs as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
