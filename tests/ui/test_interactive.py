"""The interactive figures of a report in a real browser: they add to the drawings.

Belongs here: the switch, the toggles, hover, and what the page asks the network for. Does not
belong here: what is drawn (tests/pipeline/test_figures_against_r.py), the rest of the report.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as NotYetError

from etl.outputs.report import write_outputs
from tests.pipeline.test_outputs_report import context
from tests.ui.conftest import picture
from tests.unit.study_support import BOTH, IPI, build, cohort, marts, seed_study

FIGURES = [
    "sankey",
    "sankey_binary",
    "swimmer",
    "km_pfs",
    "km_pfs_responders",
    "km_dor_responders",
    "km_os",
    "incidence_irae",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the seed study, its severe events timed."""
    folder = tmp_path_factory.mktemp("report")
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set severe_irae_days = 30 + line_number, "
            "severe_irae_cause = case when worst_irae_grade = 3 then 1 else 0 end"
        )
        build(con)
        write_outputs(con, seed_study(), folder, context())
    return folder / "report.html"


@pytest.fixture
def opened(page: Any, report: Path) -> Iterator[Any]:
    """The report as a reader opens it from a folder; at the end nothing may have gone wrong."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    assert said == []
    assert asked == [report.as_uri()]


def show(page: Any, name: str) -> Any:
    """Press 'Interactive' on a figure; the figure, once it is drawn."""
    figure = page.locator(f"#figure-{name}")
    figure.get_by_role("button", name="Interactive").press("Enter")
    figure.locator(".plot .main-svg").first.wait_for()
    figure.locator(".controls button, .sankey").first.wait_for()
    return figure


def pointed_at(page: Any, figure: Any, element: Any) -> str:
    """What is said when one points at a part of a figure; a slow page may miss the first time."""
    hover = figure.locator(".hoverlayer .hovertext")
    for _ in range(30):
        page.mouse.move(0, 0)
        element.hover(force=True)
        with suppress(NotYetError):
            hover.first.wait_for(timeout=1_000)
            return str(hover.first.text_content())
    raise AssertionError("pointing at it says nothing")


def test_a_reader_meets_the_drawings_first(opened: Any) -> None:
    assert opened.locator("figure.has-plot").count() == len(FIGURES)
    for name in FIGURES:
        figure = opened.locator(f"#figure-{name}")
        assert figure.locator("img").is_visible()
        assert not figure.locator(".plot").is_visible()
        pressed = figure.locator(".switch button[aria-pressed=true]")
        assert pressed.all_inner_texts() == ["Drawing"]
    assert opened.evaluate("typeof window.Plotly") == "undefined", "it is loaded when asked for"


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_shown_and_put_back(opened: Any, name: str) -> None:
    figure = show(opened, name)
    assert figure.locator(".plot").is_visible()
    assert not figure.locator("img").is_visible()
    assert figure.locator(".said").inner_text() == ""
    inside = opened.evaluate(
        "(name) => { const one = document.querySelector(`#figure-${name} .plot`);"
        " return [one.getBoundingClientRect().right, one.scrollWidth - one.clientWidth]; }",
        name,
    )
    assert inside[0] <= 1500
    assert inside[1] <= 0
    picture(opened, f"interactive-{name}")
    figure.get_by_role("button", name="Drawing").press("Space")
    assert figure.locator("img").is_visible()
    assert not figure.locator(".plot").is_visible()


def test_pointing_at_a_curve_says_time_survival_interval_and_number_at_risk(opened: Any) -> None:
    figure = show(opened, "km_pfs")
    at = opened.evaluate(
        """() => {
          const plot = document.querySelector('#figure-km_pfs .plot');
          const line = plot.data.find((one) => one.text && one.legendgroup === 'ipilimumab');
          const place = 8, {xaxis, yaxis} = plot._fullLayout;
          plot.scrollIntoView({block: 'center'});
          const box = plot.getBoundingClientRect();
          return [box.left + xaxis._offset + xaxis.d2p(line.x[place]),
                  box.top + yaxis._offset + yaxis.d2p(line.y[place])];
        }"""
    )
    opened.mouse.move(at[0] - 3, at[1] - 3)
    opened.mouse.move(*at)
    hover = figure.locator(".hoverlayer .hovertext")
    hover.first.wait_for()
    words = hover.first.text_content()
    assert re.search(r"^ipilimumab(?! \+)", words)
    assert re.search(r"\d+\.\d months", words)
    assert re.search(r"alive without progression: \d+\.\d% \(\d+\.\d% to \d+\.\d%\)", words)
    assert re.search(r"at risk \d+, events \d+, censored \d+", words)
    picture(opened, "interactive-hover")


def test_pointing_at_a_flow_says_its_count_and_shares(opened: Any) -> None:
    figure = show(opened, "sankey_binary")
    words = pointed_at(opened, figure, figure.locator(".sankey-link").first)
    assert re.search(r"(Responder|Non-responder), then .*: \d+/73 \(\d+\.\d%\)", words)


def test_pointing_at_a_course_says_durations_and_no_identifier(opened: Any) -> None:
    figure = show(opened, "swimmer")
    words = pointed_at(opened, figure, figure.locator(".bars .point").nth(3))
    assert re.search(r"\d+\.\d months", words)
    assert not re.search(r"\b[bi]-\d\d\b", words)


@pytest.mark.parametrize("name", ["km_pfs", "swimmer", "incidence_irae"])
def test_a_group_is_hidden_and_shown_by_keyboard(opened: Any, name: str) -> None:
    figure = show(opened, name)

    def visible(group: str) -> set[bool]:
        found: list[bool] = opened.evaluate(
            "([name, group]) => document.querySelector(`#figure-${name} .plot`).data"
            ".filter((one) => one.legendgroup === group).map((one) => one.visible !== false)",
            [name, group],
        )
        assert len(found) >= 3
        return set(found)

    box = figure.get_by_label(
        "Initial treatment: ipilimumab" if name == "swimmer" else "ipilimumab", exact=True
    )
    box.focus()
    assert box.is_checked()
    opened.keyboard.press("Space")
    assert not box.is_checked()
    opened.wait_for_function(
        "(name) => document.querySelector(`#figure-${name} .plot`).data"
        ".some((one) => one.visible === false)",
        arg=name,
    )
    assert visible(IPI) == {False}
    assert visible(BOTH) == {True}
    opened.keyboard.press("Space")
    opened.wait_for_function(
        "(name) => document.querySelector(`#figure-${name} .plot`).data"
        ".every((one) => one.visible !== false)",
        arg=name,
    )
    assert visible(IPI) == {True}


def test_the_switch_is_reached_by_tab(opened: Any) -> None:
    opened.locator("#figure-km_pfs").get_by_role("button", name="Drawing").focus()
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.value") == "interactive"
    assert opened.evaluate("document.activeElement.closest('figure').id") == "figure-km_pfs"


def test_shown_figures_keep_to_wcag_aa(opened: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for name in ("sankey", "swimmer", "km_pfs", "km_dor_responders", "incidence_irae"):
        show(opened, name)
    asked = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}

    def broken() -> list[str]:
        return [one["id"] for one in Axe().run(opened, "figure", asked).response["violations"]]

    assert broken() == []
    # Planted: a switch whose words can hardly be seen, and a checkbox that nothing names.
    opened.evaluate(
        """() => {
          document.querySelector('.switch button').style.color = '#bbbbbb';
          document.querySelector('.controls label').replaceWith(
            document.querySelector('.controls input'));
        }"""
    )
    assert {"color-contrast", "label"} <= set(broken())


def test_paper_has_the_drawing_whatever_is_shown(opened: Any) -> None:
    figure = show(opened, "km_pfs")
    opened.emulate_media(media="print")
    assert figure.locator("img").is_visible()
    assert not figure.locator(".plot").is_visible()
    assert not figure.locator(".switch").is_visible()
    opened.emulate_media(media="screen")


def test_without_script_there_are_drawings_and_no_buttons(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    figure = page.locator("#figure-km_pfs")
    assert figure.locator("img").is_visible()
    assert not figure.locator(".switch").is_visible()
    context.close()


def test_the_page_runs_no_other_script_and_reaches_nothing(page: Any, report: Path) -> None:
    page.goto(report.as_uri())
    refused = page.evaluate(
        """async () => {
          const refused = [];
          document.addEventListener('securitypolicyviolation', (one) =>
            refused.push(one.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'window.planted = true';
          document.head.append(script);
          await fetch('https://example.org/').catch(() => {});
          const image = new Image();
          image.src = 'https://example.org/image.png';
          await new Promise((done) => setTimeout(done, 300));
          return [window.planted === undefined, ...refused.sort()];
        }"""
    )
    assert refused == [True, "connect-src", "img-src", "script-src-elem"]


def test_a_figure_that_cannot_be_shown_says_so_and_stays_a_drawing(
    page: Any, report: Path, tmp_path: Path
) -> None:
    # Planted: one letter of the packed library is another, so it can neither be read nor run.
    text = report.read_text(encoding="utf-8")
    start = text.index('id="plotly-packed">') + 5_000
    broken = tmp_path / "broken.html"
    broken.write_text(
        text[:start] + ("A" if text[start] != "A" else "B") + text[start + 1 :], encoding="utf-8"
    )
    page.goto(broken.as_uri())
    figure = page.locator("#figure-km_pfs")
    figure.get_by_role("button", name="Interactive").click()
    page.wait_for_function("document.querySelector('#figure-km_pfs .said').textContent !== ''")
    assert "cannot be shown" in figure.locator(".said").inner_text()
    assert figure.locator("img").is_visible()
    assert figure.locator(".switch button[aria-pressed=true]").inner_text() == "Drawing"


def test_one_copy_of_the_library_and_none_without_patients(report: Path, tmp_path: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert text.count('id="plotly-packed"') == 1
    assert report.stat().st_size < 8_000_000
    with marts() as con:
        build(con)
        write_outputs(con, seed_study(), tmp_path, context())
    empty = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in empty
    assert "script-src" not in empty
