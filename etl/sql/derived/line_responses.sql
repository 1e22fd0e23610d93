-- One row per line.
with
-- What counts: the worst of a day, up to the first PD or the stop for progression, whichever is
-- earlier, and that first PD.
read_assessments as (
    select
        line_assessments.line_id,
        line_assessments.response_id,
        line_assessments.assessment_date,
        line_assessments.days_from_line_start,
        line_assessments.category,
        line_assessments.is_evaluable,
        case
            when
                line_assessments.category = 'iUPD'
                and line_progressions.is_immune_confirmed
                and line_assessments.assessment_date = line_progressions.first_pd_date
                then 'iCPD'
            else line_assessments.response
        end as code,
        line_assessments.is_worst_of_day
        and coalesce(
            line_assessments.assessment_date
            <= least(line_progressions.first_pd_date, line_progressions.stop_date)
            or line_assessments.assessment_date = line_progressions.first_pd_date,
            line_progressions.first_pd_date is null and line_progressions.stop_date is null
        ) as is_counted
    from derived.line_assessments
    left join derived.line_progressions
        on line_assessments.line_id = line_progressions.line_id
),

-- Most lines hold their responses to the end: two days tell whether they are confirmed.
spans as (
    select
        line_id,
        max(case when category in ('CR', 'PR') then days_from_line_start end) as last_response_day,
        max(case when category = 'CR' then days_from_line_start end) as last_complete_day,
        -- Nothing else was seen since the first response, and no PR since the first CR.
        coalesce(
            max(case when category not in ('CR', 'PR', 'PD') then days_from_line_start end)
            > min(case when category in ('CR', 'PR') then days_from_line_start end),
            false
        )
        or coalesce(
            max(case when category = 'PR' then days_from_line_start end)
            > min(case when category = 'CR' then days_from_line_start end),
            false
        ) as is_interrupted
    from read_assessments
    where is_counted
    group by line_id
    having count(case when category in ('CR', 'PR') then 1 end) > 0
),

-- Of interrupted lines: running counts that never fall, so that what lies between two assessments
-- is a difference.
running as (
    select
        line_id,
        response_id,
        days_from_line_start,
        category,
        sum(case when category = 'NE' then 1 else 0 end) over so_far as not_evaluable,
        sum(case when category = 'SD' then 1 else 0 end) over so_far as stable,
        sum(case when category in ('CR', 'NE') then 0 else 1 end) over so_far as not_complete,
        sum(case when category in ('CR', 'PR', 'NE', 'SD') then 0 else 1 end) over so_far
            as not_responses,
        max(case when category = 'PR' then days_from_line_start end) over so_far
            as last_partial_day,
        min(case when category = 'CR' then days_from_line_start end) over (
            partition by line_id
            order by days_from_line_start
            rows between 1 following and unbounded following
        ) as next_complete_day
    from read_assessments
    where is_counted and line_id in (select line_id from spans where is_interrupted)
    window
        so_far as (
            partition by line_id
            order by days_from_line_start
            rows between unbounded preceding and current row
        )
),

-- The first assessment late enough to confirm has the least between: if it does not, none does.
confirming as (
    select
        running.*,
        min(case when category = 'CR' then not_evaluable end) over late_enough
            as complete_not_evaluable,
        min(case when category = 'CR' then not_complete end) over late_enough
            as complete_not_complete,
        min(case when category in ('CR', 'PR') then not_evaluable end) over late_enough
            as response_not_evaluable,
        min(case when category in ('CR', 'PR') then stable end) over late_enough
            as response_stable,
        min(case when category in ('CR', 'PR') then not_responses end) over late_enough
            as response_not_responses,
        min(case when category in ('CR', 'PR') then last_partial_day end) over late_enough
            as response_last_partial_day
    from running
    where category in ('CR', 'PR')
    window
        late_enough as (
            partition by line_id
            order by days_from_line_start
            range between greatest($confirmation_days, 1) following and unbounded following
        )
),

confirmed as (
    select response_id
    from confirming
    where
        (
            category = 'CR'
            and complete_not_evaluable - not_evaluable <= $confirmation_max_not_evaluable
            and complete_not_complete = not_complete
        )
        or (
            category = 'PR'
            and response_not_evaluable - not_evaluable <= $confirmation_max_not_evaluable
            and response_stable - stable <= $accept_stable_between
            and response_not_responses = not_responses
            and (next_complete_day is null or response_last_partial_day < next_complete_day)
        )
),

held as (
    select
        read_assessments.*,
        case
            when category not in ('CR', 'PR') or not is_counted then false
            when spans.is_interrupted then confirmed.response_id is not null
            when category = 'CR'
                then
                    spans.last_complete_day - days_from_line_start
                    >= greatest($confirmation_days, 1)
            else
                spans.last_response_day - days_from_line_start >= greatest($confirmation_days, 1)
        end as is_confirmed
    from read_assessments
    left join spans on read_assessments.line_id = spans.line_id
    left join confirmed on read_assessments.response_id = confirmed.response_id
),

scored as (
    select
        held.*,
        case
            when category = 'CR' then 1
            when category = 'PR' then 2
            when category = 'SD' and days_from_line_start >= $stable_disease_days then 3
            when category = 'NON-CR/NON-PD' and days_from_line_start >= $non_target_days then 4
            when category in ('PD', 'iUPD') then 5
            else 6
        end as score,
        case
            when is_confirmed and category = 'CR' then 1
            when is_confirmed then 2
            when
                category in ('CR', 'PR', 'SD') and days_from_line_start >= $stable_disease_days
                then 3
            when category = 'NON-CR/NON-PD' and days_from_line_start >= $non_target_days then 4
            when category in ('PD', 'iUPD') then 5
            else 6
        end as confirmed_score
    from held
),

-- The best first, and of equals the earliest.
ranked as (
    select
        scored.*,
        case when is_counted then score * 1000000 + days_from_line_start end as standing,
        case when is_counted then confirmed_score * 1000000 + days_from_line_start end
            as confirmed_standing
    from scored
),

best as (
    select
        line_id,
        count(*) as assessments,
        bool_or(is_counted) as has_counted,
        bool_or(is_evaluable and is_counted) as has_evaluable,
        min(standing) // 1000000 as score,
        arg_min(code, standing) as code,
        arg_min(assessment_date, standing) as met_date,
        min(confirmed_standing) // 1000000 as confirmed_score,
        arg_min(code, confirmed_standing) as confirmed_code,
        arg_min(assessment_date, confirmed_standing) as confirmed_met_date,
        min(case when is_counted and score <= 2 then assessment_date end) as first_response_date,
        min(case when is_confirmed then assessment_date end) as first_response_confirmed_date
    from ranked
    group by line_id
),

-- What is entered for an episode belongs to the line in which it started.
entries as (
    select
        line_treatments.line_id,
        episodes.treatment_id,
        episodes.best_response,
        case
            when episodes.best_response in ('CR', 'iCR') then 1
            when episodes.best_response in ('PR', 'iPR') then 2
            when episodes.best_response in ('SD', 'iSD') then 3
            when episodes.best_response in ('NON-CR/NON-PD', 'NON-iCR/NON-iUPD') then 4
            when episodes.best_response = 'NE' then 6
            else 5
        end as score
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    where episodes.best_response is not null and line_treatments.has_episode_start
),

-- What the hospital entered; most lines have one episode.
entered as (
    select
        line_id,
        count(*) as entries,
        any_value(best_response) as best_response,
        min(score) as score
    from entries
    group by line_id
),

-- Of several episodes the best.
best_entered as (
    select
        line_id,
        arg_min(best_response, row(score, treatment_id)) as best_response
    from entries
    where line_id in (select line_id from entered where entries > 1)
    group by line_id
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
        lines.start_date,
        registers.best_response as is_entered,
        coalesce(best.assessments, 0) as assessments,
        case
            when best.line_id is not null
                then coalesce(line_criteria.line_criteria, 'RECIST1.1')
        end as criteria,
        best.confirmed_score,
        coalesce(best_entered.best_response, entered.best_response) as entered_best_response,
        entered.score as entered_score,
        case when registers.best_response then entered.score else best.score end as score,
        coalesce(
            case when registers.best_response then entered.score <> 6 else best.has_evaluable end,
            false
        ) as response_evaluable,
        case
            when registers.best_response
                then coalesce(best_entered.best_response, entered.best_response)
            when best.score = 6 then 'NE'
            when not coalesce(best.has_counted, false) and $missing_as_not_evaluable then 'NE'
            else best.code
        end as best_overall_response,
        -- A response that was not held is stable disease.
        case
            when best.confirmed_score = 6 then 'NE'
            when not coalesce(best.has_counted, false) and $missing_as_not_evaluable then 'NE'
            when best.confirmed_score = 3 and best.confirmed_code in ('CR', 'PR') then 'SD'
            when best.confirmed_score = 3 and best.confirmed_code in ('iCR', 'iPR') then 'iSD'
            else best.confirmed_code
        end as best_overall_response_confirmed,
        best.met_date as best_overall_response_date,
        best.confirmed_met_date as best_overall_response_confirmed_date,
        best.first_response_date,
        best.first_response_confirmed_date
    from derived.lines
    cross join registers
    left join best on lines.line_id = best.line_id
    left join derived.line_criteria on lines.line_id = line_criteria.line_id
    left join entered on lines.line_id = entered.line_id
    left join best_entered on lines.line_id = best_entered.line_id
)

select
    line_id,
    patient_id,
    assessments,
    best_overall_response,
    response_evaluable,
    criteria,
    entered_best_response,
    case when not is_entered then best_overall_response_date end as best_overall_response_date,
    case when not is_entered then best_overall_response_confirmed end
        as best_overall_response_confirmed,
    case when not is_entered then best_overall_response_confirmed_date end
        as best_overall_response_confirmed_date,
    case when is_entered then 'entered' else 'assessments' end as response_source,
    case when response_evaluable then score <= 2 end as responder,
    case when response_evaluable then score <= 4 end as disease_control,
    case when not is_entered then first_response_date end as first_response_date,
    case when not is_entered then first_response_date - start_date end as days_to_response,
    case when not is_entered then first_response_confirmed_date end
        as first_response_confirmed_date,
    case when entered_score < 6 then entered_score <= 2 end as entered_responder,
    case
        when is_entered or score is null or entered_score is null then null
        when entered_score = score then 'same'
        when entered_score = confirmed_score then 'same_when_confirmed'
        when score < 6 and entered_score < 6 and (entered_score <= 2) = (score <= 2)
            then 'same_responder_status'
        else 'differs'
    end as entered_response_agreement
from chosen
