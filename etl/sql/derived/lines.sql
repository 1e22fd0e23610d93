-- One row per patient and line of therapy.
with
-- What later starts of a line show; most lines have none.
went_on as (
    select
        line_id,
        bool_or(clause = 'substitution') as has_substitution,
        bool_or(clause = 'resumption_after_toxicity') as is_resumed_after_toxicity,
        bool_or(goes_beyond_progression) as is_beyond_progression,
        bool_or(drops_component) as drops_component,
        bool_or(gives_component_back) as has_component_given_back,
        bool_or(adds_substance) as has_added_substance,
        bool_or(is_not_shown) as is_not_shown
    from derived.line_steps
    where not opens_line
    group by line_id
),

headed as (
    select
        opened.line_id,
        opened.patient_id,
        opened.line_setting as setting,
        opened.line_number,
        opened.line_sequence,
        opened.line_start_date as start_date,
        opened.clause as opened_because,
        opened.carried_substances,
        opened.ends_line_before,
        opened.is_not_shown or coalesce(went_on.is_not_shown, false) as is_not_shown,
        opened.is_stale_ongoing,
        coalesce(went_on.has_substitution, false) as has_substitution,
        coalesce(went_on.is_resumed_after_toxicity, false) as is_resumed_after_toxicity,
        opened.goes_beyond_progression
        or coalesce(went_on.is_beyond_progression, false) as is_beyond_progression,
        opened.drops_component or coalesce(went_on.drops_component, false) as drops_component,
        opened.gives_component_back
        or coalesce(went_on.has_component_given_back, false) as has_component_given_back,
        opened.adds_substance
        or coalesce(went_on.has_added_substance, false) as has_added_substance
    from derived.line_steps as opened
    left join went_on on opened.line_id = went_on.line_id
    where opened.opens_line
),

followed as (
    select
        headed.*,
        lead(start_date) over by_sequence as next_line_start_date,
        lead(opened_because) over by_sequence as next_opened_because,
        coalesce(lead(ends_line_before) over by_sequence, false) as is_ended_by_next,
        lead(carried_substances) over by_sequence is not null as is_cut,
        sum(case when setting in ('neoadjuvant', 'adjuvant') then 1 else 0 end) over by_sequence
            as early_lines,
        sum(case when setting = 'advanced' then 1 else 0 end) over by_sequence as advanced_lines
    from headed
    window by_sequence as (partition by patient_id order by line_sequence)
),

-- Of the rows that ended last, the one with the first known reason; what has no stop at the line's
-- last start ended after everything else. Both orders are made one number.
ranked as (
    select
        line_id,
        step,
        stop_date,
        is_ongoing,
        coalesce(stop_reason, 'unknown') as stop_reason,
        coalesce(stop_date - date '0001-01-01', 0) * 100000000
        + step * 1000
        + 2 * (
            200 - coalesce(
                nullif(position(',' || stop_reason || ',' in ',' || $end_reason_order || ','), 0),
                200
            )
        )
        + case when is_ongoing then 1 else 0 end as place
    from derived.line_rows
),

ended as (
    select
        line_id,
        max(stop_date) as last_stop_date,
        coalesce(max(case when stop_date is null then step end) = max(step), false) as is_open,
        bool_or(stop_date is null and not is_ongoing) as has_unknown_stop,
        coalesce(max(case when stop_date is null then place end) % 2 = 1, false) as is_ongoing,
        max_by(stop_reason, case when stop_date is null then place end) as open_reason,
        max_by(stop_reason, case when stop_date is not null then place end) as stopped_reason
    from ranked
    group by line_id
),

-- Numbers of the substances in the order of the alphabet: they are quicker to compare than names.
substances as (
    select
        label_name,
        min(drug_class) as drug_class,
        row_number() over (order by label_name) as place
    from derived.line_substances
    group by label_name
),

-- Most labels have one or two names, which need no sorting. A line went on without a component
-- where a start did (above), or where its last days say so.
places as (
    select
        line_substances.line_id,
        count(case when line_substances.is_label then 1 end) as names,
        min(case when line_substances.is_label then substances.place end) as first_place,
        max(case when line_substances.is_label then substances.place end) as last_place,
        min(line_substances.component_end_date) as first_component_end_date,
        max(line_substances.last_shown_date) as last_shown_date
    from derived.line_substances
    inner join substances on line_substances.label_name = substances.label_name
    group by line_substances.line_id
),

labels as (
    select
        places.line_id,
        places.names,
        places.first_component_end_date,
        places.last_shown_date,
        first.label_name as first_name,
        last.label_name as last_name,
        first.drug_class as first_class,
        last.drug_class as last_class
    from places
    left join substances as first on places.first_place = first.place
    left join substances as last on places.last_place = last.place
),

long_labels as (
    select
        line_substances.line_id,
        string_agg(
            distinct line_substances.label_name, '+' order by line_substances.label_name
        ) as regimen,
        string_agg(
            distinct line_substances.drug_class, '+' order by line_substances.drug_class
        ) as regimen_class
    from derived.line_substances
    inner join labels on line_substances.line_id = labels.line_id
    where line_substances.is_label and labels.names > 2
    group by line_substances.line_id
),

treatments as (
    select
        line_treatments.line_id,
        count(*) as episodes,
        min(line_treatments.treatment_id) as treatment_id,
        min(case when line_treatments.has_episode_start then episodes.line_number end)
            as first_entered,
        max(case when line_treatments.has_episode_start then episodes.line_number end)
            as last_entered
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    group by line_treatments.line_id
),

many_treatments as (
    select
        line_treatments.line_id,
        string_agg(
            line_treatments.treatment_id, ','
            order by line_treatments.first_start_date, line_treatments.treatment_id
        ) as treatment_ids
    from derived.line_treatments
    inner join treatments on line_treatments.line_id = treatments.line_id
    where treatments.episodes > 1
    group by line_treatments.line_id
),

many_entered as (
    select
        line_id,
        string_agg(cast(line_number as varchar), ',' order by line_number) as entered_line_numbers
    from (
        select distinct
            line_treatments.line_id,
            episodes.line_number
        from derived.line_treatments
        inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
        inner join treatments on line_treatments.line_id = treatments.line_id
        where
            line_treatments.has_episode_start
            and episodes.line_number is not null
            and treatments.first_entered < treatments.last_entered
    ) as numbers
    group by line_id
),

local as (
    select
        followed.line_id,
        count(*) as local_treatments
    from derived.local_therapies
    inner join followed
        on
            local_therapies.patient_id = followed.patient_id
            and local_therapies.local_date >= followed.start_date
            and local_therapies.local_date < coalesce(
                followed.next_line_start_date, date '9999-12-31'
            )
    group by followed.line_id
)

select
    followed.line_id,
    followed.patient_id,
    followed.setting,
    followed.line_number,
    followed.line_sequence,
    -- N (CLoT + PLoT) of Saini and Twelves; lines of unknown setting are in neither.
    cast(followed.line_sequence as varchar)
    || ' (' || cast(followed.early_lines as varchar)
    || '+' || cast(followed.advanced_lines as varchar)
    || case
        when followed.early_lines + followed.advanced_lines < followed.line_sequence
            then
                ', '
                || cast(
                    followed.line_sequence - followed.early_lines - followed.advanced_lines
                    as varchar
                )
                || ' unknown'
        else ''
    end
    || ')' as lot_notation,
    case
        when labels.first_name = labels.last_name then labels.first_name
        when labels.names = 2 then labels.first_name || '+' || labels.last_name
        else long_labels.regimen
    end as regimen,
    case
        when labels.names > 2 then long_labels.regimen_class
        when labels.first_class <> labels.last_class
            then least(labels.first_class, labels.last_class)
            || '+' || greatest(labels.first_class, labels.last_class)
        else coalesce(labels.first_class, labels.last_class)
    end as regimen_class,
    followed.start_date,
    -- A line ends at the latest when the next one starts, and treatment with life. What goes on is
    -- cut there.
    case
        when followed.is_ended_by_next then followed.next_line_start_date
        when not ended.is_open then least(ended.last_stop_date, followed.next_line_start_date)
        when
            ended.is_ongoing
            and followed.next_line_start_date is null
            and follow_up.death_date >= followed.start_date
            then follow_up.death_date
    end as end_date,
    case
        when followed.is_cut and followed.next_opened_because = 'progression' then 'progression'
        when followed.is_cut then 'other'
        when not ended.is_open then ended.stopped_reason
        when not ended.is_ongoing or followed.next_line_start_date is not null
            then ended.open_reason
        when follow_up.is_dead then 'death'
        else 'ongoing'
    end as end_reason,
    followed.opened_because,
    case
        when followed.next_opened_because is not null then followed.next_opened_because
        when not ended.is_open or not ended.is_ongoing then 'no_later_line'
        when follow_up.is_dead then 'death'
        else 'ongoing'
    end as closed_because,
    followed.next_line_start_date,
    coalesce(many_treatments.treatment_ids, treatments.treatment_id) as treatment_ids,
    coalesce(many_entered.entered_line_numbers, cast(treatments.first_entered as varchar))
        as entered_line_numbers,
    treatments.first_entered = followed.line_number
    and treatments.last_entered = followed.line_number as entered_line_agrees,
    ended.has_unknown_stop,
    followed.has_substitution,
    followed.is_resumed_after_toxicity,
    followed.is_beyond_progression,
    followed.drops_component
    or least(labels.last_shown_date, followed.next_line_start_date)
    - labels.first_component_end_date > $dropped_component_days as has_dropped_component,
    followed.has_component_given_back,
    followed.has_added_substance,
    followed.carried_substances,
    followed.is_not_shown,
    followed.is_stale_ongoing,
    coalesce(local.local_treatments, 0) as local_treatments
from followed
inner join ended on followed.line_id = ended.line_id
inner join labels on followed.line_id = labels.line_id
inner join treatments on followed.line_id = treatments.line_id
left join long_labels on followed.line_id = long_labels.line_id
left join many_treatments on followed.line_id = many_treatments.line_id
left join many_entered on followed.line_id = many_entered.line_id
left join local on followed.line_id = local.line_id
left join derived.follow_up on followed.patient_id = follow_up.patient_id
