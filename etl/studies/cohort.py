"""SQL of a study's cohort, generated from its definition: candidates, attrition, pairs.

Belongs here: the queries that find and count the patients of a definition. Does not belong here:
the criteria themselves (`criteria`), estimates from the pairs (`estimates`), or the derivation of
lines and outcomes (`etl/sql`).
"""

from etl.studies.criteria import DOUBT_STEPS, Criterion, criteria, literals
from etl.studies.definition import Study

RESPONDERS = ("CR", "PR", "iCR", "iPR")


def candidates_sql(study: Study) -> str:
    """SQL that gives every patient the study's two lines, where there are any."""
    response = (
        "best_overall_response"
        if study.endpoints.response.best_response == "unconfirmed"
        else "best_overall_response_confirmed"
    )
    gap_from = {"line_end": "initial.end_date", "line_start": "initial.start_date"}
    return f"""
-- One row per patient: the initial line and the rechallenge the study would pick.
create or replace temp table study_candidates as
with
lines as (
    select *, {response} as response
    from marts.treatment_lines
    where setting = '{study.population.setting}'
),

initial as (
    select *
    from lines
    where regimen in ({literals(study.initial.regimens)})
    qualify row_number() over (partition by patient_id order by line_number, line_id) = 1
),

later as (
    select lines.*
    from lines
    inner join initial using (patient_id)
    where lines.line_number > initial.line_number
),

rechallenge as (
    select later.*
    from later
    inner join initial using (patient_id)
    where {_matches(study)}
    qualify row_number() over (
        partition by later.patient_id order by later.line_number, later.line_id
    ) = 1
),

course as (
    select
        rechallenge.patient_id,
        count(*) - 1 as intervening_lines,
        coalesce(bool_or(
            lines.progression_date > lines.start_date
            and lines.progression_date <= rechallenge.start_date
        ), false) as progression_between
    from rechallenge
    inner join initial using (patient_id)
    inner join lines
        on lines.patient_id = rechallenge.patient_id
        and lines.line_number >= initial.line_number
        and lines.line_number < rechallenge.line_number
    group by rechallenge.patient_id
),

first_response as (
    select responses.line_id, min(responses.assessment_date) as response_date
    from marts.responses
    inner join rechallenge on rechallenge.line_id = responses.line_id
    where responses.response in ({literals(RESPONDERS)})
        and responses.assessment_date
            <= coalesce(rechallenge.progression_date, responses.assessment_date)
    group by responses.line_id
),

bare_severe as ({_bare_severe(study)}
)

select
    patients.patient_id,
    patients.age_at_advanced_diagnosis,
    patients.patient_id in (select patient_id from lines) as has_line,
    patients.patient_id in (select patient_id from later) as has_later_line,
    initial.line_id as initial_line_id,
    rechallenge.line_id as rechallenge_line_id,
    initial.regimen as initial_regimen,
    rechallenge.regimen as rechallenge_regimen,
    initial.start_date as initial_start_date,
    initial.end_date as initial_end_date,
    rechallenge.start_date as rechallenge_start_date,
    rechallenge.end_date as rechallenge_end_date,
    date_diff('day', initial.end_date, rechallenge.start_date) as interval_days,
    date_diff('day', {gap_from[study.between.gap_from]}, rechallenge.start_date) as gap_days,
    course.intervening_lines,
    initial.end_reason as first_stop_reason,
    course.progression_between,
    initial.response as initial_response,
    rechallenge.response as rechallenge_response,
    coalesce(initial.response_evaluable, false) as initial_response_evaluable,
    coalesce(rechallenge.response_evaluable, false) as response_evaluable,
    coalesce(rechallenge.toxicity_known, false) as toxicity_known,
    coalesce(rechallenge.worst_irae_grade >= {study.endpoints.toxicity.minimum_grade}, false)
        or rechallenge.line_id in (select line_id from bare_severe) as has_severe_irae,
    rechallenge.pfs_days,
    rechallenge.pfs_event,
    rechallenge.os_days,
    rechallenge.os_event,
    date_diff('day', rechallenge.start_date, first_response.response_date) as days_to_response,
    {_both_doubts("lines")} as lines_doubtful_because,
    rechallenge.response_doubtful_because,
    initial.response_doubtful_because as initial_response_doubtful_because,
    rechallenge.pfs_doubtful_because,
    rechallenge.os_doubtful_because,
    rechallenge.toxicity_doubtful_because
from marts.patients
left join initial using (patient_id)
left join rechallenge using (patient_id)
left join course using (patient_id)
left join first_response on first_response.line_id = rechallenge.line_id
"""


def pairs_sql(study: Study) -> str:
    """SQL that gives `marts.rechallenges` the pairs of patients who meet every criterion."""
    stratum = "initial_regimen" if study.strata == "initial_regimen" else "'all'"
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
    rechallenge_regimen,
    {stratum} as stratum,
    initial_start_date,
    initial_end_date,
    rechallenge_start_date,
    rechallenge_end_date,
    interval_days,
    intervening_lines,
    first_stop_reason,
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
    case when toxicity_known then has_severe_irae end as irae_grade3plus,
    pfs_days,
    pfs_event,
    os_days,
    os_event,
    case when rechallenge_responder and pfs_days >= days_to_response
        then pfs_days - days_to_response
    end as dor_days,
    case when rechallenge_responder and pfs_days >= days_to_response
        then pfs_event
    end as dor_event,
    lines_doubtful_because,
    response_doubtful_because,
    initial_response_doubtful_because,
    pfs_doubtful_because,
    os_doubtful_because,
    toxicity_doubtful_because
from cohort
order by patient_id
"""


def attrition_sql(study: Study) -> str:
    """SQL that gives `marts.attrition` one row a step; each step keeps a part of the one before."""
    steps = criteria(study) + DOUBT_STEPS
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


def _all_of(steps: tuple[Criterion, ...]) -> str:
    return " and ".join(f"({step.condition})" for step in steps)


def _matches(study: Study) -> str:
    rechallenge = study.rechallenge
    if rechallenge.match == "exact":
        return f"later.regimen in ({literals(rechallenge.regimens)})"
    if rechallenge.match == "same_regimen":
        return "later.regimen = initial.regimen"
    held = (
        f"""exists (
        select 1 from derived.line_substances
        where line_substances.line_id = later.line_id
            and line_substances.is_label
            and line_substances.drug_class = {literals([name])}
    )"""
        for name in rechallenge.classes
    )
    return "\n    and ".join(held)


def _bare_severe(study: Study) -> str:
    toxicity = study.endpoints.toxicity
    if not toxicity.count_bare_severe_toxicity:
        return "\n    select line_id from lines where false"
    return f"""
    select line_id
    from lines
    where severe_toxicity = 'yes' and coalesce(worst_grade < {toxicity.minimum_grade}, true)"""


def _both_doubts(what: str) -> str:
    column = f"{what}_doubtful_because"
    return f"nullif(concat_ws(', ', initial.{column}, rechallenge.{column}), '')"
