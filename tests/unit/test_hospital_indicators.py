"""The indicators of hospitals: limits held to R, and hospitals planted inside and outside them."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest

from etl.deliveries.funnel import TAIL, TAIL_95, drawn_limits, expected_outside, limits
from etl.hospital_indicators import INDICATORS, build_hospital_indicators
from etl.hospital_indicators.counts import BASES
from etl.survival.kaplan_meier import fit_kaplan_meier
from etl.survival.proportions import clopper_pearson, clopper_pearson_limits
from etl.warehouse import open_memory
from expectations.contracts import validate_frame
from expectations.contracts.hospitals import HospitalIndicators
from tests.unit.hospital_support import Planned, build, level

pytestmark = pytest.mark.slow

# R 4.2.2: qbinom(c(0.025, 0.975, 0.001, 0.999), n, p)
QBINOM = {
    (50, 0.3): (9, 22, 6, 25),
    (200, 0.15): (20, 40, 16, 47),
    (20, 0.05): (0, 3, 0, 5),
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        yield opened


def found(con: duckdb.DuckDBPyConnection, indicator: str) -> dict[str, dict[str, Any]]:
    """The rows of an indicator over all years, by hospital."""
    cursor = con.execute(
        "select * from marts.hospital_indicators where indicator = ? and year is null", [indicator]
    )
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["hospital_id"]: row for row in rows}


def positions(con: duckdb.DuckDBPyConnection, indicator: str) -> dict[str, str]:
    return {hospital: row["position"] for hospital, row in found(con, indicator).items()}


@pytest.mark.parametrize("case", QBINOM)
def test_control_limits_are_those_of_r(case: tuple[int, float]) -> None:
    n, p = case
    fewest_95, most_95 = limits([n], [p], TAIL_95)
    fewest_998, most_998 = limits([n], [p], TAIL)
    assert (fewest_95[0], most_95[0], fewest_998[0], most_998[0]) == QBINOM[case]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed.")
def test_control_limits_and_chance_are_those_of_r_run_again() -> None:
    cases = [(n, p) for n in (10, 37, 250, 4000) for p in (0.02, 0.31, 0.9)]
    call = "".join(
        f"q <- qbinom(c({TAIL_95}, 1 - {TAIL_95}), {n}, {p});"
        f"cat(q, pbinom(q[1] - 1, {n}, {p}) + 1 - pbinom(q[2], {n}, {p}), '\\n');"
        for n, p in cases
    )
    printed = subprocess.run(
        ["Rscript", "-e", call], capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()
    for (n, p), line in zip(cases, printed, strict=True):
        fewest, most, outside = map(float, line.split())
        ours = limits([n], [p], TAIL_95)
        assert (ours[0][0], ours[1][0]) == (fewest, most), (n, p)
        assert expected_outside([n], [p], TAIL_95)[0] == pytest.approx(outside, rel=1e-5)


def test_chance_leaves_less_than_the_tails_outside() -> None:
    # R: pbinom(8, 50, 0.3) + 1 - pbinom(22, 50, 0.3)
    assert expected_outside([50], [0.3], TAIL_95)[0] == pytest.approx(0.01825335 + 0.01227613)
    n = np.arange(1, 400)
    assert (expected_outside(n, np.full(n.shape, 0.3), TAIL_95) <= 2 * TAIL_95).all()


@pytest.mark.parametrize("p", [0.0, 0.01, 0.4, 0.93, 1.0])
@pytest.mark.parametrize("tail", [TAIL, TAIL_95])
def test_a_count_is_drawn_outside_exactly_when_it_is(p: float, tail: float) -> None:
    n = np.arange(1, 300)
    fewest, most = limits(n, p, tail)
    lower, upper = drawn_limits(n, p, tail)
    near = 1e-9
    assert (fewest / n >= lower - near).all()
    assert (most / n <= upper + near).all()
    assert ((fewest - 1) / n <= lower + near).all()
    assert ((most + 1) / n >= upper - near).all()


def test_many_intervals_at_once_are_those_of_one() -> None:
    # R: binom.test(7, 50)$conf.int
    lower, upper = clopper_pearson_limits([7, 0, 4], [50, 9, 4])
    assert (lower[0], upper[0]) == pytest.approx((0.05819170034, 0.26739600250))
    for place, (x, n) in enumerate([(7, 50), (0, 9), (4, 4)]):
        one = clopper_pearson(x, n)
        assert (one.lower, one.upper) == (lower[place], upper[place])
    assert (lower[1], upper[2]) == (0, 1)


def test_hospitals_far_off_are_flagged_and_the_others_are_not(
    con: duckdb.DuckDBPyConnection,
) -> None:
    build(
        con,
        [
            *level(7),
            Planned("LOW", 40, 2, known=20),
            Planned("HIGH", 40, 38),
            Planned("DYING", 40, 12, early_deaths=8),
        ],
    )
    response = positions(con, "orr_anti_pd_1")
    assert response["LOW"] == "below_998"
    assert response["HIGH"] == "above_998"
    assert {response[f"H{place}"] for place in range(1, 8)} == {"within"}
    assert positions(con, "ecog_known") == {
        **dict.fromkeys(response, "within"),
        "LOW": "below_998",
    }
    dying = positions(con, "mortality_30_days")
    assert dying.pop("DYING") == "above_998"
    assert set(dying.values()) == {"within"}


def test_a_value_stands_with_its_counts_interval_and_limits(
    con: duckdb.DuckDBPyConnection,
) -> None:
    build(con, [*level(4), Planned("LOW", 50, 7)])
    low = found(con, "orr_anti_pd_1")["LOW"]
    registry = (4 * 16 + 7) / (4 * 40 + 50)
    assert (low["numerator"], low["denominator"], low["value"]) == (7, 50, 0.14)
    assert (low["lower"], low["upper"]) == pytest.approx((0.0581917, 0.2673960))
    assert low["registry_value"] == pytest.approx(registry)
    assert low["hospitals"] == 5
    for name, tail in (("95", TAIL_95), ("998", TAIL)):
        fewest, most = limits([50], [registry], tail)
        assert (low[f"fewest_{name}"], low[f"most_{name}"]) == (fewest[0], most[0])
    counted = found(con, "patients")["LOW"]
    assert (counted["value"], counted["registry_value"]) == (50, 42)  # the mean of five hospitals
    assert counted["position"] == "not_judged"
    days = found(con, "days_to_treatment")["LOW"]
    assert (days["value"], days["lower"], days["upper"]) == (30, 30, 30)


def test_too_few_are_not_compared_and_small_counts_are_marked(
    con: duckdb.DuckDBPyConnection,
) -> None:
    build(con, [*level(4), Planned("FEW", 9, 0), Planned("TEN", 10, 0)])
    response = found(con, "orr_anti_pd_1")
    assert response["FEW"]["position"] == "too_few"
    assert response["TEN"]["position"] == "below_95"  # 0 of 10 where 2 in 5 respond
    build(con, [*level(2), Planned("ONE", 40, 3)])
    suppressed = found(con, "orr_anti_pd_1")
    assert suppressed["ONE"]["suppressed"]
    assert not suppressed["H1"]["suppressed"]


def test_two_hospitals_are_too_few_to_compare(con: duckdb.DuckDBPyConnection) -> None:
    build(con, [Planned("A", 40, 2), Planned("B", 40, 38)])
    assert set(positions(con, "orr_anti_pd_1").values()) == {"too_few"}


def test_what_the_source_does_not_collect_is_no_indicator(
    con: duckdb.DuckDBPyConnection,
) -> None:
    build(
        con,
        level(4),
        not_collected=("treatments.severe_toxicity", "adverse_events.grade", "baselines.ecog"),
    )
    made = {
        row[0] for row in con.execute("select indicator from marts.hospital_indicators").fetchall()
    }
    assert made.isdisjoint({"toxicity_known", "ecog_known", "severe_irae_ipi_nivo"})
    assert {"patients", "orr_anti_pd_1", "alive_1_year"} <= made


def test_a_registry_without_patients_makes_an_empty_mart(con: duckdb.DuckDBPyConnection) -> None:
    build(con, [])
    assert con.execute("select count(*) from marts.hospital_indicators").fetchone() == (0,)


def test_survival_at_a_year_is_that_of_the_estimator_held_to_r(
    con: duckdb.DuckDBPyConnection,
) -> None:
    build(con, [*level(3), Planned("DYING", 40, 12, early_deaths=8), Planned("ALL", 6, 0, None, 6)])
    # one is lost to follow-up before the first death: not among those known, censored in the curve
    con.execute("""
        update marts.treatment_lines set os_days = 10, os_event = false
        where line_id = (
            select min(line_id) from marts.treatment_lines
            inner join marts.patients using (patient_id)
            where hospital_id = 'DYING' and not os_event
        )
    """)
    build_hospital_indicators(con)
    rows = con.execute("""
        select os_days, os_event from marts.treatment_lines
        inner join marts.patients using (patient_id) where hospital_id = 'DYING'
    """).fetchall()
    curve = fit_kaplan_meier([row[0] for row in rows], [row[1] for row in rows])
    ours = found(con, "survival_1_year")["DYING"]
    expected = curve.survival_at(365)
    assert (ours["value"], ours["lower"], ours["upper"]) == pytest.approx(
        (expected.value, expected.lower, expected.upper)
    )
    assert (ours["numerator"], ours["denominator"]) == (8, 40)
    alive = found(con, "alive_1_year")["DYING"]
    assert (alive["numerator"], alive["denominator"]) == (31, 39)
    assert found(con, "survival_1_year")["H1"]["value"] == 1
    assert found(con, "survival_1_year")["H1"]["lower"] is None
    assert found(con, "survival_1_year")["ALL"]["value"] == 0  # nobody lived for a year


def test_the_mart_keeps_its_contract_and_its_bytes(con: duckdb.DuckDBPyConnection) -> None:
    build(con, [*level(3), Planned("LOW", 40, 2)])
    query = "select * from marts.hospital_indicators"
    first = con.execute(query).fetchall()
    validate_frame(HospitalIndicators, con.execute(query).df())
    build_hospital_indicators(con)
    assert con.execute(query).fetchall() == first
    left = con.execute(
        "select table_name from duckdb_tables() where table_name like 'hospital\\_%' escape '\\' "
        "and temporary"
    ).fetchall()
    assert left == [("hospital_facts",)]  # that of the delivery board


def test_every_definition_says_what_it_counts() -> None:
    assert len({one.id for one in INDICATORS}) == len(INDICATORS)
    for one in INDICATORS:
        assert one.definition.endswith("."), one.id
        assert one.source.endswith("."), one.id
        assert one.base in BASES, one.id
        assert one.denominator or one.kind == "count", one.id
        assert not one.has_funnel or one.kind == "share", one.id
