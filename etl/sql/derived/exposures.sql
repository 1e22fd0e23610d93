-- One row per placed row of a systemic substance with a known start.
with
-- Where a substance stands in the groups of permitted substitutes.
listed as (
    select
        substance,
        drug_class,
        '|' || replace(replace($substitution_groups, '+', '|'), ',', '|,|') || '|' as members,
        '|' || substance || '|' as member
    from codelists.substances
),

-- Substitutes of one group and drug class stand for each other: they are one component.
components as (
    select
        substance,
        'group '
        || cast(
            1
            + length(substr(members, 1, position(member in members)))
            - length(replace(substr(members, 1, position(member in members)), ',', ''))
            as varchar
        )
        || ' ' || drug_class as component
    from listed
    where position(member in members) > 0
),

-- A stop is a substance's own where it was written for its row, or for an episode of one
-- substance; a name that could not be read counts as one.
sole as (
    select treatment_id
    from derived.drug_substances
    where reading in ('systemic', 'not_systemic', 'unread')
    group by treatment_id
    having count(distinct coalesce(substance, unknown_drug, written)) = 1
),

-- Names that cannot be read are told apart within the patient; what was written stays in staging.
unknown_drugs as (
    select
        patient_id,
        unknown_drug,
        'unknown drug ' || cast(
            row_number() over (partition by patient_id order by unknown_drug) as varchar
        ) as substance
    from derived.drug_substances
    where unknown_drug is not null
    group by patient_id, unknown_drug
),

-- Staging names a substance once a cell, however often it is written there.
given as (
    select
        drug_substances.source_file,
        drug_substances.source_line,
        drug_substances.source_part,
        drug_substances.source_number,
        coalesce(drug_substances.substance, unknown_drugs.substance) as substance,
        drug_substances.record_key,
        drug_substances.patient_id,
        drug_substances.treatment_id,
        drug_substances.drug_class,
        drug_substances.route,
        drug_substances.start_date,
        drug_substances.start_date_earliest,
        drug_substances.start_date_latest,
        drug_substances.stop_date,
        drug_substances.stop_date_earliest,
        drug_substances.stop_date_latest,
        drug_substances.is_stop_past_cutoff,
        drug_substances.is_before_arrow,
        drugs.stop_date is not null or sole.treatment_id is not null as is_own_stop
    from derived.drug_substances
    left join unknown_drugs
        on
            drug_substances.patient_id = unknown_drugs.patient_id
            and drug_substances.unknown_drug = unknown_drugs.unknown_drug
    left join sole on drug_substances.treatment_id = sole.treatment_id
    left join staging.drugs
        on
            drug_substances.origin = 'drugs'
            and drug_substances.source_file = drugs.source_file
            and drug_substances.source_line = drugs.source_line
            and drug_substances.source_part = drugs.source_part
            and drug_substances.source_number = drugs.source_number
    where
        (drug_substances.is_systemic or unknown_drugs.substance is not null)
        and drug_substances.start_date is not null
),

-- Where a partial start or stop would put the stop first, the stop moves within its interval, else
-- the start within its own. A stop that is before the start all the same is taken as unknown.
settled as (
    select
        given.*,
        case
            when given.stop_date >= given.start_date then given.start_date
            when given.stop_date_latest >= given.start_date then given.start_date
            when given.start_date_earliest <= given.stop_date then given.stop_date
            else given.start_date
        end as settled_start_date,
        case
            when given.stop_date >= given.start_date then given.stop_date
            when given.stop_date_latest >= given.start_date then given.start_date
            when given.start_date_earliest <= given.stop_date then given.stop_date
        end as settled_stop_date
    from given
),

registered as (
    select
        settled.patient_id,
        settled.treatment_id,
        settled.substance,
        coalesce(components.component, settled.substance) as component,
        settled.drug_class,
        settled.route,
        coalesce(treatments.setting, 'unknown') as setting,
        settled.settled_start_date as start_date,
        settled.start_date_earliest,
        settled.start_date_latest,
        settled.settled_stop_date as stop_date,
        case
            when settled.settled_stop_date is not null
                then greatest(settled.stop_date_earliest, settled.start_date_earliest)
        end as stop_date_earliest,
        case when settled.settled_stop_date is not null then settled.stop_date_latest end
            as stop_date_latest,
        coalesce(settled.settled_stop_date is not null and settled.is_own_stop, false)
            as is_own_stop,
        -- What something new followed is over, on a day that is not known.
        coalesce(
            settled.stop_date is null
            and not settled.is_before_arrow
            and (treatments.ongoing = 'yes' or settled.is_stop_past_cutoff),
            false
        ) as is_ongoing,
        treatments.stop_reason,
        settled.record_key,
        settled.source_file,
        settled.source_line,
        settled.source_part,
        settled.source_number
    from settled
    inner join derived.treatments
        on settled.treatment_id = treatments.treatment_id
    left join components on settled.substance = components.substance
),

-- The last day that a row, or one of the episode's before it, shows the substance.
shown as (
    select
        registered.*,
        max(case when is_own_stop then greatest(stop_date_earliest, start_date) else start_date end)
            over (
                partition by treatment_id, substance
                order by start_date, source_file, source_line
                rows between unbounded preceding and 1 preceding
            ) as shown_before_date
    from registered
)

select
    patient_id,
    treatment_id,
    substance,
    -- Rows so close together are one course, from its first start to its last stop.
    1 + sum(case when start_date - shown_before_date > $carried_bridge_days then 1 else 0 end)
        over (
            partition by treatment_id, substance
            order by start_date, source_file, source_line
            rows between unbounded preceding and current row
        ) as span,
    component,
    drug_class,
    route,
    setting,
    start_date,
    start_date_earliest,
    start_date_latest,
    stop_date,
    stop_date_earliest,
    stop_date_latest,
    is_own_stop,
    is_ongoing,
    stop_reason,
    record_key,
    source_file,
    source_line,
    source_part,
    source_number
from shown
