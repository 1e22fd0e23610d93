-- One row per line that progressed.
with
-- RECIST 1.1, clinical judgement and lines with mixed criteria: the first PD.
plain as (
    select
        line_id,
        min(assessment_date) as progression_date,
        arg_min(response_id, assessment_date) as record_key
    from derived.line_assessments
    where is_worst_of_day and category = 'PD' and not is_immune
    group by line_id
),

-- iRECIST: iSD, iPR and iCR begin a new block, in which no progression has been shown yet.
blocks as (
    select
        line_id,
        response_id,
        assessment_date,
        days_from_line_start,
        response,
        category,
        sum(case when category in ('CR', 'PR', 'SD', 'NON-CR/NON-PD') then 1 else 0 end) over (
            partition by line_id
            order by days_from_line_start
            rows between unbounded preceding and current row
        ) as block
    from derived.line_assessments
    where is_worst_of_day and is_immune
),

shown as (
    select
        blocks.*,
        min(case when category = 'iUPD' then days_from_line_start end) over (
            partition by line_id, block
            order by days_from_line_start
            rows between unbounded preceding and current row
        ) as first_shown_day,
        max(block) over (partition by line_id) as last_block
    from blocks
),

-- Confirmed too soon is not confirmed.
reread as (
    select
        line_id,
        response_id,
        assessment_date,
        days_from_line_start,
        response,
        block,
        last_block,
        first_shown_day,
        assessment_date - cast(days_from_line_start - first_shown_day as integer)
            as first_shown_date,
        case
            when
                response = 'iCPD'
                and days_from_line_start - first_shown_day < $immune_confirmation_min_days
                then 'iUPD'
            else category
        end as category
    from shown
),

in_window as (
    select
        reread.*,
        max(case when category = 'iUPD' then 1 else 0 end) over (
            partition by line_id, block
            order by days_from_line_start
            range between $immune_confirmation_max_days preceding
            and $immune_confirmation_min_days preceding
        ) = 1 as has_shown_in_window,
        max(case when category not in ('iUPD', 'PD') then days_from_line_start end) over (
            partition by line_id
        ) as last_other_day
    from reread
),

-- An iUPD that nothing reset counts when only progression follows, treatment is over or the patient
-- died of melanoma.
unconfirmed as (
    select
        in_window.line_id,
        in_window.assessment_date as progression_date,
        in_window.response_id as record_key
    from in_window
    inner join derived.lines on in_window.line_id = lines.line_id
    left join derived.patients
        on lines.patient_id = patients.patient_id
    where
        in_window.category = 'iUPD'
        and in_window.block = in_window.last_block
        and in_window.days_from_line_start = in_window.first_shown_day
        and (
            lines.next_line_start_date is not null
            -- Treatment that goes on until death has not been stopped.
            or (
                lines.closed_because <> 'death'
                and (lines.end_date is not null or lines.end_reason not in ('ongoing', 'unknown'))
            )
            or patients.death_cause = 'melanoma'
            or coalesce(in_window.last_other_day, 0) < in_window.days_from_line_start
        )
),

assessed as (
    select
        line_id,
        progression_date,
        'assessment' as progression_source,
        record_key,
        false as is_immune_confirmed
    from plain
    union all
    select
        line_id,
        case when response = 'iCPD' then coalesce(first_shown_date, assessment_date)
            else assessment_date
        end as progression_date,
        'assessment' as progression_source,
        response_id as record_key,
        response = 'iCPD' and coalesce(has_shown_in_window, false) as is_immune_confirmed
    from in_window
    where category = 'PD'
    union all
    select
        line_id,
        progression_date,
        'unconfirmed_iUPD' as progression_source,
        record_key,
        false as is_immune_confirmed
    from unconfirmed
),

first_assessed as (
    select
        line_id,
        progression_date,
        progression_source,
        record_key,
        is_immune_confirmed
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

-- An episode of several lines stopped in the last of them that had begun by its stop.
last_lines as (
    select
        episodes.treatment_id,
        episodes.stop_date,
        arg_max(lines.line_id, lines.line_sequence) as line_id,
        -- An unknown stop is not before the last start.
        greatest(max(lines.start_date), max(episodes.last_start_date)) as possible_from_date
    from derived.episodes
    inner join derived.line_treatments
        on episodes.treatment_id = line_treatments.treatment_id
    inner join derived.lines
        on
            line_treatments.line_id = lines.line_id
            and coalesce(lines.start_date <= episodes.stop_date, true)
    where episodes.stop_reason = 'progression'
    group by episodes.treatment_id, episodes.stop_date
),

stopped as (
    select
        line_id,
        min(stop_date) as stop_date,
        min_by(treatment_id, row(stop_date, treatment_id))
            as stop_record_key
    from last_lines
    where stop_date is not null
    group by line_id
),

-- A source that registers best responses may say PD without a day, of the line in which the
-- episode started.
entered as (
    select
        line_treatments.line_id,
        min(line_treatments.treatment_id) as treatment_id
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    inner join source.declarations
        on declarations.name = 'responses' and declarations.value = 'best_response'
    where episodes.best_response in ('PD', 'iCPD') and line_treatments.has_episode_start
    group by line_treatments.line_id
),

-- What is dated past the cut-off was on an unknown day of the line of its episode, else of the last.
past_cutoff as (
    select
        undated_progressions.subject,
        undated_progressions.record_key,
        coalesce(
            arg_max(lines.line_id, lines.line_sequence)
                filter (where line_treatments.line_id is not null),
            arg_max(lines.line_id, lines.line_sequence)
        ) as line_id
    from derived.undated_progressions
    inner join derived.lines on undated_progressions.patient_id = lines.patient_id
    left join derived.line_treatments
        on
            lines.line_id = line_treatments.line_id
            and undated_progressions.treatment_id = line_treatments.treatment_id
    group by undated_progressions.subject, undated_progressions.record_key
),

undated as (
    select
        line_id,
        min(from_date) as from_date,
        min_by(source, row(from_date, source, record_key)) as source,
        min_by(record_key, row(from_date, source, record_key)) as record_key
    from (
        select
            line_id,
            possible_from_date as from_date,
            'stop_reason_undated' as source,
            treatment_id as record_key
        from last_lines
        where stop_date is null
        union all
        select
            past_cutoff.line_id,
            lines.start_date as from_date,
            case past_cutoff.subject
                when 'responses' then 'assessment_undated' else 'stop_reason_undated'
            end as source,
            past_cutoff.record_key
        from past_cutoff
        inner join derived.lines on past_cutoff.line_id = lines.line_id
    ) as registered
    group by line_id
),

-- The earlier of both, unless a PD soon after the stop dates the progression that was the reason.
combined as (
    select
        lines.line_id,
        lines.patient_id,
        first_assessed.progression_date as first_pd_date,
        first_assessed.progression_source as first_pd_source,
        first_assessed.record_key as first_pd_record_key,
        coalesce(first_assessed.is_immune_confirmed, false) as is_immune_confirmed,
        stopped.stop_date,
        stopped.stop_record_key,
        undated.from_date as undated_from_date,
        undated.source as undated_source,
        undated.record_key as undated_record_key,
        entered.treatment_id as entered_record_key,
        coalesce(
            stopped.stop_date < first_assessed.progression_date
            and (first_assessed.progression_date - stopped.stop_date) > $stop_to_progression_days,
            first_assessed.line_id is null
        ) as is_by_stop
    from derived.lines
    left join first_assessed on lines.line_id = first_assessed.line_id
    left join stopped on lines.line_id = stopped.line_id
    left join undated on lines.line_id = undated.line_id
    left join entered on lines.line_id = entered.line_id
    where
        first_assessed.line_id is not null
        or stopped.line_id is not null
        or undated.line_id is not null
        or entered.line_id is not null
),

-- On an unknown day, unless a known one is before every day that it may have been.
decided as (
    select
        combined.*,
        case when is_by_stop then stop_date else first_pd_date end as dated_date,
        coalesce(
            undated_from_date < case when is_by_stop then stop_date else first_pd_date end,
            undated_from_date is not null
        ) as is_undated
    from combined
)

select
    line_id,
    patient_id,
    case when not is_undated then dated_date end as progression_date,
    case
        when is_undated then undated_source
        when dated_date is null then 'entered_response_undated'
        when is_by_stop then 'stop_reason'
        else first_pd_source
    end as progression_source,
    case
        when is_undated then undated_record_key
        when dated_date is null then entered_record_key
        when is_by_stop then stop_record_key
        else first_pd_record_key
    end as record_key,
    is_immune_confirmed,
    case when is_undated then undated_from_date end as undated_from_date,
    first_pd_date,
    stop_date
from decided
