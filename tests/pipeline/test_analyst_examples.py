"""The analysts' examples, run as they stand, beside the published estimates."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.support_refresh import ask

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = "van-dijk-2025"


def run(command: list[str], home: Path) -> str:
    ended = subprocess.run(
        [*command, str(home)], capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def python(name: str, home: Path) -> str:
    return run([sys.executable, "-W", "error", str(EXAMPLES / name)], home)


def estimates(home: Path, endpoint: str, statistic: str) -> dict[str, tuple[int, int, Any]]:
    rows = ask(
        home,
        "select stratum, numerator, denominator, value from marts.estimates "
        f"where study = '{STUDY}' and edition = 'as_registered' and subset = 'all' "
        f"and endpoint = '{endpoint}' and statistic = '{statistic}'",
    )
    found = {
        stratum: (numerator, denominator, value) for stratum, numerator, denominator, value in rows
    }
    assert found["all"][1] > 0, "nobody to show anything on"
    return found


def test_response_in_sql_and_from_python(refreshed: Path) -> None:
    lines = python("response_duckdb.py", refreshed).splitlines()
    expected = estimates(refreshed, "orr", "proportion")
    assert lines[0].split() == [
        "stratum",
        "patients",
        "evaluable",
        "responders",
        "objective_response_percent",
    ]
    found = {line.split()[0]: tuple(map(int, line.split()[2:4])) for line in lines[1:]}
    present = {
        row[0]
        for row in ask(
            refreshed, "select stratum from marts.rechallenges where study = 'van-dijk-2025'"
        )
    }
    assert found == {name: (expected[name][1], expected[name][0]) for name in present}


def test_medians_with_pandas(refreshed: Path) -> None:
    expected = estimates(refreshed, "pfs", "median")
    lines = python("survival_pandas.py", refreshed).splitlines()
    assert lines
    for line in lines:
        stratum, rest = line.split(": ")
        _, patients, value = expected[stratum]
        shown = "inf" if value is None else f"{value:.1f}"
        assert rest == f"{shown} months, {patients} patients"


def test_toxicity_with_polars(refreshed: Path) -> None:
    lines = python("toxicity_polars.py", refreshed).splitlines()
    assert 1 < len(lines) <= 10
    counts = dict(
        ask(
            refreshed,
            "select regimen, count(*) filter (where worst_irae_grade >= 3) || ' of ' || count(*) "
            "from marts.treatment_lines where setting = 'advanced' and toxicity_known "
            "group by regimen",
        )
    )
    for line in lines:
        regimen, _, shown = line.partition(": ")
        assert shown == counts[regimen]


def test_the_notebook_makes_the_main_table(
    refreshed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECHALLENGE_HOME", str(refreshed))
    notebook = json.loads((EXAMPLES / "main_table.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert sum(len(cell.splitlines()) for cell in code) < 30
    names: dict[str, Any] = {}
    for cell in code:
        exec(cell, names)  # noqa: S102 - our own notebook
    capsys.readouterr()
    names["con"].close()
    for column, endpoint in (
        ("objective response", "orr"),
        ("grade 3+ irAE", "irae_grade3plus"),
    ):
        for stratum, row in names["table"].items():
            numerator, denominator, _ = estimates(refreshed, endpoint, "proportion")[stratum]
            assert row[column].split(" = ")[0] == f"{numerator}/{denominator}"


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_medians_in_r(refreshed: Path) -> None:
    has_haven = subprocess.run(
        ["Rscript", "-e", "library(haven); library(survival)"], capture_output=True, check=False
    )
    if has_haven.returncode:
        pytest.skip("the R packages haven and survival are not installed")
    printed = run(["Rscript", "--vanilla", str(EXAMPLES / "survival.R")], refreshed)
    numerator, denominator, value = estimates(refreshed, "pfs", "median")["all"]
    assert printed.splitlines()[0] == f"{denominator} patients, {numerator} events"
    median = float(re.findall(r"[\d.]+|NA", printed.splitlines()[-1])[0])
    assert median == pytest.approx(value, abs=0.01)


def test_every_example_is_run_and_described() -> None:
    page = (EXAMPLES.parent / "docs" / "analysts.md").read_text(encoding="utf-8")
    text = Path(__file__).read_text(encoding="utf-8")
    for example in EXAMPLES.iterdir():
        if example.is_file():
            assert f"(../examples/{example.name})" in page
            assert example.name in text or example.name == "response.sql"
