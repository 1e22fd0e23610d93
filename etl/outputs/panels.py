"""What the figures over time have in common: ticks, numbers at risk, legend, small multiples.

Belongs here: parts of a panel whose horizontal axis is months. Does not belong here: curves
(`survival_figures`, `incidence_figure`), style (`figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from etl.outputs import wording
from etl.outputs.figures import GREY, INK, MOST_GROUPS, colour_of, line_style_of
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.parameters import DAYS_PER_MONTH
from etl.rounding import percent
from etl.survival.cut import S, while_at_risk

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.figure import FigureBase

MOST_BANDS = 2
"""Bands that can be told apart in one panel; with more curves each has a panel of its own."""
PER_ROW = 3
"""Small panels beside each other."""
PERCENT = ([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])

MOST_MONTHS = 720
"""Where an axis of time ends at the latest: sixty years."""

At = Mapping[str, Sequence[int]]
"""Numbers at risk of each group, one a tick."""


def groups_drawn(results: Results, *, with_all: bool = False) -> tuple[str, ...]:
    """Groups with a curve: those of the study, unless they could not be told apart."""
    if not results.groups or len(results.groups) > MOST_GROUPS:
        return ("all",)
    return results.strata if with_all else results.groups


def is_merged(results: Results, drawn: Sequence[str]) -> bool:
    """Whether there are groups, and too many of them to draw each."""
    return bool(results.groups) and tuple(drawn) == ("all",)


def ticks_of(last: float) -> list[int]:
    """Ticks in whole months from 0 to the first at or after `last`, ten at most.

    An axis ends after `MOST_MONTHS`, whatever was registered.
    """
    end = min(last, MOST_MONTHS)
    step = next(width for width in (1, 2, 3, 6, 12, 24, 60, 120) if end / width <= 9)
    return list(range(0, step * max(1, ceil(end / step)) + 1, step))


def cut(results: Results, steps: Sequence[S], subjects: int) -> tuple[S, ...]:
    """The steps of a group's curve that are drawn."""
    asked = results.study.endpoints.curves
    return while_at_risk(steps, subjects, asked.least_at_risk, asked.least_share_at_risk)


def cut_in_words(results: Results) -> str:
    """Where curves end, and where they do not."""
    asked = results.study.endpoints.curves
    share = percent(asked.least_share_at_risk, 0)
    return (
        f"A curve is drawn while at least {asked.least_at_risk} patients and {share} of its group "
        "are at risk; the table below the figure holds every step, and says which are drawn."
    )


def risk_table(name: str, at: At, ticks: Sequence[int]) -> Table:
    """The numbers at risk that stand below a panel."""
    return Table(
        f"{name}_at_risk",
        "Patients still at risk at each tick of the figure, months.",
        ("Group", *map(str, ticks)),
        tuple((stratum, *map(str, numbers)) for stratum, numbers in at.items()),
    )


def panels_with_risk(
    canvas: Canvas, heights: Sequence[float], groups: Sequence[str]
) -> tuple[list[Axes], Axes, list[Axes]]:
    """Panels below each other, room for numbers at risk, and small panels for the bands.

    Args:
        canvas: where they go.
        heights: of the panels, in inches.
        groups: the curves; more than `MOST_BANDS` have small panels.
    """
    below = 0.42 + 0.2 * len(groups)
    small = small_rows(groups) * SMALL_HEIGHT
    top: FigureBase = canvas
    bottom: FigureBase | None = None
    if len(groups) > MOST_BANDS:
        parts: Any = canvas.subfigures(2, 1, height_ratios=[sum(heights) + below, small])
        top, bottom = parts
    found = top.subplots(len(heights) + 1, 1, height_ratios=[*heights, below], sharex=True)
    others: list[Axes] = []
    if bottom is not None:
        columns = min(PER_ROW, len(groups))
        grid = bottom.subplots(
            small_rows(groups), columns, sharex=True, sharey=True, squeeze=False
        ).ravel()
        for spare in grid[len(groups) :]:
            spare.axis("off")
        others = list(grid[: len(groups)])
    found[0].patch.set_gid("panel")
    return list(found[:-1]), found[-1], others


SMALL_HEIGHT = 1.75


def small_rows(groups: Sequence[str]) -> int:
    """Rows of small panels; none where the bands stand in the panel itself."""
    return ceil(len(groups) / PER_ROW) if len(groups) > MOST_BANDS else 0


def height_of(heights: Sequence[float], groups: Sequence[str]) -> float:
    """Height of such a figure in inches, its legend included."""
    lines = 0.2 * len(groups)
    return sum(heights) + 0.8 + 2 * lines + small_rows(groups) * SMALL_HEIGHT


def draw_numbers_at_risk(axes: Axes, results: Results, at: At, ticks: Sequence[int]) -> None:
    """Numbers below the ticks, each group with a piece of its line."""
    axes.set_ylim(len(at) - 0.4, -1.1)
    axes.axis("off")
    axes.text(0, -0.9, "At risk", fontweight="bold", va="center", ha="left", fontsize=8.5)
    for row, (stratum, numbers) in enumerate(at.items()):
        for tick, number in zip(ticks, numbers, strict=True):
            axes.text(tick, row, str(number), ha="center", va="center", fontsize=8.5)
        axes.annotate(
            "\n".join(wrap(wording.group_name(stratum), 24)),
            (0, row),
            xytext=(-45, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8.5,
        )
        _draw_sample(axes, results, stratum, row)


def _draw_sample(axes: Axes, results: Results, stratum: str, row: int) -> None:
    """A piece of a group's line between its name and the axis."""
    from matplotlib.lines import Line2D
    from matplotlib.offsetbox import AnnotationBbox, DrawingArea

    area = DrawingArea(22, 4)
    area.add_artist(Line2D([0, 22], [2, 2], **line_of(results, stratum)))
    axes.add_artist(
        AnnotationBbox(
            area,
            (0, row),
            xybox=(-29, 0),
            boxcoords="offset points",
            frameon=False,
            pad=0,
            annotation_clip=False,
        )
    )


def line_of(results: Results, stratum: str) -> dict[str, Any]:
    """Colour, style and width of a group's line; all patients beside groups are a thin line."""
    is_beside = stratum == "all" and bool(results.groups)
    return {
        "color": colour_of(results, stratum),
        "linestyle": line_style_of(results, stratum),
        "linewidth": 1.0 if is_beside else 1.9,
    }


def pale_line() -> dict[str, Any]:
    """The line of another group, behind the one that a small panel is about."""
    return {"color": GREY, "linestyle": "-", "linewidth": 0.8, "alpha": 0.55}


def finish_time_axis(panel: Axes, ticks: Sequence[int], label: str) -> None:
    """Months along the bottom."""
    panel.set_xlim(0, ticks[-1])
    panel.set_xticks(ticks)
    panel.tick_params(axis="x", labelbottom=True)
    panel.set_xlabel(label)


def percent_axis(panel: Axes) -> None:
    """From 0 to 100% with lines across."""
    panel.set_ylim(0, 1.02)
    panel.set_yticks(*PERCENT)
    panel.grid(axis="y")


def name_small_panel(panel: Axes, stratum: str) -> None:
    """The group above its small panel."""
    panel.set_title(
        "\n".join(wrap(wording.group_name(stratum), 30)), fontsize=8.5, loc="left", color=INK
    )
    panel.tick_params(labelsize=8)


def legend_above(panel: Axes) -> None:
    """The legend over the panel, where no curve can run through it."""
    panel.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=8.5, handlelength=2.8, borderaxespad=0.2
    )


def months(days: float) -> float:
    """Days as months of 30.4375 days."""
    return days / DAYS_PER_MONTH
