-- One row per placed response assessment with a date and a known code.
with
-- Only a partial date asks when its episode started.
partial_starts as (
    select
        episodes.treatment_id,
        episodes.patient_id,
        episodes.start_date
    from derived.episodes
    where
        episodes.treatment_id in (
            select responses.treatment_id
            from derived.responses
            where responses.assessment_date_earliest < responses.assessment_date_latest
        )
),

dated as (
    select
        responses.response_id,
        responses.patient_id,
        responses.treatment_id,
        -- The start day is baseline, so a partial date moves to the day after it.
        case
            when
                responses.assessment_date <= episodes.start_date
                and responses.assessment_date_earliest < responses.assessment_date_latest
                and responses.assessment_date_latest > episodes.start_date
                then episodes.start_date + 1
            else responses.assessment_date
        end as assessment_date,
        responses.response,
        case responses.response
            when 'iCR' then 'CR'
            when 'iPR' then 'PR'
            when 'iSD' then 'SD'
            when 'NON-iCR/NON-iUPD' then 'NON-CR/NON-PD'
            when 'iCPD' then 'PD'
            else responses.response
        end as category,
        case
            when
                responses.response like 'i%' or responses.response = 'NON-iCR/NON-iUPD'
                then 'iRECIST'
            when responses.criteria = 'clinical' then 'clinical'
            when responses.response = 'NE' and responses.criteria = 'iRECIST' then 'iRECIST'
            else 'RECIST1.1'
        end as dictionary
    from derived.responses
    left join partial_starts as episodes
        on
            responses.treatment_id = episodes.treatment_id
            and responses.patient_id = episodes.patient_id
    where
        responses.response is not null
        and responses.assessment_date is not null
),

-- Most days have one assessment: only the others are put in order.
many as (
    select
        patient_id,
        assessment_date
    from dated
    group by patient_id, assessment_date
    having count(*) > 1
),

placed as (
    select
        dated.response_id,
        row_number() over (
            partition by dated.patient_id, dated.assessment_date
            order by
                case dated.category
                    when 'PD' then 1
                    when 'iUPD' then 2
                    when 'NON-CR/NON-PD' then 3
                    when 'SD' then 4
                    when 'PR' then 5
                    when 'CR' then 6
                    else 7
                end,
                dated.response_id
        ) as place
    from dated
    inner join many
        on dated.patient_id = many.patient_id and dated.assessment_date = many.assessment_date
)

select
    dated.response_id,
    dated.patient_id,
    dated.treatment_id,
    dated.assessment_date,
    dated.response,
    dated.category,
    dated.dictionary,
    dated.category <> 'NE' as is_evaluable,
    coalesce(placed.place, 1) = 1 as is_worst_of_day
from dated
left join placed on dated.response_id = placed.response_id
