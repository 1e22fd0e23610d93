"""Treatment and outcomes by hospital, beside those of all hospitals, with funnel limits.

Belongs here: `quality.hospital_outcomes`, counted on the marts before the derived stage is judged.
Does not belong here: the estimates of studies (`etl/studies`), limits of a rule.
"""

import duckdb

from etl.deliveries.funnel import add_limits

_LINES = """
    select l.line_hospital_id as hospital_id, l.patient_id, l.line_number,
        year(l.start_date) as year,
        coalesce(l.regimen_class, 'not known') as regimen_class,
        l.severe_toxicity_status, l.toxicity_known, l.response_evaluable, l.responder,
        l.rechallenge_kind,
        list_contains(string_split(l.regimen, '+'), 'ipilimumab') as has_ipilimumab
    from marts.treatment_lines as l
    where l.line_hospital_id is not null and l.setting = 'advanced'
"""


def build_outcomes(con: duckdb.DuckDBPyConnection) -> int:
    """Fill `quality.hospital_outcomes` from the marts; returns its rows.

    `regimen_mix`: first advanced lines of a class among those begun in a year. `first_line`:
    patients with an advanced line among those diagnosed with advanced disease in a year.
    `grade3plus`: lines with severe toxicity among those whose toxicity is known. `orr`:
    responders among lines evaluable for response. `rechallenge`: patients given ipilimumab
    again, among those ever given it.
    """
    con.execute("delete from quality.hospital_outcomes")
    con.execute(f"""
        insert into quality.hospital_outcomes
        with lines as ({_LINES}),
        first_lines as (
            select hospital_id, year, regimen_class, count(*) as n
            from lines where line_number = 1 group by all
        ),
        by_year as (
            select hospital_id, year, sum(n) as n from first_lines group by all
        ),
        classes as (
            select distinct year, regimen_class from first_lines
        ),
        diagnosed as (
            select p.hospital_id, p.patient_id, min(year(b.advanced_diagnosis_date)) as year
            from marts.patients as p
            inner join derived.baselines as b on b.patient_id = p.patient_id
            where p.hospital_id is not null and b.advanced_diagnosis_date is not null
            group by all
        ),
        ever_ipilimumab as (
            select hospital_id, patient_id,
                bool_or(coalesce(rechallenge_kind in ('same_regimen', 'same_substance'), false))
                    as is_rechallenged
            from lines where has_ipilimumab
            group by hospital_id, patient_id
        ),
        counted as (
            select y.hospital_id, 'regimen_mix' as measure, c.regimen_class as subgroup, y.year,
                coalesce(f.n, 0) as numerator, y.n as denominator
            from by_year as y
            inner join classes as c on c.year = y.year
            left join first_lines as f
                on f.hospital_id = y.hospital_id
                and f.year = y.year
                and f.regimen_class = c.regimen_class
            union all
            select hospital_id, 'first_line', 'all', year,
                count(*) filter (patient_id in (select patient_id from lines)), count(*)
            from diagnosed group by hospital_id, year
            union all
            select hospital_id, 'grade3plus', regimen_class, null,
                count(*) filter (severe_toxicity_status = 'yes'), count(*)
            from lines where toxicity_known
            group by hospital_id, regimen_class
            union all
            select hospital_id, 'orr', regimen_class, null, count(*) filter (responder), count(*)
            from lines where response_evaluable
            group by hospital_id, regimen_class
            union all
            select hospital_id, 'rechallenge', 'all', null,
                count(*) filter (is_rechallenged), count(*)
            from ever_ipilimumab group by hospital_id
        ),
        national as (
            select measure, subgroup, year, sum(numerator) / sum(denominator) as share,
                count(*) as hospitals
            from counted group by all
        )
        select c.hospital_id, c.measure, c.subgroup, c.year, c.numerator, c.denominator,
            c.numerator / c.denominator, n.share, n.hospitals, null, null
        from counted as c
        inner join national as n
            on n.measure = c.measure
            and n.subgroup = c.subgroup
            and n.year is not distinct from c.year
        order by c.hospital_id, c.measure, c.subgroup, c.year
    """)
    add_limits(
        con,
        "quality.hospital_outcomes",
        denominator="denominator",
        target="national_share",
        lower="lower_limit",
    )
    row = con.execute("select count(*) from quality.hospital_outcomes").fetchone()
    return int(row[0]) if row else 0
