"""Patterns that no single record shows: unknowns, heaped or swapped dates, months without rows.

Belongs here: `quality.unknown_shares`, `quality.date_patterns`, `quality.hospital_months`. Does
not belong here: limits of a rule (`expectations/rules`).
"""

import duckdb

from etl.deliveries.expected import COUNTED
from etl.deliveries.funnel import add_limits
from expectations.codelists import NOT_KNOWN, code_lists
from expectations.export_format import TABLES

ENOUGH_RECORDS = 20
"""Records a hospital needs for its share to count in the national median."""

LOW_DAY_SHARE = (12 - 1) / (30.4375 - 2)
"""Share of days 2 to 12 among all days but the 1st and the 15th, were all as frequent."""

WINDOW_MONTHS = 24
"""Months looked back over; the newest whole month is left out, since it still fills."""

# A year of birth is enough, and hospitals give 1 July for it; a linkage has one day for all.
_BY_DESIGN = {"birth_date", "vital_status_date"}


def build_patterns(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the three tables from staging."""
    _unknown_shares(con)
    _date_patterns(con)
    _hospital_months(con)


def _unknown_shares(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from quality.unknown_shares")
    counted = []
    for table in COUNTED:
        items = [
            f"{{item: '{table}.{column.name}', given: count({column.name}), "
            f"unknown: count(*) filter ({column.name} in {NOT_KNOWN})}}"
            for column in TABLES[table].columns
            if column.codelist and {*NOT_KNOWN} & {*code_lists()[column.codelist]}
        ]
        if items:
            counted.append(
                f"select hospital_id, unnest([{', '.join(items)}], recursive := true) "
                f"from staging.{table} where is_placed and hospital_id is not null group by 1"
            )
    con.execute(f"""
        insert into quality.unknown_shares
        with counted as ({" union all ".join(counted)}),
        national as (
            select item, median(unknown / given) as share, count(*) as hospitals
            from counted where given >= {ENOUGH_RECORDS} group by item
        )
        select c.hospital_id, c.item, c.given, c.unknown, c.unknown / c.given,
            n.share, coalesce(n.hospitals, 0), null
        from counted as c
        left join national as n on n.item = c.item
        where c.given > 0
        order by c.hospital_id, c.item
    """)
    add_limits(con, "quality.unknown_shares", denominator="given", target="national_share")


def _date_patterns(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from quality.date_patterns")
    counted = []
    for table in COUNTED:
        items = []
        for column in TABLES[table].columns:
            if column.kind != "date" or column.name in _BY_DESIGN:
                continue
            name = column.name
            exact = f"{name}_earliest = {name}_latest"
            middle = f"day({name}) in (1, 15)"
            items.append(
                f"{{item: '{table}.{name}', dates: count(*) filter ({exact}), "
                f"first_or_fifteenth: count(*) filter ({exact} and {middle}), "
                f"new_year_or_july: count(*) filter "
                f"({exact} and day({name}) = 1 and month({name}) in (1, 7)), "
                f"low_days: count(*) filter ({exact} and day({name}) between 2 and 12)}}"
            )
        if items:
            counted.append(
                f"select hospital_id, unnest([{', '.join(items)}], recursive := true) "
                f"from staging.{table} where is_placed and hospital_id is not null group by 1"
            )
    con.execute(f"""
        insert into quality.date_patterns
        select hospital_id, item, dates, first_or_fifteenth, new_year_or_july,
            dates - first_or_fifteenth, low_days, null
        from ({" union all ".join(counted)})
        where dates > 0
        order by hospital_id, item
    """)
    add_limits(
        con,
        "quality.date_patterns",
        denominator="other_dates",
        target=f"cast({LOW_DAY_SHARE!r} as double)",
    )


def _hospital_months(con: duckdb.DuckDBPyConnection) -> None:
    """Starts by month, from a hospital's first start on, in the two years before its delivery."""
    con.execute("delete from quality.hospital_months")
    con.execute(f"""
        insert into quality.hospital_months
        with starts as (
            select hospital_id, date_trunc('month', start_date)::date as month, count(*) as starts
            from staging.treatments
            where is_placed and start_date_earliest = start_date_latest
            group by 1, 2
        ),
        windows as (
            select
                d.hospital_id,
                date_trunc('month', d.delivered_on)::date as delivered,
                greatest(
                    date_trunc('month', d.delivered_on)::date - interval {WINDOW_MONTHS} month,
                    min(s.month)
                ) as first_month
            from quality.delivering_hospitals as d
            inner join starts as s on s.hospital_id = d.hospital_id
            where d.delivered_on is not null and d.status <> 'missing'
            group by d.hospital_id, d.delivered_on
        ),
        months as (
            select hospital_id, unnest(generate_series(
                first_month::timestamp, delivered - interval 2 month, interval 1 month
            ))::date as month
            from windows
        )
        select m.hospital_id, m.month, coalesce(s.starts, 0),
            median(coalesce(s.starts, 0)) over (partition by m.hospital_id)
        from months as m
        left join starts as s on s.hospital_id = m.hospital_id and s.month = m.month
        order by m.hospital_id, m.month
    """)
