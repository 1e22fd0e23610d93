-- One row per person.
with
dated as (
    select
        patients.*,
        persons.person_id,
        persons.patient_ids,
        persons.linking = 'linked' as is_linked,
        coalesce(cutoffs.export_date, export.export_date) as cutoff_date
    from staging.patients
    inner join staging.persons on patients.patient_id = persons.patient_id
    left join source.cutoffs on patients.source_file = cutoffs.file_name
    cross join (select max(export_date) as export_date from source.export) as export
    where patients.is_placed
),

registered as (
    select
        dated.*,
        -- A death past the cut-off of a patient who is not registered dead has not happened.
        dated.vital_status is distinct from 'dead'
        and coalesce(dated.death_date_earliest > dated.cutoff_date, false) as is_death_ignored,
        -- A contact of the living shortly past the cut-off is read as the cut-off.
        coalesce(
            dated.vital_status = 'alive'
            and dated.last_contact_date_earliest > dated.cutoff_date
            and dated.last_contact_date_latest <= dated.cutoff_date + $contact_past_cutoff_days,
            false
        ) as is_soon_after_last_contact_date,
        coalesce(
            dated.vital_status = 'alive'
            and dated.vital_status_date_earliest > dated.cutoff_date
            and dated.vital_status_date_latest <= dated.cutoff_date + $contact_past_cutoff_days,
            false
        ) as is_soon_after_vital_status_date
    from dated
),

ids as (
    select
        patient_id,
        person_id,
        patient_ids,
        is_linked,
        hospital_id,
        sex,
        read_by(birth_date, birth_date_earliest, cutoff_date) as birth_date,
        read_by(birth_date_earliest, birth_date_earliest, cutoff_date) as birth_date_earliest,
        read_by(birth_date_latest, birth_date_earliest, cutoff_date) as birth_date_latest,
        vital_status,
        read_by(death_date, death_date_earliest, cutoff_date) as death_date,
        read_by(death_date_earliest, death_date_earliest, cutoff_date) as death_date_earliest,
        read_by(death_date_latest, death_date_earliest, cutoff_date) as death_date_latest,
        case when not is_death_ignored then death_cause end as death_cause,
        case
            when is_soon_after_last_contact_date then cutoff_date
            else read_by(last_contact_date, last_contact_date_earliest, cutoff_date)
        end as last_contact_date,
        case
            when is_soon_after_last_contact_date then cutoff_date
            else read_by(last_contact_date_earliest, last_contact_date_earliest, cutoff_date)
        end as last_contact_date_earliest,
        case
            when is_soon_after_last_contact_date then cutoff_date
            else read_by(last_contact_date_latest, last_contact_date_earliest, cutoff_date)
        end as last_contact_date_latest,
        case
            when is_soon_after_vital_status_date then cutoff_date
            else read_by(vital_status_date, vital_status_date_earliest, cutoff_date)
        end as vital_status_date,
        case
            when is_soon_after_vital_status_date then cutoff_date
            else read_by(vital_status_date_earliest, vital_status_date_earliest, cutoff_date)
        end as vital_status_date_earliest,
        case
            when is_soon_after_vital_status_date then cutoff_date
            else read_by(vital_status_date_latest, vital_status_date_earliest, cutoff_date)
        end as vital_status_date_latest,
        vital_status_source,
        cutoff_date,
        source_file,
        source_line,
        source_part,
        source_number
    from registered
),

-- Of the linked: the death known by linkage before that of a hospital, then the most precise, then
-- the latest; the latest sign of life.
ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by
                case when death_date is null then 1 else 0 end,
                case when vital_status_source = 'linkage' then 0 else 1 end,
                death_date_latest - death_date_earliest,
                death_date desc,
                patient_id
        ) as death_place,
        row_number() over (
            partition by person_id
            order by last_contact_date desc nulls last, patient_id
        ) as contact_place,
        row_number() over (
            partition by person_id
            order by vital_status_date desc nulls last, patient_id
        ) as vital_place
    from ids
    where is_linked
),

linked as (
    select
        person_id,
        min(patient_ids) as patient_ids,
        arg_min(hospital_id, patient_id) as hospital_id,
        coalesce(
            arg_min(case when sex <> 'unknown' then sex end, patient_id), max(sex)
        ) as sex,
        arg_min(birth_date, patient_id) as birth_date,
        arg_min(birth_date_earliest, patient_id) as birth_date_earliest,
        arg_min(birth_date_latest, patient_id) as birth_date_latest,
        case
            when bool_or(vital_status = 'dead') then 'dead'
            when bool_or(vital_status = 'alive') then 'alive'
            else max(vital_status)
        end as vital_status,
        max(case when death_place = 1 then death_date end) as death_date,
        max(case when death_place = 1 then death_date_earliest end) as death_date_earliest,
        max(case when death_place = 1 then death_date_latest end) as death_date_latest,
        arg_min(death_cause, death_place) as death_cause,
        max(case when contact_place = 1 then last_contact_date end) as last_contact_date,
        max(case when contact_place = 1 then last_contact_date_earliest end)
            as last_contact_date_earliest,
        max(case when contact_place = 1 then last_contact_date_latest end)
            as last_contact_date_latest,
        max(case when vital_place = 1 then vital_status_date end) as vital_status_date,
        max(case when vital_place = 1 then vital_status_date_earliest end)
            as vital_status_date_earliest,
        max(case when vital_place = 1 then vital_status_date_latest end)
            as vital_status_date_latest,
        max(case when vital_place = 1 then vital_status_source end) as vital_status_source,
        coalesce(max(death_date_earliest) - min(death_date_latest) > $person_days, false)
            as death_dates_differ,
        max(cutoff_date) as cutoff_date,
        arg_min(source_file, patient_id) as source_file,
        arg_min(source_line, patient_id) as source_line,
        arg_min(source_part, patient_id) as source_part,
        arg_min(source_number, patient_id) as source_number
    from ranked
    group by person_id
)

select
    person_id as patient_id,
    hospital_id,
    sex,
    birth_date,
    birth_date_earliest,
    birth_date_latest,
    vital_status,
    death_date,
    death_date_earliest,
    death_date_latest,
    death_cause,
    last_contact_date,
    last_contact_date_earliest,
    last_contact_date_latest,
    vital_status_date,
    vital_status_date_earliest,
    vital_status_date_latest,
    vital_status_source,
    patient_id as patient_ids,
    false as death_dates_differ,
    cutoff_date,
    source_file,
    source_line,
    source_part,
    source_number
from ids
where not is_linked
union all
select
    person_id as patient_id,
    hospital_id,
    sex,
    birth_date,
    birth_date_earliest,
    birth_date_latest,
    vital_status,
    death_date,
    death_date_earliest,
    death_date_latest,
    death_cause,
    last_contact_date,
    last_contact_date_earliest,
    last_contact_date_latest,
    vital_status_date,
    vital_status_date_earliest,
    vital_status_date_latest,
    vital_status_source,
    patient_ids,
    death_dates_differ,
    cutoff_date,
    source_file,
    source_line,
    source_part,
    source_number
from linked
