-- One row per placed baseline; of linked pseudonyms one at diagnosis.
with records as (
    select
        baselines.*,
        coalesce(cutoffs.export_date, export.export_date) as cutoff
    from staging.baselines
    left join source.cutoffs on baselines.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where baselines.is_placed
),

read as (
    select
        persons.person_id as patient_id,
        treatment_id,
        read_by(measured_date, measured_date_earliest, cutoff) as measured_date,
        read_by(measured_date_earliest, measured_date_earliest, cutoff) as measured_date_earliest,
        read_by(measured_date_latest, measured_date_earliest, cutoff) as measured_date_latest,
        read_by(primary_diagnosis_date, primary_diagnosis_date_earliest, cutoff)
            as primary_diagnosis_date,
        read_by(primary_diagnosis_date_earliest, primary_diagnosis_date_earliest, cutoff)
            as primary_diagnosis_date_earliest,
        read_by(primary_diagnosis_date_latest, primary_diagnosis_date_earliest, cutoff)
            as primary_diagnosis_date_latest,
        read_by(advanced_diagnosis_date, advanced_diagnosis_date_earliest, cutoff)
            as advanced_diagnosis_date,
        read_by(advanced_diagnosis_date_earliest, advanced_diagnosis_date_earliest, cutoff)
            as advanced_diagnosis_date_earliest,
        read_by(advanced_diagnosis_date_latest, advanced_diagnosis_date_earliest, cutoff)
            as advanced_diagnosis_date_latest,
        primary_type,
        stage,
        m_category,
        ecog,
        ldh_u_per_l,
        ldh_uln_u_per_l,
        ldh_category,
        brain_metastases,
        liver_metastases,
        organ_sites,
        braf,
        nras,
        comorbidities,
        source_file,
        source_line,
        source_part,
        source_number,
        records.patient_id as delivered_id,
        persons.linking = 'linked' as is_linked
    from records
    inner join staging.persons on records.patient_id = persons.patient_id
),

-- Of linked ids one baseline at diagnosis: that of the id whose advanced diagnosis is earliest.
of_ids as (
    select *
    from (
        select
            read.*,
            row_number() over (
                partition by delivered_id
                order by
                    case when treatment_id is null then 0 else 1 end,
                    coalesce(measured_date, advanced_diagnosis_date) nulls last,
                    source_file,
                    source_line,
                    source_part,
                    source_number
            ) as id_place
        from read
        where is_linked
    ) as placed
    where id_place = 1
),

ranked as (
    select
        *,
        row_number() over earliest_first as place,
        row_number() over earliest_first = 1
        or coalesce(
            abs(
                advanced_diagnosis_date - first_value(advanced_diagnosis_date) over earliest_first
            ) <= $person_days,
            false
        ) as is_near
    from of_ids
    window
        earliest_first as (
            partition by patient_id order by advanced_diagnosis_date nulls last, delivered_id
        )
),

-- Its empty cells are filled from the others where they are of the primary tumour, or as old.
diagnosed as (
    select
        patient_id,
        cast(null as varchar) as treatment_id,
        arg_min(measured_date, place) filter (where is_near) as measured_date,
        arg_min(measured_date_earliest, place) filter (where is_near) as measured_date_earliest,
        arg_min(measured_date_latest, place) filter (where is_near) as measured_date_latest,
        arg_min(primary_diagnosis_date, place) as primary_diagnosis_date,
        arg_min(primary_diagnosis_date_earliest, place) as primary_diagnosis_date_earliest,
        arg_min(primary_diagnosis_date_latest, place) as primary_diagnosis_date_latest,
        arg_min(advanced_diagnosis_date, place) filter (where is_near) as advanced_diagnosis_date,
        arg_min(advanced_diagnosis_date_earliest, place) filter (where is_near)
            as advanced_diagnosis_date_earliest,
        arg_min(advanced_diagnosis_date_latest, place) filter (where is_near)
            as advanced_diagnosis_date_latest,
        arg_min(primary_type, place) as primary_type,
        arg_min(stage, place) filter (where is_near) as stage,
        arg_min(m_category, place) filter (where is_near) as m_category,
        arg_min(ecog, place) filter (where is_near) as ecog,
        arg_min(ldh_u_per_l, place) filter (where is_near) as ldh_u_per_l,
        arg_min(ldh_uln_u_per_l, place) filter (where is_near) as ldh_uln_u_per_l,
        arg_min(ldh_category, place) filter (where is_near) as ldh_category,
        arg_min(brain_metastases, place) filter (where is_near) as brain_metastases,
        arg_min(liver_metastases, place) filter (where is_near) as liver_metastases,
        arg_min(organ_sites, place) filter (where is_near) as organ_sites,
        arg_min(braf, place) as braf,
        arg_min(nras, place) as nras,
        arg_min(comorbidities, place) filter (where is_near) as comorbidities,
        arg_min(source_file, place) as source_file,
        arg_min(source_line, place) as source_line,
        arg_min(source_part, place) as source_part,
        arg_min(source_number, place) as source_number
    from ranked
    group by patient_id
)

select
    patient_id,
    treatment_id,
    measured_date,
    measured_date_earliest,
    measured_date_latest,
    primary_diagnosis_date,
    primary_diagnosis_date_earliest,
    primary_diagnosis_date_latest,
    advanced_diagnosis_date,
    advanced_diagnosis_date_earliest,
    advanced_diagnosis_date_latest,
    primary_type,
    stage,
    m_category,
    ecog,
    ldh_u_per_l,
    ldh_uln_u_per_l,
    ldh_category,
    brain_metastases,
    liver_metastases,
    organ_sites,
    braf,
    nras,
    comorbidities,
    source_file,
    source_line,
    source_part,
    source_number
from read
where not is_linked or treatment_id is not null
union all
select
    patient_id,
    treatment_id,
    measured_date,
    measured_date_earliest,
    measured_date_latest,
    primary_diagnosis_date,
    primary_diagnosis_date_earliest,
    primary_diagnosis_date_latest,
    advanced_diagnosis_date,
    advanced_diagnosis_date_earliest,
    advanced_diagnosis_date_latest,
    primary_type,
    stage,
    m_category,
    ecog,
    ldh_u_per_l,
    ldh_uln_u_per_l,
    ldh_category,
    brain_metastases,
    liver_metastases,
    organ_sites,
    braf,
    nras,
    comorbidities,
    source_file,
    source_line,
    source_part,
    source_number
from diagnosed
