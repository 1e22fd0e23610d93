"""Interactive curves over time: survival and cumulative incidence, with bands and hover.

Belongs here: turning drawn curves into Plotly. Does not belong here: estimation, the words of a
hover text (they come with the curve).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.outputs.figures import style_place
from etl.outputs.interactive.house import AXIS, LAYOUT, as_json, in_csv, see_through

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure

DASHES = ("solid", "dash", "dot", "dashdot")
"""Plotly's names for the line styles of the drawings, in their order."""


@dataclass(frozen=True)
class DrawnCurve:
    """A curve as it is drawn: a value from each time up to the next.

    Attributes:
        group: key of the group.
        name: the group as a reader writes it.
        colour: of the line, '#rrggbb'.
        dash: one of `DASHES`.
        width: of the line, in pixels.
        times: months, from 0.
        values: shares, one a time.
        lower: lower limits, one a time.
        upper: upper limits, one a time.
        hover: what is said at each time.
        censored: places of the times at which somebody was censored.
    """

    group: str
    name: str
    colour: str
    dash: str
    width: float
    times: Sequence[float]
    values: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    hover: Sequence[str]
    censored: Sequence[int]


def time_figure(
    curves: Sequence[DrawnCurve],
    share: str,
    time: str,
    ticks: Sequence[int],
    top: float = 1.0,
) -> str:
    """The curves with their bands as Plotly JSON.

    Args:
        curves: one a group.
        share: title of the vertical axis.
        time: title of the horizontal axis.
        ticks: of the horizontal axis, from its start to its end, months.
        top: end of the vertical axis.
    """
    from plotly import graph_objects

    figure = graph_objects.Figure()
    for curve in curves:
        _add_band(figure, curve)
    for curve in curves:
        _add_line(figure, curve)
    figure.update_layout(
        **LAYOUT,
        height=430,
        hovermode="closest",
        hoverdistance=60,
        xaxis=AXIS
        | {
            "title": {"text": time},
            "range": [0, ticks[-1]],
            "tickvals": list(ticks),
            "showgrid": False,
        },
        yaxis=AXIS
        | {
            "title": {"text": share},
            "range": [0, top * 1.02],
            "tickformat": ".0%",
            "showgrid": True,
        },
    )
    return as_json(figure, [(curve.group, curve.name, curve.colour) for curve in curves])


def dash_of(place: int | None) -> str:
    """The dash of the group at a place: the style of the drawn line."""
    return DASHES[style_place(place)]


def _add_band(figure: PlotlyFigure, curve: DrawnCurve) -> None:
    for limit, fill in ((curve.upper, None), (curve.lower, "tonexty")):
        figure.add_scatter(
            x=in_csv(curve.times, 3),
            y=in_csv(limit),
            mode="lines",
            line={"shape": "hv", "width": 0},
            fill=fill,
            fillcolor=see_through(curve.colour, 0.15),
            hoverinfo="skip",
            legendgroup=curve.group,
            name=f"{curve.name}: {'upper limit' if fill is None else 'lower limit'}",
        )


def _add_line(figure: PlotlyFigure, curve: DrawnCurve) -> None:
    figure.add_scatter(
        x=in_csv(curve.times, 3),
        y=in_csv(curve.values),
        mode="lines",
        line={"shape": "hv", "width": curve.width, "color": curve.colour, "dash": curve.dash},
        text=list(curve.hover),
        hoverinfo="text",
        legendgroup=curve.group,
        name=curve.name,
    )
    figure.add_scatter(
        x=in_csv([curve.times[place] for place in curve.censored], 3),
        y=in_csv([curve.values[place] for place in curve.censored]),
        mode="markers",
        marker={"symbol": "line-ns", "size": 9, "line": {"width": 1.6, "color": curve.colour}},
        hoverinfo="skip",
        legendgroup=curve.group,
        name=f"{curve.name}: censored",
    )
