-- One row per file and column: how many cells were not in the one form in which texts are read.
-- Scope: delivery
select
    concat_ws('|', file_name, column_name) as record_key,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as hospital_id,
    file_name as source_file,
    cast(null as bigint) as source_line,
    file_name,
    column_name,
    sum(cells) as cells
from source.normalised_cells
group by file_name, column_name
