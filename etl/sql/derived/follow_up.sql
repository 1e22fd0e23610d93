-- One row per placed patient.
with
last_records as (
    select
        patient_id,
        max(record_date) as last_record_date
    from (
        select
            patient_id,
            greatest(start_date, coalesce(stop_date, start_date)) as record_date
        from derived.exposures
        union all
        select
            patient_id,
            stop_date as record_date
        from derived.episodes
        where stop_date is not null
        union all
        select
            patient_id,
            assessment_date as record_date
        from derived.assessments
    ) as records
    group by patient_id
),

known as (
    select
        patients.patient_id,
        coalesce(patients.vital_status = 'dead', false) or patients.death_date is not null
            as is_dead,
        -- A partial date of death moves after the last record, not past the data cut-off.
        case
            when patients.death_date_earliest < patients.death_date_latest
                then greatest(
                    patients.death_date_earliest,
                    least(
                        greatest(patients.death_date, last_records.last_record_date),
                        patients.death_date_latest
                    )
                )
            else patients.death_date
        end as death_date,
        patients.death_cause,
        coalesce(patients.vital_status_date, patients.last_contact_date) as entered_alive_date,
        patients.vital_status_date is not null as has_vital_status_date,
        last_records.last_record_date
    from derived.patients
    left join last_records on patients.patient_id = last_records.patient_id
)

select
    patient_id,
    is_dead,
    death_date,
    death_cause,
    case
        when coalesce(last_record_date > entered_alive_date, true)
            then coalesce(last_record_date, entered_alive_date)
        else entered_alive_date
    end as last_alive_date,
    case
        when coalesce(last_record_date, entered_alive_date) is null then null
        when last_record_date is not null and coalesce(last_record_date > entered_alive_date, true)
            then 'last_record'
        when has_vital_status_date then 'vital_status_date'
        else 'last_contact'
    end as last_alive_source,
    entered_alive_date as last_contact_date,
    case
        when entered_alive_date is null then null
        when has_vital_status_date then 'vital_status_date'
        else 'last_contact'
    end as last_contact_source
from known
