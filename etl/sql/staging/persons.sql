-- One row per placed patient.
with
-- Ids are linked where the source says that a person_key is of one disease, and collects it.
source_says as (
    select coalesce(max(declarations.value), '') = 'one_disease' as is_one_disease
    from source.declarations
    where
        declarations.name = 'person_key'
        and exists (
            select 1
            from source.collected
            where
                collected.table_name = 'patients'
                and collected.column_name = 'person_key'
                and collected.collected
        )
),

keyed as (
    select
        patients.patient_id,
        patients.person_key,
        patients.sex,
        extract(year from patients.birth_date) as birth_year,
        patients.death_date_latest,
        coalesce(cutoffs.export_date, export.export_date) as cutoff,
        patients.death_date_earliest
    from staging.patients
    cross join source_says
    cross join (select max(export_date) as export_date from source.export) as export
    left join source.cutoffs on patients.source_file = cutoffs.file_name
    left join codelists.codes as placeholders
        on
            placeholders.codelist = 'person_key_placeholder'
            and placeholders.code = lower(patients.person_key)
    where
        patients.is_placed
        and patients.person_key is not null
        and source_says.is_one_disease
        and placeholders.code is null
),

shared as (
    select
        keyed.*,
        row_number() over (partition by keyed.person_key order by keyed.patient_id) as place
    from keyed
    where
        keyed.person_key in (
            select person_key
            from keyed
            group by person_key
            having count(*) > 1
        )
),

-- The first day that each was certainly treated or seen, and whether that is after a death.
signs as (
    select patient_id, start_date_earliest as sign_date
    from staging.treatments
    where is_placed
    union all
    select patient_id, start_date_earliest as sign_date
    from staging.drugs
    where is_placed
    union all
    select patient_id, assessment_date_earliest as sign_date
    from staging.responses
    where is_placed
),

last_signs as (
    select
        shared.person_key,
        shared.patient_id,
        max(signs.sign_date) as sign_date
    from shared
    inner join signs on shared.patient_id = signs.patient_id
    where not coalesce(signs.sign_date > shared.cutoff, false)
    group by shared.person_key, shared.patient_id
),

outlived as (
    select dead.person_key
    from shared as dead
    inner join last_signs
        on dead.person_key = last_signs.person_key and dead.patient_id <> last_signs.patient_id
    where
        last_signs.sign_date > dead.death_date_latest
        and not coalesce(dead.death_date_earliest > dead.cutoff, false)
    group by dead.person_key
),

treated_by_merges as (
    select shared.person_key
    from shared
    inner join source.merged_patients
        on shared.patient_id in (merged_patients.patient_id, merged_patients.becomes)
    group by shared.person_key
),

keys as (
    select
        shared.person_key,
        min(shared.patient_id) as person_id,
        string_agg(case when shared.place <= 10 then shared.patient_id end, ', ' order by place)
            as patient_ids,
        count(*) > 3
        or count(distinct case when shared.sex <> 'unknown' then shared.sex end) > 1
        or count(distinct shared.birth_year) > 1
        or max(outlived.person_key) is not null
        or max(treated_by_merges.person_key) is not null as is_contradictory
    from shared
    left join outlived on shared.person_key = outlived.person_key
    left join treated_by_merges on shared.person_key = treated_by_merges.person_key
    group by shared.person_key
),

judged as (
    select
        shared.patient_id,
        keys.person_id,
        keys.patient_ids,
        case
            when keys.is_contradictory then 'not_linked'
            when $link_persons = 'auto' then 'linked'
            else 'linking_off'
        end as linking
    from shared
    inner join keys on shared.person_key = keys.person_key
)

select
    patients.patient_id,
    case when judged.linking = 'linked' then judged.person_id else patients.patient_id end
        as person_id,
    coalesce(judged.linking, 'alone') as linking,
    coalesce(judged.patient_ids, patients.patient_id) as patient_ids,
    coalesce(judged.person_id = patients.patient_id, true) as is_first_id
from staging.patients
left join judged on patients.patient_id = judged.patient_id
where patients.is_placed
