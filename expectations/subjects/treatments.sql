-- One row per treatment episode as registered, with its patient and baseline, the episodes before and after it, its assessments, events and surgery.
with cutoff as (
    select max(export_date) as export_date from source.export
),

-- The next episode is one that starts after the combination window: rows of one combination
-- are one treatment.
following as (
    select
        source_file,
        source_line,
        source_part,
        source_number,
        min(start_date) over later as next_start_date,
        min(start_date_earliest) over later as next_start_date_earliest,
        min(start_date_latest) over later as next_start_date_latest
    from staging.treatments
    where is_placed and start_date is not null
    window later as (
        partition by patient_id
        order by start_date
        range between interval 29 days following and unbounded following
    )
),

numbered as (
    select
        source_file,
        source_line,
        source_part,
        source_number,
        min(start_date) over later as higher_line_start_date,
        min(start_date_earliest) over later as higher_line_start_date_earliest,
        min(start_date_latest) over later as higher_line_start_date_latest
    from staging.treatments
    where is_placed and line_number is not null and start_date is not null
    window later as (
        partition by patient_id, setting
        order by line_number
        range between 1 following and unbounded following
    )
),

-- Days between the stop and the nearest progression of the episode, as few as the dates allow.
progressions as (
    select
        t.treatment_id,
        min(
            greatest(
                r.assessment_date_earliest - t.stop_date_latest,
                t.stop_date_earliest - r.assessment_date_latest,
                0
            )
        ) as days_to_progression
    from staging.treatments as t
    inner join staging.responses as r
        on
            r.patient_id = t.patient_id
            and r.response in ('PD', 'iUPD', 'iCPD')
            and r.assessment_date_latest >= t.start_date_earliest
    where t.stop_reason = 'progression' and t.stop_date is not null
    group by t.treatment_id
),

any_progressions as (
    select patient_id, min(assessment_date_earliest) as first_pd, max(assessment_date_latest) as last_pd
    from staging.responses
    where response in ('PD', 'iUPD', 'iCPD') and assessment_date is not null
    group by patient_id
),

assessed as (
    select treatment_id, count(*) as assessments
    from staging.responses
    where treatment_id is not null
    group by treatment_id
),

assessed_patients as (
    select patient_id, count(*) as patient_assessments
    from staging.responses
    group by patient_id
),

toxicity as (
    select treatment_id, max(grade) as worst_grade, count(*) as adverse_events
    from staging.adverse_events
    where treatment_id is not null
    group by treatment_id
),

-- Events of an episode: those that name it, and those of the patient that name none and began
-- after it did.
episode_events as (
    select t.treatment_id, count(*) as events_recorded
    from staging.treatments as t
    inner join staging.adverse_events as a
        on
            a.is_placed
            and a.patient_id = t.patient_id
            and (
                a.treatment_id = t.treatment_id
                or (
                    a.treatment_id is null
                    and coalesce(a.onset_date_latest >= t.start_date_earliest, true)
                )
            )
    where t.stop_reason = 'toxicity' and t.is_placed
    group by t.treatment_id
),

-- The last thing that is known to have happened to a patient.
signs as (
    select patient_id, assessment_date_latest as sign_date from staging.responses
    union all
    select patient_id, onset_date_latest from staging.adverse_events
    union all
    select patient_id, start_date_latest from staging.drug_substances
    union all
    select patient_id, start_date_latest from staging.local_treatments
    union all
    select patient_id, last_contact_date_latest from staging.patients
),

last_signs as (
    select patient_id, max(sign_date) as last_sign_date
    from signs
    group by patient_id
),

surgeries as (
    select
        t.treatment_id,
        count(*) as surgeries,
        min(
            case
                when l.start_date_earliest <= t.start_date_latest
                    then greatest(t.start_date_earliest - l.start_date_latest, 0)
            end
        ) as days_since_surgery,
        count(case when l.start_date_latest >= t.start_date_earliest then 1 end)
            as surgeries_after_start
    from staging.treatments as t
    inner join staging.local_treatments as l
        on l.patient_id = t.patient_id and l.kind = 'surgery' and l.start_date is not null
    where t.setting in ('adjuvant', 'neoadjuvant') and t.start_date is not null and t.is_placed
    group by t.treatment_id
),

baselines as (
    select
        patient_id,
        max(brain_metastases) as baseline_brain_metastases,
        max(ecog) as baseline_ecog
    from staging.baselines
    where is_placed and treatment_id is null
    group by patient_id
    having count(*) = 1
),

-- What an episode gives, and the episode of the patient that starts before it.
given_once as (
    select
        treatment_id,
        substance,
        reading,
        bool_and(is_after_arrow) as is_after_arrow,
        max(origin) = 'drugs' as has_drug_rows
    from staging.drug_substances
    group by treatment_id, substance, reading
),

-- Sorted lists: three times as quick as aggregates with an order of their own.
given as (
    select
        treatment_id,
        array_to_string(
            list_sort(list(substance) filter (where substance is not null and not is_after_arrow)),
            '+'
        ) as substances,
        -- only where nothing in the drug rows stayed unread
        case
            when bool_or(has_drug_rows) and bool_and(reading <> 'unread')
                then
                    array_to_string(
                        list_sort(list(substance) filter (where reading = 'systemic')), '+'
                    )
        end as drug_row_substances,
        bool_or(has_drug_rows) as has_drug_rows,
        bool_or(reading in ('systemic', 'unread')) as is_systemic
    from given_once
    group by treatment_id
),

-- What a regimen says by itself; nothing where a part of it is not read.
regimen_labels as (
    select
        written as regimen,
        case
            when bool_and(reading <> 'unread')
                then
                    string_agg(distinct substance, '+' order by substance)
                        filter (where reading = 'systemic')
        end as regimen_substances
    from staging.drug_readings
    group by written
),

in_order as (
    select
        t.treatment_id,
        t.patient_id,
        t.hospital_id,
        t.setting,
        g.substances,
        t.start_date,
        t.start_date_earliest = t.start_date_latest as has_exact_start,
        lag(g.substances) over by_start as previous_substances,
        lag(t.start_date) over by_start as previous_start_date,
        lag(t.stop_date) over by_start as previous_stop_date,
        lag(t.stop_date_earliest) over by_start as previous_stop_date_earliest,
        lag(t.stop_date_latest) over by_start as previous_stop_date_latest,
        lag(t.line_number) over by_start as previous_line_number
    from staging.treatments as t
    left join given as g on g.treatment_id = t.treatment_id
    where t.is_placed and t.start_date is not null
    window by_start as (partition by t.patient_id order by t.start_date, t.treatment_id)
),

-- Episodes that may be one: the same drugs a few days apart, or the two halves of a combination.
-- Each pair is told of the later one.
doubles as (
    select
        later.treatment_id,
        min(
            case
                when
                    earlier.substances = later.substances
                    and earlier.hospital_id is not distinct from later.hospital_id
                    then later.start_date - earlier.start_date
            end
        ) as same_drugs_days,
        min(
            case
                when
                    earlier.substances = later.substances
                    and earlier.hospital_id is distinct from later.hospital_id
                    then later.start_date - earlier.start_date
            end
        ) as same_drugs_elsewhere_days,
        min(
            case
                when earlier.substances <> later.substances
                    then later.start_date - earlier.start_date
            end
        ) as other_half_days
    from in_order as later
    inner join in_order as earlier
        on
            earlier.patient_id = later.patient_id
            and earlier.setting is not distinct from later.setting
            and (
                earlier.substances = later.substances
                or (earlier.substances = 'ipilimumab' and later.substances = 'nivolumab')
                or (earlier.substances = 'nivolumab' and later.substances = 'ipilimumab')
            )
            and earlier.has_exact_start
            and later.has_exact_start
            and (
                earlier.start_date < later.start_date
                or (
                    earlier.start_date = later.start_date
                    and earlier.treatment_id < later.treatment_id
                )
            )
    group by later.treatment_id
)

select
    t.*,
    coalesce(cutoffs.export_date, cutoff.export_date) as export_date,
    p.patient_id is not null as has_patient,
    p.vital_status as patient_vital_status,
    p.vital_status_text as patient_vital_status_text,
    p.death_date as patient_death_date,
    p.death_date_earliest as patient_death_date_earliest,
    p.death_date_latest as patient_death_date_latest,
    p.death_date_text as patient_death_date_text,
    following.next_start_date,
    following.next_start_date_earliest,
    following.next_start_date_latest,
    numbered.higher_line_start_date,
    numbered.higher_line_start_date_earliest,
    numbered.higher_line_start_date_latest,
    progressions.days_to_progression,
    any_progressions.first_pd as first_progression_date,
    any_progressions.last_pd as last_progression_date,
    coalesce(assessed.assessments, 0) as assessments,
    coalesce(assessed_patients.patient_assessments, 0) as patient_assessments,
    toxicity.worst_grade,
    coalesce(toxicity.adverse_events, 0) as adverse_events,
    coalesce(episode_events.events_recorded, 0) as events_recorded,
    last_signs.last_sign_date,
    greatest(last_signs.last_sign_date, p.vital_status_date_latest) as last_seen_date,
    surgeries.surgeries,
    surgeries.days_since_surgery,
    surgeries.surgeries_after_start,
    baselines.baseline_brain_metastases,
    baselines.baseline_ecog,
    in_order.substances,
    in_order.previous_substances,
    in_order.previous_start_date,
    in_order.previous_stop_date,
    in_order.previous_stop_date_earliest,
    in_order.previous_stop_date_latest,
    in_order.previous_line_number,
    doubles.same_drugs_days,
    doubles.same_drugs_elsewhere_days,
    doubles.other_half_days,
    coalesce(given.has_drug_rows, false) as has_drug_rows,
    given.drug_row_substances,
    given.is_systemic,
    regimen_labels.regimen_substances
from staging.treatments as t
cross join cutoff
left join source.cutoffs on cutoffs.file_name = t.source_file
left join staging.patients as p on p.patient_id = t.patient_id and p.is_placed
left join following
    on
        following.source_file = t.source_file
        and following.source_line = t.source_line
        and following.source_part = t.source_part
        and following.source_number = t.source_number
left join numbered
    on
        numbered.source_file = t.source_file
        and numbered.source_line = t.source_line
        and numbered.source_part = t.source_part
        and numbered.source_number = t.source_number
left join progressions on progressions.treatment_id = t.treatment_id
left join any_progressions on any_progressions.patient_id = t.patient_id
left join assessed on assessed.treatment_id = t.treatment_id
left join assessed_patients on assessed_patients.patient_id = t.patient_id
left join toxicity on toxicity.treatment_id = t.treatment_id
left join episode_events on episode_events.treatment_id = t.treatment_id
left join last_signs on last_signs.patient_id = t.patient_id
left join surgeries on surgeries.treatment_id = t.treatment_id
left join baselines on baselines.patient_id = t.patient_id
left join in_order on in_order.treatment_id = t.treatment_id
left join doubles on doubles.treatment_id = t.treatment_id
left join given on given.treatment_id = t.treatment_id
left join regimen_labels on regimen_labels.regimen = t.regimen
