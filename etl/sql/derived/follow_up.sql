-- One row per placed patient.
with
-- What shows that a patient lived. A stop that was not for progression shows nobody alive, nor
-- does the resolution of an event.
records as (
    select
        patient_id,
        start_date as record_date,
        'treatments' as record_table,
        treatment_id as record_key
    from derived.exposures
    union all
    select
        patient_id,
        start_date as record_date,
        'treatments' as record_table,
        treatment_id as record_key
    from derived.treatments
    where treatment_id not in (select treatment_id from derived.episodes)
    union all
    select
        patient_id,
        start_date as record_date,
        'drugs' as record_table,
        record_key
    from derived.drug_substances
    where origin = 'drugs' and record_key not in (select record_key from derived.exposures)
    union all
    select
        patient_id,
        stop_date as record_date,
        'treatments' as record_table,
        treatment_id as record_key
    from derived.episodes
    where stop_reason = 'progression'
    union all
    select
        patient_id,
        assessment_date as record_date,
        'responses' as record_table,
        response_id as record_key
    from derived.assessments
    union all
    select
        patient_id,
        start_date as record_date,
        'local_treatments' as record_table,
        procedure_id as record_key
    from derived.local_treatments
    union all
    select
        patient_id,
        onset_date as record_date,
        'adverse_events' as record_table,
        event_id as record_key
    from derived.adverse_events
),

last_records as (
    select
        patient_id,
        max(record_date) as last_record_date,
        max_by(
            {'record_table': record_table, 'record_key': record_key},
            row(record_date, record_table, record_key)
        ) as last_record
    from records
    where record_date is not null
    group by patient_id
),

-- No stop is later than death either.
last_stops as (
    select
        patient_id,
        max(stop_date) as last_stop_date
    from (
        select
            patient_id,
            stop_date
        from derived.exposures
        union all
        select
            patient_id,
            stop_date
        from derived.episodes
    ) as stops
    group by patient_id
),

registers as (
    select
        coalesce(
            max(case when name = 'vital_status' then value end) = 'linkage_complete', false
        ) as is_linkage_complete
    from source.declarations
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
                        greatest(
                            patients.death_date,
                            last_records.last_record_date,
                            last_stops.last_stop_date
                        ),
                        patients.death_date_latest
                    )
                )
            else patients.death_date
        end as death_date,
        patients.death_cause,
        greatest(patients.vital_status_date, patients.last_contact_date) as entered_alive_date,
        coalesce(
            patients.vital_status_date >= patients.last_contact_date,
            patients.vital_status_date is not null
        ) as is_by_vital_status,
        -- Nothing is known of the time after a linkage that is complete.
        case when registers.is_linkage_complete then patients.vital_status_date end
            as linked_until_date,
        coalesce(
            registers.is_linkage_complete
            and patients.death_date_earliest > patients.vital_status_date,
            false
        ) as is_death_left_out,
        last_records.last_record_date,
        last_records.last_record
    from derived.patients
    cross join registers
    left join last_records on patients.patient_id = last_records.patient_id
    left join last_stops on patients.patient_id = last_stops.patient_id
),

-- The latest of all, whichever says so.
shown as (
    select
        known.*,
        last_record_date is not null
        and linked_until_date is null
        and coalesce(last_record_date > entered_alive_date, true) as is_by_record
    from known
)

select
    patient_id,
    is_dead and not is_death_left_out as is_dead,
    case
        when not is_death_left_out and death_date is not null
            then least(death_date, linked_until_date)
    end as death_date,
    death_cause,
    linked_until_date,
    case
        when linked_until_date is not null then linked_until_date
        when is_by_record then last_record_date
        else entered_alive_date
    end as last_alive_date,
    case
        when linked_until_date is not null then 'vital_status_date'
        when is_by_record then 'last_record'
        when entered_alive_date is null then null
        when is_by_vital_status then 'vital_status_date'
        else 'last_contact'
    end as last_alive_source,
    case when is_by_record then last_record.record_table else 'patients' end
        as last_alive_record_table,
    case when is_by_record then last_record.record_key else patient_id end
        as last_alive_record_key,
    coalesce(linked_until_date, entered_alive_date) as last_contact_date,
    case
        when linked_until_date is not null then 'vital_status_date'
        when entered_alive_date is null then null
        when is_by_vital_status then 'vital_status_date'
        else 'last_contact'
    end as last_contact_source
from shown
