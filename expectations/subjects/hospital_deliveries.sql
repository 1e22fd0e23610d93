-- One row per hospital and table: the rows tonight, those published last and those expected.
-- Scope: delivery
select
    concat_ws('|', d.hospital_id, d.table_name) as record_key,
    cast(null as varchar) as patient_id,
    d.hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    d.table_name,
    d.rows,
    d.rows_before,
    d.expected_rows,
    d.tolerance,
    d.delivered_on,
    d.status,
    h.rows > 0 as hospital_delivers
from quality.hospital_deliveries as d
inner join quality.delivering_hospitals as h on h.hospital_id = d.hospital_id
