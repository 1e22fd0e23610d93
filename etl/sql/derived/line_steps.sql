-- One row per patient and start of treatment, with its line.
with recursive
-- Of few patients may anything be carried into a line: theirs is looked at name by name.
carriers as (
    select distinct patient_id
    from derived.running_spans
),

running_substances as (
    select
        patient_id,
        step,
        substance,
        any_value(component) as component,
        coalesce(any_value(drug_class), substance) as drug_class,
        any_value(how) as how,
        max(given_step) as given_step,
        max(last_shown_date) as last_shown_date,
        bool_or(stop_date is null) as has_unknown_stop,
        bool_or(is_ongoing) as is_ongoing
    from derived.running_spans
    group by patient_id, step, substance
),

running as (
    select
        patient_id,
        step,
        list(
            {
                'substance': substance,
                'component': component,
                'drug_class': drug_class,
                'how': how,
                'given_step': given_step,
                'last_shown_date': last_shown_date,
                'has_unknown_stop': has_unknown_stop,
                'is_ongoing': is_ongoing
            }
        ) as running
    from running_substances
    group by patient_id, step
),

starting as (
    select
        start_substances.patient_id,
        start_substances.step,
        list(
            {
                'substance': start_substances.substance,
                'component': start_substances.component,
                'drug_class': start_substances.drug_class,
                'given_step': start_substances.given_step,
                'class_given_step': start_substances.class_given_step,
                'goes_on': start_substances.goes_on,
                'component_given_step': start_components.given_step,
                'component_given_until_date': start_components.given_until_date,
                'was_dropped':
                    start_components.previous_start_date - start_components.given_until_date
                    > $dropped_component_days
            }
        ) as starting
    from derived.start_substances
    inner join derived.start_components
        on
            start_substances.patient_id = start_components.patient_id
            and start_substances.step = start_components.step
            and start_substances.component = start_components.component
    where start_substances.patient_id in (select patient_id from carriers)
    group by start_substances.patient_id, start_substances.step
),

dropped as (
    select
        patient_id,
        dropped_at_step as step,
        list({'component': component, 'given_until_date': given_until_date}) as dropped
    from derived.dropped_components
    where patient_id in (select patient_id from carriers)
    group by patient_id, dropped_at_step
),

unstopped as (
    select
        patient_id,
        step,
        list(substance) filter (where not is_stopped) as unstopped,
        list(substance) filter (where not is_perhaps_stopped) as surely_unstopped
    from derived.stopped_substances
    where patient_id in (select patient_id from carriers)
    group by patient_id, step
),

starts as materialized (
    select
        treatment_starts.*,
        running.running,
        starting.starting,
        dropped.dropped,
        unstopped.unstopped,
        unstopped.surely_unstopped
    from derived.treatment_starts
    left join running
        on
            treatment_starts.patient_id = running.patient_id
            and treatment_starts.step = running.step
    left join starting
        on
            treatment_starts.patient_id = starting.patient_id
            and treatment_starts.step = starting.step
    left join dropped
        on
            treatment_starts.patient_id = dropped.patient_id
            and treatment_starts.step = dropped.step
    left join unstopped
        on
            treatment_starts.patient_id = unstopped.patient_id
            and treatment_starts.step = unstopped.step
),

-- All patients walk through their starts together, one start a round. What is taken along: the
-- line's first step, start and setting, what was carried into it, and the last day it is known, or
-- may have been, given.
walk as (
    select
        patient_id,
        step,
        start_date,
        'first_treatment' as clause,
        cast(1 as bigint) as line_sequence,
        step as first_step,
        start_date as line_start_date,
        setting as walked_setting,
        cast([] as varchar[]) as carried,
        cast([] as varchar[]) as carried_components,
        cast([] as varchar[]) as carried_classes,
        last_shown_date,
        last_possible_date,
        has_ongoing,
        cast(null as bigint) as pause_days,
        false as drops_component,
        false as gives_component_back,
        false as adds_substance,
        false as goes_beyond_progression,
        false as ends_line_before,
        false as is_not_shown,
        false as is_stale_ongoing
    from derived.treatment_starts
    where step = 1
    union all
    select
        patient_id,
        step,
        start_date,
        clause,
        case when opens then line_sequence + 1 else line_sequence end as line_sequence,
        case when opens then step else first_step end as first_step,
        case when opens then start_date else line_start_date end as line_start_date,
        case
            when opens or line_setting = 'unknown' then setting
            else line_setting
        end as walked_setting,
        case
            when opens
                then coalesce(list_transform(taken_over, lambda one: one.substance), [])
            else line_carried
        end as carried,
        case
            when opens
                then coalesce(list_transform(taken_over, lambda one: one.component), [])
            else line_carried_components
        end as carried_components,
        case
            when opens
                then coalesce(list_transform(taken_over, lambda one: one.drug_class), [])
            else line_carried_classes
        end as carried_classes,
        case
            when opens
                then greatest(
                    last_shown_date,
                    list_max(list_transform(taken_over, lambda one: one.last_shown_date))
                )
            else greatest(last_shown_date, line_last_shown_date)
        end as last_shown_date,
        case
            when opens
                then greatest(
                    last_possible_date,
                    list_max(
                        list_transform(
                            taken_over,
                            lambda one: case
                                when one.has_unknown_stop
                                    then greatest(one.last_shown_date, next_start_date)
                                else one.last_shown_date
                            end
                        )
                    )
                )
            else greatest(last_possible_date, line_last_possible_date)
        end as last_possible_date,
        case
            when opens
                then
                    has_ongoing
                    or coalesce(
                        list_contains(
                            list_transform(taken_over, lambda one: one.is_ongoing), true
                        ),
                        false
                    )
            else has_ongoing or line_has_ongoing
        end as has_ongoing,
        start_date - line_last_possible_date as pause_days,
        is_dropping and not opens as drops_component,
        is_giving_back and not opens as gives_component_back,
        is_new and not opens and clause not in ('substitution', 'combination') as adds_substance,
        has_progressed and not opens as goes_beyond_progression,
        opens
        and (
            coalesce(len(taken_over), 0) > 0
            or (clause = 'new_substance' and not has_progressed and is_going_on)
        ) as ends_line_before,
        (clause = 'combination' and is_perhaps_switch)
        or (
            may_carry
            and coalesce(len(list_filter(held, lambda one: one.how = 'not_shown')), 0) > 0
        ) as is_not_shown,
        may_carry
        and coalesce(len(list_filter(held, lambda one: one.how = 'ongoing_elsewhere')), 0) > 0
            as is_stale_ongoing
    from (
        select
            judged.*,
            opens
            and clause not in ('setting_change', 'gap')
            and (setting = line_setting or setting = 'unknown' or line_setting = 'unknown')
                as may_carry,
            case
                when
                    opens
                    and clause not in ('setting_change', 'gap')
                    and (setting = line_setting or setting = 'unknown' or line_setting = 'unknown')
                    then list_filter(held, lambda one: one.how = 'shown')
            end as taken_over
        from (
            select
                clauses.*,
                clause not in (
                    'beyond_progression',
                    'substitution',
                    'combination',
                    'gap_exempt',
                    'addition',
                    'resumption_after_toxicity',
                    'continuation'
                ) as opens
            from (
                select
                    started.*,
                    case
                        when
                            setting <> line_setting
                            and setting <> 'unknown'
                            and line_setting <> 'unknown'
                            then 'setting_change'
                        when
                            $progression_opens
                            and has_progressed
                            and not is_new
                            and own_pause_days <= $beyond_progression_days
                            then 'beyond_progression'
                        when $progression_opens and has_progressed then 'progression'
                        when is_after_local_therapy then 'local_therapy'
                        -- Something is new to the line: a substitute, a switch, its combination, an
                        -- addition that is let pass, or another line.
                        when
                            is_new
                            and is_replacing
                            and start_date - line_last_shown_date <= $substitution_days
                            then 'substitution'
                        when is_new and is_switch then 'new_substance'
                        when is_new and start_date - line_start_date <= $combination_window_days
                            then 'combination'
                        when
                            is_new
                            and not (
                                ($addition_opens = 'never' or is_of_known_class)
                                -- An addition is to what goes on: given again now, or shown to be
                                -- given still.
                                and (
                                    is_partly_given
                                    or start_date <= line_last_shown_date
                                    or line_has_ongoing
                                )
                            )
                            then 'new_substance'
                        -- Nothing is new to the line that opens it: it goes on, unless too long was
                        -- nothing given.
                        when
                            start_date - line_last_possible_date > gap_limit_days
                            and not is_gap_exempt
                            then 'gap'
                        when $dropped_component_opens and is_dropping then 'dropped_component'
                        when $given_back_component_opens and is_giving_back
                            then 'component_given_back'
                        when start_date - line_last_possible_date > gap_limit_days then 'gap_exempt'
                        when is_new then 'addition'
                        when is_after_toxicity and start_date > line_last_possible_date
                            then 'resumption_after_toxicity'
                        else 'continuation'
                    end as clause
                from (
                    -- What is carried was given in the line, whatever is asked of it.
                    select
                        compared.*,
                        start_date > line_start_date
                        and start_date - line_start_date <= $combination_window_days
                        and not is_partly_given
                        and unstopped_since_step < first_step
                        and not coalesce(list_has_any(line_carried, unstopped), false)
                        and $window_respects_stops as is_switch,
                        start_date > line_start_date
                        and not is_partly_given
                        and surely_unstopped_since_step < first_step
                        and not coalesce(list_has_any(line_carried, surely_unstopped), false)
                        and $window_respects_stops as is_perhaps_switch
                    from (
                        select
                            walked.*,
                            case
                                when not has_carried then given_since_step < first_step
                                else len(
                                    list_filter(
                                        starting,
                                        lambda one: one.given_step < first_step
                                        and not list_contains(line_carried, one.substance)
                                    )
                                ) > 0
                            end as is_new,
                            partly_given_since_step >= first_step
                            or (
                                has_carried
                                and list_has_any(
                                    line_carried,
                                    list_transform(starting, lambda one: one.substance)
                                )
                            ) as is_partly_given,
                            case
                                when not has_carried then replaceable_since_step >= first_step
                                else len(
                                    list_filter(
                                        starting,
                                        lambda one: one.component_given_step < first_step
                                        and not list_contains(
                                            line_carried_components, one.component
                                        )
                                    )
                                ) = 0
                            end as is_replacing,
                            $addition_opens = 'class'
                            and case
                                when not has_carried then class_given_since_step >= first_step
                                else len(
                                    list_filter(
                                        starting,
                                        lambda one: one.class_given_step < first_step
                                        and not list_contains(line_carried_classes, one.drug_class)
                                    )
                                ) = 0
                            end as is_of_known_class,
                            dropped_since_step >= first_step
                            or (
                                has_carried
                                and coalesce(
                                    len(
                                        list_filter(
                                            dropped,
                                            lambda one: one.given_until_date > line_start_date
                                            and list_contains(
                                                line_carried_components, one.component
                                            )
                                        )
                                    ) > 0,
                                    false
                                )
                            ) as is_dropping,
                            given_back_since_step >= first_step
                            or (
                                has_carried
                                and len(
                                    list_filter(
                                        starting,
                                        lambda one: one.component_given_step < first_step
                                        and one.was_dropped
                                        and one.component_given_until_date > line_start_date
                                        and list_contains(line_carried_components, one.component)
                                    )
                                ) > 0
                            ) as is_giving_back,
                            goes_on_since_step >= first_step
                            or (
                                has_carried
                                and len(
                                    list_filter(
                                        starting,
                                        lambda one: one.goes_on
                                        and list_contains(line_carried, one.substance)
                                    )
                                ) > 0
                            ) as is_going_on,
                            case
                                when running is not null
                                    then list_filter(
                                        running,
                                        lambda one: one.given_step >= first_step
                                        or list_contains(line_carried, one.substance)
                                    )
                            end as held
                        from (
                            select
                                starts.*,
                                starts.is_after_progression
                                or coalesce(
                                    starts.unspent_progression_date > walk.line_start_date, false
                                ) as has_progressed,
                                walk.line_sequence,
                                walk.first_step,
                                walk.line_start_date,
                                walk.walked_setting as line_setting,
                                walk.carried as line_carried,
                                walk.carried_components as line_carried_components,
                                walk.carried_classes as line_carried_classes,
                                len(walk.carried) > 0 as has_carried,
                                walk.last_shown_date as line_last_shown_date,
                                walk.last_possible_date as line_last_possible_date,
                                walk.has_ongoing as line_has_ongoing
                            from walk
                            inner join starts
                                on
                                    walk.patient_id = starts.patient_id
                                    and walk.step + 1 = starts.step
                        ) as walked
                    ) as compared
                ) as started
            ) as clauses
        ) as judged
    ) as stepped
),

with_setting as (
    select
        walk.*,
        coalesce(
            max(nullif(walked_setting, 'unknown')) over (partition by patient_id, line_sequence),
            'unknown'
        ) as line_setting
    from walk
),

numbered as (
    select
        with_setting.*,
        dense_rank() over (
            partition by
                patient_id, case when $number_settings_apart then line_setting else 'any' end
            order by line_sequence
        ) as line_number
    from with_setting
)

select
    patient_id,
    step,
    start_date,
    clause,
    line_sequence,
    patient_id || '|' || line_setting || '|' || cast(line_number as varchar) as line_id,
    line_setting,
    line_number,
    line_start_date,
    step = first_step as opens_line,
    start_date - line_start_date as days_from_line_start,
    pause_days,
    nullif(array_to_string(list_sort(carried), '+'), '') as carried_substances,
    drops_component,
    gives_component_back,
    adds_substance,
    goes_beyond_progression,
    ends_line_before,
    is_not_shown,
    is_stale_ongoing
from numbered
