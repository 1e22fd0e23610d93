"""SQL of what a study asks about the initial course and what came after it.

Belongs here: doses, last dose, events that stopped treatment, lines and progressions between; each
is read only when a key asks for it. Does not belong here: which lines are looked at (`cohort`),
the criteria on these columns (`criteria`).
"""

from etl.studies.definition import Study
from etl.studies.matching import counted_substance, is_in_setting
from expectations.contracts.base import PLACE


def earlier_classes_sql(study: Study) -> str:
    """SELECT of the drug classes given before an initial line, in any setting."""
    if not study.initial.no_earlier_classes:
        return "select null as line_id, cast([] as varchar[]) as classes where false"
    return """
    select initials.line_id, flatten(list(lines.classes)) as classes
    from initials
    inner join lines
        on lines.patient_id = initials.patient_id
        and lines.line_sequence < initials.line_sequence
    group by initials.line_id"""


def asks_for_doses(study: Study) -> bool:
    """Whether the study looks at doses or at the day of the last one."""
    return (
        study.initial.minimum_doses is not None
        or study.between.gap_from == "last_dose"
        or study.between.progression_within_days_of_last_dose is not None
    )


def doses_sql(study: Study) -> str:
    """SELECT of doses and last dose, one row per initial line.

    The registry holds the first and last day of a drug and how often it was given, not each dose:
    the last dose is the last day of the counted substances. A row without a last day leaves it
    unknown, unless another of the same substance ends after that row began.
    """
    if not asks_for_doses(study):
        return "select null as line_id, null as doses, null as last_dose_date where false"
    same_place = " and ".join(f"drug_substances.{name} = exposures.{name}" for name in PLACE)
    return f"""
    select
        line_id,
        max(doses) as doses,
        case
            when bool_and(coalesce(open_start_date < last_day, open_start_date is null))
                then max(last_day)
        end as last_dose_date
    from (
        select
            initials.line_id,
            exposures.substance,
            sum(drug_substances.doses) as doses,
            max(least(exposures.stop_date, line_rows.stop_date)) as last_day,
            max(exposures.start_date) filter (where exposures.stop_date is null)
                as open_start_date
        from initials
        inner join derived.line_rows on line_rows.line_id = initials.line_id
        inner join derived.exposures
            on exposures.treatment_id = line_rows.treatment_id
            and exposures.substance = line_rows.substance
            and exposures.span = line_rows.span
            and exposures.start_date <= coalesce(line_rows.stop_date, exposures.start_date)
            and coalesce(exposures.stop_date, exposures.start_date) >= line_rows.start_date
        left join staging.drug_substances
            on {same_place} and drug_substances.substance = exposures.substance
        where {counted_substance(study.initial)}
        group by initials.line_id, exposures.substance
    ) as of_substances
    group by line_id"""


def stopping_events_sql(study: Study) -> str:
    """SELECT of the adverse events that the study asks of the initial line, one row per line."""
    asked = study.first_stop_toxicity
    if asked is None:
        return "select null as line_id, cast([] as varchar[]) as organ_classes where false"
    conditions = [f"events.grade between {asked.minimum_grade} and 5"]
    if asked.immune_related:
        conditions.append("events.is_irae")
    if asked.led_to_stop:
        conditions.append("events.led_to_stop = 'yes'")
    return f"""
    select
        initials.line_id,
        list_sort(list_distinct(list(events.organ_class))) as organ_classes
    from initials
    inner join derived.adverse_events_attributed as events on events.line_id = initials.line_id
    where {" and ".join(conditions)}
    group by initials.line_id"""


def between_sql(study: Study) -> str:
    """SELECT of lines and progressions between, one row per pair."""
    counts = is_in_setting("lines", study.population.setting)
    # On an unknown day it was before the next line's start.
    progressed = (
        "(lines.progression_date > lines.start_date "
        "and lines.progression_date <= pairs.rechallenge_start_date "
        "or lines.progression_date is null and lines.progression_source is not null)"
    )
    return f"""
    select
        pairs.initial_line_id,
        pairs.rechallenge_line_id,
        count(*) filter (where lines.line_id <> pairs.initial_line_id) as intervening_lines,
        coalesce(bool_or({progressed}), false) as progression_between,
        coalesce(bool_or({progressed} and lines.line_id = pairs.initial_line_id), false)
            as initial_progression,
        bool_or({progressed} and lines.progression_date > pairs.initial_end_date)
            as progression_after_stop,
        flatten(list(lines.classes) filter (where lines.line_id <> pairs.initial_line_id))
            as intervening_classes,
        flatten(list(lines.label) filter (where lines.line_id <> pairs.initial_line_id))
            as intervening_substances
    from pairs
    inner join lines
        on lines.patient_id = pairs.patient_id
        and lines.line_sequence >= pairs.initial_sequence
        and lines.line_sequence < pairs.rechallenge_sequence
    where lines.line_id = pairs.initial_line_id or {counts}
    group by pairs.initial_line_id, pairs.rechallenge_line_id"""
