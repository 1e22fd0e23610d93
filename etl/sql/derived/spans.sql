-- One row per substance of an episode and unbroken run of its rows.
with
-- A row without a stop leaves the last stop open, unless another ends after it began.
joined as (
    select
        patient_id,
        treatment_id,
        substance,
        span,
        any_value(component) as component,
        any_value(drug_class) as drug_class,
        any_value(route) as route,
        any_value(setting) as registered_setting,
        min(start_date) as start_date,
        arg_min(start_date_earliest, row(start_date, source_file, source_line))
            as start_date_earliest,
        arg_min(start_date_latest, row(start_date, source_file, source_line)) as start_date_latest,
        max(start_date) as last_start_date,
        max(case when is_own_stop then greatest(stop_date_earliest, start_date) else start_date end)
            as own_shown_date,
        max(stop_date) as last_stop_date,
        max(stop_date_earliest) as last_stop_date_earliest,
        max(stop_date_latest) as last_stop_date_latest,
        max(case when stop_date is null then start_date end) as open_start_date,
        bool_or(is_ongoing) as has_ongoing,
        any_value(stop_reason) as stop_reason,
        arg_min(record_key, row(start_date, source_file, source_line)) as record_key,
        arg_min(source_file, row(start_date, source_file, source_line)) as source_file,
        arg_min(source_line, row(start_date, source_file, source_line)) as source_line
    from derived.exposures
    group by patient_id, treatment_id, substance, span
),

-- An unknown setting is that of what starts on the same day.
settings_of_day as (
    select
        patient_id,
        start_date,
        min(nullif(registered_setting, 'unknown')) as known_setting
    from joined
    where patient_id in (select patient_id from joined where registered_setting = 'unknown')
    group by patient_id, start_date
),

with_setting as (
    select
        joined.*,
        coalesce(joined.open_start_date < joined.last_stop_date, joined.open_start_date is null)
            as has_stop,
        case
            when joined.registered_setting <> 'unknown' then joined.registered_setting
            else coalesce(settings_of_day.known_setting, 'unknown')
        end as setting
    from joined
    left join settings_of_day
        on
            joined.patient_id = settings_of_day.patient_id
            and joined.start_date = settings_of_day.start_date
)

select
    patient_id,
    treatment_id,
    substance,
    span,
    component,
    drug_class,
    route,
    setting,
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
    start_date,
    start_date_earliest,
    start_date_latest,
    last_start_date,
    own_shown_date,
    case when has_stop then last_stop_date end as stop_date,
    case when has_stop then last_stop_date_earliest end as stop_date_earliest,
    case when has_stop then last_stop_date_latest end as stop_date_latest,
    greatest(last_start_date, last_stop_date) as last_shown_date,
    has_ongoing and not has_stop as is_ongoing,
    stop_reason,
    record_key,
    source_file,
    source_line
from with_setting
