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

-- Staging names a substance once a cell, however often it is written there.
given as (
    select
        source_file,
        source_line,
        source_part,
        source_number,
        substance,
        record_key,
        patient_id,
        treatment_id,
        drug_class,
        route,
        start_date,
        start_date_earliest,
        stop_date,
        stop_date_latest,
        is_stop_past_cutoff,
        is_before_arrow
    from derived.drug_substances
    where is_systemic and substance is not null and start_date is not null
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
        coalesce(treatments.setting, 'unknown') as registered_setting,
        settled.settled_start_date as start_date,
        settled.settled_stop_date as stop_date,
        -- what something new followed is over, on a day that is not known
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

-- An unknown setting is that of what starts on the same day.
settings_of_day as (
    select
        patient_id,
        start_date,
        min(nullif(registered_setting, 'unknown')) as known_setting
    from registered
    where patient_id in (select patient_id from registered where registered_setting = 'unknown')
    group by patient_id, start_date
),

with_setting as (
    select
        registered.*,
        case
            when registered.registered_setting <> 'unknown' then registered.registered_setting
            else coalesce(settings_of_day.known_setting, 'unknown')
        end as setting
    from registered
    left join settings_of_day
        on
            registered.patient_id = settings_of_day.patient_id
            and registered.start_date = settings_of_day.start_date
)

select
    patient_id,
    treatment_id,
    substance,
    component,
    drug_class,
    route,
    setting,
    start_date,
    stop_date,
    is_ongoing,
    stop_reason,
    dense_rank() over (
        partition by patient_id
        order by
            start_date,
            case setting
                when 'neoadjuvant' then 1
                when 'adjuvant' then 2
                when 'advanced' then 3
                else 4
            end
    ) as step,
    record_key,
    source_file,
    source_line,
    source_part,
    source_number
from with_setting
