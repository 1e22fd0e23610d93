"""Which estimates differ between two sides, and which patients make the difference.

Belongs here: pairs and contributions compared, the rows of `quality.estimate_changes` but for
their causes, and the sum that must add up. Does not belong here: causes (`causes`), source rows
(`records`).

An estimate is compared at twelve decimals: the same patients give the same bits, so this only
guards against a change of the arithmetic itself.
"""

import duckdb

from etl.errors import RechallengeError
from etl.parameters import DAYS_PER_MONTH
from expectations.contracts import physical_columns
from expectations.contracts.studies import Rechallenges

KEY = "study, edition, stratum, subset, endpoint, statistic, at_key"
_SET = ("study", "edition", "stratum", "subset", "endpoint", "kind", "patient_id")
_NUMBERS = ("value", "lower", "upper")
_COUNTS = ("numerator", "denominator")


class ChangesDoNotAddUpError(RechallengeError):
    """Patients who joined, left and changed do not come to the difference of an estimate."""


def compare_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """Write `changes_pairs`: each pair that differs, with the columns that do."""
    names = [
        c.name for c in physical_columns(Rechallenges) if c.name not in ("study", "patient_id")
    ]
    differing = ", ".join(
        f'case when b."{name}" is distinct from a."{name}" then \'{name}\' end' for name in names
    )
    con.execute(f"""
        create or replace temp table changes_pairs as
        select
            coalesce(b.study, a.study) as study,
            coalesce(b.patient_id, a.patient_id) as patient_id,
            case
                when b.study is null then 'joined' when a.study is null then 'left' else 'both'
            end as in_study,
            case when b.study is null or a.study is null then []
                else list_filter([{differing}], name -> name is not null)
            end as columns
        from changes_pairs_before as b
        full join changes_pairs_after as a on a.study = b.study and a.patient_id = b.patient_id
    """)
    con.execute("delete from changes_pairs where in_study = 'both' and len(columns) = 0")


def compare_contributions(con: duckdb.DuckDBPyConnection) -> None:
    """Write `changes_touched`: each set and patient in it whose contribution differs."""
    keys = ", ".join(_SET)
    con.execute(f"""
        create or replace temp table changes_touched as
        with by_group as (
            select c.* replace (unnest(list_distinct([c.stratum, 'all'])) as stratum)
            from changes_contributions as c
        ),
        b as (select * from by_group where side = 'before'),
        a as (select * from by_group where side = 'after')
        select {keys},
            b.side is not null as was_in, a.side is not null as is_in,
            b.counted as counted_before, a.counted as counted_after,
            b.days as days_before, a.days as days_after,
            b.detail as detail_before, a.detail as detail_after
        from b full join a using ({keys})
        where b.side is null or a.side is null or b.counted <> a.counted
            or b.days is distinct from a.days or b.detail is distinct from a.detail
    """)


def compare_estimates(con: duckdb.DuckDBPyConnection, minimum_cell: int) -> None:
    """Write `changes_estimates` and, by patient, `changes_moved`.

    `changes_moved` has a row for each estimate and patient who moves it: of survival at a time
    only those who differ by that time.

    Args:
        con: session of the comparison.
        minimum_cell: smallest count that a shared version may print.
    """
    con.execute(_LAID_BESIDE)
    con.execute(_MOVED)
    con.execute(_ESTIMATES, {"minimum_cell": minimum_cell})


def assert_adds_up(con: duckdb.DuckDBPyConnection, traceable: list[str]) -> None:
    """Hold the comparison to its own sum, where the same program made both sides.

    Args:
        con: session of the comparison.
        traceable: studies whose definition of either side is known, made by the same program.

    Raises:
        ChangesDoNotAddUpError: names the estimates; they are no patient's.
    """
    rows = con.execute(
        "select study, edition, stratum, endpoint, statistic from changes_estimates "
        "where not adds_up and list_contains($studies, study) order by all limit 5",
        {"studies": traceable},
    ).fetchall()
    if rows:
        named = "; ".join(", ".join(row) for row in rows)
        raise ChangesDoNotAddUpError(
            "Patients who joined, left and changed since the last snapshot do not come to the "
            f"difference of these estimates: {named}. For the engineer: the sets of "
            "etl/studies/endpoints.py and the estimates of etl/studies/estimates.py disagree, or "
            "the last snapshot was changed after it was published (`rechallenge verify`)."
        )


_LAID_BESIDE = f"""
    create or replace temp table changes_laid_beside as
    with b as (select *, coalesce("at", -1) as at_key from changes_estimates_before),
    a as (select *, coalesce("at", -1) as at_key from changes_estimates_after)
    select {KEY},
        nullif(at_key, -1) as "at",
        case statistic
            when 'proportion' then 'proportion' when 'cumulative_incidence' then 'incidence'
            else 'time'
        end as kind,
        b.method is not null as was_there, a.method is not null as is_there,
        {", ".join(f"b.{n} as {n}_before, a.{n} as {n}_after" for n in (*_NUMBERS, *_COUNTS))},
        b.method as method_before, a.method as method_after,
        coalesce(b.suppressed, false) or coalesce(a.suppressed, false) as is_suppressed
    from b full join a using ({KEY})
"""

_MOVED = f"""
    create or replace temp table changes_moved as
    with at_times as (
        select e.study, e.edition, e.stratum, e.subset, e.endpoint, e.statistic, e.at_key,
            t.patient_id, t.was_in, t.is_in, e."at" * {DAYS_PER_MONTH} as until,
            coalesce(t.counted_before and (until is null or t.days_before <= until), false)
                as counted_before,
            coalesce(t.counted_after and (until is null or t.days_after <= until), false)
                as counted_after,
            least(t.days_before, until) as days_before, least(t.days_after, until) as days_after,
            case when t.kind = 'time' or t.days_before <= until then t.detail_before end
                as detail_before,
            case when t.kind = 'time' or t.days_after <= until then t.detail_after end
                as detail_after
        from changes_laid_beside as e
        inner join changes_touched as t
            on t.study = e.study and t.edition = e.edition and t.stratum = e.stratum
            and t.subset = e.subset and t.endpoint = e.endpoint and t.kind = e.kind
    )
    select * from at_times
    where was_in <> is_in or counted_before <> counted_after
        or days_before is distinct from days_after or detail_before is distinct from detail_after
"""

_DIFFERS = " or ".join(
    [
        *(f"round(e.{n}_before, 12) is distinct from round(e.{n}_after, 12)" for n in _NUMBERS),
        *(f"e.{n}_before is distinct from e.{n}_after" for n in _COUNTS),
    ]
)

_ESTIMATES = f"""
    create or replace temp table changes_estimates as
    with moved as (
        select {KEY},
            count(*) filter (is_in and not was_in) as patients_joined,
            count(*) filter (is_in and not was_in and counted_after) as joined_counted,
            count(*) filter (was_in and not is_in) as patients_left,
            count(*) filter (was_in and not is_in and counted_before) as left_counted,
            count(*) filter (was_in and is_in) as patients_changed,
            count(*) filter (was_in and is_in and counted_after and not counted_before) as gained,
            count(*) filter (was_in and is_in and counted_before and not counted_after) as lost
        from changes_moved
        group by all
    ),
    counted as (
        select e.*,
            case
                when not e.was_there then 'appeared'
                when not e.is_there then 'disappeared'
                when {_DIFFERS} then 'changed'
                when m.study is not null then 'patients_only'
            end as change,
            e.value_after - e.value_before as value_difference,
            coalesce(e.numerator_after, 0) - coalesce(e.numerator_before, 0)
                as numerator_difference,
            coalesce(e.denominator_after, 0) - coalesce(e.denominator_before, 0)
                as denominator_difference,
            coalesce(m.patients_joined, 0) as patients_joined,
            coalesce(m.joined_counted, 0) as joined_counted,
            coalesce(m.patients_left, 0) as patients_left,
            coalesce(m.left_counted, 0) as left_counted,
            coalesce(m.patients_changed, 0) as patients_changed,
            coalesce(m.gained, 0) as gained,
            coalesce(m.lost, 0) as lost
        from changes_laid_beside as e
        left join moved as m using ({KEY})
    )
    select *,
        denominator_difference = patients_joined - patients_left
        and numerator_difference = joined_counted - left_counted + gained - lost as adds_up,
        is_suppressed or len(list_filter(
            [patients_joined, patients_left, patients_changed, abs(numerator_difference),
                abs(denominator_difference)],
            n -> n > 0 and n < $minimum_cell
        )) > 0 as suppressed
    from counted
    where change is not null
"""
