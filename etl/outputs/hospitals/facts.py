"""What the pages of hospitals are written from, read once for all of them.

Belongs here: the queries, and what may be shown of the others. Does not belong here: what a page
says (`hospital_page`, `index_page`), drawing (`drawings`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from etl.disclosure.policy import Policy
from etl.hospital_indicators.definitions import BY_ID, Indicator
from etl.outputs.quality.desk import Desk
from etl.rounding import rounded

FEWEST_OTHERS = 5
"""With fewer other hospitals to compare, their figures would be told, not their distribution."""
OUTSIDE_998 = ("above_998", "below_998")
OUTSIDE_95 = ("above_95", "below_95")
OUTSIDE = (*OUTSIDE_998, *OUTSIDE_95)
JUDGED = (*OUTSIDE, "within")

Row = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One indicator of one hospital, all years together, and what it may be shown beside.

    Attributes:
        indicator: its definition.
        row: its row of the mart.
        others: values of the others that may be drawn, rounded and in order; empty when they are
            fewer than five.
    """

    indicator: Indicator
    row: Row
    others: tuple[float, ...]

    @property
    def is_compared(self) -> bool:
        """Whether the registry's value and the others may be shown."""
        return bool(self.others)

    @property
    def position(self) -> str:
        """Where it lies against the limits, as far as it may be told."""
        return str(self.row["position"]) if self.is_compared else "not_judged"


@dataclass(frozen=True)
class Hospital:
    """What is known of one hospital.

    Attributes:
        hospital_id: as delivered.
        name: as delivered, else nothing.
        delivery: its row of `quality.delivering_hospitals`.
        tables: rows of `quality.hospital_deliveries`.
        cut_offs: cut-offs of its deliveries as published, newest first.
        measured: its indicators in the order of the definitions.
        completeness: rows of `quality.completeness`.
        findings: a row a rule with open or accepted findings, errors first.
        by_year: patients and lines by year, rows of the mart.
    """

    hospital_id: str
    name: str
    delivery: Row
    tables: tuple[Row, ...]
    cut_offs: tuple[Any, ...]
    measured: tuple[Measured, ...]
    completeness: tuple[Row, ...]
    findings: tuple[Row, ...]
    by_year: tuple[Row, ...]

    @property
    def title(self) -> str:
        """Code and name."""
        return f"{self.hospital_id} {self.name}".strip()

    @property
    def has_worklist(self) -> bool:
        """Whether a worklist was written for it: something is open."""
        return any(one["open"] for one in self.findings)

    def outside(self, positions: Iterable[str]) -> list[Measured]:
        """Indicators outside limits, as the registry sees them."""
        return [one for one in self.measured if one.row["position"] in set(positions)]

    def open_findings(self, severity: str) -> int:
        """Open findings of a severity."""
        return sum(int(one["open"]) for one in self.findings if one["severity"] == severity)


def read_hospitals(desk: Desk, minimum_cell: int) -> list[Hospital]:
    """Every hospital that delivers or is expected to, by code.

    Args:
        desk: The night, after the ledger was planned.
        minimum_cell: Others with fewer patients or lines are not drawn.
    """
    indicators = desk.rows("select * from marts.hospital_indicators where year is null")
    measured = _measured(indicators, Policy(minimum_cell=minimum_cell))
    tables = _by_hospital(desk, _TABLES)
    cut_offs = _by_hospital(desk, _CUT_OFFS.format(counts=desk.ledger("delivery_counts")))
    completeness = _by_hospital(desk, _COMPLETENESS)
    findings = _by_hospital(desk, _FINDINGS.format(findings=desk.ledger("findings")))
    by_year = _by_hospital(desk, _BY_YEAR)
    return [
        Hospital(
            one["hospital_id"],
            one["name"] or "",
            one,
            tables.get(one["hospital_id"], ()),
            tuple(row["delivered_on"] for row in cut_offs.get(one["hospital_id"], ())),
            tuple(measured.get(one["hospital_id"], ())),
            completeness.get(one["hospital_id"], ()),
            findings.get(one["hospital_id"], ()),
            by_year.get(one["hospital_id"], ()),
        )
        for one in desk.rows(_HOSPITALS)
    ]


def _measured(rows: list[Row], policy: Policy) -> dict[str, list[Measured]]:
    by_indicator: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_indicator[row["indicator"]].append(row)
    made: dict[str, list[Measured]] = defaultdict(list)
    for name, indicator in BY_ID.items():
        of_indicator = by_indicator[name]
        for row in of_indicator:
            others = _others(indicator, row, of_indicator, policy)
            made[row["hospital_id"]].append(Measured(indicator, row, others))
    return made


def _others(indicator: Indicator, own: Row, rows: list[Row], policy: Policy) -> tuple[float, ...]:
    """Values of the other hospitals in order, rounded so that no count can be told from them."""
    places = 2 if indicator.kind in ("share", "survival") else 0
    values = sorted(
        float(rounded(row["value"], places))
        for row in rows
        if row["hospital_id"] != own["hospital_id"]
        and row["value"] is not None
        and row["denominator"] > 0
        and not policy.is_small(row["denominator"])
    )
    return tuple(values) if len(values) >= FEWEST_OTHERS else ()


def _by_hospital(desk: Desk, sql: str) -> dict[str, tuple[Row, ...]]:
    return {
        str(hospital): tuple(rows)
        for hospital, rows in groupby(desk.rows(sql), key=lambda one: one["hospital_id"])
    }


_HOSPITALS = """
    select d.hospital_id, n.name, d.rows, d.rows_before, d.delivered_on, d.days_since_delivery,
        d.late_after_days, d.status
    from quality.delivering_hospitals as d
    left join (
        select record_key as hospital_id, min(name) as name
        from staging.hospitals where is_placed group by record_key
    ) as n using (hospital_id)
    where d.source = $source
    order by d.hospital_id
"""
_TABLES = """
    select hospital_id, table_name, rows, rows_before, expected_rows, delivered_on, status
    from quality.hospital_deliveries
    where source = $source and hospital_id is not null
    order by hospital_id
"""
_CUT_OFFS = """
    select distinct hospital_id, delivered_on
    from {counts}
    where source = $source and hospital_id is not null and delivered_on is not null
    order by hospital_id, delivered_on desc
"""
_BY_YEAR = """
    select hospital_id, indicator, year, denominator
    from marts.hospital_indicators
    where kind = 'count' and year is not null
    order by hospital_id, indicator, year
"""
_COMPLETENESS = """
    select hospital_id, item, year, patients, known
    from quality.completeness
    where hospital_id is not null
    order by hospital_id, item, year
"""
_FINDINGS = """
    with asked as (
        select hospital_id, rule_id, count(*) as queries, max(days_since_asked) as days_since_asked
        from quality.queries where state in ('released', 'answered') group by hospital_id, rule_id
    ),
    counted as (
        select hospital_id, rule_id,
            count(*) filter (status in ('new', 'reopened')) as new,
            count(*) filter (status = 'persisting') as known,
            count(*) filter (status in ('new', 'reopened', 'persisting')) as open,
            count(*) filter (status = 'accepted') as accepted
        from {findings}
        where source = $source and hospital_id is not null
            and status in ('new', 'reopened', 'persisting', 'accepted')
        group by hospital_id, rule_id
    )
    select c.*, r.severity, r.title, coalesce(a.queries, 0) as queries, a.days_since_asked
    from counted as c
    inner join quality.rules as r using (rule_id)
    left join asked as a using (hospital_id, rule_id)
    order by c.hospital_id, list_position(['error', 'warning', 'info'], r.severity),
        c.open desc, c.rule_id
"""
