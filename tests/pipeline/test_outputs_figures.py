"""Every figure for print: as SVG and PDF, its fonts inside, the same bytes from the same marts."""

import re
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from etl.outputs import exposure_table, panels, survival_figures, swimmer_figure
from etl.outputs.figures import COLOURS, MOST_GROUPS, style_place
from etl.outputs.report import write_outputs
from etl.outputs.results import read_results
from etl.outputs.wording import group_name
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import build, cohort, seed_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("figures")
    with cohort() as con:
        build(con)
        write_outputs(con, seed_study(), path, context())
    return path


def fonts_left_out(pdf: bytes) -> list[str]:
    """Fonts that a PDF names without carrying their outlines.

    matplotlib writes objects one after another, uncompressed apart from their streams. A composite
    font (Type0) has its outlines in its descendant.
    """
    objects = dict(re.findall(rb"^(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL | re.MULTILINE))
    fonts = [one for one in objects.values() if re.search(rb"/Type /Font\b", one)]
    assert fonts, "the figure has no text"
    missing = []
    for font in fonts:
        if b"/Subtype /Type0" in font:
            continue
        found = re.search(rb"/FontDescriptor (\d+) 0 R", font)
        if found is None or b"/FontFile" not in objects[found.group(1)]:
            missing.append(font.decode("latin-1"))
    return missing


def test_every_figure_is_saved_for_screen_and_for_print(folder: Path) -> None:
    files = list((folder / "figures").iterdir())
    drawn = {path.stem for path in files}
    assert {path.name for path in files} == {
        f"{name}.{ending}" for name in drawn for ending in ("svg", "pdf")
    }


def test_every_pdf_carries_its_fonts(folder: Path) -> None:
    for path in (folder / "figures").glob("*.pdf"):
        assert fonts_left_out(path.read_bytes()) == [], path.name
        assert b"/Subtype /CIDFontType2" in path.read_bytes(), path.name


def test_a_pdf_without_its_fonts_is_found(tmp_path: Path) -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"pdf.use14corefonts": True}):
        canvas = Figure()
        canvas.text(0.5, 0.5, "left out")
        canvas.savefig(tmp_path / "bare.pdf")
    assert len(fonts_left_out((tmp_path / "bare.pdf").read_bytes())) == 1


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler is not installed")
def test_poppler_finds_the_fonts_too(folder: Path) -> None:
    for path in (folder / "figures").glob("*.pdf"):
        printed = subprocess.run(
            ["pdffonts", path], capture_output=True, text=True, check=True
        ).stdout.splitlines()[2:]
        assert printed, path.name
        for line in printed:
            assert re.search(r"TrueType +\S+ +yes yes yes", line), f"{path.name}: {line}"


def test_a_pdf_tells_no_time(folder: Path) -> None:
    # That the bytes are the same again is compared for the whole folder in test_outputs_report.
    for path in (folder / "figures").glob("*.pdf"):
        assert b"Date" not in path.read_bytes(), path.name


def test_letters_of_an_svg_are_outlines(folder: Path) -> None:
    for path in (folder / "figures").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "<text" not in text, path.name
        assert "font-family" not in text, path.name


def test_groups_that_are_drawn_can_be_told_apart() -> None:
    codes = {(COLOURS[place % len(COLOURS)], style_place(place)) for place in range(MOST_GROUPS)}
    assert len(codes) == MOST_GROUPS
    assert len({COLOURS[0], COLOURS[4 % len(COLOURS)]}) == 1, "colours alone would not do"


def test_up_to_two_curves_have_their_bands_in_the_panel_and_more_have_their_own() -> None:
    assert [panels.small_rows(range_of(count)) for count in (1, 2, 3, 4, 8)] == [0, 0, 1, 2, 3]


def range_of(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


@pytest.mark.parametrize(
    ("last", "ticks"),
    [
        (0.0, [0, 1]),
        (5.2, [0, 1, 2, 3, 4, 5, 6]),
        (36.0, [0, 6, 12, 18, 24, 30, 36]),
        (99.5, list(range(0, 121, 12))[:10]),
        (700.0, list(range(0, 721, 120))),
    ],
)
def test_ticks_reach_past_the_last_time(last: float, ticks: list[int]) -> None:
    found = panels.ticks_of(last)
    assert found == ticks
    assert found[-1] >= last


def test_one_time_without_end_bends_no_axis(tmp_path: Path) -> None:
    """A death in the year 9999, had it come so far: the curve stops, its table does not."""
    with cohort() as con:
        build(con)
        con.execute(
            "update marts.rechallenges set os_days = 2914695, os_event = true where patient_id = "
            "(select max(patient_id) from marts.rechallenges)"
        )
        results = read_results(con, seed_study(), context())
    figure = survival_figures.kaplan_meier(results, tmp_path, "os")
    assert figure is not None
    at_risk, _ = figure.more
    assert len(at_risk.header) <= 12
    assert int(at_risk.header[-1]) <= 60
    assert figure.path.stat().st_size < 300_000
    [last] = [row for row in figure.data.rows if float(row[1]) > 1_000]
    assert last[2:5] == ("1", "1", "0")
    assert last[-1] == "no"
    swimmer = swimmer_figure.swimmer_plot(results, tmp_path)
    assert swimmer is not None
    [parts] = swimmer.more
    assert max(float(row[5]) for row in parts.rows if row[5]) > 1_000
    assert str(panels.MOST_MONTHS) in swimmer.note
    bars, _ = swimmer_figure.courses(results, results.pairs)
    begin, end = swimmer_figure._ends(bars)
    assert end - begin < 2.1 * panels.MOST_MONTHS


def test_of_many_patients_evenly_spaced_ones_are_drawn() -> None:
    assert swimmer_figure.evenly_spaced(73, 150) == list(range(73))
    found = swimmer_figure.evenly_spaced(610, 150)
    assert len(set(found)) == 150
    assert (found[0], found[-1]) == (0, 605)
    assert {after - before for before, after in pairwise(found)} == {4, 5}


def test_a_swimmer_plot_says_what_was_given_and_colours_no_drug_that_was_not(
    tmp_path: Path,
) -> None:
    with cohort() as con:
        build(con)
        con.execute(
            "update marts.rechallenges set rechallenge_response = 'CR' where patient_id = "
            "(select min(patient_id) from marts.rechallenges where rechallenge_response = 'PR')"
        )
        con.execute(
            "update marts.treatment_lines set end_date = null, end_reason = 'ongoing', "
            "best_overall_response_date = start_date + 61 where line_id = "
            "(select min(rechallenge_line_id) from marts.rechallenges "
            "where rechallenge_response = 'CR')"
        )
        results = read_results(con, seed_study(), context())
    figure = swimmer_figure.swimmer_plot(results, tmp_path)
    assert figure is not None
    [parts] = figure.more
    assert parts.header == ("Patient", "Initial treatment", "Part", "Given", "From", "To")
    again = Counter((row[1], row[3]) for row in parts.rows if row[2] == "rechallenge")
    assert again == Counter(
        (pair["stratum"], group_name(pair["rechallenge_regimen"])) for pair in results.pairs
    )
    assert sum(number for (group, given), number in again.items() if group_name(group) != given)
    bars, marks = swimmer_figure.courses(results, results.pairs)
    for bar in bars:
        named = {"initial treatment": "group", "rechallenge": "dark", "follow-up": "pale"}
        assert bar.shade == named.get(bar.kind, "grey")
        if bar.shade == "group":
            assert bar.given == group_name(bar.group)
    responses = Counter(mark.kind for mark in marks if "response" in mark.kind)
    expected = Counter(pair["rechallenge_response"] for pair in results.pairs)
    assert expected["CR"] == 1
    assert expected["PR"] > 1
    assert responses == {
        "complete response to rechallenge": expected["CR"],
        "partial response to rechallenge": expected["PR"],
    }
    lines = {line["line_id"]: line for some in results.lines.values() for line in some}
    for mark in marks:
        pair = results.pairs[mark.place]
        line = lines[pair["rechallenge_line_id"]]
        if "response" in mark.kind and line["best_overall_response_date"] is not None:
            start, met = pair["rechallenge_start_date"], line["best_overall_response_date"]
            days = (pd.Timestamp(met) - pd.Timestamp(start)).days
            assert mark.month == pytest.approx(days / 30.4375)
    [complete] = [mark for mark in marks if mark.kind == "complete response to rechallenge"]
    assert complete.month == pytest.approx(61 / 30.4375)
    going_on = {mark.place for mark in marks if mark.kind == "rechallenge goes on"}
    assert going_on == {
        place
        for place, pair in enumerate(results.pairs)
        if lines[pair["rechallenge_line_id"]]["end_reason"] == "ongoing"
    }
    assert complete.place in going_on


def test_tables_of_both_treatments_say_what_their_columns_are_groups_of() -> None:
    with cohort() as con:
        build(con)
        results = read_results(con, seed_study(), context())
    table = exposure_table.exposure_table(results)
    assert [spanner for spanner, _ in table.spanners] == ["Initial treatment", ""]
    given = {row[0]: row[1:] for row in table.rows if ", as given: " in row[0]}
    for which, name in (("initial", "Initial treatment"), ("rechallenge", "Rechallenge")):
        for regimen in {pair[f"{which}_regimen"] for pair in results.pairs}:
            cells = given[f"{name}, as given: {group_name(regimen)}"]
            assert [cell.partition(" ")[0] for cell in cells] == [
                str(sum(pair[f"{which}_regimen"] == regimen for pair in results.members(stratum)))
                for stratum in results.strata
            ]


def test_a_swimmer_plot_of_many_says_how_many_it_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swimmer_figure, "MOST_PATIENTS", 20)
    with cohort() as con:
        build(con)
        results = read_results(con, seed_study(), context())
    figure = swimmer_figure.swimmer_plot(results, tmp_path)
    assert figure is not None
    assert figure.note.startswith("20 of 73 patients are drawn, evenly spaced")
    assert "20 of 73 patients are drawn" in figure.alt
    assert len(figure.data.rows) == 73
    assert [row[-1] for row in figure.data.rows].count("yes") == 20
    [parts] = figure.more
    kept = {row[0] for row in figure.data.rows if row[-1] == "yes"}
    assert {row[0] for row in parts.rows} == kept
