"""Every row of the estimates says its method, interval, set and counts, however little is known."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.outputs.report import write_outputs
from expectations.contracts import physical_columns
from expectations.contracts.studies import Estimates
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import BOTH, add_patient, build, marts, seed_study

pytestmark = pytest.mark.slow

Plant = Callable[[duckdb.DuckDBPyConnection], None]

SAID = {
    "nobody in the evaluable set",
    "median not reached",
    "nobody was observed so long",
}
"""Why a value is missing; nothing else may be the reason."""
SAID_OF_LIMITS = {
    *SAID,
    "lower limit not reached",
    "upper limit not reached",
    "lower and upper limit not reached",
    "no interval where the curve is at 1 or 0",
}


def patients(number: int, **rechallenge: Any) -> Plant:
    """Patients who differ in nothing."""

    def plant(con: duckdb.DuckDBPyConnection) -> None:
        first = {"regimen": BOTH, "start": 0, "end": 60, "progression": 90}
        again = {"regimen": BOTH, "start": 200} | rechallenge
        for place in range(number):
            add_patient(con, f"p{place}", first, again)

    return plant


def at(days: int, *, event: bool) -> dict[str, Any]:
    return {"pfs_days": days, "pfs_event": event, "os_days": days, "os_event": event}


EVALUABLE = {
    "response_evaluable": True,
    "responder": True,
    "best_overall_response": "CR",
    "toxicity_known": True,
}
PLANTED: dict[str, Plant] = {
    "an empty study": patients(0),
    "nothing known of anybody": patients(6),
    "no events": patients(6, **EVALUABLE, **at(2000, event=False)),
    "no events, nobody followed": patients(6, **EVALUABLE, **at(0, event=False)),
    "everyone an event": patients(6, **EVALUABLE, **at(90, event=True)),
    "everyone an event at once": patients(6, **EVALUABLE, **at(0, event=True)),
    "one patient": patients(1, **EVALUABLE, **at(90, event=True)),
    "one patient without an event": patients(1, **EVALUABLE, **at(90, event=False)),
}


def estimates(plant: Plant) -> list[dict[str, Any]]:
    with marts() as con:
        plant(con)
        build(con)
        cursor = con.execute("select * from marts.estimates")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def reasons(row: dict[str, Any]) -> set[str]:
    return {part for part in SAID_OF_LIMITS if part in str(row["method"]).split("; ")}


@pytest.mark.parametrize("name", PLANTED)
def test_every_row_is_whole(name: str) -> None:
    rows = estimates(PLANTED[name])
    assert len(rows) > 40
    for row in rows:
        where = (name, row["endpoint"], row["statistic"], row["stratum"], row["at"])
        numbers = [row[column] for column in ("value", "lower", "upper")]
        assert all(number is None or math.isfinite(number) for number in numbers), where
        assert 0 <= row["numerator"] <= row["denominator"], where
        assert row["method"], where
        assert row["evaluable_set"], where
        assert (row["at"] is None) == (row["statistic"] in ("proportion", "median")), where
        assert (row["at_risk"] is None) == (row["at"] is None), where
        if row["value"] is None:
            assert reasons(row) & SAID, where
        elif None in numbers:
            assert reasons(row), where
        else:
            assert not reasons(row), where
            assert row["lower"] <= row["value"] <= row["upper"], where
        if row["denominator"] == 0:
            assert "nobody in the evaluable set" in row["method"], where
            assert numbers == [None, None, None], where


def one(name: str, endpoint: str, statistic: str, at: int | None = None) -> dict[str, Any]:
    (found,) = (
        row
        for row in estimates(PLANTED[name])
        if (row["endpoint"], row["statistic"], row["at"]) == (endpoint, statistic, at)
        and (row["stratum"], row["subset"], row["edition"]) == ("all", "all", "as_registered")
    )
    return found


def test_a_median_without_events_is_not_reached() -> None:
    row = one("no events", "pfs", "median")
    assert (row["value"], row["lower"], row["upper"]) == (None, None, None)
    assert (row["numerator"], row["denominator"]) == (0, 6)
    assert row["method"] == "Kaplan-Meier, log(-log) interval; median not reached"


def test_nobody_observed_so_long_is_said() -> None:
    months = seed_study().endpoints.survival_at_months[-1]
    row = one("no events, nobody followed", "pfs", "survival_at", months)
    assert row["value"] is None
    assert row["at_risk"] == 0
    assert row["method"].endswith("; nobody was observed so long")


def test_everyone_an_event_has_a_median_and_a_survival_of_nought() -> None:
    median = one("everyone an event", "pfs", "median")
    assert median["value"] == pytest.approx(90 / 30.4375)
    assert (median["numerator"], median["denominator"]) == (6, 6)
    months = seed_study().endpoints.survival_at_months[-1]
    late = one("everyone an event", "pfs", "survival_at", months)
    assert (late["value"], late["at_risk"]) == (0, 0)
    assert late["method"].endswith("; no interval where the curve is at 1 or 0")


def test_a_proportion_at_its_end_has_its_exact_interval() -> None:
    # R: binom.test(6, 6)$conf.int is 0.5407419 to 1.
    row = one("no events", "orr", "proportion")
    assert (row["numerator"], row["denominator"], row["value"]) == (6, 6, 1)
    assert row["lower"] == pytest.approx(0.5407419, abs=1e-6)
    assert row["upper"] == 1


def test_an_empty_set_has_no_number_and_says_so() -> None:
    for endpoint, statistic in (("orr", "proportion"), ("pfs", "median")):
        row = one("an empty study", endpoint, statistic)
        assert (row["value"], row["denominator"]) == (None, 0)
        assert "nobody in the evaluable set" in row["method"]


@pytest.mark.parametrize("name", ["no events", "nothing known of anybody", "an empty study"])
def test_the_file_holds_the_mart_and_no_inf_or_nan(name: str, tmp_path: Path) -> None:
    with marts() as con:
        PLANTED[name](con)
        build(con)
        count = con.execute("select count(*) from marts.estimates").fetchone()
        write_outputs(con, seed_study(), tmp_path, context())
    text = (tmp_path / "estimates.csv").read_text(encoding="utf-8")
    assert not {"nan", "inf", "-inf", "none"} & set(text.lower().replace("\n", ",").split(","))
    with (tmp_path / "estimates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows),) == count
    assert list(rows[0]) == [column.name for column in physical_columns(Estimates)]
    for row in rows:
        assert row["method"]
        assert row["numerator"].isdigit()
        assert row["denominator"].isdigit()
        if not row["value"]:
            assert any(part in row["method"] for part in SAID)
