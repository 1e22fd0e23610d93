"""What Dagster says of a study: only what its shareable version says, and little of it.

Belongs here: the overview of a folder of outputs, and the metadata made of it. Does not belong
here: how the UI shows it (tests/ui), what may be shared (the tests of disclosure control).
"""

import base64
import csv
import io
import json
from pathlib import Path

import dagster as dg
import pytest

from assets.study_outputs import outputs_metadata
from etl.outputs.overview import MOST, NOTHING, read_overview
from etl.outputs.quality.addresses import Addresses

HEADLINE = [
    ["Endpoint (evaluable set)", "ipilimumab (N = 32)", "All patients (N = 73)"],
    [
        "n/N = % (95% interval): Objective response (response evaluable)",
        "suppressed",
        "25/66 = 37.9% (26.2 to 50.7)",
    ],
    ["Months, median (95% interval): Overall survival (survival known)", "17.5", "15.5 | 1"],
]
SELECTION = [
    ["Step", "Criterion", "Patients", "Left out"],
    ["1", "Every patient of the registry with a readable key", "7,500", "\u2013"],
    ["2", "A line of ipilimumab", "suppressed", "suppressed"],
    ["3", "A later line of ipilimumab+nivolumab", "73", "suppressed"],
]


def folder_of(path: Path, *, is_safe: bool | None = True) -> list[Path]:
    """A study's outputs with a shareable version whose audit ended so; without one for None."""
    (path / "shareable" / "tables").mkdir(parents=True)
    files = [path / "report.html", path / "estimates.csv"]
    for file in files:
        file.write_text("x", encoding="utf-8")
    # The internal version holds the count of 3 that must not be shown.
    (path / "tables").mkdir()
    (path / "tables" / "headline.csv").write_text("a,b\nsecret,3/32\n", encoding="utf-8")
    if is_safe is None:
        return files
    for name, rows in (("headline", HEADLINE), ("attrition", SELECTION)):
        with (path / "shareable" / "tables" / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    page = path / "shareable" / "report.html"
    page.write_text("x", encoding="utf-8")
    release = {"audit": {"every_small_count_is_protected": is_safe}}
    (path / "shareable" / "release.json").write_text(json.dumps(release), encoding="utf-8")
    return [*files, page]


def test_the_table_is_that_of_the_shareable_version(tmp_path: Path) -> None:
    folder_of(tmp_path)
    lines = read_overview(tmp_path).estimates.splitlines()
    assert lines[0] == "|Endpoint (evaluable set)|ipilimumab (N = 32)|All patients (N = 73)|"
    assert lines[1] == "|---|---|---|"
    assert lines[2].startswith("|Objective response (response evaluable)|suppressed|25/66 =")
    assert lines[3].startswith("|Overall survival, median months|17.5|")
    assert "15.5 \\| 1" in lines[3]


def test_the_drawing_is_small_and_opens(tmp_path: Path) -> None:
    from PIL import Image

    folder_of(tmp_path)
    overview = read_overview(tmp_path)
    assert overview.drawing is not None
    assert len(overview.drawing) < 15_000
    image = Image.open(io.BytesIO(overview.drawing))
    assert image.format == "PNG"
    assert image.size[0] > 400
    assert len(image.getcolors() or ()) > 2  # letters on a ground, not an empty sheet
    assert "ipilimumab: suppressed" in overview.words
    assert read_overview(tmp_path).drawing == overview.drawing


def test_a_table_that_would_be_folded_shows_all_patients_only(tmp_path: Path) -> None:
    folder_of(tmp_path)
    path = tmp_path / "shareable" / "tables" / "headline.csv"
    groups = [f"group {number} (N = 90)" for number in range(12)]
    cells = ["9/90 = 10.0% (4.7 to 18.1)"] * 12
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                row[0],
                *(groups if row is HEADLINE[0] else cells),
                row[2],
            ]
            for row in HEADLINE
        )
    shown = read_overview(tmp_path).estimates
    assert len(shown) <= MOST
    assert shown.startswith("|Endpoint (evaluable set)|All patients (N = 73)|\n")
    assert "group 3" not in shown


@pytest.mark.parametrize("is_safe", [False, None])
def test_nothing_is_said_without_a_safe_shareable_version(
    tmp_path: Path, is_safe: bool | None
) -> None:
    written = folder_of(tmp_path, is_safe=is_safe)
    overview = read_overview(tmp_path)
    assert (overview.estimates, overview.drawing) == (NOTHING, None)
    shown = outputs_metadata("a-study", tmp_path, written, Addresses(3000))
    assert "selection" not in shown
    assert "3/32" not in repr(shown)


def test_a_study_that_shares_no_table_says_so(tmp_path: Path) -> None:
    folder_of(tmp_path)
    for name in ("headline", "attrition"):
        (tmp_path / "shareable" / "tables" / f"{name}.csv").unlink()
    assert read_overview(tmp_path).estimates.startswith("Nobody, or too few")


def test_the_metadata_is_small_and_links_to_what_was_written(tmp_path: Path) -> None:
    written = folder_of(tmp_path)
    shown = outputs_metadata("a-study", tmp_path, written, Addresses(3000))
    links = {
        name: value.value for name, value in shown.items() if isinstance(value, dg.UrlMetadataValue)
    }
    assert links == {
        "report": "http://127.0.0.1:3001/outputs/a-study/report.html",
        "shareable_report": "http://127.0.0.1:3001/outputs/a-study/shareable/report.html",
        "estimates": "http://127.0.0.1:3001/outputs/a-study/estimates.csv",
    }
    drawn = shown["selection"]
    assert isinstance(drawn, dg.MarkdownMetadataValue)
    _, _, encoded = drawn.md_str.partition("base64,")
    assert base64.b64decode(encoded.rstrip(")")).startswith(b"\x89PNG")
    assert sum(len(str(getattr(value, "value", value))) for value in shown.values()) < 30_000
    fewer = outputs_metadata("a-study", tmp_path, written[:2], Addresses(3000))
    assert "shareable_report" not in fewer
