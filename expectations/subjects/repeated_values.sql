-- One row per value that a repeated form gives again.
select
    concat_ws(
        '|',
        r.table_name,
        r.record_key,
        r.column_name,
        left(md5(r.other_value), 8),
        row_number() over (
            partition by r.table_name, r.record_key, r.column_name, r.other_value
            order by r.other_file, r.other_line
        )
    ) as record_key,
    r.patient_id,
    p.hospital_id,
    r.other_file as source_file,
    r.other_line as source_line,
    r.table_name,
    r.column_name,
    r.kept_value,
    r.other_value,
    r.is_contradiction
from source.repeated_values as r
left join staging.patients as p on p.patient_id = r.patient_id and p.is_placed
