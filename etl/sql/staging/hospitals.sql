-- One row per hospital that delivers to the registry; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    cleaned(s.hospital_id) as record_key,
    row(s.hospital_id, s.name, s.active_from, s.active_to) as content
  from source.hospitals as s
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
  cleaned(s.hospital_id) as hospital_id,
  cleaned(s.name) as name,
  date_representative(s.active_from) as active_from,
  date_earliest(s.active_from) as active_from_earliest,
  date_latest(s.active_from) as active_from_latest,
  as_written(s.active_from, s.active_from__raw) as active_from_text,
  date_representative(s.active_to) as active_to,
  date_earliest(s.active_to) as active_to_earliest,
  date_latest(s.active_to) as active_to_latest,
  as_written(s.active_to, s.active_to__raw) as active_to_text
from source.hospitals as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
