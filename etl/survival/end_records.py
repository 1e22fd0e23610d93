"""Which record ended a time: its table and key, and on request its file and line.

Belongs here: the tail of every SELECT of a time (`variants`). Does not belong here: when and why
a time ends.
"""

MISSED = "censored_missed_assessments"
"""The end reason of an event that was seen too long after the last look."""

NEXT_LINE = "censored_next_line"
"""The end reason of what was censored before the next line."""

# The record behind an end: what an assessment or treatment of that day ended is looked up.
_AT_ASSESSMENT = (
    "censored_last_evaluable_assessment",
    "censored_last_assessment",
    MISSED,
    NEXT_LINE,
)
_TABLES = ("patients", "treatments", "drugs", "responses", "adverse_events", "local_treatments")


def with_record(events: str) -> str:
    """The rest of a query: from `ends` to the promised columns, with the record of each end."""
    return f""",

looked_up as (
    select
        ends.*,
        case when end_reason in ({_quoted(_AT_ASSESSMENT)}) then (
            select min(assessments.response_id)
            from derived.assessments
            where assessments.patient_id = ends.patient_id
                and assessments.assessment_date = ends.end_date
                and assessments.is_worst_of_day
        ) end as assessment_key,
        case when end_reason = 'next_line' then (
            select min(exposures.treatment_id)
            from derived.exposures
            where exposures.patient_id = ends.patient_id
                and ends.end_date = exposures.start_date
        ) end as treatment_key
    from ends
),

keyed as (
    select
        looked_up.*,
        case
            when end_reason = 'progression' and first_progression_source = 'stop_reason'
                then 'treatments'
            when end_reason = 'censored_last_record' then last_alive_record_table
            when end_reason = 'progression' or assessment_key is not null then 'responses'
            when
                end_reason = 'unknown_progression_undated'
                and undated_progression_source = 'assessment_undated'
                then 'responses'
            when end_reason = 'unknown_progression_undated' or treatment_key is not null
                then 'treatments'
            else 'patients'
        end as record_table
    from looked_up
)

select
    line_id,
    end_date,
    end_date - start_date as days,
    case when end_date is not null then end_reason in ({events}) end as event,
    end_reason,
    record_table,
    case
        when end_reason = 'progression' then first_progression_record_key
        when end_reason = 'unknown_progression_undated' then undated_progression_record_key
        when end_reason = 'censored_last_record' then last_alive_record_key
        else coalesce(assessment_key, treatment_key, patient_id)
    end as record_key
from keyed"""


def with_source_rows(times_sql: str) -> str:
    """The SELECT of a time with `source_file` and `source_line` of the record that ended it."""
    return f"""
with
times as ({times_sql}),

records as (
    {" union all ".join(_rows_of(table) for table in _TABLES)}
)

select
    times.*,
    records.source_file,
    records.source_line
from times
left join records
    on times.record_table = records.record_table and times.record_key = records.record_key"""


def _rows_of(table: str) -> str:
    return (
        f"select '{table}' as record_table, record_key, source_file, source_line "
        f"from staging.{table} where is_placed"
    )


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
