"""`rechallenge explain` on a refreshed home: what it says is what the registry holds."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.explain import lines, responses, times, toxicity
from etl.explain.confirmation import confirmations
from etl.explain.facts import Facts
from etl.explain.reading import read_facts
from etl.explain.responses import counting
from tests.pipeline.support_refresh import rechallenge


@pytest.fixture(scope="module")
def con(refreshed: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(refreshed / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def all_facts(con: duckdb.DuckDBPyConnection) -> list[Facts]:
    """Every third patient with a line."""
    found = con.execute("select distinct patient_id from derived.lines order by 1").fetchall()
    return [read_facts(con, patient) for (patient,) in found[::3]]


@pytest.fixture(scope="module")
def patient(con: duckdb.DuckDBPyConnection) -> str:
    """One with several lines and a response."""
    row = con.execute(
        "select patient_id from marts.treatment_lines group by patient_id "
        "having count(*) > 1 and bool_or(responder) order by count(*) desc, patient_id limit 1"
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_every_patient_can_be_told(all_facts: list[Facts]) -> None:
    assert len(all_facts) > 80
    for facts in all_facts:
        for line in facts.lines:
            said = [
                *lines.statements(facts, line),
                *responses.statements(facts, line),
                *times.statements(facts, line),
                *toxicity.statements(facts, line),
            ]
            labels = {one.label for one in said}
            assert {"Opened", "Made of", "Regimen", "End", "Best response", "PFS", "OS"} <= labels
            assert not [one.text for one in said if re.search(r"None[^:. ]|\bnan\b|[{}]", one.text)]


def test_the_confirmation_that_is_told_is_the_one_derived(all_facts: list[Facts]) -> None:
    told = 0
    for facts in all_facts:
        for line in facts.lines:
            found = confirmations(counting(facts, line), facts.parameters)
            best = [one.response.category for one in found if one.by is not None]
            expected = line.best_overall_response_confirmed
            if found and expected is not None:
                told += 1
                assert ("CR" in best) == (expected in ("CR", "iCR"))
                assert ("PR" in best and "CR" not in best) == (expected in ("PR", "iPR"))
    assert told > 20


def test_the_episode_that_ended_last_gives_the_reason(all_facts: list[Facts]) -> None:
    for facts in all_facts:
        for line in facts.lines:
            if line.end_reason != "ongoing":
                decided = lines.ended_last(facts, line)
                assert (decided.stop_reason or "unknown") == line.end_reason


def test_the_terminal_shows_sections_sentences_and_source_rows(
    refreshed: Path, patient: str
) -> None:
    ended = rechallenge("explain", patient, home=refreshed)
    assert ended.code == 0, ended.err
    assert patient not in ended.err
    for said in (
        "Timeline",
        "line 1:",
        "first systemic treatment",
        "treatments.csv:",
        "responses.csv:",
        "Deriving this patient alone, anew, gives the values shown.",
        "van-dijk-2025",
        "What would change it",
        "published, as of 2025-03-10",
    ):
        assert said in ended.out


def test_json_is_the_same_as_data(refreshed: Path, patient: str) -> None:
    ended = rechallenge("explain", patient, "--json", home=refreshed)
    data = json.loads(ended.out)
    assert data["patient_id"] == patient
    titles = [section["title"] for section in data["sections"]]
    assert titles[0] == "Who"
    assert "Studies" in titles
    opened = data["sections"][1]["statements"][0]
    assert (opened["label"], opened["clause"]) == ("Opened", "first_treatment")
    assert opened["sources"][0]["file"] in ("drugs.csv", "treatments.csv")
    assert data["timeline"][0]["day"] <= 0


def test_the_page_needs_no_other_file(refreshed: Path, patient: str, tmp_path: Path) -> None:
    page = tmp_path / "patient.html"
    ended = rechallenge("explain", patient, "--html", page, home=refreshed)
    assert ended.code == 0
    assert ended.out == ""
    assert "keep it with them" in ended.err
    text = page.read_text(encoding="utf-8")
    assert '<svg viewBox="0 0 960' in text
    assert 'role="img"' in text
    assert "<table>" in text
    assert re.findall(r'(?:src|href)="([^#"][^"]*)"', text) == []
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in text
    for anchor in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{anchor}"' in text


def test_who_is_not_there_is_wrong_use(refreshed: Path, tmp_path: Path) -> None:
    unknown = rechallenge("explain", "P-NOBODY", home=refreshed)
    assert (unknown.code, unknown.out) == (2, "")
    assert "There is no patient P-NOBODY in the export." in unknown.err
    (tmp_path / "new").mkdir()
    nothing = rechallenge("explain", "P1", home=tmp_path / "new")
    assert nothing.code == 2
    assert "There is no warehouse in" in nothing.err
    assert "Traceback" not in unknown.err + nothing.err


def test_a_night_that_was_cut_off_says_so(home: Path, patient: str) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("delete from raw.steps where step = 'marts.treatment_lines'")
    ended = rechallenge("explain", patient, home=home)
    assert ended.code == 2
    assert "did not come to marts.treatment_lines" in ended.err


def test_a_warehouse_that_a_run_holds_is_exit_4(home: Path, patient: str) -> None:
    hold = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); "
        "sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(home / "warehouse.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        ended = rechallenge("explain", patient, home=home)
        assert ended.code == 4
        assert "is held by another run" in ended.err
    finally:
        holder.stdin.close()
        holder.wait(timeout=30)
        holder.stdout.close()
