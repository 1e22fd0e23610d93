-- One row per line and substance.
with
given as (
    select
        line_steps.line_id,
        line_steps.line_start_date,
        exposures.substance,
        exposures.drug_class,
        exposures.start_date,
        coalesce(exposures.stop_date, exposures.start_date) as last_shown_date,
        position(',' || exposures.substance || ',' in ',' || $substitutes || ',') > 0
        as is_substitute
    from derived.exposures
    inner join derived.line_steps
        on exposures.patient_id = line_steps.patient_id and exposures.step = line_steps.step
),

substances as (
    select
        line_id,
        line_start_date,
        substance,
        drug_class,
        is_substitute,
        min(start_date) as first_start_date
    from given
    group by line_id, line_start_date, substance, drug_class, is_substitute
),

-- A permitted substitute that takes over from another does not change the label.
taken_over as (
    select
        substances.line_id,
        substances.substance,
        max(given.last_shown_date) as replaced_last_date
    from substances
    inner join given
        on
            substances.line_id = given.line_id
            and substances.drug_class = given.drug_class
            and substances.substance <> given.substance
            and substances.first_start_date > given.start_date
    where substances.is_substitute and given.is_substitute
    group by substances.line_id, substances.substance
)

select
    substances.line_id,
    substances.substance,
    substances.drug_class,
    substances.first_start_date,
    substances.first_start_date - substances.line_start_date <= $combination_window_days
    and coalesce(taken_over.replaced_last_date > substances.first_start_date, true) as is_label
from substances
left join taken_over
    on
        substances.line_id = taken_over.line_id
        and substances.substance = taken_over.substance
