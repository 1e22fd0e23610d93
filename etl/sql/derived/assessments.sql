-- One row per placed response assessment with a date and a known code.
with dated as (
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
        responses.criteria,
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
    from staging.responses
    left join derived.episodes
        on
            responses.treatment_id = episodes.treatment_id
            and responses.patient_id = episodes.patient_id
    where
        responses.is_placed
        and responses.response is not null
        and responses.assessment_date is not null
)

select
    response_id,
    patient_id,
    treatment_id,
    assessment_date,
    criteria,
    response,
    category,
    dictionary,
    category <> 'NE' as is_evaluable,
    row_number() over (
        partition by patient_id, assessment_date
        order by
            case category
                when 'PD' then 1
                when 'iUPD' then 2
                when 'NON-CR/NON-PD' then 3
                when 'SD' then 4
                when 'PR' then 5
                when 'CR' then 6
                else 7
            end,
            response_id
    ) = 1 as is_worst_of_day
from dated
