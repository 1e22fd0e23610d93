"""The inbox from a first night on: what is taken, what is not and why, and taking one back."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.sensors import build_sensors
from etl.home_state import read_state
from etl.settings import Settings
from etl.synthetic import generate_registry, write_export
from tests.pipeline.support_refresh import ask, current, edit, rechallenge, refresh

pytestmark = pytest.mark.slow


def lay(export: Path, home: Path, name: str) -> Path:
    """Lay a copy in the inbox that has been still for long enough."""
    folder = home / "inbox" / name
    shutil.copytree(export, folder)
    for path in (folder, *folder.iterdir()):
        os.utime(path, (1_000.0, 1_000.0))
    return folder


def tick(home: Path) -> Any:
    sensor, *_ = build_sensors(Settings(home=home))
    with dg.DagsterInstance.ephemeral() as instance:
        return sensor.evaluate_tick(dg.build_sensor_context(instance=instance))


def morning_page(home: Path) -> str:
    page = home / "published" / "current" / "outputs" / "quality" / "index.html"
    return re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))


@pytest.fixture
def pristine(tmp_path: Path) -> Path:
    return write_export(generate_registry(60, 1), tmp_path / "pristine", "native", None)


@pytest.fixture
def export(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "export"))


def test_the_story_of_the_inbox(pristine: Path, export: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    begun = refresh(pristine, home)
    assert begun.code == 0, begun.err
    first = current(home)
    edit(export, "patients", lambda rows: rows[0].update(sex="female"))
    good = lay(export, home, "good")
    edit(export, "patients", lambda rows: rows[1].update(sex="female"))
    broken = lay(export, home, "broken")
    (broken / "responses.csv").unlink()
    lay(pristine, home, "copy")
    other = write_export(generate_registry(60, 1), tmp_path / "dmtr", "dmtr", None)
    lay(other, home, "other")

    found = tick(home)
    [request] = found.run_requests or []
    asked = request.run_config["resources"]["delivery"]["config"]
    assert asked == {"export": str(good)}
    [check] = found.asset_events
    assert isinstance(check, dg.AssetCheckEvaluation)
    assert not check.passed
    said = rechallenge("deliveries", home=home)
    assert said.code == 0, said.err
    for told in (check.description or "", said.out):
        assert re.search(r"broken: responses\.csv: the file is missing", told)
        assert re.search(r"other: this is a delivery for the registry dmtr", told)
        assert "copy:" not in told

    ended = refresh(good, home, readers=True)
    assert ended.code == 0, ended.err
    assert current(home) != first
    digest = rechallenge("digest", home=home)
    for told in (morning_page(home), digest.out):
        assert re.search(r"broken\W.*responses\.csv: the file is missing", told, re.DOTALL)
        assert "a delivery for the registry dmtr" in told
    assert not tick(home).run_requests

    # What was superseded and is sent again starts nothing by itself, and is named
    lay(pristine, home, "sent-again")
    [good_one, first_one] = read_state(Settings(home=home)).deliveries
    assert (good_one.status, first_one.status) == ("in force", "superseded")
    again = tick(home)
    assert not again.run_requests
    named = f"taken before as delivery {first_one.delivery_id}, and delivery {good_one.delivery_id}"
    assert f"sent-again: its contents were {named}" in (again.skip_message or "")

    # A delivery is withdrawn: what is published stays, its contents are refused, the one before
    # is the state again
    second = current(home)
    gone = rechallenge(
        *("deliveries", "withdraw", good_one.delivery_id[:8]),
        *("--author", "Jo", "--reason", "mistyped cut-off"),
        home=home,
    )
    assert gone.code == 0, gone.err
    assert current(home) == second
    refused = refresh(good, home)
    assert refused.code == 2
    for word in ("withdrawn by Jo", "mistyped cut-off", "--again"):
        assert word in refused.err
    assert (
        rechallenge(
            "deliveries", "withdraw", "zzz", "--author", "a", "--reason", "r", home=home
        ).code
        == 2
    )
    before = refresh(pristine, home)
    assert before.code == 0, before.err
    [(sex,)] = ask(home, f"select sex from marts.patients where patient_id = '{_first(good)}'")
    assert sex != "female"
    taken = refresh(good, home, "--again")
    assert taken.code == 0, taken.err
    [(sex,)] = ask(home, f"select sex from marts.patients where patient_id = '{_first(good)}'")
    assert sex == "female"


def _first(export: Path) -> str:
    return (export / "patients.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]


def part(export: Path, folder: Path, hospital: str) -> Path:
    """The delivery of one hospital alone."""
    shutil.copytree(export, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scope"] = [hospital]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_first_part_is_held_where_others_are_expected_and_named_where_nobody_knows(
    export: Path, tmp_path: Path
) -> None:
    listed = part(export, tmp_path / "listed", "H01")
    ended = refresh(listed, tmp_path / "home")
    assert ended.code == 1
    assert "no delivery stands of H02" in ended.err
    assert not (tmp_path / "home" / "published" / "current").exists()
    shutil.copytree(listed, tmp_path / "unlisted")
    (tmp_path / "unlisted" / "hospitals.csv").unlink()
    manifest = json.loads((tmp_path / "unlisted" / "manifest.json").read_text())
    del manifest["files"]["hospitals.csv"]
    (tmp_path / "unlisted" / "manifest.json").write_text(json.dumps(manifest))
    ended = refresh(tmp_path / "unlisted", tmp_path / "other")
    assert ended.code == 0, ended.err
    assert "The registry holds H01 and no other hospital" in ended.err
