"""Numbers read off the page in a browser, beside estimates.csv and the pairs they come from.

Belongs here: the seed study on the calibration cohort. Does not belong here: the page as a page
(`test_report_page`), the reports of a real night (`test_report_published`).
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.outputs.report import write_outputs
from tests.pipeline.test_outputs_report import context
from tests.ui.conftest import SeedReport
from tests.ui.report_numbers import disagreements
from tests.ui.report_support import estimate, estimates, opened, table, written
from tests.unit.study_support import build, marts, seed_study

pytestmark = [pytest.mark.ui, pytest.mark.slow]


@pytest.fixture(scope="module")
def seen(browser: Any, seed_report: SeedReport) -> Iterator[Any]:
    """The page, open."""
    with opened(browser, seed_report.page) as (page, _):
        yield page


def test_every_printed_estimate_is_that_of_the_file(seen: Any, seed_report: SeedReport) -> None:
    wrong, compared = disagreements(seen, seed_report.folder)
    assert wrong == []
    assert compared > 100


def test_a_number_that_differs_would_be_found(
    browser: Any, seed_report: SeedReport, tmp_path: Path
) -> None:
    shutil.copytree(seed_report.folder, tmp_path / "copy")
    path = tmp_path / "copy" / "estimates.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    [place] = [i for i, row in enumerate(rows) if ",as_registered,all,all,orr,proportion," in row]
    rows[place] = rows[place].replace(",25,66,", ",26,66,")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with opened(browser, path.with_name("report.html")) as (page, _):
        wrong, _ = disagreements(page, path.parent)
    assert len(wrong) == 3
    assert all("'25/" in one and "'26/" in one for one in wrong)


def test_printed_numbers_of_the_abstract_are_on_the_page(seen: Any) -> None:
    rows = table(seen, "headline")
    response = rows[
        "n/N = % (95% interval): Objective response to rechallenge (response evaluable)"
    ]
    assert response["ipilimumab + nivolumab (N = 41)"].startswith("13/36 = 36.1%")
    assert response["ipilimumab (N = 32)"].startswith("12/30 = 40.0%")
    times = rows["Months, median (95% interval): Progression-free survival (PFS known)"]
    assert times["ipilimumab + nivolumab (N = 41)"].startswith("2.8 (")
    assert times["ipilimumab (N = 32)"].startswith("5.6 (")


def test_both_editions_are_those_of_the_file(seen: Any, seed_report: SeedReport) -> None:
    rows = estimates(seed_report.folder)
    printed = table(seen, "editions")
    for label, endpoint, statistic in (
        ("Objective response to rechallenge, % (95% interval)", "orr", "proportion"),
        ("Responder status differs, % (95% interval)", "discordance", "proportion"),
        ("Progression-free survival, median months (95% interval)", "pfs", "median"),
    ):
        for edition, column in (
            ("as_registered", "As registered"),
            ("quality_filtered", "Quality filtered"),
        ):
            asked = estimate(rows, endpoint=endpoint, statistic=statistic, edition=edition)
            assert printed[label][column].startswith(written(asked))
    assert (
        printed["Progression-free survival, median months (95% interval)"]["Patients left out"]
        == "1"
    )


def test_the_sankey_is_the_pairs(seen: Any, seed_report: SeedReport) -> None:
    rows = table(seen, "sankey")
    total = rows.pop("Total")
    assert int(total["Total"]) == len(seed_report.pairs) == 73
    for row in rows.values():
        *cells, whole = map(int, row.values())
        assert sum(cells) == whole
    for column in total:
        assert sum(int(row[column]) for row in rows.values()) == int(total[column])
    names = {"Complete response": "CR", "Partial response": "PR", "Progression": "PD"}
    first = Counter(initial for _, initial, _ in seed_report.pairs)
    again = Counter(response for _, _, response in seed_report.pairs)
    both = Counter((initial, response) for _, initial, response in seed_report.pairs)
    for name, code in names.items():
        assert int(rows[name]["Total"]) == first[code]
        assert int(total[name]) == again[code]
        for other, second in names.items():
            assert int(rows[name][other]) == both[code, second]


def test_the_attrition_adds_up(seen: Any) -> None:
    steps = list(table(seen, "attrition").values())
    patients = [int(step["Patients"].replace(",", "")) for step in steps]
    left_out = [int(step["Left out"].replace(",", "")) for step in steps[1:]]
    assert [before - out for before, out in zip(patients, left_out, strict=False)] == patients[1:]
    registered = [
        count
        for step, count in zip(steps, patients, strict=True)
        if step["Edition"] == "As registered"
    ]
    assert registered[-1] == 73
    assert {step["Edition"] for step in steps} == {"As registered", "Quality filtered"}


def test_files_that_the_page_names_are_there(seen: Any, seed_report: SeedReport) -> None:
    named = seen.eval_on_selector_all(
        ".source a, footer a", "all => all.map((one) => one.getAttribute('href'))"
    )
    assert len(named) > 40
    assert [name for name in named if not (seed_report.folder / name).is_file()] == []


def test_a_study_without_patients_says_so(browser: Any, tmp_path: Path) -> None:
    with marts() as con:
        build(con)
        write_outputs(con, seed_study(), tmp_path, context())
    with opened(browser, tmp_path / "report.html") as (page, said):
        assert page.locator(".banner", has_text="No patient").is_visible()
        assert "No patient meets the definition" in page.locator("main").inner_text()
        assert page.locator("#table-headline").count() == 0
        assert page.locator("#table-record tbody tr").count() > 40
        assert said == []
