"""SQL of a study's cohort, generated from its definition: candidates, attrition, pairs.

Belongs here: the queries that find and count the patients of a definition. Does not belong here:
how a line is recognised (`matching`), the course and the criteria on it (`course`, `criteria`),
outcomes (`outcomes`), estimates from the pairs (`estimates`).
"""

from etl.studies.course import between_sql, doses_sql, earlier_classes_sql, stopping_events_sql
from etl.studies.criteria import Criterion, criteria, doubt_steps, selection_doubts
from etl.studies.definition import Study
from etl.studies.matching import (
    RESPONDERS,
    is_in_setting,
    is_initial,
    is_rechallenge,
    literals,
)
from etl.studies.outcomes import os_variant, outcomes_sql, pfs_variant

_INITIAL_RANK = {
    "first_matching_line": "initials.line_sequence",
    "last_matching_line": "rechallenges.line_id is null, initials.line_sequence desc",
    "any_matching_line": "null",
}
_RECHALLENGE_RANK = {
    "first_after_initial": "rechallenges.line_sequence",
    "first_qualifying": None,
    "last": "rechallenges.line_sequence desc",
}
_GAP_FROM = {
    "line_end": "initial_end_date",
    "line_start": "initial_start_date",
    "last_dose": "last_dose_date",
}


def lines_sql(study: Study) -> str:
    """SQL that gives `study_lines`: every line with the response that the study reads."""
    response = {
        ("derived", "unconfirmed"): "best_overall_response",
        ("derived", "confirmed"): "best_overall_response_confirmed",
        ("entered", "unconfirmed"): "entered_best_response",
    }[study.response_source, study.endpoints.response.best_response]
    evaluable = "response_evaluable"
    if study.response_source == "entered":
        evaluable = f"coalesce({response} <> 'NE', false)"
    return f"""
-- One row per line of therapy.
create or replace temp table study_lines as
select
    * exclude (response_evaluable),
    string_split(regimen, '+') as label,
    coalesce(string_split(regimen_class, '+'), []) as classes,
    {response} as response,
    {evaluable} as response_evaluable
from marts.treatment_lines
"""


def pairs_considered_sql(study: Study) -> str:
    """SQL that gives `study_pairs`: each pair of lines that the study may pick."""
    initial_rank = _INITIAL_RANK[study.initial.pick]
    rechallenge_rank = _RECHALLENGE_RANK[study.rechallenge.pick]
    of_the_patient = f"dense_rank() over (partition by initials.patient_id order by {initial_rank})"
    of_the_line = (
        "1"
        if rechallenge_rank is None
        else f"row_number() over (partition by initials.line_id order by {rechallenge_rank})"
    )
    return f"""
-- One row per patient, initial line and rechallenge that the study may pick.
create or replace temp table study_pairs as
with
lines as (from study_lines),

initials as (
    select *
    from lines
    where {is_initial("lines", study.initial, study.initial_setting)}
),

pairs as (
    select
        initials.patient_id,
        initials.line_id as initial_line_id,
        initials.line_sequence as initial_sequence,
        initials.regimen as initial_regimen,
        initials.regimen_class as initial_class,
        initials.start_date as initial_start_date,
        initials.end_date as initial_end_date,
        initials.end_reason as first_stop_reason,
        initials.response as initial_response,
        initials.pfs_days as initial_pfs_days,
        case when initials.progression_date > initials.start_date
            then initials.progression_date
        end as initial_progression_date,
        initials.start_date + cast(initials.os_days as integer) as last_followed_date,
        rechallenges.line_id as rechallenge_line_id,
        rechallenges.line_sequence as rechallenge_sequence,
        rechallenges.start_date as rechallenge_start_date
    from initials
    left join lines as rechallenges
        on rechallenges.patient_id = initials.patient_id
        and rechallenges.line_sequence > initials.line_sequence
        and {_is_rechallenge(study)}
    qualify {of_the_patient} = 1 and {of_the_line} = 1
),

lasts as (
    select
        patient_id,
        bool_or({is_in_setting("lines", study.initial_setting)}) as has_line,
        max(line_sequence)
            filter (where {is_in_setting("lines", study.rechallenge_setting)}) as last_sequence
    from lines
    group by patient_id
),

earlier as ({earlier_classes_sql(study)}
),

doses as ({doses_sql(study)}
),

stopping_events as ({stopping_events_sql(study)}
),

between_lines as ({between_sql(study)}
)

select
    patients.patient_id,
    patients.age_at_advanced_diagnosis,
    patients.primary_type,
    coalesce(lasts.has_line, false) as has_line,
    coalesce(lasts.last_sequence > pairs.initial_sequence, false) as has_later_line,
    pairs.* exclude (patient_id),
    date_diff('day', initial_start_date, initial_end_date) as initial_duration_days,
    date_diff('day', initial_end_date, rechallenge_start_date) as interval_days,
    date_diff('day', {_GAP_FROM[study.between.gap_from]}, rechallenge_start_date) as gap_days,
    date_diff('day', initial_end_date, last_followed_date) as follow_up_after_stop_days,
    first_stop_reason = 'progression'
    or (
        initial_progression_date is not null
        and initial_progression_date <= initial_end_date
    ) as has_progression_at_stop,
    coalesce(earlier.classes, []) as earlier_classes,
    doses.doses,
    doses.last_dose_date,
    stopping_events.organ_classes as stopping_organ_classes,
    between_lines.intervening_lines,
    between_lines.progression_between,
    between_lines.initial_progression,
    between_lines.progression_after_stop,
    coalesce(between_lines.intervening_classes, []) as intervening_classes,
    coalesce(between_lines.intervening_substances, []) as intervening_substances
from marts.patients
left join lasts on lasts.patient_id = patients.patient_id
left join pairs on pairs.patient_id = patients.patient_id
left join earlier on earlier.line_id = pairs.initial_line_id
left join doses on doses.line_id = pairs.initial_line_id
left join stopping_events on stopping_events.line_id = pairs.initial_line_id
left join between_lines
    on between_lines.initial_line_id = pairs.initial_line_id
    and between_lines.rechallenge_line_id = pairs.rechallenge_line_id
"""


def candidates_sql(study: Study) -> str:
    """SQL that gives `study_candidates`: every patient with the pair that the study picks.

    Of several pairs it is the first that meets every criterion, else the one that comes furthest,
    so that each patient is left out at one step.
    """
    doubts = "".join(f", initial.{name}_doubtful_because" for name in selection_doubts(study))
    return f"""
-- One row per patient: the initial line and the rechallenge the study would pick.
create or replace temp table study_candidates as
with
picked as (
    select *
    from study_pairs
    qualify row_number() over (
        partition by patient_id
        order by {_steps_met(study)} desc, initial_sequence, rechallenge_sequence
    ) = 1
)

select
    picked.*,
    initial.setting as initial_setting,
    coalesce(initial.response_evaluable, false) as initial_response_evaluable,
    {_both_doubts("lines")} as lines_doubtful_because,
    nullif(concat_ws(', ', null{doubts}), '') as selection_doubtful_because,
    initial.response_doubtful_because as initial_response_doubtful_because,
    outcomes.* exclude (patient_id)
from picked
left join study_lines as initial on initial.line_id = picked.initial_line_id
left join study_lines as rechallenge on rechallenge.line_id = picked.rechallenge_line_id
left join ({outcomes_sql(study)}
) as outcomes on outcomes.patient_id = picked.patient_id
"""


def pairs_sql(study: Study) -> str:
    """SQL that gives `marts.rechallenges` the pairs of patients who meet every criterion."""
    met = " and ".join(f"({criterion.condition})" for criterion in criteria(study))
    return f"""
-- One row per rechallenged patient of the study.
insert into marts.rechallenges by name
with
cohort as (
    select
        *,
        case when initial_response_evaluable
            then coalesce(initial_response in ({literals(RESPONDERS)}), false)
        end as initial_responder,
        case when response_evaluable
            then coalesce(rechallenge_response in ({literals(RESPONDERS)}), false)
        end as rechallenge_responder
    from study_candidates
    where {met}
)

select
    '{study.id}' as study,
    patient_id,
    initial_line_id,
    rechallenge_line_id,
    initial_regimen,
    initial_class,
    rechallenge_regimen,
    rechallenge_class,
    {_stratum(study)} as stratum,
    initial_start_date,
    initial_end_date,
    rechallenge_start_date,
    rechallenge_end_date,
    initial_duration_days,
    last_dose_date,
    interval_days,
    gap_days,
    intervening_lines,
    first_stop_reason,
    array_to_string(stopping_organ_classes, ', ') as stopping_organ_classes,
    progression_between,
    initial_response,
    rechallenge_response,
    initial_responder,
    rechallenge_responder,
    initial_responder <> rechallenge_responder as discordant,
    response_evaluable,
    initial_response_evaluable,
    response_evaluable and initial_response_evaluable as pair_evaluable,
    toxicity_known,
    toxicity_collected,
    irae_registered,
    case when toxicity_known then has_severe_irae end as irae_grade3plus,
    case when toxicity_known then has_recurrence end as irae_recurrence,
    irae_days,
    irae_cause,
    '{study.pfs_index}' as pfs_index,
    '{pfs_variant(study).name}' as pfs_variant,
    pfs_days,
    pfs_event,
    pfs_end_reason,
    '{study.os_index}' as os_index,
    '{os_variant(study).name}' as os_variant,
    os_days,
    os_event,
    os_end_reason,
    date_diff('day', initial_start_date, rechallenge_start_date) as entry_days,
    case when rechallenge_responder and rechallenge_pfs_days >= days_to_response
        then rechallenge_pfs_days - days_to_response
    end as dor_days,
    case when rechallenge_responder and rechallenge_pfs_days >= days_to_response
        then rechallenge_pfs_event
    end as dor_event,
    ttnt_days,
    ttnt_event,
    lines_doubtful_because,
    selection_doubtful_because,
    response_doubtful_because,
    initial_response_doubtful_because,
    pfs_doubtful_because,
    os_doubtful_because,
    toxicity_doubtful_because
from cohort
order by patient_id
"""


def attrition_sql(study: Study) -> str:
    """SQL that counts the patients left after each step; each keeps a part of the one before."""
    steps = criteria(study) + doubt_steps(study)
    counts = ",\n    ".join(
        f"count(*) filter (where {_all_of(steps[: position + 1])})"
        for position in range(len(steps))
    )
    return f"""
-- One row: patients left after each step.
select
    {counts}
from study_candidates
"""


def _is_rechallenge(study: Study) -> str:
    return is_rechallenge("rechallenges", "initials", study.rechallenge, study.rechallenge_setting)


def _steps_met(study: Study) -> str:
    """SQL of the number of criteria that a pair meets before the first that it does not."""
    steps = criteria(study)
    unmet = "\n            ".join(
        f"when not coalesce({step.condition}, false) then {position}"
        for position, step in enumerate(steps)
    )
    return f"case\n            {unmet}\n            else {len(steps)}\n        end"


def _stratum(study: Study) -> str:
    return {
        "initial_regimen": "initial_regimen",
        "rechallenge_regimen": "rechallenge_regimen",
        "rechallenge_class": "coalesce(rechallenge_class, 'unknown')",
        "first_stop_reason": "first_stop_reason",
        "first_stop_progression": (
            "case when first_stop_reason in ('progression', 'unknown') then first_stop_reason"
            " else 'another_reason' end"
        ),
        "none": "'all'",
    }[study.strata]


def _all_of(steps: tuple[Criterion, ...]) -> str:
    return " and ".join(f"({step.condition})" for step in steps)


def _both_doubts(what: str) -> str:
    column = f"{what}_doubtful_because"
    return f"nullif(concat_ws(', ', initial.{column}, rechallenge.{column}), '')"
