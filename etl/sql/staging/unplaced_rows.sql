-- One row per source row that cannot be attached.
select
  'patients' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.patients
where not is_placed
union all
select
  'baselines' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.baselines
where not is_placed
union all
select
  'treatments' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.treatments
where not is_placed
union all
select
  'drugs' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.drugs
where not is_placed
union all
select
  'responses' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.responses
where not is_placed
union all
select
  'adverse_events' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.adverse_events
where not is_placed
union all
select
  'local_treatments' as table_name,
  record_key,
  patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.local_treatments
where not is_placed
union all
select
  'hospitals' as table_name,
  record_key,
  cast(null as varchar) as patient_id,
  source_file,
  source_line,
  source_part,
  source_number,
  unplaced_because as reason
from staging.hospitals
where not is_placed
