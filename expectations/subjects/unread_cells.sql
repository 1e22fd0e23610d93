-- One row per column of a workbook and kind of cell that looks filled and is read as empty.
select
    u.file_name || '|' || u.column_name || '|' || u.kind as record_key,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as hospital_id,
    u.file_name as source_file,
    u.line as source_line,
    u.column_name,
    u.kind,
    u.cells,
    u.first_cell
from source.unread_cells as u
