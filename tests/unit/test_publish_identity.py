"""A snapshot's id: the same inputs give the same, any other input another."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from etl.publish import files
from etl.publish.identity import Inputs, code_version, mapping_hash, snapshot_id
from etl.publish.night import Night, plan_night
from etl.settings import Settings, Studies
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue
from tests.unit.test_publish_shelf import put

INPUTS = Inputs(
    source="native",
    export_id="e1",
    rules_hash="r1",
    studies_hash="s1",
    mapping_hash="m1",
    parameters={"gap_days": 90},
    acceptances_hash="a1",
    code_version="0.1.0+abc",
)


def test_the_same_inputs_give_the_same_id() -> None:
    assert snapshot_id(INPUTS) == snapshot_id(replace(INPUTS))
    assert len(snapshot_id(INPUTS)) == 12


@pytest.mark.parametrize("name", [name for name in INPUTS.as_dict() if name != "parameters"])
def test_each_input_matters(name: str) -> None:
    changes: dict[str, Any] = {name: "another"}
    assert snapshot_id(replace(INPUTS, **changes)) != snapshot_id(INPUTS)


def test_parameters_matter_and_their_order_does_not() -> None:
    one = replace(INPUTS, parameters={"a": 1, "b": 2})
    assert snapshot_id(replace(INPUTS, parameters={"b": 2, "a": 1})) == snapshot_id(one)
    assert snapshot_id(replace(INPUTS, parameters={"a": 1, "b": 3})) != snapshot_id(one)


def test_the_code_version_names_the_release_and_the_code() -> None:
    version, _, digest = code_version().partition("+")
    assert version.count(".") == 2
    assert len(digest) == 8


def test_a_mapping_is_an_input() -> None:
    assert len(mapping_hash("native")) == 64
    assert mapping_hash("no_such_registry") == ""


def plan(settings: Settings, **changes: Any) -> Night:
    given: dict[str, Any] = {
        "source": "native",
        "export_id": "e1",
        "as_of": date(2025, 3, 3),
        "studies": {"van-dijk-2025": "h1"},
        "parameters": {"gap_days": 90},
        "catalogue": cast(Catalogue, SimpleNamespace(hash="r1")),
        "acceptances": [],
    }
    return plan_night(settings, **{**given, **changes})


def published(settings: Settings, night: Night, sequence: int) -> None:
    """Put a snapshot of a night on the shelf, as publishing does."""
    from etl.publish.shelf import MANIFEST, Shelf

    shelf = Shelf(settings.published)
    put(shelf, night.snapshot_id, sequence)
    folder = shelf.folder(night.snapshot_id)
    path = folder / MANIFEST
    folder.chmod(0o755)
    path.chmod(0o644)
    path.write_text(
        path.read_text().replace(files.hash_of({"export_id": night.snapshot_id}), night.inputs.hash)
    )


def test_the_day_alone_makes_no_new_snapshot(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    night = plan(settings)
    published(settings, night, 1)
    again = plan(settings, as_of=date(2025, 3, 4))
    assert again.already_published
    assert again.snapshot_id == night.snapshot_id


def test_an_export_that_comes_back_after_another_is_a_new_state(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = plan(settings)
    published(settings, first, 1)
    second = plan(settings, export_id="e2")
    published(settings, second, 2)
    third = plan(settings)
    assert not third.already_published
    assert third.inputs == first.inputs
    assert third.snapshot_id not in (first.snapshot_id, second.snapshot_id)
    published(settings, third, 3)
    assert plan(settings).already_published


@pytest.mark.parametrize(
    "changes",
    [
        {"acceptances": ["PT-T01 p1"]},
        {"queries": ["released"]},
        {"studies": {"van-dijk-2025": "h2"}},
        {"studies": {}},
        {"parameters": {"gap_days": 91}},
        {"catalogue": SimpleNamespace(hash="r2")},
    ],
)
def test_another_acceptance_study_parameter_or_rule_is_new(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    settings = Settings(home=tmp_path)
    published(settings, plan(settings), 1)
    assert not plan(settings, **changes).already_published


def test_settings_that_change_what_is_published_are_inputs(tmp_path: Path) -> None:
    one = plan(Settings(home=tmp_path))
    assert plan(Settings(home=tmp_path, minimum_cell=6)).snapshot_id != one.snapshot_id
    assert plan(Settings(home=tmp_path, threads=1)).snapshot_id == one.snapshot_id


def test_the_plan_of_a_night_is_kept_in_the_warehouse(tmp_path: Path) -> None:
    night = plan(Settings(home=tmp_path))
    with open_memory() as con:
        night.save(con)
        night.save(con)
        assert Night.read(con) == night


def test_a_night_without_readers_is_a_snapshot_of_its_own_unless_one_with_them_stands(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path)
    bare, whole = plan(settings, readers=False), plan(settings)
    assert (bare.readers, whole.readers) == (False, True)
    assert bare.snapshot_id != whole.snapshot_id
    published(settings, bare, 1)
    assert plan(settings, readers=False).already_published
    assert not plan(settings).already_published
    published(settings, whole, 2)
    for readers in (False, True):
        again = plan(settings, readers=readers)
        assert again.already_published
        assert again.snapshot_id == whole.snapshot_id


def test_a_night_without_sensitivity_is_a_snapshot_of_its_own(tmp_path: Path) -> None:
    without = Settings(home=tmp_path, studies=Studies(sensitivity=False))
    assert plan(without).snapshot_id != plan(Settings(home=tmp_path)).snapshot_id
