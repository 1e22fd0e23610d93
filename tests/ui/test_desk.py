"""The morning page, the rule pages and the summary, in a real browser beside the real UI."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.outputs.quality.addresses import Addresses
from tests.pipeline.support_refresh import ask
from tests.ui.accessibility import problems
from tests.ui.conftest import picture
from tests.ui.test_dagster_ui import failing_check

pytestmark = [pytest.mark.ui, pytest.mark.slow]

WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.fixture
def at(ui_address: str, ui_port: int) -> Addresses:
    """Where the pages of the running server stand."""
    assert ui_address
    return Addresses(ui_port)


@pytest.fixture
def watched(page: Any) -> Iterator[Any]:
    """A page whose console stays silent and which asks nobody but this machine."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda asked: said.append(asked.url) if "//127.0.0.1:" not in asked.url else None,
    )
    yield page
    assert said == []


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["morning", "rules", "rule"])
def test_a_page_reads_well_at_two_widths_in_light_and_dark(
    watched: Any, at: Addresses, ui_home: Path, which: str, scheme: str, width: str
) -> None:
    rule, _ = failing_check(ui_home)
    address = {
        "morning": at.morning_page,
        "rules": at.rule_page("index"),
        "rule": at.rule_page(rule),
    }[which]
    watched.set_viewport_size({"width": WIDTHS[width], "height": 1000})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(address)
    picture(watched, f"{which}-{width}-{scheme}")
    assert problems(watched) == []


def test_the_checks_of_accessibility_can_fail(page: Any) -> None:
    page.set_content(
        "<body style='background:#fff'><h2 id=a>late</h2><p id=a style='color:#bbb'>pale</p>"
        "<a href='#a'></a><svg></svg><div class=scroll></div>"
        "<table><thead><tr><th>head</th></tr></thead><tbody><tr><td>a</td><td>b</td></tr></tbody>"
        "</table><div style='width:9000px'>wide</div></body>"
    )
    found = "\n".join(problems(page))
    for word in (
        *(
            "names no language",
            "no title",
            "0 headings of level 1",
            "0 main parts",
            "level 2 after",
        ),
        *("two elements are called a", "without a caption", "without a scope", "another length"),
        *("a link without words", "a drawing without words", "a keyboard cannot reach"),
        *("wider than the window", 'for "pale"'),
    ):
        assert word in found, word


def test_the_morning_page_tells_the_night(watched: Any, at: Addresses, ui_home: Path) -> None:
    watched.goto(at.root)  # the root leads there
    assert watched.url == at.morning_page
    [(new,)] = ask(
        ui_home,
        "select count(*) from quality.findings where status = 'new' and severity = 'error'",
    )
    watched.get_by_text(f"Published with {new} new error").wait_for()
    headings = watched.locator("h2").all_inner_texts()
    assert headings[:3] == ["Delivery board", "The night in one sentence", "What changed"]
    assert "Completeness of key items" in headings
    assert "This part was not made this night." not in watched.inner_text("body")
    [(corrected,)] = ask(
        ui_home, "select count(*) from quality.findings where status = 'corrected'"
    )
    assert int(str(corrected)) >= 4
    watched.get_by_text(f"{corrected} findings corrected").wait_for()
    assert watched.locator("svg.chart").count() == 2


def test_every_link_of_the_morning_page_opens(watched: Any, at: Addresses) -> None:
    watched.goto(at.morning_page)
    links = watched.eval_on_selector_all("a", "all => all.map((one) => one.href)")
    others = {link for link in links if not link.startswith(f"{at.morning_page}#")}
    answers = {link: status(link) for link in others}
    assert {
        link: code for link, code in answers.items() if code != 200 and "data-docs" not in link
    } == {}
    assert any("/worklists/H" in link for link in answers)
    anchors = [link.partition("#")[2] for link in links if link.startswith(f"{at.morning_page}#")]
    assert all(watched.locator(f"[id='{anchor}']").count() == 1 for anchor in anchors)


def test_a_keyboard_reaches_everything(watched: Any, at: Addresses) -> None:
    watched.goto(at.morning_page)
    watched.keyboard.press("Tab")
    assert watched.evaluate("document.activeElement.textContent") == "To the content"
    summary = watched.locator("summary").first
    summary.focus()
    watched.keyboard.press("Enter")
    assert watched.locator("details").first.get_attribute("open") is not None


def test_no_patient_is_on_any_page(ui_home: Path) -> None:
    folder = ui_home / "published" / "current" / "outputs" / "quality"
    patients = {str(row[0]) for row in ask(ui_home, "select patient_id from marts.patients")}
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 100
    for path in pages:
        words = set(re.findall(r"[A-Za-z0-9_-]+", path.read_text(encoding="utf-8")))
        assert words & patients == set(), path.name
        assert "31-31-1999" not in path.read_text(encoding="utf-8")


def test_a_failing_check_leads_to_its_rule_and_its_worklist(
    page: Any, ui_address: str, at: Addresses, ui_home: Path
) -> None:
    rule, check = failing_check(ui_home)
    page.goto(f"{ui_address}/assets/staging/patients?view=checks&checkDetail={check}")
    page.get_by_text(" new, 0 reopened").first.wait_for()
    page.get_by_text("Error. ", exact=False).first.wait_for(state="attached")
    link = page.get_by_role("link", name=at.rule_page(rule)).first
    link.wait_for(state="attached")
    leads_to = link.get_attribute("href")
    worklist = page.locator(f"a[href^='{at.root}/worklists/']").first.get_attribute("href")
    assert status(worklist) == 200
    page.goto(leads_to)
    page.get_by_role("heading", level=1).get_by_text(rule).wait_for()
    page.get_by_text("patients.csv").first.wait_for()


def test_the_summary_names_what_is_red_first(
    page: Any, ui_address: str, at: Addresses, ui_home: Path
) -> None:
    page.goto(f"{ui_address}/assets/quality/quality_summary?view=overview")
    page.get_by_text("reopened_errors").first.wait_for()
    rule, _ = failing_check(ui_home)
    page.get_by_role("link", name=at.rule_page(rule)).first.wait_for(state="attached")
    page.get_by_role("link", name=at.morning_page).first.wait_for(state="attached")
    table = page.locator("table", has_text="violated").last
    assert f"{rule} " in table.inner_text()
    picture(page, "quality-summary")


def test_data_docs_that_are_not_made_yet_say_who_makes_them(
    page: Any, at: Addresses, ui_home: Path
) -> None:
    if (ui_home / "data_docs" / "current").exists():
        pytest.skip("Data Docs were made on this home.")
    page.goto(at.data_docs)
    page.get_by_text("made by the job second_opinion after the night").wait_for()
