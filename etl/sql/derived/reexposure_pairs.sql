-- One row per line and later line of the patient that gives again what it gave, or something alike.
with
-- A substance is like others of its class where that is one mechanism, and of the class's group.
given as (
    select
        lines.patient_id,
        lines.line_sequence,
        lines.regimen,
        line_substances.line_id,
        line_substances.substance,
        case when drug_classes.is_one_mechanism then drug_classes.drug_class end as drug_class,
        coalesce(
            drug_classes.class_group,
            case when drug_classes.is_one_mechanism then drug_classes.drug_class end,
            line_substances.substance
        ) as alike,
        line_substances.first_start_date,
        -- Known when it cannot have been given any later.
        case
            when line_substances.last_possible_date = line_substances.last_shown_date
                then line_substances.last_shown_date
        end as last_date
    from derived.line_substances
    inner join derived.lines on line_substances.line_id = lines.line_id
    left join codelists.drug_classes on line_substances.drug_class = drug_classes.drug_class
    where lines.line_sequence > 1 or lines.next_line_start_date is not null
),

matched as (
    select
        initial.patient_id,
        initial.line_id as initial_line_id,
        reexposure.line_id as reexposure_line_id,
        initial.line_sequence as initial_sequence,
        reexposure.line_sequence as reexposure_sequence,
        initial.regimen = reexposure.regimen as is_same_regimen,
        initial.substance,
        initial.drug_class,
        initial.alike,
        initial.drug_class = reexposure.drug_class as shares_class,
        case
            when initial.substance = reexposure.substance then 3
            when initial.drug_class = reexposure.drug_class then 2
            else 1
        end as likeness,
        initial.last_date,
        reexposure.first_start_date
    from given as initial
    inner join given as reexposure
        on
            initial.patient_id = reexposure.patient_id
            and initial.alike = reexposure.alike
            and initial.line_sequence < reexposure.line_sequence
),

-- The shared names are few: a list of them is sorted at the end. What is shared in the closest way
-- tells the time off it.
pairs as (
    select
        patient_id,
        initial_line_id,
        reexposure_line_id,
        initial_sequence,
        reexposure_sequence,
        bool_or(is_same_regimen) as is_same_regimen,
        max(likeness) as likeness,
        list(substance) filter (where likeness = 3) as substances,
        list(drug_class) filter (where shares_class) as classes,
        list(alike) filter (where likeness = 1) as alikes,
        max({'likeness': likeness, 'is_unknown': last_date is null, 'last_date': last_date})
            as last_given,
        min({'unlikeness': -likeness, 'start_date': first_start_date}) as first_given
    from matched
    group by
        patient_id, initial_line_id, reexposure_line_id, initial_sequence, reexposure_sequence
),

named as (
    select
        pairs.*,
        case
            when is_same_regimen then 'same_regimen'
            when likeness = 3 then 'same_substance'
            when likeness = 2 then 'same_class'
            else 'class_crossing'
        end as kind
    from pairs
)

select
    patient_id,
    initial_line_id,
    reexposure_line_id,
    initial_sequence,
    reexposure_sequence,
    kind,
    array_to_string(list_sort(list_distinct(substances)), '+') as shared_substances,
    array_to_string(list_sort(list_distinct(classes)), '+') as shared_classes,
    case when likeness = 1 then array_to_string(list_sort(list_distinct(alikes)), '+') end
        as crossed_groups,
    case
        when not last_given.is_unknown
            then greatest(first_given.start_date - last_given.last_date, 0)
    end as time_off_days,
    reexposure_sequence - initial_sequence - 1 as intervening_lines,
    row_number() over (partition by initial_line_id order by reexposure_sequence) - 1
        as reexposures_between,
    -- Of a line's earlier exposures the one most like it; of several, the last.
    row_number() over (
        partition by reexposure_line_id
        order by
            case kind
                when 'same_regimen' then 1
                when 'same_substance' then 2
                when 'same_class' then 3
                else 4
            end,
            initial_sequence desc
    ) = 1 as is_flagged
from named
