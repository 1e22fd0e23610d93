"""How far a rule moves what a study reports: counted by hand, and held to the two editions."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from etl.impact import ALL_RULES, IMPACT, build_impact
from etl.outputs.impact_table import impact_table
from etl.outputs.results import Results
from etl.parameters import DAYS_PER_MONTH
from etl.studies import Study
from tests.unit.study_support import (
    BOTH,
    IPI,
    add_patient,
    build,
    cohort,
    marts,
    seed_study,
    study_with,
)

pytestmark = pytest.mark.slow

# Patient: days of progression-free survival, whether they responded, rules by doubtful value.
FIVE: dict[str, tuple[int, bool, dict[str, str]]] = {
    "p1": (100, True, {"response": "RS-T08"}),
    "p2": (200, False, {"pfs": "PT-T01, RS-T08"}),
    "p3": (300, True, {"lines": "TR-T02"}),
    "p4": (400, False, {"toxicity": "AE-T19"}),
    "p5": (500, False, {}),
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with marts() as built:
        for patient, (days, is_responder, doubts) in FIVE.items():
            add_patient(
                built,
                patient,
                {"regimen": IPI, "start": 0, "end": 63, "progression": 200},
                {
                    "regimen": BOTH,
                    "start": 230,
                    "end": 300,
                    "pfs_days": days,
                    "pfs_event": True,
                    "response_evaluable": True,
                    "best_overall_response": "PR" if is_responder else "PD",
                    **{f"{name}_doubtful_because": rules for name, rules in doubts.items()},
                },
            )
        build(built)
        build_impact(built, [seed_study()], minimum_cell=2)
        yield built


def impact(con: duckdb.DuckDBPyConnection, rule_id: str, endpoint: str) -> dict[str, Any]:
    frame = con.execute(
        "select * from quality.impact where rule_id = ? and endpoint = ? and stratum = 'all'",
        [rule_id, endpoint],
    ).df()
    assert len(frame) == 1
    return {str(name): value for name, value in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("rule_id", "touched", "left", "alone", "numerator", "denominator"),
    [
        ("RS-T08", 2, 1, 1, 1, 4),  # p2 is touched in another value: it stays evaluable
        ("TR-T02", 1, 1, 1, 1, 4),
        ("PT-T01", 1, 0, 0, 2, 5),
        ("AE-T19", 1, 0, 0, 2, 5),
        (ALL_RULES, 4, 2, 2, 0, 3),
    ],
)
def test_response_rate_without_a_rule(
    con: duckdb.DuckDBPyConnection,
    rule_id: str,
    touched: int,
    left: int,
    alone: int,
    numerator: int,
    denominator: int,
) -> None:
    row = impact(con, rule_id, "orr")
    assert (row["patients_touched"], row["patients_left"]) == (touched, left)
    assert row["patients_left_alone"] == alone
    assert (row["numerator_as_registered"], row["denominator_as_registered"]) == (2, 5)
    assert (row["numerator_without"], row["denominator_without"]) == (numerator, denominator)
    assert row["value_as_registered"] == 2 / 5
    assert row["value_without"] == numerator / denominator
    assert row["difference"] == numerator / denominator - 2 / 5
    assert row["statistic"] == "proportion"


@pytest.mark.parametrize(
    ("rule_id", "left", "alone", "median"),
    [
        ("RS-T08", 1, 0, 300),  # without p2: 100, 300, 400, 500; PT-T01 would keep it out
        ("PT-T01", 1, 0, 300),
        ("TR-T02", 1, 1, 200),  # without p3: 100, 200, 400, 500
        ("AE-T19", 0, 0, 300),
        (ALL_RULES, 2, 2, 400),  # without p2 and p3: 100, 400, 500
    ],
)
def test_median_without_a_rule(
    con: duckdb.DuckDBPyConnection, rule_id: str, left: int, alone: int, median: int
) -> None:
    row = impact(con, rule_id, "pfs")
    assert (row["patients_left"], row["patients_left_alone"]) == (left, alone)
    assert row["value_as_registered"] == pytest.approx(300 / DAYS_PER_MONTH)
    assert row["value_without"] == pytest.approx(median / DAYS_PER_MONTH)
    assert row["denominator_without"] == 5 - left


def test_a_row_that_differs_by_one_patient_is_not_for_sharing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert impact(con, "TR-T02", "pfs")["suppressed"]
    assert not impact(con, "AE-T19", "pfs")["suppressed"]


def test_a_median_that_is_not_reached_is_said_to_be() -> None:
    with marts() as con:
        for number, is_event in enumerate((True, False, False)):
            add_patient(
                con,
                f"p{number}",
                {"regimen": IPI, "start": 0, "end": 63, "progression": 200},
                {
                    "regimen": BOTH,
                    "start": 230,
                    "pfs_days": 100,
                    "pfs_event": is_event,
                    "lines_doubtful_because": "TR-T02" if is_event else "TR-T03",
                },
            )
        build(con)
        build_impact(con, [seed_study()])
        without_event, nobody = impact(con, "TR-T02", "pfs"), impact(con, ALL_RULES, "pfs")
        orr = impact(con, "TR-T02", "orr")
    assert without_event["remark"] == "as registered: not reached; without: not reached"
    assert (without_event["numerator_without"], without_event["denominator_without"]) == (0, 2)
    assert nobody["remark"] == "as registered: not reached; without: nobody is evaluable"
    assert orr["remark"] == "as registered: nobody is evaluable; without: nobody is evaluable"


@pytest.mark.parametrize(
    "study",
    [
        seed_study(),
        study_with(strata="rechallenge_regimen", endpoints={"response": {"denominator": "all"}}),
        study_with(strata="none", endpoints={"pfs": {"index": "initial_start"}}),
    ],
)
def test_all_rules_at_once_are_the_quality_filtered_edition(study: Study) -> None:
    with cohort() as con:
        for name, rule_id, modulus in (
            ("response", "RS-T08", 7),
            ("pfs", "PT-T01", 5),
            ("lines", "TR-T02", 11),
            ("os", "PT-T02", 3),
            ("toxicity", "AE-T19", 4),
        ):
            con.execute(
                f"update marts.treatment_lines set {name}_doubtful_because = ? "
                "where hash(line_id || ?) % ? = 0",
                [rule_id, rule_id, modulus],
            )
        build(con, study)
        build_impact(con, [study])
        compared = con.execute(
            """
            select
                e.edition,
                count(*),
                count(*) filter (
                    case e.edition when 'as_registered'
                        then (i.value_as_registered, i.numerator_as_registered,
                            i.denominator_as_registered)
                            is not distinct from (e.value, e.numerator, e.denominator)
                        else (i.value_without, i.numerator_without, i.denominator_without)
                            is not distinct from (e.value, e.numerator, e.denominator)
                    end
                )
            from quality.impact as i
            inner join marts.estimates as e
                on (e.study, e.stratum, e.endpoint, e.statistic)
                    = (i.study, i.stratum, i.endpoint, i.statistic)
                and e.subset = 'all'
            where i.rule_id = 'all'
            group by e.edition order by e.edition
            """
        ).fetchall()
        strata = con.execute("select count(distinct stratum) from marts.estimates").fetchone()
        left = con.execute(
            "select max(patients_left) from quality.impact where rule_id = 'all'"
        ).fetchone()
    assert strata is not None
    expected = 2 * strata[0]
    assert compared == [
        ("as_registered", expected, expected),
        ("quality_filtered", expected, expected),
    ]
    assert left is not None
    assert left[0] > 5


def test_a_study_that_no_rule_touches_has_no_row() -> None:
    with cohort() as con:
        build(con)
        assert build_impact(con, [seed_study()]) == 0
        assert con.execute("select count(*) from quality.impact").fetchone() == (0,)


def test_the_report_shows_what_moves_most_first_and_all_rules_last(
    con: duckdb.DuckDBPyConnection,
) -> None:
    cursor = con.execute("select * from quality.impact where stratum = 'all'")
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    table = impact_table(cast(Results, SimpleNamespace(impact=rows)))
    assert [row[0] for row in table.rows] == [
        "As registered",
        "RS-T08",
        "TR-T02",
        "PT-T01",
        "AE-T19",
        "All rules together",
    ]
    none = "\u2013"
    median = f"{300 / DAYS_PER_MONTH:.2f}"
    assert table.rows[0][1:] == (none, none, "2/5 (40.0%)", none, none, median, none)
    assert table.rows[2][1:4] == ("1", "1", "1/4 (25.0%)")
    assert table.rows[2][4:] == ("-15.0", "1", f"{200 / DAYS_PER_MONTH:.2f}", "-3.29")
    assert table.rows[4][4] == "0.0"


def test_every_column_is_described(con: duckdb.DuckDBPyConnection) -> None:
    described = con.execute(
        "select column_name, comment from duckdb_columns() "
        "where schema_name = 'quality' and table_name = 'impact'"
    ).fetchall()
    assert dict(described) == {name: text for name, (_, text) in IMPACT.items()}
