"""The flow chart of the selection: patients left, and left out, at each step.

Belongs here: drawing `marts.attrition`. Does not belong here: the counts (`etl/studies/cohort`).
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from etl.outputs import wording
from etl.outputs.figures import GREY, INK, Figure, drawing
from etl.outputs.results import Record, Results
from etl.outputs.tables import attrition_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def attrition_figure(results: Results, folder: Path) -> Figure:
    """Boxes from every patient down to the rechallenged, with who was left out beside them."""
    steps = [step for step in results.attrition if step["edition"] == "as_registered"]
    with drawing("attrition", folder, 7.4, 0.35 + 0.82 * len(steps)) as canvas:
        axes = canvas.subplots()
        axes.axis("off")
        axes.set_xlim(0, 10)
        axes.set_ylim(-len(steps) + 0.45, 0.55)
        for place, step in enumerate(steps):
            _draw_step(axes, place, step)
    words = "; ".join(f"{step['description']}: {wording.count(step['patients'])}" for step in steps)
    return Figure(
        "attrition",
        "Selection of the patients",
        f"Flow chart. {words}.",
        folder / "attrition.svg",
        attrition_table(results),
        "Every value as registered.",
        pdf=folder / "attrition.pdf",
    )


def _draw_step(axes: Axes, place: int, step: Record) -> None:
    box = {"boxstyle": "round,pad=0.45", "facecolor": "#eef4fa", "edgecolor": "#0072B2"}
    axes.text(
        3.1,
        -place,
        f"{fill(step['description'], 64)}\n{wording.count(step['patients'])} patients",
        ha="center",
        va="center",
        fontsize=8.2,
        bbox=box,
    )
    if place == 0:
        return
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.9}
    axes.annotate("", (3.1, -place + 0.3), (3.1, -place + 0.7), arrowprops=arrow)
    axes.annotate("", (7.2, -place + 0.5), (3.1, -place + 0.5), arrowprops=arrow)
    axes.text(
        7.35,
        -place + 0.5,
        f"left out: {wording.count(step['excluded'])}",
        ha="left",
        va="center",
        fontsize=8.2,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": GREY},
    )
