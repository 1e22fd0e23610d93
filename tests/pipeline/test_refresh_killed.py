"""A refresh killed at any instant: `current` opens and is whole, and the next needs no hand."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from etl.publish.shelf import Shelf
from tests.pipeline.support_refresh import (
    DAY,
    PATIENTS,
    STUDY,
    ask,
    current,
    edit,
    rechallenge,
    refresh,
)

_COMMITTED = [
    "etl.publish.publication:ledger.commit:after",
    "etl.publish.shelf:Shelf.switch:after",
    "etl.publish.shelf:Shelf.conclude:after",
]
_STEPS = [
    "etl.refresh:run_model",
    "etl.refresh:ledger.plan",
    "etl.refresh:write_worklists:after",
    "etl.refresh:kept_sources.keep",
    "etl.kept_sources:files.sync",
    "etl.refresh:kept_sources.keep:after",
    "etl.publish.publication:snapshot.build",
    "etl.publish.publication:snapshot.build:after",
    "etl.publish.publication:_name",
    "etl.publish.publication:_name:after",
    *_COMMITTED,
]


def start(export: Path, home: Path, kill_at: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.pipeline.run_command", "refresh"),
            *("--export", str(export), "--home", str(home), "--as-of", DAY, "--study", STUDY),
        ],
        env={**os.environ, "KILL_AT": kill_at, "RECHALLENGE_STUDIES__SENSITIVITY": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def with_one_patient_less(export: Path) -> str:
    """Another delivery; returns the patient that is no longer in it."""
    gone: list[str] = []
    edit(export, "patients", lambda rows: gone.append(rows.pop(10)["patient_id"]))
    return gone[0]


@pytest.mark.parametrize("kill_at", _STEPS)
def test_killed_at_each_step_of_publication(home: Path, export: Path, kill_at: str) -> None:
    before = current(home)
    with_one_patient_less(export)
    assert start(export, home, kill_at).wait(timeout=300) == -signal.SIGKILL

    patients = PATIENTS - 1 if current(home) != before else PATIENTS
    assert ask(home, "select count(*) from marts.patients") == [(patients,)]
    assert rechallenge("verify", home=home).code == 0

    ended = refresh(export, home, readers=True)
    assert ended.code == 0, ended.err
    assert ("published already" in ended.out) is (kill_at in _COMMITTED)
    assert current(home) != before
    assert ask(home, "select count(*) from marts.patients") == [(PATIENTS - 1,)]
    assert rechallenge("verify", "--all", home=home).code == 0
    assert sorted(path.name for path in (home / "published").glob(".*")) == []
    assert (home / "worklists" / "current").readlink().name == current(home)
    published = [one.manifest["export_id"] for one in Shelf(home / "published").all()]
    assert sorted(path.name for path in (home / "sources").iterdir()) == sorted(published)
    assert all(list((home / "sources" / name).glob("*.parquet")) for name in published)
    lists = {path.name for path in (home / "worklists").iterdir() if path.name != "current"}
    assert lists == {before, current(home)}
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        noted = con.execute("select bool_and(is_published) from deliveries.received").fetchone()
        known = con.execute("select snapshot_id from quality.snapshots order by all").fetchall()
    assert known == sorted([(before,), (current(home),)])
    assert noted == (True,)


@pytest.mark.parametrize("at", ["etl.refresh:run_model", "etl.publish.publication:snapshot.build"])
def test_a_signal_to_stop_is_obeyed_with_its_code(home: Path, export: Path, at: str) -> None:
    before = current(home)
    with_one_patient_less(export)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KILL_AT", at)
        patched.setenv("KILL_BY", "SIGTERM")
        ended = refresh(export, home)
    assert ended.code == 143
    assert "Nothing is half-published" in ended.err
    assert current(home) == before
    assert rechallenge("verify", "--all", home=home).code == 0
    assert refresh(export, home).code == 0
    assert current(home) != before


@pytest.mark.slow
def test_killed_at_random_while_an_analyst_reads(home: Path, export: Path) -> None:
    """An analyst's open file never changes under them, whatever happens to the run."""
    chance = random.Random(7)  # noqa: S311 - no secret
    with_one_patient_less(export)
    path = home / "published" / "current" / "registry.duckdb"
    with duckdb.connect(str(path), read_only=True) as analyst:
        for _ in range(3):
            process = start(export, home)
            time.sleep(chance.uniform(4.0, 14.0))
            process.kill()
            process.wait(timeout=60)
            seen = analyst.execute("select count(*) from marts.patients").fetchone()
            assert seen == (PATIENTS,)
            assert rechallenge("verify", home=home).code == 0
        assert refresh(export, home).code == 0
        seen = analyst.execute("select count(*) from marts.patients").fetchone()
        assert seen == (PATIENTS,)
    with duckdb.connect(str(path), read_only=True) as analyst:
        seen = analyst.execute("select count(*) from marts.patients").fetchone()
    assert seen == (PATIENTS - 1,)


def test_the_dead_run_is_closed_by_the_next(home: Path, export: Path) -> None:
    import dagster as dg

    def statuses() -> list[str]:
        with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
            return sorted(run.status.value for run in instance.get_runs())

    with_one_patient_less(export)
    start(export, home, "etl.refresh:run_model").wait(timeout=300)
    assert statuses() == ["STARTED", "SUCCESS"]
    assert refresh(export, home).code == 0
    assert statuses() == ["FAILURE", "SUCCESS", "SUCCESS"]
