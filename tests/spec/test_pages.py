"""The pages of the spec are those the chapters make, and a wrong timeline is refused."""

import pytest

from tests.spec.language import read_timeline
from tests.spec.render import FOLDER, draw, pages


def test_the_pages_are_up_to_date() -> None:
    stale = [
        name
        for name, text in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: python -m tests.spec.render"
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted(pages())


def test_a_timeline_is_drawn_to_scale() -> None:
    drawn = draw("0-47 nivolumab\n47 scan PD")
    assert drawn.splitlines() == [
        "T1 nivolumab  |" + "=" * 46 + "|  0-47",
        "R1 scan PD    " + " " * 47 + "^  47",
    ]


def test_a_line_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read: 'some day nivolumab'"):
        read_timeline("some day nivolumab")
