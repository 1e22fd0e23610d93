"""The code location is made from the files that declare it: nothing missing, nothing twice."""

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets import checks
from assets.definitions import build_defs, defs
from assets.deliveries import INBOX_CHECK
from assets.desk import QUALITY_PAGES, QUALITY_SUMMARY
from assets.hospitals import HOSPITAL_INDICATORS, HOSPITAL_PAGES
from assets.outputs import PUBLISHED
from assets.second_opinion import SECOND_OPINION
from assets.stewardship import (
    CHANGES,
    CONTROLS,
    DERIVED_VERDICTS,
    IMPACT,
    LEDGER,
    MART_VERDICTS,
    STUDY_TABLES,
    WORKLISTS,
)
from assets.tables import DELIVERIES, SOURCE_VERDICTS
from etl.models import load_models
from etl.settings import Settings
from etl.studies import load_studies
from expectations.catalogue import load_catalogue
from expectations.contracts import contract_for, physical_columns
from expectations.export_format import TABLES

ROOT = Path(__file__).parents[2]
GRAPH = defs.resolve_asset_graph()
MODELS = load_models()
CATALOGUE = load_catalogue()


def key(table: str) -> dg.AssetKey:
    return dg.AssetKey(table.split("."))


def test_every_table_is_an_asset_once() -> None:
    expected = {
        *(key(name) for name in MODELS),
        *(key(f"source.{name}") for name in TABLES),
        *(key(f"marts.{name}") for name in STUDY_TABLES),
        *(key(f"outputs.{name.replace('-', '_')}") for name in load_studies()),
        key("raw.export"),
        DELIVERIES,
        SOURCE_VERDICTS,
        DERIVED_VERDICTS,
        MART_VERDICTS,
        IMPACT,
        CHANGES,
        CONTROLS,
        LEDGER,
        WORKLISTS,
        QUALITY_PAGES,
        QUALITY_SUMMARY,
        HOSPITAL_INDICATORS,
        HOSPITAL_PAGES,
        PUBLISHED,
        SECOND_OPINION,
    }
    assert GRAPH.get_all_asset_keys() == expected


@pytest.mark.parametrize(
    "name",
    [*MODELS, *(f"marts.{table}" for table in STUDY_TABLES), "marts.hospital_indicators"],
)
def test_a_table_shows_its_schema_grain_owner_and_kind(name: str) -> None:
    node = GRAPH.get(key(name))
    schema = node.metadata["dagster/column_schema"]
    contract = contract_for(name)
    assert [(c.name, c.type, c.description) for c in schema.columns] == [
        (c.name, c.sql_type, c.comment) for c in physical_columns(contract)
    ]
    assert (node.description or "").startswith("One row ")
    assert node.group_name == name.split(".")[0]
    assert node.owners == [contract.owner]
    assert node.kinds == {"duckdb", "sql"}


def test_derivation_waits_for_the_verdicts_on_source_records() -> None:
    for model in MODELS.values():
        parents = GRAPH.get(key(model.name)).parent_keys
        assert (SOURCE_VERDICTS in parents) is (model.layer != "staging"), model.name
        assert {key(name) for name in model.depends_on} <= parents


def test_publication_waits_for_every_judgement_and_every_output() -> None:
    parents = GRAPH.get(PUBLISHED).parent_keys
    outputs = {key(f"outputs.{name.replace('-', '_')}") for name in load_studies()}
    assert parents >= {
        SOURCE_VERDICTS,
        MART_VERDICTS,
        LEDGER,
        QUALITY_PAGES,
        HOSPITAL_PAGES,
        *outputs,
    }
    assert DERIVED_VERDICTS in GRAPH.get(MART_VERDICTS).parent_keys


def test_every_rule_is_a_check_once_with_a_name_that_reads_by_itself() -> None:
    names = [check.name for check in GRAPH.asset_check_keys]
    rules = [rule.check_name for rule in CATALOGUE.rules]
    assert sorted(names) == sorted([INBOX_CHECK, *rules])
    assert all(re.fullmatch(r"[A-Za-z0-9_]{1,40}", name) for name in names)


def test_a_check_stands_at_the_table_it_speaks_of_and_waits_for_the_ledger() -> None:
    rule = next(one for one in CATALOGUE.rules if one.subject == "adverse_events")
    check = dg.AssetCheckKey(key("staging.adverse_events"), rule.check_name)
    spec = GRAPH.get_check_spec(check)
    assert LEDGER in {dep.asset_key for dep in spec.additional_deps}
    assert (spec.description or "").startswith(f"{rule.severity.capitalize()}")
    assert f". {rule.id}: {rule.title}. " in (spec.description or "")
    assert not spec.blocking


def test_one_multi_asset_check_a_table_that_can_run_a_single_rule() -> None:
    tables = [*MODELS, *(f"marts.{name}" for name in STUDY_TABLES)]
    built = checks.build_checks(CATALOGUE, tables)
    of_table = [check.check_specs_by_output_name for check in built]
    homes = [{spec.asset_key for spec in specs.values()} for specs in of_table]
    assert all(len(home) == 1 for home in homes)
    assert len({next(iter(home)) for home in homes}) == len(homes)
    assert all(check.can_subset for check in built)


def test_the_nightly_job_runs_everything_in_one_process() -> None:
    job = defs.resolve_job_def("nightly")
    assert job.executor_def.name == "in_process"
    layer = job.asset_layer
    assert set(layer.selected_asset_keys) == GRAPH.get_all_asset_keys() - {SECOND_OPINION}
    inbox = dg.AssetCheckKey(DELIVERIES, INBOX_CHECK)  # the sensor's, at any hour
    assert set(layer.asset_graph.asset_check_keys) == set(GRAPH.asset_check_keys) - {inbox}


def test_the_schedule_runs_from_the_first_start_at_the_sites_hour() -> None:
    schedule = build_defs(
        settings=Settings(nightly_cron="30 3 * * *", timezone="Europe/Lisbon")
    ).resolve_schedule_def("every_night")
    assert schedule.cron_schedule == "30 3 * * *"
    assert schedule.execution_timezone == "Europe/Lisbon"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    usual = defs.resolve_schedule_def("every_night")
    assert (usual.cron_schedule, usual.execution_timezone) == ("0 4 * * *", "Europe/Amsterdam")


def test_the_code_location_loads_as_the_workspace_names_it() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    [target] = workspace["load_from"]
    assert target["python_module"]["module_name"] == "assets.definitions"
    dg.Definitions.validate_loadable(defs)


@pytest.mark.parametrize("name", ["dagster.yaml", "dagster.postgres.yaml"])
def test_an_instance_keeps_to_itself_and_runs_one_at_a_time(name: str) -> None:
    config = yaml.safe_load((ROOT / name).read_text())
    assert config["telemetry"] == {"enabled": False}
    assert config["nux"] == {"enabled": False}
    assert config["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert config["run_monitoring"]["enabled"] is True
    assert config["retention"]["sensor"]["purge_after_days"]["skipped"] == 7
    assert ("storage" in config) is (name == "dagster.postgres.yaml")


def test_definitions_stay_short() -> None:
    assert len((ROOT / "assets" / "definitions.py").read_text().splitlines()) < 60
