"""The report of the seed study: complete, self-contained, and its numbers those of the mart."""

import csv
import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from etl.outputs.report import ReportContext, write_outputs
from etl.parameters import Parameters
from tests.unit.study_support import BOTH, IPI, build, cohort, marts, seed_study

HEADINGS = [
    "Attrition",
    "Table 1",
    "Exposure",
    "Response",
    "Sankey",
    "Swimmer plot",
    "Kaplan-Meier with number at risk",
    "Toxicity",
    "Subgroups",
    "Sensitivity",
    "Data quality",
    "Methods",
    "RECORD",
]


def context(*, is_synthetic: bool = True) -> ReportContext:
    return ReportContext(
        snapshot_id="5" * 64,
        source="native",
        registry="Test registry",
        export_date=date(2025, 3, 3),
        is_synthetic=is_synthetic,
        code_version="0.1.0",
        rules_hash="7" * 64,
        parameters=Parameters(),
        minimum_cell=5,
    )


class Page(HTMLParser):
    """Headings, addresses, cells and images of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.cells: list[str] = []
        self.addresses: list[str] = []
        self.alts: list[str] = []
        self.anchors: set[str] = set()
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]
        if tag == "img":
            self.alts.append(found.get("alt") or "")
            self._open.pop()
        if found.get("id"):
            self.anchors.add(str(found["id"]))
        if tag in ("td", "th"):
            self.cells.append("")
        if tag == "h2":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("td", "th"):
            self.cells[-1] += data
        if self._open and self._open[-1] == "h2":
            self.headings[-1] += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs") / "van-dijk-2025"
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set pfs_doubtful_because = 'TR-T02'"
            " where line_id = 'i-01|advanced|2'"
        )
        build(con)
        written = write_outputs(con, seed_study(), path, context())
    assert all(file.is_file() for file in written)
    assert len(written) == len(set(written))
    return path


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def estimates(folder: Path) -> list[dict[str, str]]:
    with (folder / "estimates.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_sections_stand_in_the_order_of_the_contract(page: Page) -> None:
    assert [heading for heading in page.headings if heading in HEADINGS] == HEADINGS


def test_the_page_asks_for_nothing_outside_itself(folder: Path, page: Page) -> None:
    inside = ("data:", "#", "https://doi.org/10.1038/s41416-025-03027-z")
    beside = {address for address in page.addresses if not address.startswith(inside)}
    assert {address for address in beside if not (folder / address).is_file()} == set()
    assert {"estimates.csv", "tables/response.csv", "figures/sankey.svg"} <= beside
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert " src=" not in re.sub(r'<img src="data:', "", re.sub(r"<script.*?</script>", "", text))
    assert (folder / "report.html").stat().st_size < 8_000_000


def test_links_within_the_page_have_a_target(page: Page) -> None:
    targets = {address[1:] for address in page.addresses if address.startswith("#")}
    assert targets <= page.anchors


def test_figures_say_what_they_show(page: Page) -> None:
    assert len(page.alts) == 9
    assert "ipilimumab+nivolumab (the first is the rechallenge): 73" in page.alts[0]
    assert "ipilimumab + nivolumab: median 2.8 (2.3 to 6.4) months" in page.alts[4]
    assert all(len(alt) > 40 for alt in page.alts)


def test_the_page_prints_the_estimates_with_their_fractions(folder: Path, page: Page) -> None:
    for row in estimates(folder):
        if row["statistic"] != "proportion" or row["edition"] != "as_registered":
            continue
        percentage = f"{100 * float(row['value']):.1f}"
        cell = f"{row['numerator']}/{row['denominator']} = "
        printed = [text for text in page.cells if text.startswith(cell)]
        assert printed, cell
        assert any(
            abs(float(text.split("= ")[1].split("%")[0]) - float(percentage)) < 0.11
            for text in printed
        )


def test_printed_numbers_of_the_paper_are_found(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    same = {row["printed"]: row["same"] for row in summary["compared_with_publication"]}
    # The tests' registry has 93 patients with an initial treatment; everything else is recovered.
    assert [printed for printed, is_same in same.items() if not is_same] == ["3,759 patients"]


def test_the_summary_holds_chance_conditional_rates_and_mcnemar(folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    agreement = summary["agreement"]["all"]
    assert summary["patients"] == {IPI: 32, BOTH: 41, "all": 73}
    assert (agreement["discordant"], agreement["pairs"]) == (33, 65)
    assert agreement["expected_by_chance"] == pytest.approx((28 * 40 + 37 * 25) / 65**2)
    assert agreement["mcnemar_exact_p"] == pytest.approx(0.7283, abs=5e-5)
    responders = agreement["response_in_initial_responders"]
    others = agreement["response_in_initial_non_responders"]
    assert (responders["numerator"], responders["denominator"]) == (10, 28)
    assert (others["numerator"], others["denominator"]) == (15, 37)


def test_both_editions_stand_side_by_side(folder: Path) -> None:
    with (folder / "tables" / "sensitivity.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Endpoint"]: row for row in csv.DictReader(file)}
    times = rows["Progression-free survival: ipilimumab"]
    assert times["As registered"].endswith("N = 32")
    assert times["Quality filtered"].endswith("N = 31")
    assert times["Patients left out"] == "1"


def test_tables_and_figures_have_their_files(folder: Path) -> None:
    figures = {path.stem for path in (folder / "figures").iterdir()}
    tables = {path.stem for path in (folder / "tables").iterdir()}
    assert figures == {
        "attrition",
        "km_dor_responders",
        "km_os",
        "km_pfs",
        "km_pfs_responders",
        "sankey",
        "sankey_binary",
        "subgroups_forest",
        "swimmer",
    }
    assert figures <= tables
    assert {"attrition", "table_1", "response", "sensitivity", "record"} <= tables


def test_the_sankey_adds_up_to_the_cohort(folder: Path) -> None:
    with (folder / "tables" / "sankey.csv").open(encoding="utf-8", newline="") as file:
        _, *rows, total = csv.reader(file)
    assert total[-1] == "73"
    for row in rows:
        assert sum(map(int, row[1:-1])) == int(row[-1])
    for column in range(1, 7):
        assert sum(int(row[column]) for row in rows) == int(total[column])


def test_numbers_at_risk_are_those_of_the_curve(folder: Path) -> None:
    with (folder / "tables" / "km_pfs.csv").open(encoding="utf-8", newline="") as file:
        steps = [row for row in csv.DictReader(file) if row["Group"] == BOTH]
    assert steps[0]["At risk"] == "41"
    for before, after in pairwise(steps):
        left = int(before["Events"]) + int(before["Censored"])
        assert int(after["At risk"]) == int(before["At risk"]) - left


def test_no_identifier_reaches_the_outputs(folder: Path) -> None:
    identifier = re.compile(r"\b[bi]-\d\d\b")
    for path in folder.rglob("*"):
        if path.suffix in (".csv", ".html", ".json", ".svg"):
            assert not identifier.search(path.read_text(encoding="utf-8")), path.name


def test_a_synthetic_cohort_says_so_and_a_real_one_does_not(folder: Path, tmp_path: Path) -> None:
    assert "Nobody on this page exists" in (folder / "report.html").read_text(encoding="utf-8")
    with marts() as con:
        build(con)
        write_outputs(con, seed_study(), tmp_path, context(is_synthetic=False))
    assert "Nobody on this page exists" not in (tmp_path / "report.html").read_text("utf-8")


def test_reconstructed_denominators_are_marked(page: Page) -> None:
    assert "13/36*" in page.cells
    assert "15/73" in page.cells


def test_a_study_without_patients_renders_a_page_that_says_so(tmp_path: Path) -> None:
    with marts() as con:
        build(con)
        write_outputs(con, seed_study(), tmp_path, context())
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert [heading for heading in page.headings if heading in HEADINGS] == HEADINGS
    assert text.count("No patient meets the definition of this study") >= 8
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        "attrition.pdf",
        "attrition.svg",
    ]
    assert "nan" not in text.lower().split()


def test_the_same_marts_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set pfs_doubtful_because = 'TR-T02'"
            " where line_id = 'i-01|advanced|2'"
        )
        build(con)
        write_outputs(con, seed_study(), tmp_path, context())
    for path in folder.rglob("*.*"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name
