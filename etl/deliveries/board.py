"""The delivery board: each hospital and table, what arrived, what was expected, against last time.

Belongs here: `quality.hospital_deliveries`, `quality.delivering_hospitals` and the counts that
the next published night is compared with. Does not belong here: single records (`history`).
"""

from datetime import date

import duckdb

from etl.deliveries.expected import COUNTED

LOST_AFTER_MONTHS = 18
"""A living patient without contact for so long before the cut-off is lost to follow-up (T63)."""


def count_rows(con: duckdb.DuckDBPyConnection) -> None:
    """Write the temporary table `delivered_rows`: rows tonight by hospital and table."""
    counted = " union all ".join(
        f"select hospital_id, '{name}' as table_name, count(*) as rows "
        f"from staging.{name} group by hospital_id"
        for name in COUNTED
    )
    con.execute(f"create or replace temp table delivered_rows as {counted}")


def build_board(
    con: duckdb.DuckDBPyConnection, *, source: str, as_of: date, late_after_days: int
) -> None:
    """Fill `quality.hospital_deliveries`.

    Args:
        con: The warehouse, staged, with the temporary tables of `count_rows` and
            `expected.load_expected_rows`.
        source: The registry.
        as_of: The ledger's day; days since delivery are counted to it.
        late_after_days: Age in days after which a delivery is late.
    """
    _gather(con, source)
    tables = ", ".join(f"('{name}', {place})" for place, name in enumerate(COUNTED))
    con.execute("delete from quality.hospital_deliveries")
    con.execute(
        f"""
        insert into quality.hospital_deliveries
        with facts as (
            select
                h.hospital_id, t.table_name, t.place, h.delivered_on,
                $as_of - h.delivered_on as days_since_delivery,
                h.is_expected, h.is_reviewed, h.delivers,
                coalesce(n.rows, 0) as rows,
                case when previous.exists then coalesce(b.rows, 0) end as rows_before,
                e.expected_rows, e.tolerance
            from hospital_facts as h
            cross join (values {tables}) as t (table_name, place)
            cross join (select count(*) > 0 as exists from rows_before) as previous
            left join delivered_rows as n
                on n.hospital_id is not distinct from h.hospital_id
                and n.table_name = t.table_name
            left join rows_before as b
                on b.hospital_id is not distinct from h.hospital_id
                and b.table_name = t.table_name
            left join expected_rows as e
                on e.hospital_id = h.hospital_id and e.table_name = t.table_name
        )
        select
            $source, hospital_id, table_name, rows, rows_before, expected_rows, tolerance,
            delivered_on, days_since_delivery,
            case
                when rows = 0 and ((is_expected and not delivers) or rows_before > 0
                    or expected_rows > 0) then 'missing'
                when not is_reviewed then 'unexpected'
                when days_since_delivery > $late then 'late'
                else 'arrived'
            end
        from facts
        order by hospital_id nulls last, place
        """,
        {"source": source, "as_of": as_of, "late": late_after_days},
    )
    _summarise(con, source, late_after_days)


def plan_counts(
    con: duckdb.DuckDBPyConnection, *, source: str, snapshot_id: str, as_of: date
) -> None:
    """Write the counts of tonight beside those of earlier nights, as `quality.next_*`."""
    con.execute(
        """
        insert into quality.next_delivery_counts
        select * from quality.delivery_counts where snapshot_id <> $snapshot_id
        union all
        select $snapshot_id, $as_of, $source, hospital_id, table_name, rows, delivered_on
        from quality.hospital_deliveries
        """,
        {"snapshot_id": snapshot_id, "as_of": as_of, "source": source},
    )


def _gather(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Write `rows_before` (the last published night) and `hospital_facts` (one row a hospital)."""
    con.execute(
        """
        create or replace temp table rows_before as
        select hospital_id, table_name, rows, delivered_on
        from quality.delivery_counts
        where source = $source and snapshot_id = (
            select snapshot_id from quality.delivery_counts
            where source = $source order by rowid desc limit 1
        )
        """,
        {"source": source},
    )
    con.execute(
        """
        create or replace temp table hospital_facts as
        with state as (
            select hospital_id, sum(rows) as rows from delivered_rows group by hospital_id
        ),
        before as (
            select hospital_id, sum(rows) as rows, max(delivered_on) as delivered_on
            from rows_before group by hospital_id
        ),
        reviewed as (
            select hospital_id, sum(expected_rows) as rows from expected_rows group by hospital_id
        ),
        listed as (
            select distinct h.hospital_id
            from staging.hospitals as h
            cross join (select max(export_date) as day from source.export) as cutoff
            where h.is_placed
                and coalesce(h.active_from_earliest <= cutoff.day, true)
                and coalesce(h.active_to_latest >= cutoff.day, true)
        ),
        named as (
            select hospital_id from state
            union select hospital_id from before where rows > 0
            union select hospital_id from reviewed
            union select hospital_id from listed
            union select hospital_id from source.deliveries where hospital_id is not null
        ),
        whole as (
            select max(export_date) as day from source.deliveries where hospital_id is null
        )
        select
            n.hospital_id,
            coalesce(s.rows, 0) > 0 as delivers,
            case
                when r.rows > 0 then 'the reviewed file expects rows of it'
                when b.rows > 0 then 'the last published snapshot has rows of it'
                when l.hospital_id is not null then 'the list of hospitals has it as active'
            end as expected_because,
            expected_because is not null as is_expected,
            case when f.exists then r.hospital_id is not null or n.hospital_id is null end
                as in_reviewed_file,
            coalesce(in_reviewed_file, true) as is_reviewed,
            -- a hospital that a full delivery leaves out did not deliver with it
            coalesce(d.export_date, case when s.rows > 0 then whole.day end, b.delivered_on)
                as delivered_on
        from named as n
        cross join whole
        cross join reviewed_file as f
        left join state as s on s.hospital_id is not distinct from n.hospital_id
        left join before as b on b.hospital_id is not distinct from n.hospital_id
        left join reviewed as r on r.hospital_id = n.hospital_id
        left join listed as l on l.hospital_id = n.hospital_id
        left join source.deliveries as d on d.hospital_id = n.hospital_id
        """
    )


def _summarise(con: duckdb.DuckDBPyConnection, source: str, late_after_days: int) -> None:
    """Fill `quality.delivering_hospitals`: one row a hospital, with how recent its data are."""
    con.execute("delete from quality.delivering_hospitals")
    con.execute(
        f"""
        insert into quality.delivering_hospitals
        with counts as (
            select hospital_id, sum(rows) as rows, sum(rows_before) as rows_before,
                max(days_since_delivery) as days_since_delivery
            from quality.hospital_deliveries
            where hospital_id is not null
            group by hospital_id
        ),
        cutoffs as (
            select h.hospital_id, coalesce(h.delivered_on, e.day) as day
            from hospital_facts as h
            cross join (select max(export_date) as day from source.export) as e
        ),
        events as (
            select hospital_id, start_date_latest as day from staging.treatments
            union all select hospital_id, stop_date_latest from staging.treatments
            union all select hospital_id, assessment_date_latest from staging.responses
            union all select hospital_id, onset_date_latest from staging.adverse_events
            union all select hospital_id, start_date_latest from staging.local_treatments
            union all select hospital_id, advanced_diagnosis_date_latest from staging.baselines
        ),
        newest as (
            -- a date after the cut-off is a finding of its own, and no sign of recent data
            select e.hospital_id, max(e.day) as day
            from events as e
            inner join cutoffs as c on c.hospital_id = e.hospital_id and e.day <= c.day
            group by e.hospital_id
        ),
        followed as (
            select
                p.hospital_id, count(*) as alive,
                count(*) filter (
                    p.last_contact_date_latest < c.day - interval {LOST_AFTER_MONTHS} month
                ) as lost
            from staging.patients as p
            inner join cutoffs as c on c.hospital_id = p.hospital_id
            where p.is_placed
                and p.vital_status is distinct from 'dead'
                and p.last_contact_date is not null
            group by p.hospital_id
        )
        select
            $source, h.hospital_id, c.rows, c.rows_before, h.expected_because,
            h.in_reviewed_file, h.delivered_on, c.days_since_delivery, $late,
            newest.day, h.delivered_on - newest.day,
            coalesce(f.alive, 0), coalesce(f.lost, 0),
            case
                when not h.delivers and h.is_expected then 'missing'
                when not h.is_reviewed then 'unexpected'
                when c.days_since_delivery > $late then 'late'
                else 'arrived'
            end
        from hospital_facts as h
        inner join counts as c on c.hospital_id = h.hospital_id
        left join newest on newest.hospital_id = h.hospital_id
        left join followed as f on f.hospital_id = h.hospital_id
        order by h.hospital_id
        """,
        {"source": source, "late": late_after_days},
    )
