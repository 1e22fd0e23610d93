"""Counting the indicators by hospital and year, set-based in the warehouse.

Belongs here: the rows that indicators count (`BASES`) and the one query that counts them. Does not
belong here: what an indicator is (`definitions`), intervals and limits (`build`).
"""

from collections.abc import Sequence

import duckdb

from etl.hospital_indicators.definitions import YEAR_DAYS, Base, Indicator

COUNTED = "hospital_counted"
"""Temporary table: indicator, hospital (NULL: all), year (NULL: all), numerator, denominator."""
DAYS = "hospital_days"
"""Temporary table: indicator, hospital (NULL: all), year, days in ascending order."""
SURVIVAL = "hospital_survival"
"""Temporary table: indicator, hospital (NULL: all), subjects, deaths, survival, Greenwood's sum."""

BASES: dict[Base, str] = {
    "patients": """
        select p.hospital_id, coalesce(f.is_dead, false) as is_dead, f.last_alive_date,
            cut.cut_off, year(coalesce(p.advanced_diagnosis_date, d.primary_date)) as year
        from marts.patients as p
        cross join (select max(export_date) as cut_off from source.export) as cut
        left join derived.follow_up as f on f.patient_id = p.patient_id
        left join (
            select patient_id, min(primary_diagnosis_date) as primary_date
            from derived.baselines group by patient_id
        ) as d on d.patient_id = p.patient_id
        where p.hospital_id is not null
    """,
    "lines": """
        select l.line_hospital_id as hospital_id,
            l.* exclude (patient_id, line_hospital_id), cut.cut_off, year(l.start_date) as year,
            l.start_date - p.advanced_diagnosis_date as days_from_diagnosis,
            row_number() over (
                partition by l.patient_id, l.setting order by l.line_number desc
            ) = 1 as is_last_line
        from marts.treatment_lines as l
        inner join marts.patients as p on p.patient_id = l.patient_id
        cross join (select max(export_date) as cut_off from source.export) as cut
        where l.line_hospital_id is not null
    """,
    "completeness": "select * from quality.completeness where hospital_id is not null",
}


def count(con: duckdb.DuckDBPyConnection, asked: Sequence[Indicator]) -> None:
    """Write the temporary tables `COUNTED`, `DAYS` and `SURVIVAL`.

    Args:
        con: The warehouse, with the marts, the follow-up and completeness built.
        asked: What is counted, where the source collects what it needs.
    """
    absent = {
        f"{table}.{name}"
        for table, name in con.execute(
            "select table_name, column_name from source.collected where not collected"
        ).fetchall()
    }
    indicators = [one for one in asked if not one.needs or not set(one.needs) <= absent]
    for base, sql in BASES.items():
        con.execute(f"create or replace temp table hospital_{base} as {sql}")
    _count_shares(con, [one for one in indicators if one.kind in ("share", "count")])
    _list_days(con, [one for one in indicators if one.kind == "median"])
    _follow(con, [one for one in indicators if one.kind == "survival"])
    for base in BASES:
        con.execute(f"drop table hospital_{base}")


def _count_shares(con: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]) -> None:
    con.execute(
        f"create or replace temp table {COUNTED} (indicator varchar, hospital_id varchar, "
        "year bigint, numerator bigint, denominator bigint)"
    )
    for one in indicators:
        # Completeness is counted already, the others count rows.
        numerator, denominator = (
            ("sum(known)", "sum(patients)")
            if one.base == "completeness"
            else (f"count(*) filter ({one.has})", "count(*)")
        )
        con.execute(
            f"""
            insert into {COUNTED}
            select $id, hospital_id, year, {numerator}, {denominator}
            from hospital_{one.base}
            where {one.asked}
            group by grouping sets ((), (hospital_id), (hospital_id, year), (year))
            having {denominator} > 0 and ({_is_wanted(one)})
            """,
            {"id": one.id},
        )


def _is_wanted(one: Indicator) -> str:
    """Rows of all years, and of known years: a year that is not known is no year."""
    of_all = "grouping(year) = 1"
    return f"{of_all} or year is not null" if one.by_year else of_all


def _list_days(con: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]) -> None:
    con.execute(
        f"create or replace temp table {DAYS} (indicator varchar, hospital_id varchar, "
        "year bigint, days bigint[])"
    )
    for one in indicators:
        con.execute(
            f"""
            insert into {DAYS}
            select $id, hospital_id, year, list_sort(list({one.has}))
            from hospital_{one.base}
            where {one.asked}
            group by grouping sets ((), (hospital_id), (hospital_id, year), (year))
            having count(*) > 0 and ({_is_wanted(one)})
            """,
            {"id": one.id},
        )


def _follow(con: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]) -> None:
    """Kaplan-Meier to one year: at each day with a death, the dying of those still at risk.

    Sums are rounded, because threads may add in another order: the same marts give the same bytes.
    """
    con.execute(
        f"create or replace temp table {SURVIVAL} (indicator varchar, hospital_id varchar, "
        "subjects bigint, deaths bigint, at_risk bigint, survival double, greenwood double)"
    )
    for one in indicators:
        con.execute(
            f"""
            insert into {SURVIVAL}
            select * replace (round(survival, 12) as survival, round(greenwood, 15) as greenwood)
            from (
            with followed as (
                select unnest([hospital_id, null]) as hospital_id, os_days as days,
                    {one.has} as has_died
                from hospital_{one.base}
                where {one.asked}
            ),
            by_day as (
                select hospital_id, days, count(*) filter (has_died) as died, count(*) as left_on
                from followed group by hospital_id, days
            ),
            steps as (
                select hospital_id, days, died, left_on, days <= {YEAR_DAYS} as in_year,
                    sum(left_on) over (
                        partition by hospital_id order by days
                        rows between current row and unbounded following
                    ) as at_risk
                from by_day
            )
            select $id, hospital_id, sum(left_on),
                coalesce(sum(died) filter (in_year), 0),
                coalesce(max(at_risk) filter (days >= {YEAR_DAYS}), 0),
                -- the logarithm of 0, and a division by it, are no error in the branch not taken
                case when bool_or(in_year and died = at_risk) then 0 else exp(coalesce(sum(
                    case when in_year and died < at_risk then ln(1 - died / at_risk) end
                ), 0)) end as survival,
                coalesce(sum(
                    case when in_year and died < at_risk
                        then died / (at_risk * (at_risk - died)) end
                ), 0) as greenwood
            from steps
            group by hospital_id
            )
            """,
            {"id": one.id},
        )
