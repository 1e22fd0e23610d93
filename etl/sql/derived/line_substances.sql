-- One row per line and substance.
with
substances as (
    select
        line_id,
        substance,
        min(line_start_date) as line_start_date,
        min(component) as component,
        min(drug_class) as drug_class,
        min(start_date) as first_start_date,
        max(last_shown_date) as last_shown_date,
        case when bool_and(last_possible_date is not null) then max(last_possible_date) end
            as last_possible_date
    from derived.line_rows
    group by line_id, substance
),

-- A permitted substitute that takes over from another does not change the label.
taken_over as (
    select
        substances.line_id,
        substances.substance,
        max(line_rows.last_shown_date) as replaced_last_date,
        -- What starts again on the day goes on beside it.
        bool_or(line_rows.start_date = substances.first_start_date) as goes_on,
        bool_or(line_rows.start_date < substances.first_start_date) as is_after_another
    from substances
    inner join derived.line_rows
        on
            substances.line_id = line_rows.line_id
            and substances.component = line_rows.component
            and substances.substance <> line_rows.substance
            and substances.first_start_date >= line_rows.start_date
    where substances.component <> substances.substance
    group by substances.line_id, substances.substance
),

-- Nor does its component end before the last of those that stand for it.
shared as (
    select
        substances.line_id,
        substances.substance,
        max(coalesce(others.last_possible_date, date '9999-12-31')) as last_possible_date
    from substances
    inner join substances as others
        on
            substances.line_id = others.line_id
            and substances.component = others.component
            and substances.substance <> others.substance
    where substances.component <> substances.substance
    group by substances.line_id, substances.substance
)

select
    substances.line_id,
    substances.substance,
    -- Names that cannot be read are one word in the label.
    case
        when starts_with(substances.substance, 'unknown drug ') then 'unknown drug'
        else substances.substance
    end as label_name,
    substances.component,
    substances.drug_class,
    substances.first_start_date,
    substances.last_shown_date,
    substances.last_possible_date,
    greatest(
        coalesce(substances.last_possible_date, date '9999-12-31'), shared.last_possible_date
    ) as component_end_date,
    substances.first_start_date - substances.line_start_date <= $combination_window_days
    and coalesce(
        taken_over.goes_on
        or not taken_over.is_after_another
        or taken_over.replaced_last_date > substances.first_start_date,
        true
    ) as is_label
from substances
left join taken_over
    on
        substances.line_id = taken_over.line_id
        and substances.substance = taken_over.substance
left join shared
    on
        substances.line_id = shared.line_id
        and substances.substance = shared.substance
