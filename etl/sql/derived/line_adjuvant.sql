-- One row per patient whose first advanced line follows an adjuvant one.
with
first_advanced as (
    select
        patient_id,
        min_by(line_id, line_sequence) as line_id,
        min(line_sequence) as line_sequence,
        min(start_date) as start_date
    from derived.lines
    where setting = 'advanced'
    group by patient_id
),

-- Whether the last dose is known; an unknown stop lies before the next start.
last_doses as (
    select
        first_advanced.patient_id,
        first_advanced.line_id,
        first_advanced.start_date,
        max(line_rows.line_start_date) as adjuvant_start_date,
        max(line_rows.last_shown_date) as last_shown_date,
        case
            when bool_and(line_rows.last_possible_date is not null)
                then max(line_rows.last_possible_date)
        end as last_possible_date
    from first_advanced
    inner join derived.lines as adjuvant
        on
            first_advanced.patient_id = adjuvant.patient_id
            and first_advanced.line_sequence > adjuvant.line_sequence
            and adjuvant.setting = 'adjuvant'
    inner join derived.line_rows on adjuvant.line_id = line_rows.line_id
    group by first_advanced.patient_id, first_advanced.line_id, first_advanced.start_date
),

relapses as (
    select
        last_doses.patient_id,
        min(progression_evidence.evidence_date) as relapse_date
    from last_doses
    inner join derived.progression_evidence
        on
            last_doses.patient_id = progression_evidence.patient_id
            and last_doses.adjuvant_start_date < progression_evidence.evidence_date
            and last_doses.start_date >= progression_evidence.evidence_date
    group by last_doses.patient_id
),

dated as (
    select
        last_doses.*,
        coalesce(relapses.relapse_date, last_doses.start_date) as relapse_date
    from last_doses
    left join relapses on last_doses.patient_id = relapses.patient_id
)

select
    patient_id,
    line_id,
    relapse_date,
    last_shown_date as last_adjuvant_date,
    last_possible_date is not distinct from last_shown_date as is_last_adjuvant_date_known,
    relapse_date - last_shown_date as days_from_adjuvant,
    -- Told only where every possible last dose tells the same.
    case
        when relapse_date - last_shown_date <= $adjuvant_refractory_days then true
        when relapse_date - last_possible_date > $adjuvant_refractory_days then false
    end as is_adjuvant_refractory
from dated
