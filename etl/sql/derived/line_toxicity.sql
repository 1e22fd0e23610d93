-- One row per line.
with
-- What was entered for a whole episode belongs to the line in which it started; for a later line
-- to which it adds a substance, only that there was none.
answers as (
    select
        line_treatments.line_id,
        episodes.severe_toxicity,
        line_treatments.has_episode_start as is_started
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    where not line_treatments.is_carried_only
),

entered as (
    select
        line_id,
        case
            when bool_or(coalesce(is_started and severe_toxicity = 'yes', false)) then 'yes'
            when
                bool_and(coalesce(not is_started or severe_toxicity = 'no', false))
                and bool_or(coalesce(severe_toxicity = 'no', false))
                then 'no'
            else 'unknown'
        end as severe_toxicity
    from answers
    group by line_id
),

-- A grade that CTCAE does not have is registered, but is no grade.
graded as (
    select
        *,
        case when grade between 1 and 5 then grade end as valid_grade
    from derived.adverse_events_attributed
    where line_id is not null
),

events as (
    select
        line_id,
        count(*) as events,
        count(*) filter (where begins_episode) as episodes,
        max(valid_grade) as worst_grade,
        max(case when is_irae then valid_grade end) as worst_irae_grade,
        max(onset_date) as last_onset_date,
        bool_or(valid_grade >= 3 and is_irae is null) as has_severe_of_unknown_cause,
        bool_or(valid_grade is null and is_irae) as has_ungraded_irae,
        min(case when valid_grade >= 3 and is_irae then onset_date end) as first_severe_irae_date,
        case
            when bool_or(led_to_stop = 'yes') then 'yes'
            when bool_and(coalesce(led_to_stop = 'no', false)) then 'no'
            else 'unknown'
        end as led_to_stop
    from graded
    group by line_id
),

-- A source that registers every severe event says of whomever it follows whether there was one.
captures as (
    select
        coalesce(
            max(value) in ('complete_grade3plus', 'complete_all_grades'), false
        ) as is_complete
    from source.declarations
    where name = 'toxicity_capture'
),

asks as (
    select coalesce(bool_or(collected), true) as is_asked
    from source.collected
    where table_name = 'treatments' and column_name = 'severe_toxicity'
),

reported as (
    select
        lines.line_id,
        lines.patient_id,
        lines.start_date,
        lines.end_date,
        lines.next_line_start_date,
        entered.severe_toxicity,
        coalesce(events.events, 0) as events,
        coalesce(events.episodes, 0) as episodes,
        events.worst_grade,
        events.worst_irae_grade,
        events.led_to_stop,
        events.last_onset_date,
        events.first_severe_irae_date,
        case
            when events.first_severe_irae_date >= lines.start_date
                then events.first_severe_irae_date - lines.start_date
        end as days_to_severe_irae,
        coalesce(events.worst_grade >= 3, false) as has_severe_event,
        coalesce(events.worst_irae_grade >= 3, false) as has_severe_irae,
        coalesce(events.has_severe_of_unknown_cause, false) as has_severe_of_unknown_cause,
        -- Not by an event: who had one would be known for having had it. An event without a grade
        -- may have been severe.
        (
            entered.severe_toxicity in ('yes', 'no')
            or (captures.is_complete and not line_survival.os_end_reason like 'unknown%')
        )
        and not (
            coalesce(events.has_ungraded_irae, false)
            and coalesce(events.worst_irae_grade < 3, true)
        ) as toxicity_known,
        captures.is_complete or asks.is_asked as toxicity_collected
    from derived.lines
    cross join captures
    cross join asks
    inner join entered on lines.line_id = entered.line_id
    inner join derived.line_survival on lines.line_id = line_survival.line_id
    left join events on lines.line_id = events.line_id
),

-- What closes the window: the next line or death, whichever is first; else its last day.
windows as (
    select
        reported.*,
        follow_up.is_dead,
        follow_up.death_date,
        follow_up.linked_until_date,
        -- Whoever had an event was alive.
        least(
            greatest(follow_up.last_alive_date, reported.last_onset_date),
            follow_up.linked_until_date
        ) as seen_until,
        reported.end_date + $toxicity_window_days as last_day,
        least(
            case
                when
                    coalesce(
                        reported.next_line_start_date <= follow_up.linked_until_date,
                        follow_up.linked_until_date is null
                    )
                    then reported.next_line_start_date
            end,
            follow_up.death_date
        ) as competing_date
    from reported
    inner join derived.follow_up on reported.patient_id = follow_up.patient_id
),

closed as (
    select
        *,
        case
            when death_date < start_date then 'death_before_start'
            when start_date > linked_until_date then 'start_after_linkage'
            when competing_date <= coalesce(last_day, competing_date)
                then case
                    when competing_date = next_line_start_date then 'next_line' else 'death'
                end
            when last_day <= seen_until or death_date is not null then 'window_end'
            when is_dead then 'unknown_death_date'
            else 'last_known_alive'
        end as closed_by
    from windows
),

ended as (
    select
        *,
        case closed_by
            when 'next_line' then competing_date
            when 'death' then competing_date
            when 'window_end' then last_day
            when 'last_known_alive' then greatest(start_date, seen_until)
        end as window_end_date,
        case
            when has_severe_irae and days_to_severe_irae is null then 'onset_not_in_line'
            when
                first_severe_irae_date
                <= coalesce(
                    least(competing_date, last_day, linked_until_date), first_severe_irae_date
                )
                and closed_by not in ('death_before_start', 'start_after_linkage')
                then 'severe_irae'
            else closed_by
        end as severe_irae_end_reason
    from closed
)

select
    line_id,
    patient_id,
    severe_toxicity,
    events,
    episodes,
    worst_grade,
    worst_irae_grade,
    toxicity_known,
    toxicity_collected,
    case
        when has_severe_event or severe_toxicity = 'yes' then 'yes'
        when toxicity_known then 'no'
        else 'not_reported'
    end as severe_toxicity_status,
    case
        when has_severe_irae then 'yes'
        when not toxicity_known or has_severe_of_unknown_cause then 'not_reported'
        when severe_toxicity = 'yes' and not has_severe_event then 'not_reported'
        else 'no'
    end as severe_irae_status,
    led_to_stop as toxicity_led_to_stop,
    first_severe_irae_date,
    days_to_severe_irae,
    window_end_date as toxicity_window_end_date,
    closed_by as toxicity_window_closed_by,
    severe_irae_end_reason,
    case severe_irae_end_reason
        when 'severe_irae' then days_to_severe_irae
        when 'onset_not_in_line' then null
        else window_end_date - start_date
    end as severe_irae_days,
    case severe_irae_end_reason
        when 'severe_irae' then 1
        when 'next_line' then 2
        when 'death' then 3
        when 'window_end' then 0
        when 'last_known_alive' then 0
    end as severe_irae_cause
from ended
