"""Severe toxicity that is not known: what it leaves of the estimate, and where there is none."""

from typing import Any

import duckdb
import pytest

from etl.outputs.results import read_results
from etl.outputs.toxicity_tables import toxicity_table
from etl.studies.estimates import NOT_COLLECTED
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import BOTH, IPI, add_patient, build, marts, seed_study, study_with

ANSWERED, SEVERE, ASKED, WITH_EVENT = 40, 8, 100, 12


def hundred(con: duckdb.DuckDBPyConnection, **again: Any) -> None:
    """100 patients: 40 answered, 8 of them yes; of the other 60, 12 with a grade 3 event."""
    for number in range(ASKED):
        is_known = number < ANSWERED
        is_severe = number < SEVERE or ANSWERED <= number < ANSWERED + WITH_EVENT
        add_patient(
            con,
            f"p{number:03}",
            {"regimen": IPI, "start": 0, "end": 63, "progression": 100},
            {
                "regimen": BOTH,
                "start": 200,
                "end": 263,
                "toxicity_known": is_known,
                "worst_irae_grade": 3 if is_severe else 2,
                **again,
            },
        )


def severe(con: duckdb.DuckDBPyConnection, edition: str = "as_registered") -> tuple[Any, ...]:
    [row] = con.execute(
        "select numerator, denominator, value, bound_lower, bound_upper, method"
        " from marts.estimates where endpoint = 'irae_grade3plus' and statistic = 'proportion'"
        " and stratum = 'all' and edition = ?",
        [edition],
    ).fetchall()
    return row


def test_what_is_not_known_is_bounded_with_what_is_registered_of_it() -> None:
    with marts() as con:
        hundred(con)
        build(con)
        assert severe(con) == (8, 40, 0.2, 0.2, 0.68, "Clopper-Pearson")


def test_the_bounds_of_an_edition_are_of_its_patients() -> None:
    with marts() as con:
        hundred(con)
        con.execute(
            "update marts.treatment_lines set toxicity_doubtful_because = 'AE-T19'"
            " where patient_id >= 'p050'"
        )
        build(con)
        # Of 50: 8 known to be severe, 10 with an event, none of the rest of 40 answered yes.
        assert severe(con, "quality_filtered")[:5] == (8, 40, 0.2, 0.36, 0.36)


@pytest.mark.parametrize("denominator", ["toxicity_known", "all"])
def test_where_nobody_asks_nothing_is_estimated(denominator: str) -> None:
    with marts() as con:
        hundred(con)
        con.execute(
            "update marts.treatment_lines set toxicity_known = false, toxicity_collected = false"
        )
        build(con, study_with(endpoints={"toxicity": {"denominator": denominator}}))
        assert severe(con) == (0, 0, None, None, None, NOT_COLLECTED)


def test_a_table_gives_the_bounds_and_what_is_registered_apart() -> None:
    with marts() as con:
        hundred(con)
        build(con)
        table = toxicity_table(read_results(con, seed_study(), context()))
        row = dict(zip(table.header, table.rows[-1], strict=True))
        assert row["Bounds"] == "20.0% to 68.0%"
        assert row["Of these, event registered"] == "12"
