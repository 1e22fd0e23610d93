"""Table 1 and the exposure table against counts in SQL; what is not collected is said to be."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.outputs.baseline_tables import baseline_table, line_baselines
from etl.outputs.exposure_table import exposure_table
from etl.outputs.results import Results, read_results
from etl.outputs.tables import Table
from expectations.contracts import contract_for, create_table_sql
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import build, cohort, insert, marts, seed_study

ECOGS = ("0", "0", "1", "2", None, "unknown")
AGES = (41, 55, 58, 62, 70, None)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The calibration cohort, its patients' states planted in turn."""
    with cohort() as made:
        patients = made.execute("select patient_id from marts.patients order by all").fetchall()
        for place, (patient,) in enumerate(patients):
            made.execute(
                "update marts.patients set ecog = ?, age_at_advanced_diagnosis = ?, braf = ?, "
                "ldh_category = ?, organ_sites = ?, advanced_diagnosis_date = ? "
                "where patient_id = ?",
                [
                    ECOGS[place % 6],
                    AGES[place % 6],
                    ("V600E", "wild_type", "not_tested")[place % 3],
                    ("over_2x_uln", "normal", "elevated", None)[place % 4],
                    place % 5 or None,
                    date(2012 + place % 7, 6, 1),
                    patient,
                ],
            )
        build(made)
        yield made


@pytest.fixture
def results(con: duckdb.DuckDBPyConnection) -> Results:
    return read_results(con, seed_study(), context())


def cells(table: Table) -> dict[str, tuple[str, ...]]:
    assert len({row[0] for row in table.rows}) == len(table.rows)
    return {row[0]: row[1:] for row in table.rows}


def counted(con: duckdb.DuckDBPyConnection, condition: str) -> list[int]:
    """Patients of each group, and of all, for whom a condition on the mart holds."""
    found = dict(
        con.execute(
            f"select stratum, count(*) filter (where coalesce({condition}, false)) "
            "from marts.rechallenges inner join marts.patients using (patient_id) group by all"
        ).fetchall()
    )
    groups = [found[name] for name in ("ipilimumab", "ipilimumab+nivolumab")]
    return [*groups, sum(groups)]


def share(count: int, size: int) -> str:
    """Halves up, by whole numbers only."""
    tenths = (2000 * count + size) // (2 * size)
    return f"{count} ({tenths // 10}.{tenths % 10}%)"


@pytest.mark.parametrize(
    ("row", "condition"),
    [
        ("ECOG performance status: 0", "ecog = '0'"),
        ("ECOG performance status: 2", "ecog = '2'"),
        ("ECOG performance status: Missing", "ecog is null or ecog = 'unknown'"),
        ("BRAF: V600E", "braf = 'V600E'"),
        ("BRAF: Missing", "braf is null or braf = 'not_tested'"),
        ("LDH: Over 2 times the upper limit of normal", "ldh_category = 'over_2x_uln'"),
        ("LDH: Missing", "ldh_category is null"),
        ("Age in years: Missing", "age_at_advanced_diagnosis is null"),
        ("Organ sites with metastases: Missing", "organ_sites is null"),
        ("Sex: Missing", "sex is null"),
    ],
)
def test_counts_are_those_of_the_mart(
    con: duckdb.DuckDBPyConnection, results: Results, row: str, condition: str
) -> None:
    sizes = counted(con, "true")
    expected = tuple(
        share(count, size) for count, size in zip(counted(con, condition), sizes, strict=True)
    )
    assert cells(baseline_table(results))[row] == expected


def test_quartiles_are_those_of_the_mart(con: duckdb.DuckDBPyConnection, results: Results) -> None:
    # quantile_cont interpolates between the closest ranks, as R's type 7 does.
    found = con.execute(
        "select quantile_cont(age_at_advanced_diagnosis, [0.5, 0.25, 0.75]) "
        "from marts.rechallenges inner join marts.patients using (patient_id)"
    ).fetchone()
    assert found is not None
    middle, lower, upper = (int(value + 0.5) for value in found[0])
    assert cells(baseline_table(results))["Age in years: Median [quartiles]"][2] == (
        f"{middle} [{lower}, {upper}]"
    )
    assert (lower, middle, upper) == (55, 58, 62)


def test_levels_and_missing_add_up_to_the_column(results: Results) -> None:
    table = baseline_table(results)
    sizes = [int(head.rpartition("= ")[2].rstrip(")")) for head in table.header[1:]]
    for group, rows in table.groups:
        assert rows[-1][0] == "Missing", group
        if not rows[0][0].startswith("Median"):
            added = [sum(int(row[i].split()[0]) for row in rows) for i in range(1, 4)]
            assert added == sizes, group


def test_columns_are_the_groups_and_nothing_compares_them(results: Results) -> None:
    assert baseline_table(results).header == (
        "Characteristic",
        "ipilimumab (N = 32)",
        "ipilimumab + nivolumab (N = 41)",
        "All patients (N = 73)",
    )


def test_exposure_is_counted_from_the_pairs(
    con: duckdb.DuckDBPyConnection, results: Results
) -> None:
    found = cells(exposure_table(results))
    stopped = counted(con, "first_stop_reason = 'progression'")
    sizes = counted(con, "true")
    if any(stopped):
        assert found["Why the initial treatment stopped: Progression"] == tuple(
            share(count, size) for count, size in zip(stopped, sizes, strict=True)
        )
    row = con.execute("select median(interval_days) / 30.4375 from marts.rechallenges").fetchone()
    assert row is not None
    assert float(found["Interval in months: Median [quartiles]"][2].split()[0]) == pytest.approx(
        row[0], abs=0.0501
    )


def test_a_column_that_the_source_does_not_record_is_not_missing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("create schema if not exists source")
    con.execute(
        "create table source.collected as select 'baselines' as table_name, "
        "unnest(['ecog', 'nras']) as column_name, unnest([true, false]) as collected"
    )
    try:
        found = cells(baseline_table(read_results(con, seed_study(), context())))
    finally:
        con.execute("drop table source.collected")
    assert found["NRAS: Not collected"] == ("\u2013",) * 3
    assert "NRAS: Missing" not in found
    assert "ECOG performance status: Missing" in found


def test_no_baseline_at_a_line_is_said_to_be_not_collected(results: Results) -> None:
    (said,) = line_baselines(results)
    assert said == (
        "At the start of either line: not collected. The registry holds no baseline of any line, "
        "so the state of patients then (performance status, LDH, sites) is not known."
    )


def test_baselines_of_a_line_are_of_those_who_have_one(con: duckdb.DuckDBPyConnection) -> None:
    lines = con.execute(
        "select patient_id, rechallenge_line_id from marts.rechallenges order by all limit 4"
    ).fetchall()
    con.execute(create_table_sql(contract_for("marts.baselines")))
    planted: list[dict[str, Any]] = [
        {"patient_id": patient, "line_id": line, "ecog": ecog, "days_from_line_start": -3}
        for (patient, line), ecog in zip(lines, ("0", "1", "1", "unknown"), strict=True)
    ]
    try:
        insert(con, "marts.baselines", [*planted, {"patient_id": lines[0][0], "ecog": "4"}])
        initial, table = line_baselines(read_results(con, seed_study(), context()))
    finally:
        con.execute("drop table marts.baselines")
    assert isinstance(table, Table)
    found = cells(table)
    assert table.header[-1] == "All patients (N = 4)"
    assert found["Baseline at the line's start: Registered"][2] == "4/73 (5.5%)"
    assert found["ECOG performance status: 1"][2] == "2 (50.0%)"
    assert found["ECOG performance status: Missing"][2] == "1 (25.0%)"
    assert found["Days from the line's start: Median [quartiles]"][2] == "-3 [-3, -3]"
    assert "ECOG performance status: 4" not in found
    assert initial == (
        "At the start of the initial treatment: not collected. The registry holds baselines of "
        "lines, but none of these patients."
    )


def test_a_study_without_patients_has_no_table_1(tmp_path: Path) -> None:
    from etl.outputs.report import write_outputs

    with marts() as empty:
        build(empty)
        write_outputs(empty, seed_study(), tmp_path, context())
    assert not (tmp_path / "tables" / "table_1.csv").exists()
    assert "No patient" in (tmp_path / "report.html").read_text(encoding="utf-8")
