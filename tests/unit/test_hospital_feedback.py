"""The pages of hospitals: own figures, the others without a name, whatever a hospital is called."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.hospitals import pages_metadata
from etl.outputs.hospitals import Pages
from etl.outputs.hospitals.facts import FEWEST_OTHERS
from etl.outputs.quality.addresses import (
    Addresses,
    hospital_page_path,
    rule_page_path,
    worklist_name,
)
from etl.warehouse import open_memory
from tests.unit.hospital_support import Planned, build, level, pages
from tests.unit.quality_support import read

pytestmark = pytest.mark.slow

LIST = "the list"
HOSTILE = '<script>alert("x")</script>'
PLANNED = [
    *level(7),
    Planned("LOW", 40, 2, wrong_dates=3, name="Clinic of the valley"),
    Planned("FEW", 4, 1, name="Clinic of few"),
]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        yield opened


def write(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, str]:
    """The pages by hospital; the registry's list under its name here, `LIST`."""
    made = pages(con, folder)
    root = folder / "hospitals"
    index, *rest = made.files
    assert index == root / "index.html"
    found = {LIST: index.read_text(encoding="utf-8")}
    for line, path in zip(made.hospitals, rest, strict=True):
        found[line.hospital_id] = path.read_text(encoding="utf-8")
    assert len(set(made.files)) == len(made.files)
    return found


def words_of(html: str) -> set[str]:
    """Every word of a page, of its drawings and attributes, too."""
    return set(re.findall(r"[A-Za-z0-9_-]+", re.sub(r"<style>.*?</style>", "", html, flags=re.S)))


def test_a_page_shows_the_hospitals_own_figures(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, PLANNED)
    text, links, ids = read(write(con, tmp_path)["LOW"])
    assert "LOW Clinic of the valley" in text
    assert "Response to first-line anti-PD-1 high is good 5.0% 2/40" in text
    assert "▼▼ below 99.8%" in text
    assert "Not corrected for case mix." in text
    assert "For this hospital." in text
    assert re.search(r"chance alone would put about \d\.\d outside 95% and 0\.\d\d outside", text)
    assert "3 open errors" in text
    assert f"../{rule_page_path('PAT-C02')}" in links
    assert "../../worklists/LOW.xlsx" in links
    assert {"indicators", "funnels", "completeness", "delivered", "findings"} <= set(ids)


def test_nothing_tells_which_other_hospital_a_value_is_of(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, PLANNED)
    written = write(con, tmp_path)
    names = {one.hospital_id: one for one in PLANNED}
    for hospital, html in written.items():
        if hospital == LIST:
            continue
        words = words_of(html)
        for other in names.values():
            if other.hospital_id != hospital:
                assert other.hospital_id not in words, hospital
                assert other.name not in html, hospital
    # the list is the registry's, and names them all
    assert {one.hospital_id for one in PLANNED} <= words_of(written[LIST])


def test_the_others_numbers_and_small_counts_are_not_drawn(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, [*level(7, patients=60), Planned("BIG", 230, 92), Planned("FEW", 4, 4)])
    html = write(con, tmp_path)["H1"]
    said = read(html)[0] + " ".join(re.findall(r'aria-label="([^"]*)"', html))
    assert "16 of 60" in said
    assert "230" not in words_of(said)
    assert "4/4" not in said
    strips = re.findall(r'<svg class="strip".*?</svg>', html, flags=re.S)
    response = next(one for one in strips if "Response to first-line anti-PD-1" in one)
    # seven others: H2 to H7 and BIG; not H1 itself, and not FEW, whose four patients all respond
    assert response.count('class="other"') == 7
    assert "7 others from " in response
    assert "100%" not in response
    few = read(write(con, tmp_path)["FEW"])
    assert "funnels" not in few[2]  # four are too few for a point in a funnel
    assert "too few" in few[0]


def test_with_few_others_nothing_of_them_is_shown(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, [*level(FEWEST_OTHERS - 1), Planned("LOW", 40, 2)])
    html = write(con, tmp_path)["LOW"]
    text, _, ids = read(html)
    assert "Fewer than 5 other hospitals can be compared." in text
    assert "No share could be compared" in text
    assert "funnels" not in ids
    assert "<svg" not in html
    assert "33.0%" not in text  # (4 * 16 + 2) / 200, from which the others' sum would follow
    assert "below 99.8%" not in text
    build(con, level(FEWEST_OTHERS + 1))
    assert 'class="strip"' in write(con, tmp_path)["H1"]


def test_a_hospital_may_be_called_anything(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    hostile = [
        Planned(HOSTILE, 40, 16, name=HOSTILE),
        Planned("../../../etc/passwd", 40, 16),
        Planned("index", 40, 16),
        Planned("registry", 40, 16),
        Planned("H 1/2", 40, 2, name='"quoted" & <b>bold</b>'),
        *level(3),
    ]
    build(con, hostile)
    written = write(con, tmp_path)
    assert set(written) == {LIST, *(one.hospital_id for one in hostile)}
    for html in written.values():
        assert "<script" not in html
        assert "<b>" not in html
    assert "&lt;script&gt;" in written[LIST]
    for path in (tmp_path / "hospitals").iterdir():
        assert path.parent == tmp_path / "hospitals"
    assert not list(tmp_path.glob("*.html"))
    assert hospital_page_path("index").name != "index.html"
    assert hospital_page_path("H 1/2").stem == worklist_name("H 1/2").removesuffix(".xlsx")
    assert Addresses(3000).hospital_page("H1").endswith(":3001/outputs/hospitals/H1.html")


def test_without_a_list_of_hospitals_the_code_stands_alone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, level(7), has_list=False)
    assert "<h1>H1</h1>" in write(con, tmp_path)["H1"]


def test_a_single_hospital_has_its_own_figures(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, level(1))
    text, _, _ = read(write(con, tmp_path)["H1"])
    assert "40.0% 16/40" in text
    assert "No share could be compared with the registry's." in text


def test_no_hospital_at_all_is_said(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    build(con, [])
    written = write(con, tmp_path)
    assert list(written) == [LIST]
    assert "No hospital is known to this registry" in written[LIST]


def test_the_list_names_what_lies_outside(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    build(con, PLANNED)
    text, links, _ = read(write(con, tmp_path)[LIST])
    assert "LOW Clinic of the valley Response to first-line anti-PD-1 5.0% 2/40" in text
    assert {"LOW.html", "H1.html", "../../worklists/LOW.xlsx"} <= set(links)
    assert "../../worklists/H1.xlsx" not in links  # nothing is open there
    lines = {line.hospital_id: line for line in pages(con, tmp_path).hospitals}
    assert (lines["LOW"].outside_998, lines["LOW"].open_errors) == (1, 3)
    assert (lines["H1"].outside_95, lines["H1"].outside_998, lines["H1"].open_errors) == (0, 0, 0)


def test_dagster_shows_counts_and_no_small_one(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, PLANNED)
    shown = pages_metadata(pages(con, tmp_path), 5, Addresses(3000))
    assert (shown["files"], shown["hospitals"], shown["outside_998"]) == (10, 9, 1)
    assert shown["list"].value == "http://127.0.0.1:3001/outputs/hospitals/index.html"
    lines = {record.data["hospital"]: record.data for record in shown["by_hospital"].records}
    assert (lines["LOW"]["patients"], lines["LOW"]["open_errors"]) == ("40", "<5")
    assert (lines["FEW"]["patients"], lines["FEW"]["open_errors"]) == ("<5", "0")
    none = pages_metadata(Pages((), ()), 5, Addresses(3000))
    assert [dict(record.data) for record in none["by_hospital"].records] == [
        {"hospital": "none is known"}
    ]


def test_no_patient_is_on_any_page_and_the_same_night_gives_the_same_bytes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build(con, PLANNED)
    written = write(con, tmp_path)
    patients = {row[0] for row in con.execute("select patient_id from marts.patients").fetchall()}
    for html in written.values():
        assert words_of(html).isdisjoint(patients)
        assert "31-31-1999" not in html
        assert not re.search(r"https?://(?!www\.w3\.org)|src=|url\(", html)
    assert write(con, tmp_path) == written
