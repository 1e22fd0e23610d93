"""Variants of the times to events, each as one SELECT over `derived.line_survival`.

Belongs here: progression-free survival, overall survival, duration of response and time to next
treatment, by name, as SQL that gives for every line the end, the days, whether it is an event,
why it ended and the record that ended it. Does not belong here: which lines a study asks about
(`etl/studies`), curves (`kaplan_meier`), the ingredients (`derived.line_survival`).

On one day, progression goes before death and death before the next line. An event on the day of
the next line's start happened before it.
"""

from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

from etl.survival.end_records import MISSED, NEXT_LINE, with_record

NextTherapy = Literal["ignore", "censor", "event"]
PfsCensoring = Literal["last_evaluable", "last_assessment", "last_contact"]
OsCensoring = Literal["last_known_alive", "last_contact"]


def _assert_one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(known)}.")


@dataclass(frozen=True)
class PfsVariant:
    """A variant of progression-free survival.

    Attributes:
        next_therapy: `ignore` looks past the next line (the default); `censor` censors before it
            what has had no event by its first day; `event` counts its first day as an event.
        censoring: where the living without an event are censored: at the last assessment that
            could be evaluated, at the last assessment, or when last known to be alive.
        missed_assessments_days: an event more than so many days after the last assessment that
            could be evaluated (else the start) is censored there; None lets it stand.

    Raises:
        ValueError: an unknown value, or a negative number of days.
    """

    next_therapy: NextTherapy = "ignore"
    censoring: PfsCensoring = "last_evaluable"
    missed_assessments_days: int | None = None

    def __post_init__(self) -> None:
        _assert_one_of("next_therapy", self.next_therapy, get_args(NextTherapy))
        _assert_one_of("censoring", self.censoring, get_args(PfsCensoring))
        if self.missed_assessments_days is not None and self.missed_assessments_days < 0:
            raise ValueError(
                f"missed_assessments_days is {self.missed_assessments_days}; expected 0 days or "
                "more, or none at all."
            )

    @property
    def name(self) -> str:
        """The name in methods and tables, as in `next=censor,censoring=last_evaluable`."""
        missed = self.missed_assessments_days
        tail = "" if missed is None else f",missed={missed}"
        return f"next={self.next_therapy},censoring={self.censoring}{tail}"


@dataclass(frozen=True)
class OsVariant:
    """A variant of overall survival.

    Attributes:
        censoring: `last_known_alive` (the default) is the latest of vital status date, last
            contact and everything else that shows life; `last_contact` is the later of the two
            dates as entered, whatever was recorded later.

    Raises:
        ValueError: an unknown value.
    """

    censoring: OsCensoring = "last_known_alive"

    def __post_init__(self) -> None:
        _assert_one_of("censoring", self.censoring, get_args(OsCensoring))

    @property
    def name(self) -> str:
        """The name in methods and tables, as in `censoring=last_contact`."""
        return f"censoring={self.censoring}"


def time_sql(name: str) -> str:
    """The SELECT of a time by its written name, as methods, tables and the spec write it.

    Args:
        name: `pfs`, `os`, `dor`, `dor_confirmed` or `ttnt`, then what differs from the default,
            as in `pfs next=censor,missed=90` or `os censoring=last_contact`.

    Raises:
        ValueError: a time, a word or a value is not known.
    """
    time, _, written = name.partition(" ")
    asked = dict(part.partition("=")[::2] for part in written.split(",") if part)
    if time in ("pfs", "dor", "dor_confirmed"):
        variant = _pfs_variant(name, asked)
        if time == "pfs":
            return pfs_sql(variant)
        return dor_sql(variant, confirmed=time == "dor_confirmed")
    if time == "os" and set(asked) <= {"censoring"}:
        return os_sql(OsVariant(**asked))  # type: ignore[arg-type]
    if time == "ttnt" and not asked:
        return ttnt_sql()
    raise ValueError(
        f"No time is called {name!r}; expected pfs, dor or dor_confirmed (next, censoring, "
        "missed), os (censoring) or ttnt."
    )


def _pfs_variant(name: str, asked: dict[str, str]) -> PfsVariant:
    unknown = set(asked) - {"next", "censoring", "missed"}
    if unknown:
        raise ValueError(f"{name!r} names {', '.join(sorted(unknown))}; see `PfsVariant`.")
    missed = asked.get("missed")
    return PfsVariant(
        asked.get("next", "ignore"),  # type: ignore[arg-type]
        asked.get("censoring", "last_evaluable"),  # type: ignore[arg-type]
        None if missed is None else int(missed),
    )


PFS_VARIANTS = tuple(
    PfsVariant(next_therapy, censoring)
    for next_therapy, censoring in product(get_args(NextTherapy), get_args(PfsCensoring))
)
"""Every variant of progression-free survival in which an event stands however late it is seen."""

OS_VARIANTS = tuple(OsVariant(censoring) for censoring in get_args(OsCensoring))
"""Every variant of overall survival."""


@dataclass(frozen=True)
class _Censoring:
    """Where the living are censored: the column, the one before a next line, the reasons."""

    column: str
    column_before_next_line: str
    reason: str
    reason_without: str


_CENSORING: dict[str, _Censoring] = {
    "last_evaluable": _Censoring(
        "last_evaluable_date",
        "last_evaluable_by_next_line_date",
        "censored_last_evaluable_assessment",
        "censored_line_start",
    ),
    "last_assessment": _Censoring(
        "last_assessment_date",
        "last_assessment_by_next_line_date",
        "censored_last_assessment",
        "censored_line_start",
    ),
    "last_contact": _Censoring(
        "last_alive_date", "ahead_date", "censored_last_contact", "unknown_no_contact"
    ),
}


def pfs_sql(variant: PfsVariant) -> str:
    """SELECT of progression-free survival in a variant, one row per line.

    Columns: line_id, end_date, days, event, end_reason, record_table, record_key. A time that
    cannot be known has neither days nor event, and a reason that begins with `unknown`.
    """
    ahead = "next_line_start_date" if variant.next_therapy != "ignore" else "cast(null as date)"
    stopped_by = "next_line" if variant.next_therapy == "event" else NEXT_LINE
    censored = _CENSORING[variant.censoring]
    days = variant.missed_assessments_days
    missed = f"not registers_best_responses and event_date - last_look_date > {days}"
    return f"""
-- One row per line.
with
bounded as (
    select
        line_survival.*,
        {ahead} as ahead_date
    from derived.line_survival
),

firsts as (
    select
        bounded.*,
        case
            when os_end_reason in ('unknown_death_before_start', 'unknown_start_after_linkage')
                then os_end_reason
            when not collects_progression then 'unknown_progression_not_collected'
            when undated_progression_from_date is not null
                and coalesce(
                    least(first_progression_date, death_date, ahead_date)
                    > undated_progression_from_date,
                    true
                )
                then 'unknown_progression_undated'
            when first_progression_date is not null
                and coalesce(first_progression_date <= death_date, true)
                and coalesce(first_progression_date <= ahead_date, true)
                then 'progression'
            when death_date is not null and coalesce(death_date <= ahead_date, true)
                then 'death'
            when ahead_date is not null then '{stopped_by}'
            when is_dead then os_end_reason
        end as first_reason
    from bounded
),

looks as (
    select
        firsts.*,
        case first_reason
            when 'progression' then first_progression_date
            when 'death' then death_date
            when 'next_line' then ahead_date
        end as event_date,
        coalesce(
            case first_reason
                when 'progression' then last_evaluable_before_progression_date
                when 'death' then last_evaluable_by_death_date
                when 'next_line' then last_evaluable_by_next_line_date
            end,
            start_date
        ) as last_look_date
    from firsts
),

reasons as (
    select
        looks.*,
        case
            when {"false" if days is None else missed} then '{MISSED}'
            when first_reason is not null then first_reason
            when registers_best_responses and last_alive_date is null then 'unknown_no_contact'
            when registers_best_responses then 'censored_last_contact'
            when {censored.column} is not null then '{censored.reason}'
            else '{censored.reason_without}'
        end as end_reason
    from looks
),

ends as (
    select
        reasons.*,
        case
            when end_reason in ('progression', 'death', 'next_line') then event_date
            when end_reason = '{MISSED}' then last_look_date
            when end_reason = '{NEXT_LINE}' and registers_best_responses then ahead_date
            when end_reason = '{NEXT_LINE}'
                then coalesce({censored.column_before_next_line}, start_date)
            when end_reason = 'censored_last_contact' then last_alive_date
            when end_reason = 'censored_line_start' then start_date
            when end_reason like 'censored%' then {censored.column}
        end as end_date
    from reasons
)
{with_record("'progression', 'death', 'next_line'")}"""


def os_sql(variant: OsVariant) -> str:
    """SELECT of overall survival in a variant, one row per line; columns as in `pfs_sql`."""
    seen = "last_alive" if variant.censoring == "last_known_alive" else "last_contact"
    return f"""
-- One row per line.
with
reasons as (
    select
        line_survival.*,
        case
            when is_dead or start_date > linked_until_date then os_end_reason
            when {seen}_date is null then 'unknown_no_contact'
            when {seen}_date < start_date then 'unknown_contact_before_start'
            else 'censored_' || {seen}_source
        end as end_reason
    from derived.line_survival
),

ends as (
    select
        reasons.*,
        case
            when end_reason = 'death' then death_date
            when end_reason like 'censored%' then {seen}_date
        end as end_date
    from reasons
)
{with_record("'death'")}"""


def ttnt_sql() -> str:
    """SELECT of the time to next treatment or death, one row per line; columns as in `pfs_sql`."""
    return f"""
-- One row per line.
with ends as (
    select
        line_survival.*,
        ttnt_end_reason as end_reason,
        ttnt_end_date as end_date
    from derived.line_survival
)
{with_record("'next_line', 'death'")}"""


def dor_sql(variant: PfsVariant, *, confirmed: bool = False) -> str:
    """SELECT of the duration of response, one row per line; columns as in `pfs_sql`.

    It runs from the first response of the line to the end of progression-free survival in the
    variant, and ends for the same reason. `no_response` is a line without CR or PR; a response
    that is only registered without its day, or after the end, gives no time.

    Args:
        variant: The variant of progression-free survival.
        confirmed: From the first day of the confirmed response instead.
    """
    response = "first_response_confirmed_date" if confirmed else "first_response_date"
    return f"""
-- One row per line.
with times as ({pfs_sql(variant)}),

reasons as (
    select
        times.*,
        line_responses.{response} as response_date,
        case
            when line_responses.{response} is null and line_responses.responder
                and line_responses.response_source = 'entered'
                then 'unknown_response_undated'
            when line_responses.{response} is null then 'no_response'
            when times.end_date < line_responses.{response} then 'unknown_response_after_end'
            else times.end_reason
        end as duration_reason
    from times
    inner join derived.line_responses on times.line_id = line_responses.line_id
)

select
    line_id,
    case when duration_reason = end_reason then end_date end as end_date,
    case when duration_reason = end_reason then end_date - response_date end as days,
    case when duration_reason = end_reason then event end as event,
    duration_reason as end_reason,
    record_table,
    record_key
from reasons"""
