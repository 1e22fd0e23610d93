-- One row per line.
with
-- One assessment a day, the worst, up to and including the first progression.
counted as (
    select
        line_assessments.line_id,
        line_assessments.response_id,
        line_assessments.assessment_date,
        line_assessments.response,
        line_assessments.category,
        line_assessments.days_from_line_start,
        row_number() over in_line as place,
        lag(case when line_assessments.category <> 'NE' then line_assessments.category end ignore nulls)
            over in_line as previous_category,
        coalesce(
            line_progressions.is_immune_confirmed
            and line_assessments.assessment_date = line_progressions.progression_date,
            false
        ) as is_confirmed_progression
    from derived.line_assessments
    left join derived.line_progressions
        on
            line_assessments.line_id = line_progressions.line_id
            and line_progressions.progression_source in ('assessment', 'unconfirmed_iUPD')
    where
        line_assessments.is_worst_of_day
        and line_assessments.assessment_date
        <= coalesce(line_progressions.progression_date, line_assessments.assessment_date)
    window
        in_line as (
            partition by line_assessments.line_id
            order by line_assessments.assessment_date
        )
),

-- Running counts, so that what lies between two assessments is a difference.
running as (
    select
        counted.*,
        sum(case when category = 'NE' then 1 else 0 end) over so_far as not_evaluable,
        sum(case when category in ('CR', 'NE') then 0 else 1 end) over so_far as not_complete,
        sum(case when category in ('CR', 'PR', 'NE') then 0 else 1 end) over so_far
            as not_responses,
        sum(case when category = 'PR' and previous_category = 'CR' then 1 else 0 end) over so_far
            as falls_from_complete
    from counted
    window
        so_far as (
            partition by line_id
            order by assessment_date
            rows between unbounded preceding and current row
        )
),

confirmed as (
    select
        earlier.response_id,
        min(earlier.category) as category
    from running as earlier
    inner join running as later
        on
            earlier.line_id = later.line_id
            and later.place > earlier.place
            and later.assessment_date - earlier.assessment_date >= $confirmation_days
    where
        later.not_evaluable - earlier.not_evaluable <= $confirmation_max_not_evaluable
        and (
            (
                earlier.category = 'CR'
                and later.category = 'CR'
                and later.not_complete = earlier.not_complete
            )
            or (
                earlier.category = 'PR'
                and later.category in ('CR', 'PR')
                and later.not_responses = earlier.not_responses
                and later.falls_from_complete = earlier.falls_from_complete
            )
        )
    group by earlier.response_id
),

scored as (
    select
        running.line_id,
        running.response_id,
        running.assessment_date,
        running.response,
        running.category,
        running.is_confirmed_progression,
        case
            when running.category = 'CR' then 1
            when running.category = 'PR' then 2
            when
                running.category = 'SD' and running.days_from_line_start >= $stable_disease_days
                then 3
            when running.category = 'NON-CR/NON-PD' then 4
            when running.category in ('PD', 'iUPD') then 5
            else 6
        end as score,
        case
            when confirmed.category = 'CR' then 1
            when confirmed.category = 'PR' then 2
            when
                running.category in ('CR', 'PR', 'SD')
                and running.days_from_line_start >= $stable_disease_days
                then 3
            when running.category = 'NON-CR/NON-PD' then 4
            when running.category in ('PD', 'iUPD') then 5
            else 6
        end as confirmed_score
    from running
    left join confirmed on running.response_id = confirmed.response_id
),

unconfirmed_best as (
    select
        line_id,
        case
            when score = 6 then 'NE'
            when score = 5 and is_confirmed_progression then 'iCPD'
            else response
        end as best_overall_response,
        assessment_date as best_overall_response_date
    from (
        select
            scored.*,
            row_number() over (
                partition by line_id
                order by score, assessment_date
            ) as place
        from scored
    ) as placed
    where place = 1
),

confirmed_best as (
    select
        line_id,
        case
            when confirmed_score = 6 then 'NE'
            when confirmed_score = 5 and is_confirmed_progression then 'iCPD'
            when confirmed_score = 3 and response in ('iCR', 'iPR', 'iSD') then 'iSD'
            when confirmed_score = 3 then 'SD'
            else response
        end as best_overall_response_confirmed
    from (
        select
            scored.*,
            row_number() over (
                partition by line_id
                order by confirmed_score, assessment_date
            ) as place
        from scored
    ) as placed
    where place = 1
),

assessments as (
    select
        line_id,
        count(*) as assessments,
        bool_or(is_evaluable) as has_evaluable
    from derived.line_assessments
    group by line_id
),

-- What the hospital entered, the best of the line's episodes.
entered as (
    select
        line_id,
        best_response
    from (
        select
            line_treatments.line_id,
            episodes.best_response,
            row_number() over (
                partition by line_treatments.line_id
                order by
                    case
                        when episodes.best_response in ('CR', 'iCR') then 1
                        when episodes.best_response in ('PR', 'iPR') then 2
                        when episodes.best_response in ('SD', 'iSD') then 3
                        when
                            episodes.best_response in ('NON-CR/NON-PD', 'NON-iCR/NON-iUPD')
                            then 4
                        when episodes.best_response = 'NE' then 6
                        else 5
                    end,
                    line_treatments.treatment_id
            ) as place
        from derived.line_treatments
        inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
        where episodes.best_response is not null
    ) as placed
    where place = 1
),

registers as (
    select coalesce(max(value), 'assessments') = 'best_response' as best_response
    from source.declarations
    where name = 'responses'
),

chosen as (
    select
        lines.line_id,
        lines.patient_id,
        coalesce(assessments.assessments, 0) as assessments,
        case
            when registers.best_response then entered.best_response
            else unconfirmed_best.best_overall_response
        end as best_overall_response,
        case
            when not registers.best_response then unconfirmed_best.best_overall_response_date
        end as best_overall_response_date,
        case
            when not registers.best_response then confirmed_best.best_overall_response_confirmed
        end as best_overall_response_confirmed,
        case
            when registers.best_response then 'entered'
            else 'assessments'
        end as response_source,
        case
            when registers.best_response then coalesce(entered.best_response <> 'NE', false)
            else coalesce(assessments.has_evaluable, false)
        end as response_evaluable
    from derived.lines
    cross join registers
    left join unconfirmed_best on lines.line_id = unconfirmed_best.line_id
    left join confirmed_best on lines.line_id = confirmed_best.line_id
    left join assessments on lines.line_id = assessments.line_id
    left join entered on lines.line_id = entered.line_id
)

select
    line_id,
    patient_id,
    assessments,
    best_overall_response,
    best_overall_response_date,
    best_overall_response_confirmed,
    response_source,
    response_evaluable,
    case
        when response_evaluable then best_overall_response in ('CR', 'PR', 'iCR', 'iPR')
    end as responder
from chosen
