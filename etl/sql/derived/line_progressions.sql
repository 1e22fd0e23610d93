-- One row per line that progressed.
with
daily as (
    select
        line_assessments.line_id,
        line_assessments.response_id,
        line_assessments.assessment_date,
        line_assessments.response,
        line_assessments.category,
        sum(
            case when line_assessments.category in ('CR', 'PR', 'SD', 'NON-CR/NON-PD') then 1
                else 0
            end
        ) over (
            partition by line_assessments.line_id
            order by line_assessments.assessment_date
            rows between unbounded preceding and current row
        ) as block
    from derived.line_assessments
    where line_assessments.is_worst_of_day
),

-- iRECIST: iCPD is dated at the first iUPD of its block; iSD, iPR and iCR begin a new block.
dated as (
    select
        daily.*,
        min(case when category = 'iUPD' then assessment_date end) over (
            partition by line_id, block
            order by assessment_date
            rows between unbounded preceding and current row
        ) as first_unconfirmed_date,
        max(block) over (partition by line_id) as last_block,
        max(assessment_date) over (partition by line_id) as last_assessment_date
    from daily
),

-- An iUPD that nothing reset counts when no assessment follows it, treatment stops or the patient
-- dies of melanoma.
unconfirmed as (
    select
        dated.line_id,
        min(dated.assessment_date) as progression_date,
        min(dated.response_id) as record_key
    from dated
    inner join derived.lines on dated.line_id = lines.line_id
    left join staging.patients
        on lines.patient_id = patients.patient_id and patients.is_placed
    where
        dated.category = 'iUPD'
        and dated.block = dated.last_block
        and dated.assessment_date = dated.first_unconfirmed_date
        and (
            lines.end_date is not null
            or lines.next_line_start_date is not null
            or patients.death_cause = 'melanoma'
            or not exists (
                select 1
                from daily as later
                where
                    dated.line_id = later.line_id
                    and dated.assessment_date < later.assessment_date
                    and later.category <> 'iUPD'
            )
        )
    group by dated.line_id
),

assessed as (
    select
        line_id,
        case
            when response = 'iCPD' then coalesce(first_unconfirmed_date, assessment_date)
            else assessment_date
        end as progression_date,
        'assessment' as progression_source,
        response_id as record_key,
        response = 'iCPD' as is_confirmed
    from dated
    where category = 'PD'
    union all
    select
        line_id,
        progression_date,
        'unconfirmed_iUPD' as progression_source,
        record_key,
        false as is_confirmed
    from unconfirmed
),

first_assessed as (
    select
        line_id,
        progression_date,
        progression_source,
        record_key,
        is_confirmed
    from (
        select
            assessed.*,
            row_number() over (
                partition by line_id
                order by progression_date, progression_source, record_key
            ) as place
        from assessed
    ) as placed
    where place = 1
),

-- An episode that goes on in a later line stopped there.
stopped as (
    select
        line_id,
        stop_date,
        treatment_id
    from (
        select
            last_lines.line_id,
            episodes.stop_date,
            episodes.treatment_id,
            row_number() over (
                partition by last_lines.line_id
                order by episodes.stop_date nulls last, episodes.treatment_id
            ) as place
        from (
            select
                line_treatments.treatment_id,
                lines.line_id,
                row_number() over (
                    partition by line_treatments.treatment_id
                    order by lines.line_sequence desc
                ) as place
            from derived.line_treatments
            inner join derived.lines on line_treatments.line_id = lines.line_id
        ) as last_lines
        inner join derived.episodes
            on last_lines.treatment_id = episodes.treatment_id
        where last_lines.place = 1 and episodes.stop_reason = 'progression'
    ) as placed
    where place = 1
),

-- A source that registers best responses may say PD without a day.
entered as (
    select
        line_treatments.line_id,
        min(line_treatments.treatment_id) as treatment_id
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    inner join source.declarations
        on declarations.name = 'responses' and declarations.value = 'best_response'
    where episodes.best_response in ('PD', 'iCPD')
    group by line_treatments.line_id
)

select
    lines.line_id,
    lines.patient_id,
    case
        when first_assessed.line_id is not null then first_assessed.progression_date
        else stopped.stop_date
    end as progression_date,
    case
        when first_assessed.line_id is not null then first_assessed.progression_source
        when stopped.stop_date is not null then 'stop_reason'
        when stopped.line_id is not null then 'stop_reason_undated'
        else 'entered_response_undated'
    end as progression_source,
    coalesce(first_assessed.record_key, stopped.treatment_id, entered.treatment_id) as record_key,
    coalesce(first_assessed.is_confirmed, false) as is_immune_confirmed
from derived.lines
left join first_assessed on lines.line_id = first_assessed.line_id
left join stopped on lines.line_id = stopped.line_id
left join entered on lines.line_id = entered.line_id
where
    first_assessed.line_id is not null
    or stopped.line_id is not null
    or entered.line_id is not null
