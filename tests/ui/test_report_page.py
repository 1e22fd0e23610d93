"""The report of a study in a real browser: opens offline, is accessible, prints, needs no script.

Belongs here: the page as a page. Does not belong here: its numbers (`test_report_numbers`), the
reports of a real night (`test_report_published`).
"""

from pathlib import Path
from typing import Any

import pytest

from tests.ui.accessibility import problems
from tests.ui.conftest import SeedReport, picture
from tests.ui.report_support import PRINTED_HEIGHT, WIDTHS, opened, violations, watch

pytestmark = [pytest.mark.ui, pytest.mark.slow]


@pytest.fixture
def report(seed_report: SeedReport) -> Path:
    """The report of the seed study on the calibration cohort."""
    return seed_report.page


@pytest.mark.parametrize("width", WIDTHS)
def test_it_opens_from_its_file_and_asks_for_nothing(
    browser: Any, report: Path, width: str
) -> None:
    with opened(browser, report, width=width) as (page, said):
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_load_state("networkidle")
        broken = page.eval_on_selector_all(
            "img", "all => all.filter((one) => !one.naturalWidth).map((one) => one.alt)"
        )
        picture(page, f"report-{width}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert said == []
    assert broken == []
    assert wide <= 0


def test_a_page_that_asks_the_network_would_be_found(page: Any) -> None:
    said: list[str] = []
    watch(page, said, "about:blank")
    page.set_content("<img src='http://127.0.0.1:9/a.png'><script>console.log('said')</script>")
    assert any(line.startswith("request: http://127.0.0.1:9/a.png") for line in said)
    assert "console: said" in said


def test_axe_finds_nothing_against_wcag(browser: Any, report: Path) -> None:
    with opened(browser, report) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert violations(page) == []


@pytest.mark.parametrize("width", ["desktop", "tablet"])
def test_its_structure_holds_with_everything_opened(browser: Any, report: Path, width: str) -> None:
    with opened(browser, report, width=width) as (page, _):
        assert problems(page) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("document.querySelector('.note').style.color = '#bbb'", "color-contrast"),
        ("document.querySelector('figure img').removeAttribute('alt')", "image-alt"),
        (
            "document.querySelector('.scroll').removeAttribute('tabindex')",
            "scrollable-region-focusable",
        ),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
    ],
)
def test_a_planted_violation_is_found(browser: Any, report: Path, change: str, rule: str) -> None:
    with opened(browser, report) as (page, _):
        page.add_style_tag(content=".scroll { max-width: 12rem; }")
        assert violations(page, rule) == []
        page.evaluate(change)
        assert [found.partition(":")[0] for found in violations(page, rule)] == [rule]


def test_it_is_small_enough_to_mail(report: Path) -> None:
    assert report.stat().st_size < 8_000_000


def test_contents_lead_to_every_section_by_keyboard(browser: Any, report: Path) -> None:
    with opened(browser, report) as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "the shareable version"
        headings = page.locator("main h2").all_inner_texts()
        linked = page.locator("nav li a").all_inner_texts()
        assert linked == headings
        for name in headings:
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == name
            page.keyboard.press("Enter")
            target = page.evaluate("location.hash").removeprefix("#")
            heading = page.locator(f"[id='{target}']")
            assert heading.inner_text() == name
            page.get_by_role("navigation").get_by_role("link", name=name, exact=True).focus()


def test_it_reads_without_script(browser: Any, report: Path) -> None:
    with opened(browser, report, script=False) as (page, said):
        assert page.locator("table").count() > 20
        # Only tables behind a figure that is not opened are out of sight.
        hidden = page.locator("table:not(details table)").filter(visible=False)
        assert hidden.count() == 0
        page.get_by_role("link", name="Toxicity", exact=True).click()
        assert page.url.endswith("#toxicity")
        numbers = page.locator("details:not([open])").first
        rows = numbers.locator("tbody tr").first
        assert not rows.is_visible()
        numbers.locator("summary").click()
        assert page.locator("details[open] tbody tr").first.is_visible()
        assert said == []


def test_paper_has_all_tables_and_no_cut_figure(browser: Any, report: Path) -> None:
    with opened(browser, report, width="print") as (page, _):
        assert not page.get_by_role("navigation").is_visible()
        figures = page.locator("figure img")
        for place in range(figures.count()):
            box = figures.nth(place).bounding_box()
            assert box["height"] < PRINTED_HEIGHT
            assert box["width"] <= WIDTHS["print"]
        # A short table behind a figure is printed, a long one is not.
        assert page.locator("#table-sankey").is_visible()
        assert not page.locator("#table-km_pfs").is_visible()
        cut = page.eval_on_selector_all(
            "figure", "all => all.filter((one) => getComputedStyle(one).breakInside !== 'avoid')"
        )
        assert cut == []
        heads = page.eval_on_selector_all(
            "thead", "all => [...new Set(all.map((one) => getComputedStyle(one).display))]"
        )
        assert heads == ["table-header-group"]
        pages = page.pdf(prefer_css_page_size=True, print_background=True).count(b"/Type /Page\n")
        assert 10 < pages < 60


def test_both_warnings_and_the_mark_stand_where_they_are_seen(browser: Any, report: Path) -> None:
    with opened(browser, report) as (page, _):
        banner = page.locator(".banner.internal")
        assert "Internal version" in banner.inner_text()
        assert banner.bounding_box()["y"] < 1000
        warning = page.locator(".caution", has_text="Guarantee time").bounding_box()
        responders = page.locator("#figure-km_pfs_responders").bounding_box()
        duration = page.locator("#figure-km_dor_responders").bounding_box()
        assert warning["y"] < responders["y"] < duration["y"]
