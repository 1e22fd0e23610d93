"""A study at a glance, where nobody logs in: main estimates and a small drawing of the selection.

Belongs here: reading the shareable version of a study that was just written, and laying out what
of it a reader sees before opening the report. Does not belong here: deciding what may be shared
(`shareable`), Dagster.
"""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

MOST = 999
"""Characters of Markdown that Dagster 1.13 shows without a click."""

NOTHING = "There is no shareable version of this study, so nothing of it is shown here."


@dataclass(frozen=True)
class Overview:
    """A study at a glance, made of its shareable version only.

    Attributes:
        estimates: the main estimates as a Markdown table, or a sentence.
        drawing: the selection of the patients as a PNG; None where it is not shared.
        words: what the drawing shows.
    """

    estimates: str
    drawing: bytes | None
    words: str


def read_overview(folder: Path) -> Overview:
    """The overview of the outputs in a folder.

    Only a shareable version whose audit found every small count protected is read; otherwise
    nothing is said of the study at all.
    """
    shareable = folder / "shareable"
    if not _is_safe(shareable / "release.json"):
        return Overview(NOTHING, None, "")
    headline = _rows(shareable / "tables" / "headline.csv")
    if not headline:
        return Overview("Nobody, or too few for any number to be shared.", None, "")
    steps = _rows(shareable / "tables" / "attrition.csv")[1:]
    drawn = [(step[1], step[2]) for step in steps]
    words = "; ".join(f"{criterion}: {patients}" for criterion, patients in drawn)
    return Overview(
        _unfolded(headline[0], [[_name(row[0]), *row[1:]] for row in headline[1:]]),
        draw_selection(drawn) if drawn else None,
        words,
    )


def _unfolded(header: list[str], rows: list[list[str]]) -> str:
    """All groups where Dagster shows them without a click, else all patients, the last column."""
    whole = markdown(header, rows)
    if len(whole) <= MOST:
        return whole
    return markdown([header[0], header[-1]], [[row[0], row[-1]] for row in rows])


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; a bar in a cell would end it, so it is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"|{'|'.join(cell.replace('|', chr(92) + '|') for cell in line)}|" for line in lines
    )


def draw_selection(steps: list[tuple[str, str]]) -> bytes:
    """Criteria from the top down, each with the patients left; a few kilobytes of PNG."""
    from matplotlib.figure import Figure
    from PIL import Image

    height = 0.36 * len(steps) + 0.1
    figure = Figure(figsize=(5.6, height), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set_xlim(0, 1)
    axes.set_ylim(-len(steps) + 0.4, 0.6)
    for place, (criterion, patients) in enumerate(steps):
        text = shorten(criterion, 62, placeholder=" \u2026")
        last = place == len(steps) - 1
        axes.text(0.17, -place, patients, ha="right", va="center", fontsize=9, weight="bold")
        axes.text(0.2, -place, text, ha="left", va="center", fontsize=8)
        if not last:
            arrow = {"arrowstyle": "-|>", "color": "#767676", "linewidth": 0.8}
            axes.annotate("", (0.02, -place - 0.95), (0.02, -place - 0.05), arrowprops=arrow)
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    # Sixteen shades of grey are enough for letters, and a quarter of the bytes.
    Image.open(drawn).convert("L").quantize(16).save(small, "PNG", optimize=True)
    return small.getvalue()


def _name(head: str) -> str:
    """'Months, median (95% interval): X (PFS known)' as 'X, median months'; others as they are."""
    group, _, name = head.partition(": ")
    if not name:
        return head
    if group.startswith("Months"):
        return f"{name.rpartition(' (')[0] or name}, median months"
    return name


def _is_safe(path: Path) -> bool:
    if not path.is_file():
        return False
    audit = json.loads(path.read_text(encoding="utf-8")).get("audit", {})
    return audit.get("every_small_count_is_protected") is True


def _rows(path: Path) -> list[list[str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
