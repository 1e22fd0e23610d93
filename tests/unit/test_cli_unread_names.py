"""The verb that lists the drug names that could not be read."""

import json
from pathlib import Path

import duckdb
import pytest

from assets.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a published file that holds a schema and nothing else."""
    current = tmp_path / "published" / "current"
    current.mkdir(parents=True)
    with duckdb.connect(str(current / "registry.duckdb")) as con:
        con.execute("create schema quality")
    return tmp_path


def run(home: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["unread-names", "--home", str(home), "--json"])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_names_of_most_episodes_come_first(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(home / "published" / "current" / "registry.duckdb")) as con:
        con.execute(
            "create table quality.unread_drug_names as "
            "select 'a' as name_key, 'ABC' as name, 1 as times, 1 as episodes, "
            "1 as unknown_drug_episodes, 1 as patients, 'H1' as hospitals, null as nearest "
            "union all select 'i', 'ipilumimab', 4, 3, 2, 3, 'H1; H2', 'ipilimumab'"
        )
    assert run(home) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["episodes"], row["nearest"]) for row in shown] == [
        ("ipilumimab", 3, "ipilimumab"),
        ("ABC", 1, None),
    ]


def test_a_snapshot_of_before_is_named_as_that(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "the next `rechallenge refresh` lists them" in said.err
