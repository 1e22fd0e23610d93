-- One row per start of treatment and earlier span of a substance that goes on, or may go on, through it.
with
-- A day is that of the row which is known best.
starts as (
    select
        patient_id,
        step,
        start_date,
        max(start_date_earliest) as start_date_earliest,
        min(start_date_latest) as start_date_latest
    from derived.spans
    where patient_id in (select patient_id from derived.spans where step = 2)
    group by patient_id, step, start_date
),

-- The days on which rows show a substance: on every day that a partial date may be, and on any.
registered as (
    select
        exposures.patient_id,
        exposures.substance,
        exposures.start_date,
        exposures.start_date_earliest,
        exposures.start_date_latest,
        case
            when exposures.is_own_stop
                then greatest(exposures.stop_date_earliest, exposures.start_date_earliest)
            else exposures.start_date_earliest
        end as shown_date,
        case
            when exposures.is_own_stop
                then greatest(exposures.stop_date_latest, exposures.start_date_latest)
            else exposures.start_date_latest
        end as perhaps_shown_date
    from derived.exposures
    where exposures.patient_id in (select patient_id from starts)
),

in_order as (
    select
        registered.*,
        start_date_latest - max(shown_date) over before_row > $carried_bridge_days as is_apart,
        start_date_earliest - max(perhaps_shown_date) over before_row > $carried_bridge_days
            as is_surely_apart
    from registered
    window before_row as (
        partition by patient_id, substance
        order by start_date, start_date_latest, perhaps_shown_date
        rows between unbounded preceding and 1 preceding
    )
),

numbered as (
    select
        in_order.*,
        sum(case when is_apart then 1 else 0 end) over up_to_now as run,
        sum(case when is_surely_apart then 1 else 0 end) over up_to_now as perhaps_run
    from in_order
    window up_to_now as (
        partition by patient_id, substance
        order by start_date, start_date_latest, perhaps_shown_date
        rows between unbounded preceding and current row
    )
),

runs as (
    select
        patient_id,
        substance,
        'shown' as how,
        min(start_date_latest) as since_date,
        max(shown_date) as until_date
    from numbered
    group by patient_id, substance, run
    union all
    select
        patient_id,
        substance,
        'not_shown' as how,
        min(start_date_earliest) as since_date,
        max(perhaps_shown_date) as until_date
    from numbered
    group by patient_id, substance, perhaps_run
),

-- What is ongoing is shown by what starts of its own episode, and by nothing else.
ongoing as (
    select
        starts.patient_id,
        starts.step,
        starts.start_date,
        spans.substance,
        case when own_starts.treatment_id is null then 'ongoing_elsewhere' else 'shown' end as how
    from starts
    inner join derived.spans
        on
            starts.patient_id = spans.patient_id
            and spans.is_ongoing
            and starts.start_date_earliest > spans.start_date_latest
    left join (
        select distinct
            treatment_id,
            start_date
        from derived.spans
    ) as own_starts
        on
            spans.treatment_id = own_starts.treatment_id
            and starts.start_date = own_starts.start_date
),

told as (
    select
        starts.patient_id,
        starts.step,
        starts.start_date,
        runs.substance,
        runs.how
    from starts
    inner join runs
        on
            starts.patient_id = runs.patient_id
            and case
                when runs.how = 'shown'
                    then
                        runs.since_date < starts.start_date_earliest
                        and runs.until_date - starts.start_date_latest > $carried_days
                else
                    runs.since_date < starts.start_date_latest
                    and runs.until_date - starts.start_date_earliest > $carried_days
            end
    union all
    select
        patient_id,
        step,
        start_date,
        substance,
        how
    from ongoing
),

-- What starts on the day replaces what it stands for.
replaced as (
    select distinct
        spans.patient_id,
        spans.substance,
        replacing.start_date
    from derived.spans
    inner join derived.spans as replacing
        on
            spans.patient_id = replacing.patient_id
            and spans.component = replacing.component
    where spans.patient_id in (select patient_id from told)
),

decided as (
    select
        told.patient_id,
        told.step,
        told.substance,
        case
            when bool_or(told.how = 'shown') then 'shown'
            when bool_or(told.how = 'ongoing_elsewhere') then 'ongoing_elsewhere'
            else 'not_shown'
        end as how
    from told
    left join replaced
        on
            told.patient_id = replaced.patient_id
            and told.substance = replaced.substance
            and told.start_date = replaced.start_date
    where told.how = 'ongoing_elsewhere' or replaced.substance is null
    group by told.patient_id, told.step, told.substance
),

-- The spans that run past the day, or else the last before it, which another takes up.
placed as (
    select
        decided.patient_id,
        decided.step,
        decided.how,
        starts.start_date as through_date,
        spans.substance,
        spans.treatment_id,
        spans.span,
        spans.component,
        spans.drug_class,
        spans.stop_date,
        spans.last_shown_date,
        spans.is_ongoing,
        spans.stop_reason,
        spans.source_file,
        spans.source_line,
        max(spans.step) over of_substance as given_step,
        spans.own_shown_date > starts.start_date
        or (spans.is_ongoing and own_starts.treatment_id is not null) as runs_past,
        row_number() over (
            partition by decided.patient_id, decided.step, decided.substance
            order by
                (
                    spans.own_shown_date > starts.start_date
                    or (spans.is_ongoing and own_starts.treatment_id is not null)
                ) desc,
                spans.start_date desc,
                spans.treatment_id,
                spans.span
        ) as place
    from decided
    inner join starts
        on decided.patient_id = starts.patient_id and decided.step = starts.step
    inner join derived.spans
        on
            decided.patient_id = spans.patient_id
            and decided.substance = spans.substance
            and starts.start_date > spans.start_date
    left join (
        select distinct
            treatment_id,
            start_date
        from derived.spans
    ) as own_starts
        on spans.treatment_id = own_starts.treatment_id and starts.start_date = own_starts.start_date
    window of_substance as (partition by decided.patient_id, decided.step, decided.substance)
),

taken_up as (
    select
        placed.patient_id,
        placed.step,
        placed.substance,
        min(spans.start_date) as next_start_date
    from placed
    inner join derived.spans
        on
            placed.patient_id = spans.patient_id
            and placed.substance = spans.substance
            and placed.through_date < spans.start_date
    where not placed.runs_past
    group by placed.patient_id, placed.step, placed.substance
)

select
    placed.patient_id,
    placed.step,
    placed.substance,
    placed.treatment_id,
    placed.span,
    placed.component,
    placed.drug_class,
    placed.how,
    placed.given_step,
    placed.through_date as start_date,
    case when placed.runs_past then placed.stop_date else taken_up.next_start_date end as stop_date,
    case
        when placed.runs_past then placed.last_shown_date
        else coalesce(taken_up.next_start_date, placed.through_date)
    end as last_shown_date,
    placed.runs_past and placed.is_ongoing as is_ongoing,
    placed.stop_reason,
    placed.source_file,
    placed.source_line
from placed
left join taken_up
    on
        placed.patient_id = taken_up.patient_id
        and placed.step = taken_up.step
        and placed.substance = taken_up.substance
where placed.runs_past or placed.place = 1
