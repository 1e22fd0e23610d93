-- One row per patient and line of therapy.
with
headed as (
    select
        line_id,
        patient_id,
        line_setting as setting,
        line_number,
        line_sequence,
        line_start_date as start_date,
        max(step) as last_step,
        max(case when start_date = line_start_date and step_rank = 1 then clause end)
            as opened_because,
        bool_or(clause = 'substitution') as has_substitution,
        bool_or(clause = 'resumption_after_toxicity') as is_resumed_after_toxicity,
        bool_or(clause = 'beyond_progression') as is_beyond_progression
    from (
        select
            line_steps.*,
            row_number() over (partition by line_id order by step) as step_rank
        from derived.line_steps
    ) as ranked
    group by line_id, patient_id, line_setting, line_number, line_sequence, line_start_date
),

followed as (
    select
        headed.*,
        lead(start_date) over (partition by patient_id order by line_sequence)
            as next_line_start_date,
        lead(opened_because) over (partition by patient_id order by line_sequence)
            as next_opened_because
    from headed
),

given as (
    select
        followed.line_id,
        exposures.treatment_id,
        exposures.step,
        exposures.stop_date,
        exposures.is_ongoing,
        exposures.stop_reason,
        exposures.step = followed.last_step and exposures.stop_date is null as is_open
    from derived.exposures
    inner join derived.line_steps
        on exposures.patient_id = line_steps.patient_id and exposures.step = line_steps.step
    inner join followed on line_steps.line_id = followed.line_id
),

ended as (
    select
        line_id,
        case when not bool_or(is_open) then max(stop_date) end as end_date,
        bool_or(stop_date is null and not is_ongoing) as has_unknown_stop
    from given
    group by line_id
),

-- The episode that ended last; on one day a known reason goes before an unknown one.
ended_last as (
    select
        line_id,
        stop_reason,
        is_open and is_ongoing as is_ongoing
    from (
        select
            given.*,
            row_number() over (
                partition by line_id
                order by
                    case when is_open then 0 else 1 end,
                    stop_date desc nulls last,
                    step desc,
                    case stop_reason
                        when 'progression' then 1
                        when 'toxicity' then 2
                        when 'completed' then 3
                        when 'patient_choice' then 4
                        when 'death' then 5
                        when 'other' then 6
                        else 7
                    end,
                    case when is_ongoing then 0 else 1 end,
                    treatment_id
            ) as place
        from given
    ) as placed
    where place = 1
),

labels as (
    select
        line_id,
        string_agg(substance, '+' order by substance) as regimen
    from derived.line_substances
    where is_label
    group by line_id
),

class_labels as (
    select
        line_id,
        string_agg(drug_class, '+' order by drug_class) as regimen_class
    from (
        select distinct
            line_id,
            drug_class
        from derived.line_substances
        where is_label and drug_class is not null
    ) as classes
    group by line_id
),

treatments as (
    select
        line_treatments.line_id,
        string_agg(
            line_treatments.treatment_id, ','
            order by episodes.start_date, line_treatments.treatment_id
        ) as treatment_ids
    from derived.line_treatments
    inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
    group by line_treatments.line_id
),

entered as (
    select
        line_id,
        string_agg(cast(line_number as varchar), ',' order by line_number) as entered_line_numbers
    from (
        select distinct
            line_treatments.line_id,
            episodes.line_number
        from derived.line_treatments
        inner join derived.episodes on line_treatments.treatment_id = episodes.treatment_id
        where episodes.line_number is not null
    ) as numbers
    group by line_id
)

select
    followed.line_id,
    followed.patient_id,
    followed.setting,
    followed.line_number,
    followed.line_sequence,
    labels.regimen,
    class_labels.regimen_class,
    followed.start_date,
    -- A line ends at the latest when the next one starts.
    case
        when ended.end_date > followed.next_line_start_date then followed.next_line_start_date
        else ended.end_date
    end as end_date,
    case
        when ended_last.is_ongoing and followed.next_line_start_date is null then 'ongoing'
        else coalesce(ended_last.stop_reason, 'unknown')
    end as end_reason,
    followed.opened_because,
    case
        when followed.next_opened_because is not null then followed.next_opened_because
        when ended_last.is_ongoing then 'ongoing'
        else 'no_later_line'
    end as closed_because,
    followed.next_line_start_date,
    treatments.treatment_ids,
    entered.entered_line_numbers,
    ended.has_unknown_stop,
    followed.has_substitution,
    followed.is_resumed_after_toxicity,
    followed.is_beyond_progression
from followed
inner join ended on followed.line_id = ended.line_id
inner join ended_last on followed.line_id = ended_last.line_id
inner join labels on followed.line_id = labels.line_id
inner join treatments on followed.line_id = treatments.line_id
left join class_labels on followed.line_id = class_labels.line_id
left join entered on followed.line_id = entered.line_id
