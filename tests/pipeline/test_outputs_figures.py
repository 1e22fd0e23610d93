"""Every figure for print: as SVG and PDF, its fonts inside, the same bytes from the same marts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from etl.outputs.report import write_outputs
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
