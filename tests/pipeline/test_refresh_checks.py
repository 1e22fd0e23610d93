"""Judging a single rule again from the UI reads the warehouse and changes nothing."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import duckdb

from assets.definitions import defs
from assets.instance import open_instance
from assets.resources import Warehouse
from etl.settings import Settings

TABLE = dg.AssetKey(["staging", "patients"])
RULE, NAME = "PAT-C02", "C02_vital_dates_unreadable"


def run_check(home: Path) -> dg.AssetCheckEvaluation:
    """Run one check alone, as the UI's Execute does."""
    key = dg.AssetCheckKey(TABLE, NAME)
    job = dg.define_asset_job("one", selection=dg.AssetSelection.checks(key))
    checks = [
        one for one in defs.asset_checks or [] if any(spec.key == key for spec in one.check_specs)
    ]
    built = dg.Definitions(
        asset_checks=checks,
        jobs=[job],
        resources={"warehouse": Warehouse(home=str(home))},
        executor=dg.in_process_executor,
    )

    def execute() -> dg.AssetCheckEvaluation:
        with open_instance(Settings(home=home)) as instance:
            result = built.resolve_job_def("one").execute_in_process(instance=instance)
        [evaluation] = result.get_asset_check_evaluations()
        return evaluation

    # In a thread of its own: a browser test before may have left its event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(execute).result()


def digest(home: Path) -> str:
    return hashlib.sha256((home / "warehouse.duckdb").read_bytes()).hexdigest()


def test_one_rule_is_judged_again_without_writing(home: Path) -> None:
    before = digest(home)
    evaluation = run_check(home)
    assert evaluation.check_name == NAME
    assert (evaluation.description or "").startswith("Judged again just now: the same. ")
    assert digest(home) == before


def test_it_sees_what_stands_there_now(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute(
            "update staging.patients set death_date_text = 'soon', death_date = null "
            "where source_line = 2"
        )
        [(known,)] = con.execute(
            "select violated from quality.judged where rule_id = ?", [RULE]
        ).fetchall()
    said = run_check(home).description or ""
    assert said.startswith(f"Judged again just now: {known + 1} violated of ")


def test_a_check_that_cannot_run_is_red_with_a_sentence(home: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("delete from quality.judged")
    evaluation = run_check(home)
    assert not evaluation.passed
    assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    assert "has not been judged yet" in (evaluation.description or "")
    nothing = run_check(tmp_path / "empty")
    assert not nothing.passed
    assert "does not exist yet" in (nothing.description or "")
