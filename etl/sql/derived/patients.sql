-- One row per person.
with registered as (
    select
        patients.*,
        persons.person_id,
        persons.patient_ids,
        persons.cutoff_date,
        -- A death past the cut-off of a patient who is not registered dead has not happened.
        patients.vital_status is distinct from 'dead'
        and coalesce(patients.death_date_earliest > persons.cutoff_date, false)
            as is_death_ignored,
        -- A contact of the living shortly past the cut-off is read as the cut-off.
        coalesce(
            patients.vital_status = 'alive'
            and patients.last_contact_date_earliest > persons.cutoff_date
            and patients.last_contact_date_latest
            <= persons.cutoff_date + $contact_past_cutoff_days,
            false
        ) as is_soon_after_last_contact_date,
        coalesce(
            patients.vital_status = 'alive'
            and patients.vital_status_date_earliest > persons.cutoff_date
            and patients.vital_status_date_latest
            <= persons.cutoff_date + $contact_past_cutoff_days,
            false
        ) as is_soon_after_vital_status_date
    from staging.patients
    inner join derived.persons on patients.patient_id = persons.patient_id
    where patients.is_placed
)

select
    person_id as patient_id,
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
    patient_ids,
    cutoff_date,
    source_file,
    source_line,
    source_part,
    source_number
from registered
