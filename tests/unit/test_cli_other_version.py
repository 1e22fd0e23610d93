"""A home that another version made: a verb that reads it answers, or says so and exits with 3."""

import shutil
from pathlib import Path

import duckdb
import pytest

from assets.cli import main
from etl.explain.explain import State
from etl.parameters import Parameters
from etl.publish.shelf import CURRENT
from etl.publish.snapshot import DATABASE
from etl.settings import Settings

OLD = Path(__file__).parent.parent / "data" / "last_release"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Warehouse and snapshot as the last release left them, its marts with the keys alone."""
    settings = Settings(home=tmp_path / "home")
    folder = settings.published / CURRENT
    folder.mkdir(parents=True)
    settings.inbox.mkdir()
    with duckdb.connect(str(settings.warehouse_path)) as con:
        for path in sorted(OLD.glob("*.parquet")):
            schema, table = path.stem.split(".")
            con.execute(f"create schema if not exists {schema}")
            con.execute(f"create table {schema}.{table} as from '{path}'")
        con.execute(
            "create or replace table staging.patients as select p.*, s.*, true as is_placed, "
            "null as unplaced_because from source.patients as p "
            "inner join staging.patients as s on s.source_line = p._line"
        )
        for schema in ("derived", "marts"):
            con.execute(f"create schema if not exists {schema}")
        for name in ("patients", "treatment_lines", "responses", "adverse_events", "rechallenges"):
            con.execute(f"create table marts.{name} as select patient_id from source.patients")
    shutil.copy(settings.warehouse_path, folder / DATABASE)
    return settings.home


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as found:
        main(arguments)
    said = capsys.readouterr()
    return int(found.value.code or 0), said.out, said.err


def test_an_explanation_says_that_another_version_made_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # That night came to its end, which this version reads elsewhere.
    state = State("s", True, None, Parameters())
    monkeypatch.setattr("etl.explain.state.read_state", lambda *_: state)
    with duckdb.connect(str(Settings(home=home).warehouse_path)) as con:
        [patient] = con.execute("select min(patient_id) from staging.patients").fetchall()[0]
    code, _, said = ended(capsys, "explain", patient, "--home", str(home))
    assert code == 3, said
    assert "another version" in said
    assert "rechallenge refresh" in said
    assert "Exception" not in said


def test_findings_of_the_last_release_are_listed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, listed, said = ended(capsys, "findings", "--limit", "2", "--home", str(home))
    assert (code, said) == (0, "")
    assert "more; --limit 0" in listed


def test_names_that_were_not_listed_then_are_said_to_be_listed_next(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = ended(capsys, "unread-names", "--home", str(home))
    assert code == 3
    assert "rechallenge refresh" in said
