-- One row per pair of lines that a study picks, with the patient of either line.
select
    r.study || '|' || r.patient_id as record_key,
    p.hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    initial.patient_id as initial_line_patient_id,
    later.patient_id as rechallenge_line_patient_id,
    r.*
from marts.rechallenges as r
left join marts.patients as p on p.patient_id = r.patient_id
left join marts.treatment_lines as initial on initial.line_id = r.initial_line_id
left join marts.treatment_lines as later on later.line_id = r.rechallenge_line_id
