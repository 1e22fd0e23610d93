-- One row per record that shows progression, with the day it shows it for.
with
-- Of patients with an iCPD: iSD, iPR and iCR reset the bar, and a new block of unconfirmed
-- progression begins.
blocks as (
    select
        patient_id,
        response_id,
        assessment_date,
        response,
        category,
        sum(case when category in ('CR', 'PR', 'SD', 'NON-CR/NON-PD') then 1 else 0 end) over (
            partition by patient_id
            order by assessment_date
            rows between unbounded preceding and current row
        ) as block
    from derived.assessments
    where
        is_worst_of_day
        and patient_id in (select patient_id from derived.assessments where response = 'iCPD')
),

shown as (
    select
        patient_id,
        response_id,
        assessment_date,
        response,
        min(case when category = 'iUPD' then assessment_date end) over (
            partition by patient_id, block
            order by assessment_date
            rows between unbounded preceding and current row
        ) as first_shown_date
    from blocks
),

-- An episode that stopped for progression on an unknown day progressed before the next start.
next_starts as (
    select
        episodes.treatment_id,
        min(spans.start_date) as next_start_date
    from derived.episodes
    inner join derived.spans
        on
            episodes.patient_id = spans.patient_id
            and episodes.last_start_date < spans.start_date
    where episodes.stop_reason = 'progression' and episodes.stop_date is null
    group by episodes.treatment_id
),

last_starts as (
    select
        treatment_id,
        max(start_date) as start_date
    from derived.spans
    where stop_reason = 'progression'
    group by treatment_id
)

select
    patient_id,
    assessment_date as evidence_date,
    cast(null as date) as episode_last_start_date,
    'assessment' as evidence,
    response_id as record_key
from derived.assessments
where is_worst_of_day and response = 'PD'
union all
-- An iCPD is dated at the first iUPD of its block; too soon after it, it confirms nothing.
select
    patient_id,
    coalesce(first_shown_date, assessment_date) as evidence_date,
    cast(null as date) as episode_last_start_date,
    'assessment' as evidence,
    response_id as record_key
from shown
where
    response = 'iCPD'
    and (
        first_shown_date is null
        or assessment_date - first_shown_date >= $immune_confirmation_min_days
    )
union all
select
    episodes.patient_id,
    coalesce(episodes.stop_date, next_starts.next_start_date) as evidence_date,
    last_starts.start_date as episode_last_start_date,
    'stop_reason' as evidence,
    episodes.treatment_id as record_key
from derived.episodes
inner join last_starts on episodes.treatment_id = last_starts.treatment_id
left join next_starts on episodes.treatment_id = next_starts.treatment_id
where
    episodes.stop_reason = 'progression'
    and coalesce(episodes.stop_date, next_starts.next_start_date) is not null
