"""The house style for Plotly, and a figure as JSON.

Belongs here: what every interactive figure has in common. Does not belong here: what any of them
shows (`curves`, `flows`, `courses`), the script of the page (`script`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from etl.outputs.figures import GREY, INK, RULE
from etl.rounding import rounded

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

LAYOUT: dict[str, Any] = {
    "template": "none",
    "font": {"family": FONT, "size": 13, "color": INK},
    "paper_bgcolor": "#ffffff",
    "plot_bgcolor": "#ffffff",
    "margin": {"l": 70, "r": 20, "t": 16, "b": 54},
    "showlegend": False,
    "hoverlabel": {
        "align": "left",
        "bgcolor": "#ffffff",
        "bordercolor": GREY,
        "font": {"family": FONT, "size": 13, "color": INK},
    },
}

AXIS: dict[str, Any] = {
    "gridcolor": RULE,
    "linecolor": GREY,
    "tickcolor": GREY,
    "ticks": "outside",
    "zeroline": False,
}


def as_json(figure: PlotlyFigure, groups: Sequence[tuple[str, str, str]] = ()) -> str:
    """The figure as JSON for the page; the same figure gives the same text.

    Args:
        figure: traces and layout; traces of a group carry its `legendgroup`.
        groups: what a reader can hide: `legendgroup`, name, colour. Fewer than two, nothing.

    Raises:
        ValueError: a number in it is not finite.
    """
    shown = [{"group": group, "name": name, "colour": colour} for group, name, colour in groups]
    figure.update_layout(meta={"groups": shown if len(shown) > 1 else []})
    plain = figure.to_plotly_json()
    return json.dumps(plain, separators=(",", ":"), sort_keys=True, allow_nan=False)


def see_through(colour: str, opacity: float) -> str:
    """'#0072B2' at an opacity, as Plotly writes it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def in_csv(values: Sequence[float], digits: int = 4) -> list[float]:
    """Numbers as the CSV of the figure has them."""
    return [float(rounded(value, digits)) for value in values]
