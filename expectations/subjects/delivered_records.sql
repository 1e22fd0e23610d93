-- One row per record of the last published snapshot, patients apart: whether it is delivered still.
select
    concat_ws('|', k.table_name, k.record_key) as record_key,
    k.patient_id,
    k.hospital_id,
    k.source_file,
    k.source_line,
    k.table_name,
    k.missing_since is null as is_delivered,
    k.missing_since,
    coalesce(h.status <> 'missing', true) as hospital_delivers
from quality.known_records as k
left join quality.delivering_hospitals as h on h.hospital_id = k.hospital_id
where k.was_known and k.source in (select source from source.export)
