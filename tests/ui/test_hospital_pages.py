"""The pages of hospitals in a real browser: read off the page, and checked by axe."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.outputs.hospitals.facts import FEWEST_OTHERS
from etl.warehouse import open_memory
from tests.ui.accessibility import problems
from tests.ui.conftest import picture
from tests.unit.hospital_support import Planned, build, level, pages

pytestmark = [pytest.mark.ui, pytest.mark.slow]

WIDTHS = {"wide": 1440, "tablet": 820, "narrow": 390}
PLANNED = [
    *level(FEWEST_OTHERS + 2),
    Planned("LOW", 40, 2, wrong_dates=3, name="Clinic <of> the valley"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a registry with a hospital planted below the limits."""
    made = tmp_path_factory.mktemp("hospitals")
    with open_memory() as con:
        build(con, PLANNED)
        pages(con, made)
        con.execute(f"copy marts.hospital_indicators to '{made / 'mart.csv'}' (header)")
    return made


@pytest.fixture
def watched(page: Any) -> Iterator[Any]:
    """A page whose console stays silent and which asks for its own file alone."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda asked: said.append(asked.url) if not asked.url.startswith("file://") else None,
    )
    yield page
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["LOW", "index"])
def test_a_page_keeps_wcag_aa(
    watched: Any, folder: Path, name: str, scheme: str, width: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    watched.set_viewport_size({"width": WIDTHS[width], "height": 1000})
    watched.emulate_media(color_scheme=scheme)
    # axe is put into the page by the test; the page itself may run no script.
    watched.goto((folder / "hospitals" / f"{name}.html").as_uri())
    picture(watched, f"hospital-{name}-{width}-{scheme}")
    assert problems(watched) == []
    found = Axe().run(watched, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [one["id"] for one in found.response["violations"]] == []


def test_the_numbers_on_the_page_are_those_of_the_mart(watched: Any, folder: Path) -> None:
    with (folder / "mart.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            row["title"]: row
            for row in csv.DictReader(file)
            if row["hospital_id"] == "LOW" and not row["year"] and row["kind"] == "share"
        }
    watched.goto((folder / "hospitals" / "LOW.html").as_uri())
    read = {}
    for row in watched.locator("#table-registration tbody tr, #table-care tbody tr").all():
        title, own, interval, registry, position = [
            cell.inner_text() for cell in row.locator("th, td").all()
        ][:5]
        for good in ("high is good", "low is good"):
            title = title.removesuffix(good).strip()
        read[title] = (own.split()[0], own.split()[-1], interval, registry, position)
    assert set(rows) <= set(read)
    for title, row in rows.items():
        own, counts, interval, registry, position = read[title]
        assert own == f"{100 * float(row['value']):.1f}%"
        assert counts == f"{row['numerator']}/{row['denominator']}"
        lower, upper = (100 * float(row[side]) for side in ("lower", "upper"))
        assert interval == f"{lower:.1f}% to {upper:.1f}%"
        assert registry == f"{100 * float(row['registry_value']):.1f}%"
        sign = "below 99.8%" if row["position"] == "below_998" else row["position"]
        assert position.removeprefix("▼▼ ") == sign
    assert "below 99.8%" in read["Response to first-line anti-PD-1"][4]


def points_of(polygon: Any) -> list[tuple[float, float]]:
    """The corners of a polygon."""
    pairs = (pair.split(",") for pair in polygon.get_attribute("points").split())
    return [(float(x), float(y)) for x, y in pairs]


def test_the_own_point_is_drawn_outside_the_band_and_the_others_beside_it(
    watched: Any, folder: Path
) -> None:
    watched.goto((folder / "hospitals" / "LOW.html").as_uri())
    figure = watched.locator("#funnels ~ figure", has_text="Response to first-line anti-PD-1").first
    band = points_of(figure.locator("polygon.within"))
    own = points_of(figure.locator("polygon.own"))
    middle = sum(x for x, _ in own) / len(own)
    nearest = sorted(band, key=lambda point: abs(point[0] - middle))[:2]  # upper and lower
    assert min(y for _, y in own) > max(y for _, y in nearest)  # y grows downwards
    others = figure.locator("circle.other")
    assert others.count() == FEWEST_OTHERS + 2
    right = max(x for x, _ in band)
    assert all(float(one.get_attribute("cx")) > right for one in others.all())


def test_the_list_leads_to_every_page(watched: Any, folder: Path) -> None:
    watched.goto((folder / "hospitals" / "index.html").as_uri())
    for one in PLANNED:
        watched.locator("#table-hospitals").get_by_role("link", name=one.hospital_id).first.click()
        assert watched.locator("h1").inner_text() == f"{one.hospital_id} {one.name}".strip()
        watched.go_back()


def test_a_page_prints_on_two_sheets_and_its_definitions_on_a_third(
    browser: Any, folder: Path
) -> None:
    page = browser.new_page()
    page.goto((folder / "hospitals" / "LOW.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 3
