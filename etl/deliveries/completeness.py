"""Completeness of key items by hospital and year of diagnosis.

Belongs here: `quality.completeness`. Does not belong here: the target it is judged against (the
rules HOS-M01 and HOS-M05), completeness of single records (rules on those records).

Known means that a value was given and is none of the codes that leave it open (`NOT_KNOWN` of the
code lists). An item that the source does not collect has no rows. Whether a patient has a date of
diagnosis at all is an item of its own (`diagnosis_date`), of all years together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from expectations.codelists import NOT_KNOWN
from expectations.contracts.base import PLACE


@dataclass(frozen=True)
class Item:
    """One item: the native columns it rests on, of whom it is asked, and when it is known."""

    columns: tuple[str, ...]
    known: str
    asked: str = "true"


def _given(column: str) -> str:
    return f"coalesce({column} not in {NOT_KNOWN}, false)"


ITEMS: Mapping[str, Item] = {
    "ecog": Item(("baselines.ecog",), _given("b.ecog")),
    "ldh": Item(
        ("baselines.ldh_u_per_l", "baselines.ldh_category"),
        f"b.ldh_u_per_l is not null or {_given('b.ldh_category')}",
    ),
    "m_category": Item(("baselines.m_category",), _given("b.m_category")),
    "brain_metastases": Item(("baselines.brain_metastases",), _given("b.brain_metastases")),
    "liver_metastases": Item(("baselines.liver_metastases",), _given("b.liver_metastases")),
    "braf": Item(("baselines.braf",), _given("b.braf")),
    "death_date": Item(
        ("patients.death_date",), "p.death_date is not null", "p.vital_status = 'dead'"
    ),
    "death_cause": Item(
        ("patients.death_cause",), _given("p.death_cause"), "p.vital_status = 'dead'"
    ),
}

_YEAR = "year(coalesce(b.advanced_diagnosis_date, b.primary_diagnosis_date))"


def build_completeness(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `quality.completeness` from staging: patients that can be placed, one baseline each."""
    absent = {
        f"{table}.{column}"
        for table, column in con.execute(
            "select table_name, column_name from source.collected where not collected"
        ).fetchall()
    }
    con.execute("delete from quality.completeness")
    items = [
        f"{{item: '{name}', patients: count(*) filter (coalesce({item.asked}, false)), "
        f"known: count(*) filter (coalesce({item.asked}, false) and ({item.known}))}}"
        for name, item in ITEMS.items()
        if not set(item.columns) <= absent
    ]
    if not items:
        return
    con.execute(f"""
        insert into quality.completeness
        with diagnoses as (
            -- the baseline at diagnosis; where a source has none, that of its first episode
            select * from staging.baselines
            where is_placed
            qualify row_number() over (
                partition by patient_id
                order by treatment_id nulls first, {", ".join(PLACE)}
            ) = 1
        ),
        counted as (
            select
                p.hospital_id, {_YEAR} as year,
                unnest([{", ".join(items)}], recursive := true)
            from staging.patients as p
            left join diagnoses as b on b.patient_id = p.patient_id
            where p.is_placed
            group by 1, 2
            union all
            select p.hospital_id, null, 'diagnosis_date', count(*), count({_YEAR})
            from staging.patients as p
            left join diagnoses as b on b.patient_id = p.patient_id
            where p.is_placed
            group by 1
        )
        select hospital_id, year, item, patients, known, known / patients
        from counted
        where patients > 0
        order by hospital_id nulls last, year nulls last, item
    """)
