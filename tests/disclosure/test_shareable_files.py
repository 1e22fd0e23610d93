"""The files of a shareable version: marked, whole, and without anything of a single patient.

Belongs here: what stands in the folder, on the page and in the mart's marks. Does not belong here:
whether a small count can be worked out (`test_reconstruction`).
"""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from etl.outputs.report import write_outputs
from etl.outputs.results import read_results
from etl.outputs.shareable.masked import NotTheMartsReleaseError
from etl.outputs.shareable.write import write_shareable
from tests.disclosure.versions import CONTEXT, made_up
from tests.unit.study_support import BOTH, IPI, build, cohort, marts, seed_study, study_with


class Tables(HTMLParser):
    """The cells of every table of a page, by id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.tags: set[str] = set()
        self._name = ""
        self._is_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "table":
            self._name = str(dict(attrs)["id"]).removeprefix("table-")
            self.found[self._name] = []
        elif tag == "tr":
            self.found[self._name].append([])
        elif tag in ("td", "th"):
            self.found[self._name][-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.found[self._name][-1][-1] += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs") / "van-dijk-2025"
    with cohort() as con:
        build(con)
        written = write_outputs(con, seed_study(), path, CONTEXT)
        marked = con.execute("select count(*) from marts.estimates where not suppressed").fetchone()
    assert {one for one in written if "shareable" in one.parts} == {
        one for one in (path / "shareable").rglob("*") if one.is_file()
    }
    with (path / "shareable" / "estimates.csv").open(encoding="utf-8") as file:
        assert (len(list(csv.DictReader(file))),) == marked
    return path


def test_every_file_is_one_that_was_audited(folder: Path) -> None:
    version = folder / "shareable"
    names = {str(one.relative_to(version)) for one in version.rglob("*")}
    assert {"report.html", "estimates.csv", "release.json", "tables"} <= names
    release = json.loads((folder / "shareable" / "release.json").read_text(encoding="utf-8"))
    methods = {"definition", "parameters", "versions"}
    tables = {f"tables/{name}.csv" for name in {*release["tables"], *methods}}
    assert names == {"report.html", "estimates.csv", "release.json", "tables", *tables}
    assert release["audit"]["every_small_count_is_protected"] is True


def test_the_page_is_marked_and_has_no_script_figure_or_curve(folder: Path) -> None:
    text = (folder / "shareable" / "report.html").read_text(encoding="utf-8")
    assert "<strong>Shareable version.</strong>" in text
    assert Tables(text).tags.isdisjoint({"script", "svg", "img", "figure", "canvas", "iframe"})
    assert not list((folder / "shareable").rglob("*.svg"))
    assert not list((folder / "shareable").rglob("km_*"))
    assert not list((folder / "shareable").rglob("swimmer*"))


def test_the_page_prints_the_tables_and_nothing_else(folder: Path) -> None:
    page = Tables((folder / "shareable" / "report.html").read_text(encoding="utf-8"))
    files = {path.stem: path for path in (folder / "shareable" / "tables").iterdir()}
    assert set(page.found) == set(files)
    for name, path in files.items():
        with path.open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        printed = [row[1:] for row in page.found[name][1:] if len(row) > 1]
        assert printed == [row[1:] for row in rows], name


def test_no_patient_and_no_date_of_one_is_in_the_folder(folder: Path) -> None:
    identifier = re.compile(r"\b[bi]-\d\d\b")
    day = re.compile(r"\b20(1[0-9]|2[0-4])-\d\d-\d\d\b")
    for path in (folder / "shareable").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert not identifier.search(text), path.name
        assert not day.search(text), path.name


def test_no_count_below_the_minimum_is_printed_but_of_missing_values(folder: Path) -> None:
    count = re.compile(r"^([\d,]+)(?:/(\d+)|(?: \(\d+\.\d%\))?$)")
    small = []
    for path in (folder / "shareable" / "tables").iterdir():
        if path.stem in ("definition", "parameters", "versions"):
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for label, *cells in csv.reader(file):
                for cell in cells:
                    found = count.match(cell)
                    groups = found.groups() if found else ()
                    numbers = [int(one.replace(",", "")) for one in groups if one]
                    if any(0 < number < 5 for number in numbers):
                        small.append(label.lower())
    assert all("missing" in label or "not evaluable" in label for label in small)


def test_the_internal_report_is_not_changed_by_it(folder: Path, tmp_path: Path) -> None:
    with cohort() as con:
        build(con)
        results = read_results(con, seed_study(), CONTEXT)
        before = {one: one.read_bytes() for one in folder.rglob("*.*") if one.is_file()}
        write_shareable(results, folder / "shareable")
        write_shareable(results, tmp_path / "again")
    assert {one: one.read_bytes() for one in folder.rglob("*.*") if one.is_file()} == before
    for path in (tmp_path / "again").rglob("*.*"):
        twin = folder / "shareable" / path.relative_to(tmp_path / "again")
        assert twin.read_bytes() == path.read_bytes(), path.name


def test_a_file_of_an_earlier_version_does_not_stay(tmp_path: Path) -> None:
    with marts() as con:
        build(con)
        (tmp_path / "tables").mkdir()
        (tmp_path / "tables" / "old.csv").write_text("1")
        write_shareable(read_results(con, seed_study(), CONTEXT), tmp_path)
    assert not (tmp_path / "tables" / "old.csv").exists()
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No patient meets the definition of this study" in text


def test_too_few_patients_show_no_number(tmp_path: Path) -> None:
    with made_up({IPI: 2, BOTH: 2}, 1) as con:
        build(con)
        write_shareable(read_results(con, seed_study(), CONTEXT), tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Fewer than 5 patients meet the definition" in text
    tables = {path.stem for path in (tmp_path / "tables").iterdir()}
    assert tables == {"definition", "parameters", "versions"}
    assert (tmp_path / "estimates.csv").read_text(encoding="utf-8").count("\n") == 1


def test_a_version_that_is_not_safe_says_so(tmp_path: Path) -> None:
    study = study_with(disclosure={"complementary": False})
    with cohort() as con:
        build(con, study)
        write_shareable(read_results(con, study, CONTEXT), tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Not safe to share." in text
    assert "<strong>Shareable version.</strong>" not in text
    release = json.loads((tmp_path / "release.json").read_text(encoding="utf-8"))
    assert release["audit"]["every_small_count_is_protected"] is False


def test_marks_of_another_release_stop_the_writing(tmp_path: Path) -> None:
    with cohort() as con:
        build(con)
        con.execute("update marts.estimates set suppressed = false")
        with pytest.raises(NotTheMartsReleaseError, match="Build the study again"):
            write_shareable(read_results(con, seed_study(), CONTEXT), tmp_path)
    assert not list(tmp_path.iterdir())
