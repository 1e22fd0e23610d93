"""The flow chart of the selection: patients left, and left out, at each step.

Belongs here: drawing `marts.attrition`. Does not belong here: the counts (`etl/studies/cohort`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from etl.outputs import wording
from etl.outputs.figures import COLOURS, GREY, INK, WIDTH, Figure, drawing
from etl.outputs.results import Record, Results
from etl.outputs.tables import attrition_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


REGISTERED: dict[str, Any] = {
    "boxstyle": "round,pad=0.45",
    "facecolor": "#eef4fa",
    "edgecolor": COLOURS[0],
}
SOUND: dict[str, Any] = {
    "boxstyle": "round,pad=0.45",
    "facecolor": "white",
    "edgecolor": COLOURS[1],
    "linestyle": (0, (4, 2)),
}
DIVIDER = "If every value had to be sound"
DIVIDER_HEIGHT = 0.3
"""Room for the divider, in inches; so are all heights below."""
LINE = 0.137
EDGE = 0.1
"""Between the words and the edge of their box."""
ARROW = 0.37
"""Between two boxes."""
LETTERS = 64
"""Width of a box."""
MIDDLE, BESIDE = 3.1, 7.35
"""Where boxes, and who was left out, stand across."""


def attrition_figure(results: Results, folder: Path) -> Figure:
    """Boxes from every patient down to the rechallenged, with who was left out beside them.

    The steps that leave out doubtful values stand below, told apart by colour, dashes and words.
    """
    boxes = boxes_of(results.attrition)
    height = boxes[-1].bottom + 0.05
    with drawing("attrition", folder, WIDTH, height) as canvas:
        axes = canvas.subplots()
        axes.axis("off")
        axes.set_xlim(0, 10)
        axes.set_ylim(height, -0.05)
        for above, box in pairwise([None, *boxes]):
            if box is not None:
                _draw_step(axes, box, above)
    words = "; ".join(
        f"{step['description']}: {wording.count(step['patients'])}" for step in results.attrition
    )
    return Figure(
        "attrition",
        "Selection of the patients",
        f"Flow chart. {words}.",
        folder / "attrition.svg",
        attrition_table(results),
        "Blue: every value as registered. Dashed: patients left if, further, doubtful values were "
        "not allowed; an estimate leaves out only those whose own values are doubtful.",
        pdf=folder / "attrition.pdf",
    )


@dataclass(frozen=True)
class Box:
    """A step with its words and its edges, inches from the top."""

    step: Record
    words: str
    top: float
    bottom: float

    @property
    def is_sound(self) -> bool:
        """Whether the step asks for sound values."""
        return bool(self.step["edition"] == "quality_filtered")


def boxes_of(steps: Sequence[Record]) -> list[Box]:
    """The steps from the top down, each as high as its words, and room for the divider."""
    found: list[Box] = []
    for step in steps:
        words = f"{fill(step['description'], LETTERS)}\n{wording.count(step['patients'])} patients"
        top = found[-1].bottom + ARROW if found else 0.0
        box = Box(step, words, top, top + LINE * (words.count("\n") + 1) + 2 * EDGE)
        if box.is_sound and found and not found[-1].is_sound:
            box = replace(box, top=box.top + DIVIDER_HEIGHT, bottom=box.bottom + DIVIDER_HEIGHT)
        found.append(box)
    return found


def _draw_step(axes: Axes, box: Box, above: Box | None) -> None:
    axes.text(
        MIDDLE,
        (box.top + box.bottom) / 2,
        box.words,
        ha="center",
        va="center",
        fontsize=8.2,
        bbox=SOUND if box.is_sound else REGISTERED,
    )
    if above is None:
        return
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 1}
    level = box.top - ARROW / 2
    axes.annotate("", (MIDDLE, box.top), (MIDDLE, above.bottom), arrowprops=arrow)
    axes.annotate("", (BESIDE - 0.15, level), (MIDDLE, level), arrowprops=arrow)
    axes.text(
        BESIDE,
        level,
        f"left out: {wording.count(box.step['excluded'])}",
        ha="left",
        va="center",
        fontsize=8.2,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": GREY},
    )
    if box.is_sound and not above.is_sound:
        across = above.bottom + ARROW / 2 - 0.06
        axes.plot([0, 10], [across, across], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        axes.text(0, across + 0.05, DIVIDER, ha="left", va="top", fontsize=8.2, fontweight="bold")
