-- One row per drug row as registered, with its treatment episode and how many substances it names.
with cutoff as (
    select max(export_date) as export_date from source.export
),

named as (
    select
        source_file,
        source_line,
        source_part,
        source_number,
        count(substance) as substances_in_row
    from staging.drug_substances
    where origin = 'drugs'
    group by source_file, source_line, source_part, source_number
)

select
    d.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    t.treatment_id is not null as has_treatment,
    t.start_date as treatment_start_date,
    t.start_date_earliest as treatment_start_date_earliest,
    t.start_date_latest as treatment_start_date_latest,
    t.start_date_text as treatment_start_date_text,
    t.stop_date as treatment_stop_date,
    t.stop_date_earliest as treatment_stop_date_earliest,
    t.stop_date_latest as treatment_stop_date_latest,
    t.stop_date_text as treatment_stop_date_text,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    named.substances_in_row
from staging.drugs as d
cross join cutoff
left join source.cutoffs on cutoffs.file_name = d.source_file
left join staging.treatments as t on t.treatment_id = d.treatment_id and t.is_placed
left join staging.patients as p on p.patient_id = t.patient_id and p.is_placed
left join named
    on
        named.source_file = d.source_file
        and named.source_line = d.source_line
        and named.source_part = d.source_part
        and named.source_number = d.source_number
