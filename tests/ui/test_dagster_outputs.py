"""What the Dagster UI shows of a study's outputs, in a real browser.

Belongs here: the table, the drawing and the links on the asset of a study. Does not belong here:
what they are made of (`tests/pipeline/test_outputs_overview`).
"""

import csv
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.support_refresh import ask
from tests.ui.conftest import picture

pytestmark = [pytest.mark.ui, pytest.mark.slow]


@pytest.fixture
def asset(page: Any, ui_address: str) -> Any:
    """The overview of the seed study's outputs."""
    page.goto(f"{ui_address}/assets/outputs/van_dijk_2025?view=overview")
    page.get_by_text("main_estimates").first.wait_for()
    return page


def test_an_asset_shows_its_shareable_estimates_as_a_table(asset: Any, ui_home: Path) -> None:
    shareable = ui_home / "published" / "current" / "outputs" / "van-dijk-2025" / "shareable"
    with (shareable / "tables" / "headline.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    shown = asset.locator("table", has_text=header[-1]).last
    printed = [line.locator("th, td").all_inner_texts() for line in shown.locator("tr").all()]
    assert printed[0][-1].strip() == header[-1]
    assert [line[-1].strip() for line in printed[1:]] == [row[-1] for row in rows]
    picture(asset, "dagster-outputs")


def test_an_asset_shows_a_drawing_with_words(asset: Any) -> None:
    asset.locator("tr", has_text="selection").last.get_by_text("Show Markdown").click()
    drawn = asset.locator("img[alt*='ipilimumab'][src^='data:image/png']")
    drawn.wait_for()
    assert drawn.evaluate("one => one.naturalWidth") > 400
    picture(asset, "dagster-selection")


def test_its_links_open(asset: Any) -> None:
    for file in ("report.html", "shareable/report.html", "estimates.csv"):
        link = asset.locator(f"a[href$='/outputs/van-dijk-2025/{file}']").first
        link.wait_for(state="attached")
        with urllib.request.urlopen(link.get_attribute("href"), timeout=20) as answer:  # noqa: S310
            assert answer.status == 200


def test_no_patient_is_on_the_page(asset: Any, ui_home: Path) -> None:
    text = asset.inner_text("body")
    patients = [str(row[0]) for row in ask(ui_home, "select patient_id from marts.patients")]
    assert len(patients) > 100
    assert [patient for patient in patients if patient in text.split()] == []
