"""Choosing what a worklist asks: which findings, of whom, in which order, and how many.

Belongs here: the set-based selection and the counts beside it. Does not belong here: how a list
looks (`workbook`), what its words are (`words`).

Patients come in the order of what an answer would change: first who is kept out of a study, then
whose row could not be placed, then errors, then warnings. A patient is never split over the end
of a list: the chart is opened once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from expectations.contracts.base import PLACE
from expectations.query_life import Query
from expectations.subjects import load_subjects, view_columns

REGISTRY = "registry"
"""The list of what no hospital can answer."""

OPEN = ("new", "persisting", "reopened")
CONSEQUENCES = ("study", "unplaced", "doubtful", "error", "warning")
"""What stands behind a finding, the gravest first."""


_LIST_OF = f"""
    case
        when h.hospital_id is null or r.gate or w.is_about_many then '{REGISTRY}'
        else h.hospital_id
    end
"""
"""A rule about a hospital or a delivery is for the registry to take up: no chart can be opened."""


@dataclass(frozen=True)
class Relations:
    """Where the findings of a night, and what is asked beside them, stand.

    `references` may be absent: no reference of a hospital's own record is then shown.
    """

    findings: str
    unplaced: str
    references: str
    hospitals: str


TONIGHT = Relations(
    "quality.next_findings",
    "staging.unplaced_rows",
    "quality.finding_references",
    "quality.worklist_hospitals",
)
PUBLISHED = Relations(
    "quality.findings",
    "quality.unplaced_rows",
    "quality.finding_references",
    "quality.worklist_hospitals",
)


@dataclass(frozen=True)
class Row:
    """One finding as it is asked."""

    list_id: str
    position: int
    patient_position: int
    finding_id: str
    rule_id: str
    subject: str
    record_key: str
    patient_id: str | None
    hospital_id: str | None
    reference: str | None
    source_file: str | None
    source_line: int | None
    source_part: int | None
    raw_values: str
    compared_with: str
    accept_key: str
    fingerprint: str
    severity: str
    status: str
    days_open: int
    consequence: str
    affects: str
    studies: str
    query_id: str | None
    answered_before: str | None


@dataclass(frozen=True)
class Counts:
    """What a list holds, and what there is beside it."""

    list_id: str
    name: str | None
    patients: int
    findings: int
    errors: int
    warnings: int
    listed_patients: int
    listed_findings: int
    new: int
    days_open: int
    asked: int
    answered: int
    accepted: int
    informed: int


def choose(
    con: duckdb.DuckDBPyConnection,
    where: Relations,
    queries: Iterable[Query],
    *,
    rows: int,
    delivered: date | None,
) -> None:
    """Work out every list as the temporary tables `worklist` and `worklist_counts`.

    Args:
        con: A session on the warehouse of the night, or on a published database.
        where: The relations to read.
        queries: What was asked and answered so far.
        rows: Findings a list shows at most; the first patient is shown whole all the same.
        delivered: The data cut-off of what is asked about, for hospitals whose own is not known.
            An answer "corrected at source" that is older is asked again: the delivery does not
            show the correction.
    """
    _load_queries(con, queries)
    _load_subjects(con)
    _load_deliveries(con)
    # A snapshot of before parts were told apart has file and line only.
    place = [name for name in PLACE if name in view_columns(con, where.unplaced)]
    lists = ", ".join(f"'{status}'" for status in OPEN)
    con.execute(
        f"""
        create or replace temp table worklist_ranked as
        with findings as (
            select
                f.finding_id, f.rule_id, f.patient_id, f.severity, f.status, f.days_open,
                {", ".join(f"f.{name}" for name in place)}, f.record_key,
                {_LIST_OF} as list_id,
                coalesce(
                    f.patient_id,
                    case when w.is_about_many then 'hospital ' || f.hospital_id end,
                    'record ' || f.record_key
                ) as chart,
                coalesce(r.affects, '') as affects,
                q.query_id,
                case
                    when q.answer = 'corrected at source'
                        and q.answered_on < coalesce(d.delivered_on, $delivered)
                        then 'again'
                    when q.answer is not null then 'answered'
                end as answered
            from {where.findings} as f
            left join quality.rules as r on r.rule_id = f.rule_id
            left join {where.hospitals} as h on h.hospital_id = f.hospital_id
            left join worklist_subjects as w on w.subject = f.subject
            left join worklist_deliveries as d on d.hospital_id = f.hospital_id
            left join worklist_queries as q
                on q.finding_id = f.finding_id and q.asked_on >= f.opened_on
            where f.status in ({lists})
        ),
        persons as (
            select unnest(string_split(patient_ids, ', ')) as patient_id, patient_id as person_id
            from marts.patients
            where contains(patient_ids, ', ')
        ),
        doubts as (
            select distinct study, patient_id, trim(rule_id) as rule_id
            from (
                select study, patient_id, unnest(string_split(because, ',')) as rule_id
                from (
                    unpivot marts.rechallenges
                    on columns('.*_doubtful_because') into name doubt value because
                )
            )
        ),
        studies as (
            select patient_id, rule_id, string_agg(study, ', ' order by study) as studies
            from doubts group by patient_id, rule_id
        ),
        unplaced as (select {", ".join(place)} from {where.unplaced}),
        weighed as (
            select
                f.*,
                s.studies,
                case
                    when f.severity = 'error' and s.studies is not null then 1
                    when f.severity = 'error' and u.source_line is not null then 2
                    when f.severity = 'error' and f.affects <> '' then 3
                    when f.severity = 'error' then 4
                    else 5
                end as weight
            from findings as f
            left join persons as person on person.patient_id = f.patient_id
            left join studies as s
                on s.patient_id = coalesce(person.person_id, f.patient_id)
                and s.rule_id = f.rule_id
            left join unplaced as u
                on {" and ".join(f"u.{name} = f.{name}" for name in place)}
            where f.severity in ('error', 'warning')
                and f.answered is distinct from 'answered'
        ),
        charts as (
            select
                list_id, chart,
                count(*) as chart_rows,
                row_number() over (
                    partition by list_id
                    order by min(weight), count(*) filter (weight = 1) desc,
                        count(*) filter (severity = 'error') desc, max(days_open) desc, chart
                ) as patient_position
            from weighed
            group by list_id, chart
        ),
        cut as (
            select
                *,
                sum(chart_rows) over (partition by list_id order by patient_position) as rows_so_far
            from charts
        )
        select
            w.*, c.patient_position,
            c.rows_so_far <= $rows or c.patient_position = 1 as is_listed,
            row_number() over (
                partition by w.list_id
                order by c.patient_position, w.weight, w.rule_id, w.record_key, w.finding_id
            ) as position
        from weighed as w
        inner join cut as c on c.list_id = w.list_id and c.chart = w.chart
        """,
        {"rows": rows, "delivered": delivered},
    )
    _count(con, where, lists)


def lists(con: duckdb.DuckDBPyConnection) -> list[Counts]:
    """What each list holds: every hospital in order of its id, then the registry's own."""
    return [
        Counts(*row)
        for row in con.execute(
            f"select * from worklist_counts order by list_id = '{REGISTRY}', list_id"
        ).fetchall()
    ]


def listed(con: duckdb.DuckDBPyConnection, where: Relations, list_id: str) -> list[Row]:
    """The rows of one list, in order."""
    names = ", ".join(f"'{name}'" for name in CONSEQUENCES)
    part = "f.source_part" if "source_part" in view_columns(con, where.findings) else "null"
    found = con.execute(
        f"""
        select
            w.list_id, w.position, w.patient_position, f.finding_id, f.rule_id, f.subject,
            f.record_key, f.patient_id, f.hospital_id, r.source_record_ref, f.source_file,
            f.source_line, {part}, f.raw_values, f.compared_with, f.accept_key, f.fingerprint,
            f.severity, f.status, f.days_open, ([{names}])[w.weight], w.affects,
            coalesce(w.studies, ''), w.query_id, w.answered
        from worklist_ranked as w
        inner join {where.findings} as f on f.finding_id = w.finding_id
        left join {where.references} as r on r.finding_id = w.finding_id
        where w.is_listed and w.list_id = $list_id
        order by w.position
        """,
        {"list_id": list_id},
    ).fetchall()
    return [Row(*row) for row in found]


def _load_queries(con: duckdb.DuckDBPyConnection, queries: Iterable[Query]) -> None:
    """The queries that are alive, as the temporary table `worklist_queries`."""
    con.execute(
        "create or replace temp table worklist_queries (finding_id varchar, query_id varchar, "
        "asked_on date, answer varchar, answered_on date)"
    )
    alive: Sequence[list[object]] = [
        [one.finding_id, one.query_id, one.released_on, one.answer, one.answered_on]
        for one in queries
        if one.state != "closed"
    ]
    for first in range(0, len(alive), 1000):
        some = alive[first : first + 1000]
        holes = ", ".join(["(?, ?, ?, ?, ?)"] * len(some))
        con.execute(
            f"insert into worklist_queries values {holes}", [v for one in some for v in one]
        )


def _load_subjects(con: duckdb.DuckDBPyConnection) -> None:
    """Of each subject whether its rules are about many records: `worklist_subjects`."""
    con.execute(
        "create or replace temp table worklist_subjects (subject varchar, is_about_many boolean)"
    )
    con.executemany(
        "insert into worklist_subjects values (?, ?)",
        [[one.name, one.scope != "record"] for one in load_subjects().values()],
    )


def _load_deliveries(con: duckdb.DuckDBPyConnection) -> None:
    """The cut-off of each hospital's newest delivery, where that is kept: `worklist_deliveries`.

    A night may hold some hospitals' deliveries only; the others have not shown a correction yet.
    """
    con.execute(
        "create or replace temp table worklist_deliveries (hospital_id varchar, delivered_on date)"
    )
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' "
        "and table_name = 'hospital_deliveries'"
    ).fetchone()
    if found is not None:
        con.execute(
            "insert into worklist_deliveries select hospital_id, max(delivered_on) "
            "from quality.hospital_deliveries where hospital_id is not null group by hospital_id"
        )


def _count(con: duckdb.DuckDBPyConnection, where: Relations, lists: str) -> None:
    con.execute(f"""
        create or replace temp table worklist_counts as
        with every_list as (
            select hospital_id as list_id, name from {where.hospitals}
            where hospital_id <> '{REGISTRY}'
            union all select '{REGISTRY}', null
        ),
        asked as (
            select
                list_id,
                count(distinct chart) as patients,
                count(*) as findings,
                count(*) filter (severity = 'error') as errors,
                count(*) filter (severity = 'warning') as warnings,
                count(distinct chart) filter (is_listed) as listed_patients,
                count(*) filter (is_listed) as listed_findings,
                count(*) filter (status in ('new', 'reopened')) as new,
                max(days_open) as days_open,
                count(*) filter (query_id is not null) as asked
            from worklist_ranked group by list_id
        ),
        beside as (
            select
                {_LIST_OF} as list_id,
                count(*) filter (f.status = 'accepted') as accepted,
                count(*) filter (f.status in ({lists}) and f.severity = 'info') as informed,
                count(*) filter (
                    f.status in ({lists}) and f.severity <> 'info'
                    and f.finding_id not in (select finding_id from worklist_ranked)
                ) as answered
            from {where.findings} as f
            left join quality.rules as r on r.rule_id = f.rule_id
            left join {where.hospitals} as h on h.hospital_id = f.hospital_id
            left join worklist_subjects as w on w.subject = f.subject
            where f.status in ({lists}, 'accepted')
            group by 1
        )
        select
            e.list_id, e.name,
            coalesce(a.patients, 0), coalesce(a.findings, 0), coalesce(a.errors, 0),
            coalesce(a.warnings, 0), coalesce(a.listed_patients, 0),
            coalesce(a.listed_findings, 0), coalesce(a.new, 0), coalesce(a.days_open, 0),
            coalesce(a.asked, 0), coalesce(b.answered, 0), coalesce(b.accepted, 0),
            coalesce(b.informed, 0)
        from every_list as e
        left join asked as a on a.list_id = e.list_id
        left join beside as b on b.list_id = e.list_id
    """)
