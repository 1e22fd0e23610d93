"""Numbers as a steward reads them, and the small drawings."""

import itertools
import re
import xml.etree.ElementTree as ElementTree
from datetime import date

import pytest

from etl.outputs.quality import charts, wording


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 1_000_000, "0%"),
        (3, 1_000_000, "<0.01%"),
        (999_997, 1_000_000, ">99.99%"),
        (1_000_000, 1_000_000, "100%"),
        (1, 200, "0.50%"),
        (1, 3, "33.3%"),
        (0, 0, wording.NONE),
    ],
)
def test_a_share_is_nothing_or_everything_only_when_it_is(part: int, whole: int, text: str) -> None:
    assert wording.share(part, whole) == text


def test_counts_have_their_noun_and_their_denominator() -> None:
    assert wording.counted(1, "new error") == "1 new error"
    assert wording.counted(1_200, "new error") == "1,200 new errors"
    assert wording.counted(2, "query") == "2 queries"
    assert wording.of(3, 1_000_000) == "3 of 1,000,000 (<0.01%)"
    assert wording.of(0, 12) == "0 of 12"
    assert wording.of(0, 0) == wording.NONE


def test_a_change_says_its_direction() -> None:
    assert [wording.change(5, before) for before in (2, 5, 9, None)] == [
        "+3",
        "same",
        "\u22124",
        "",
    ]


def test_days_and_lists_read_as_words() -> None:
    assert wording.long_day(date(2025, 3, 4)) == "Tuesday 4 March 2025"
    assert [wording.listed(list(parts)) for parts in ("", "a", "ab", "abc")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_lines_stay_within_the_drawing_and_their_names_apart() -> None:
    series = [charts.Line(name, "error", [3, 0, 7]) for name in ("one", "two", "three")]
    drawn = charts.lines("what & why", ["1 Mar", "2 Mar", "3 Mar"], series)
    root = ElementTree.fromstring(str(drawn))  # noqa: S314 - our own drawing
    assert root.get("aria-label") == "what & why"
    for line in root.iter("polyline"):
        points = [
            tuple(map(float, point.split(","))) for point in (line.get("points") or "").split()
        ]
        assert len(points) == 3
        assert all(0 <= x <= 640 and 0 <= y <= 190 for x, y in points)
    ends = [float(text.get("y") or 0) for text in root.iter("text") if "7" in (text.text or "")]
    heights = sorted(y for y in ends)
    assert all(b - a >= 12 for a, b in itertools.pairwise(heights))


def test_bars_are_as_tall_as_their_counts() -> None:
    drawn = charts.bars(
        "moved",
        ["1 Mar", "2 Mar"],
        charts.Line("came", "came", [10, 5]),
        charts.Line("went", "went", [0, 10]),
    )
    heights = [float(found) for found in re.findall(r'height="([\d.]+)"/>', str(drawn))]
    assert heights[0] == heights[3] == 2 * heights[2]
    assert heights[1] == 0


def test_one_night_has_no_line() -> None:
    assert charts.sparkline("x", [4]) == ""
    assert "polyline" in charts.sparkline("x", [4, 0])


@pytest.mark.parametrize("value", [0, 1, 9, 10, 11, 99, 101, 4_001, 999_999, 1_000_001])
def test_the_axis_ends_on_an_even_number_not_below_the_largest(value: int) -> None:
    top = charts._round_up(value)
    assert top >= max(value, 1)
    assert top % 2 == 0
