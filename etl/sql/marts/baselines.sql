-- One row per patient at diagnosis of advanced disease, and per line with a baseline at its start.
with
-- A line of several episodes has the baseline of the episode that began first.
placed as (
    select
        baselines.*,
        lines.line_id,
        lines.start_date as line_start_date,
        row_number() over (
            partition by baselines.patient_id, lines.line_id
            order by
                line_treatments.first_start_date nulls last,
                line_treatments.first_step nulls last,
                baselines.source_file,
                baselines.source_line,
                baselines.source_part,
                baselines.source_number
        ) as place
    from derived.baselines
    left join derived.line_treatments on baselines.treatment_id = line_treatments.treatment_id
    left join derived.lines
        on
            line_treatments.line_id = lines.line_id
            and baselines.patient_id = lines.patient_id
    where
        baselines.treatment_id is null or lines.line_id is not null
)

select
    patient_id,
    line_id,
    measured_date,
    date_diff('day', line_start_date, measured_date) as days_from_line_start,
    stage,
    m_category,
    ecog,
    ldh_category,
    ldh_u_per_l,
    ldh_uln_u_per_l,
    brain_metastases,
    liver_metastases,
    -- A negative count is a finding, and no count.
    case when organ_sites >= 0 then organ_sites end as organ_sites,
    braf,
    nras,
    case when comorbidities >= 0 then comorbidities end as comorbidities
from placed
where place = 1
