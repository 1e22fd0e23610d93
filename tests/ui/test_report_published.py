"""The reports that a real night published, each in a browser: all studies of the library.

Belongs here: what must hold for whatever study and registry. Does not belong here: numbers that a
fixture knows beforehand (`test_report_numbers`).
"""

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.outputs.report import write_outputs
from etl.parameters import Parameters
from etl.studies import build_study, load_studies
from tests.pipeline.support_refresh import ask
from tests.pipeline.test_outputs_report import context
from tests.ui.report_numbers import disagreements
from tests.ui.report_support import opened, table, violations

pytestmark = [pytest.mark.ui, pytest.mark.slow]


@pytest.fixture(scope="module")
def published(ui_home: Path) -> Path:
    """The outputs of the current snapshot; its night was asked for the seed study."""
    return ui_home / "published" / "current" / "outputs"


@pytest.fixture(scope="module")
def library(
    ui_home: Path, published: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The folder of every study: as published, or made from the warehouse of the same night."""
    folder = tmp_path_factory.mktemp("library")
    warehouse = Path(shutil.copy(ui_home / "warehouse.duckdb", folder / "warehouse.duckdb"))
    folders = {}
    with duckdb.connect(str(warehouse)) as con:
        for name, study in load_studies().items():
            folders[name] = published / name
            if not folders[name].exists():
                folders[name] = folder / name
                folders[name].mkdir()
                build_study(con, study, Parameters())
                write_outputs(con, study, folders[name], context())
    return folders


def test_every_study_renders_and_its_numbers_are_those_of_its_file(
    browser: Any, library: dict[str, Path]
) -> None:
    with_patients, compared = 0, 0
    assert len(library) == 15
    for study, folder in library.items():
        with opened(browser, folder / "report.html") as (page, said):
            assert page.locator("main h2").count() >= 14, study
            if page.locator("#table-headline").count():
                with_patients += 1
                wrong, cells = disagreements(page, folder)
                assert wrong == [], study
                compared += cells
            else:
                text = page.locator("main").inner_text()
                assert "No patient meets the definition of this study" in text, study
            assert said == [], study
        assert (folder / "report.html").stat().st_size < 8_000_000
    assert 1 < with_patients < len(library)
    assert compared > 500


def test_the_seed_study_is_accessible_and_adds_up(browser: Any, published: Path) -> None:
    with opened(browser, published / "van-dijk-2025" / "report.html") as (page, _):
        assert violations(page) == []
        sankey = table(page, "sankey")
        total = sankey.pop("Total")
        assert int(total["Total"]) == sum(int(row["Total"]) for row in sankey.values())
        steps = list(table(page, "attrition").values())
        registered = [step for step in steps if step["Edition"] == "As registered"]
        assert registered[-1]["Patients"] == total["Total"]


def test_a_study_that_finds_nobody_is_accessible_too(
    browser: Any, library: dict[str, Path]
) -> None:
    with opened(browser, library["cricket"] / "report.html") as (page, said):
        assert page.locator(".banner", has_text="No patient").is_visible()
        assert violations(page) == []
        assert said == []


def test_no_patient_of_the_registry_is_on_any_page(library: dict[str, Path], ui_home: Path) -> None:
    patients = {str(row[0]) for row in ask(ui_home, "select patient_id from marts.patients")}
    assert len(patients) > 100
    for study, folder in library.items():
        path = folder / "report.html"
        text = re.sub(r"data:[^\"]*", "", path.read_text(encoding="utf-8"))
        assert set(re.findall(r"[A-Za-z0-9_-]+", text)) & patients == set(), study
