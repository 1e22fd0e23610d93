"""SQL of the outcomes that a study reads for the pairs it picked.

Belongs here: responses, times in the study's variants and from its index, toxicity and its
recurrence. Does not belong here: which pairs (`cohort`), what a variant is
(`etl/survival/variants`), estimates (`estimates`).
"""

from etl.studies.definition import Study
from etl.survival.variants import OsVariant, PfsVariant, os_sql, pfs_sql


def outcomes_sql(study: Study) -> str:
    """SELECT of the outcomes, one row per picked patient with a rechallenge."""
    grade = study.endpoints.toxicity.minimum_grade
    is_confirmed = study.endpoints.response.best_response == "confirmed"
    first_response = "first_response_confirmed_date" if is_confirmed else "first_response_date"
    pfs_line, os_line = _index_line(study.pfs_index), _index_line(study.os_index)
    return f"""
    select
        picked.patient_id,
        rechallenge.regimen as rechallenge_regimen,
        rechallenge.regimen_class as rechallenge_class,
        rechallenge.end_date as rechallenge_end_date,
        rechallenge.response as rechallenge_response,
        rechallenge.response_evaluable,
        rechallenge.toxicity_known,
        rechallenge.toxicity_collected,
        coalesce(rechallenge.worst_irae_grade >= {grade}, false) as irae_registered,
        coalesce(rechallenge.worst_irae_grade >= {grade}, false)
        {_or_bare_severe(study)} as has_severe_irae,
        recurrences.has_recurrence,
        incidences.irae_days,
        incidences.irae_cause,
        {pfs_line}_pfs.days as pfs_days,
        {pfs_line}_pfs.event as pfs_event,
        {pfs_line}_pfs.end_reason as pfs_end_reason,
        rechallenge_pfs.days as rechallenge_pfs_days,
        rechallenge_pfs.event as rechallenge_pfs_event,
        {os_line}_os.days as os_days,
        {os_line}_os.event as os_event,
        {os_line}_os.end_reason as os_end_reason,
        rechallenge.ttnt_days,
        rechallenge.ttnt_event,
        date_diff('day', rechallenge.start_date, rechallenge.{first_response})
            as days_to_response,
        rechallenge.response_doubtful_because,
        {pfs_line}.pfs_doubtful_because,
        {os_line}.os_doubtful_because,
        rechallenge.toxicity_doubtful_because
    from picked
    inner join study_lines as initial on initial.line_id = picked.initial_line_id
    inner join study_lines as rechallenge on rechallenge.line_id = picked.rechallenge_line_id
    left join ({_pfs(study)}) as rechallenge_pfs
        on rechallenge_pfs.line_id = rechallenge.line_id
    {_initial_times(study)}
    left join ({_os(study)}) as rechallenge_os
        on rechallenge_os.line_id = rechallenge.line_id
    left join ({_recurrences(study)}
    ) as recurrences on recurrences.patient_id = picked.patient_id
    left join ({_incidences(study)}
    ) as incidences on incidences.line_id = rechallenge.line_id"""


def _index_line(index: str) -> str:
    return {"rechallenge_start": "rechallenge", "initial_start": "initial"}[index]


def pfs_variant(study: Study) -> PfsVariant:
    """The study's variant of progression-free survival."""
    asked = study.endpoints.pfs
    return PfsVariant(asked.next_therapy, asked.censoring, asked.missed_assessments_days)


def os_variant(study: Study) -> OsVariant:
    """The study's variant of overall survival."""
    return OsVariant(study.endpoints.os.censoring)


def _pfs(study: Study) -> str:
    variant = pfs_variant(study)
    if variant == PfsVariant():
        return _of_the_mart("pfs")
    return pfs_sql(variant)


def _os(study: Study) -> str:
    variant = os_variant(study)
    if variant == OsVariant():
        return _of_the_mart("os")
    return os_sql(variant)


def _of_the_mart(time: str) -> str:
    return (
        f"select line_id, {time}_days as days, {time}_event as event, "
        f"{time}_end_reason as end_reason from study_lines"
    )


def _initial_times(study: Study) -> str:
    joins = []
    if study.pfs_index == "initial_start":
        joins.append(
            f"left join ({_pfs(study)}) as initial_pfs on initial_pfs.line_id = initial.line_id"
        )
    if study.os_index == "initial_start":
        joins.append(
            f"left join ({_os(study)}) as initial_os on initial_os.line_id = initial.line_id"
        )
    return "\n    ".join(joins)


def _or_bare_severe(study: Study) -> str:
    toxicity = study.endpoints.toxicity
    if not toxicity.count_bare_severe_toxicity:
        return ""
    return (
        "or coalesce(rechallenge.severe_toxicity = 'yes', false)"
        f" and coalesce(rechallenge.worst_grade < {toxicity.minimum_grade}, true)"
    )


def _recurrences(study: Study) -> str:
    """Whether an event of an organ class that stopped the initial line came again.

    `other` is no organ class in which two events are the same.
    """
    asked = study.endpoints.recurrence
    if asked is None:
        return "select null as patient_id, null as has_recurrence where false"
    return f"""
        select
            picked.patient_id,
            bool_or(coalesce(
                events.is_irae and events.grade between {asked.minimum_grade} and 5
                and list_contains(picked.stopping_organ_classes, events.organ_class),
                false
            )) as has_recurrence
        from picked
        left join derived.adverse_events_attributed as events
            on events.line_id = picked.rechallenge_line_id and events.organ_class <> 'other'
        where len(list_filter(picked.stopping_organ_classes, name -> name <> 'other')) > 0
        group by picked.patient_id"""


def _incidences(study: Study) -> str:
    """Days to the first severe immune-related event, or to what closed its window, with cause.

    As in `derived.line_toxicity`, at the study's grade: no time when the first event was before
    the line or on an unknown day, or when the patient died before the line.
    """
    toxicity = study.endpoints.toxicity
    if not toxicity.cumulative_incidence_months:
        return "select null as line_id, null as irae_days, null as irae_cause where false"
    return f"""
        select
            windows.line_id,
            case
                when windows.closed_by = 'death_before_start' then null
                when onsets.onset_days <= coalesce(windows.days, onsets.onset_days)
                    then onsets.onset_days
                when onsets.line_id is null or onsets.onset_days is not null then windows.days
            end as irae_days,
            case
                when windows.closed_by = 'death_before_start' then null
                when onsets.onset_days <= coalesce(windows.days, onsets.onset_days) then 1
                when onsets.line_id is null or onsets.onset_days is not null then
                    case windows.closed_by
                        when 'next_line' then 2
                        when 'death' then 3
                        when 'window_end' then 0
                        when 'last_known_alive' then 0
                    end
            end as irae_cause
        from (
            select
                line_toxicity.line_id,
                line_toxicity.toxicity_window_closed_by as closed_by,
                line_toxicity.toxicity_window_end_date - study_lines.start_date as days
            from derived.line_toxicity
            inner join study_lines on study_lines.line_id = line_toxicity.line_id
        ) as windows
        left join (
            select
                line_id,
                case when not bool_or(onset_date is not null and days_from_line_start is null)
                    then min(days_from_line_start)
                end as onset_days
            from derived.adverse_events_attributed
            where is_irae and grade between {toxicity.minimum_grade} and 5
            group by line_id
        ) as onsets on onsets.line_id = windows.line_id"""
