-- One row per placed adverse event.
with
listed as (
    select
        ctcae_version,
        lower(term) as term,
        min(organ_class) as organ_class,
        bool_or(is_immune_related) as is_immune_related
    from codelists.ctcae_terms
    group by ctcae_version, lower(term)
),

listed_in_any_version as (
    select
        term,
        min(organ_class) as organ_class,
        bool_or(is_immune_related) as is_immune_related
    from listed
    group by term
),

registered as (
    select
        adverse_events.event_id,
        adverse_events.patient_id,
        adverse_events.treatment_id,
        adverse_events.term,
        adverse_events.category,
        -- What was fatal is grade 5, whether or not that was entered.
        case
            when
                adverse_events.outcome = 'fatal'
                and not coalesce(adverse_events.grade between 1 and 5, false)
                then 5
            else adverse_events.grade
        end as grade,
        adverse_events.led_to_stop,
        adverse_events.resolved_date,
        adverse_events.resolved_date_latest,
        coalesce(
            listed.organ_class,
            listed_in_any_version.organ_class,
            organ_classes.organ_class,
            entered_classes.code,
            'other'
        ) as organ_class,
        case adverse_events.immune_related when 'yes' then true when 'no' then false end
            as entered_irae,
        coalesce(listed.is_immune_related, listed_in_any_version.is_immune_related) as listed_irae,
        -- A partial onset moves to the start of the entered episode.
        case
            when
                adverse_events.onset_date < episodes.start_date
                and adverse_events.onset_date_latest >= episodes.start_date
                then episodes.start_date
            else adverse_events.onset_date
        end as onset_date
    from derived.adverse_events
    left join derived.episodes
        on
            adverse_events.treatment_id = episodes.treatment_id
            and adverse_events.patient_id = episodes.patient_id
    left join listed
        on
            lower(adverse_events.term) = listed.term
            and adverse_events.ctcae_version = listed.ctcae_version
    left join listed_in_any_version on lower(adverse_events.term) = listed_in_any_version.term
    left join codelists.organ_classes
        on lower(adverse_events.category) = lower(organ_classes.category)
    -- the project's own organ classes are accepted beside those of MedDRA
    left join codelists.codes as entered_classes
        on
            entered_classes.codelist = 'organ_class'
            and lower(adverse_events.category)
            in (lower(entered_classes.code), lower(entered_classes.label))
),

events as (
    select
        registered.* exclude (resolved_date, resolved_date_latest),
        coalesce(entered_irae, listed_irae) as is_irae,
        case
            when entered_irae is not null then 'entered'
            when listed_irae is not null then 'term_list'
        end as irae_source,
        -- A partial resolution moves to onset.
        case
            when resolved_date < onset_date and resolved_date_latest >= onset_date then onset_date
            else resolved_date
        end as resolved_date
    from registered
),

-- The entered episode decides; where it runs on into a later line, the last line begun by onset.
by_treatment as (
    select
        event_id,
        line_id,
        start_date
    from (
        select
            events.event_id,
            lines.line_id,
            lines.start_date,
            row_number() over (
                partition by events.event_id
                order by
                    case when lines.start_date <= events.onset_date then 0 else 1 end,
                    case
                        when lines.start_date <= events.onset_date then -lines.line_sequence
                        else lines.line_sequence
                    end
            ) as place
        from events
        inner join derived.line_treatments on events.treatment_id = line_treatments.treatment_id
        inner join derived.lines
            on line_treatments.line_id = lines.line_id and events.patient_id = lines.patient_id
    ) as placed
    where place = 1
),

-- Otherwise the last line begun by onset, while its window is open.
by_date as (
    select
        events.event_id,
        lines.line_id,
        lines.start_date
    from events
    inner join derived.lines
        on
            events.patient_id = lines.patient_id
            and events.onset_date >= lines.start_date
            and events.onset_date
            < coalesce(lines.next_line_start_date, events.onset_date + 1)
            and events.onset_date
            <= coalesce(lines.end_date + $toxicity_window_days, events.onset_date)
),

attributed as (
    select
        events.*,
        coalesce(by_treatment.line_id, by_date.line_id) as line_id,
        coalesce(by_treatment.start_date, by_date.start_date) as line_start_date,
        case
            when by_treatment.line_id is not null then 'treatment'
            when by_date.line_id is not null then 'date'
            else 'unassigned'
        end as line_assignment
    from events
    left join by_treatment on events.event_id = by_treatment.event_id
    left join by_date on events.event_id = by_date.event_id
),

-- A new episode begins after everything before it in the line and organ class had resolved.
followed as (
    select
        *,
        line_id is not null
        and coalesce(
            onset_date > max(
                case when resolved_date >= onset_date then resolved_date else 'infinity'::date end
            ) over (
                in_order rows between unbounded preceding and 1 preceding
            ),
            row_number() over in_order = 1
        ) as begins_episode
    from attributed
    window
        in_order as (
            partition by line_id, organ_class order by onset_date nulls last, event_id
        )
)

select
    event_id,
    patient_id,
    line_id,
    line_assignment,
    term,
    category,
    organ_class,
    grade,
    is_irae,
    irae_source,
    led_to_stop,
    onset_date,
    resolved_date,
    case when onset_date >= line_start_date then onset_date - line_start_date end
        as days_from_line_start,
    begins_episode
from followed
