"""The interactive swimmer plot: each patient's bars and marks, with durations and no identifier.

Belongs here: turning drawn courses into Plotly. Does not belong here: who is drawn, and when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.outputs.figures import GREY, INK
from etl.outputs.interactive.house import AXIS, LAYOUT, as_json, in_csv
from etl.rounding import rounded

SYMBOLS = {
    "D": "diamond",
    "x": "x",
    ">": "triangle-right",
    "o": "circle",
    "s": "square",
    "P": "cross",
}
"""Plotly's names for the marks of the drawing."""
SHORTEST = 0.2
"""Months: a shorter treatment is drawn this long, or it could not be seen."""


OPACITY = {"pale": 0.16, "grey": 0.45, "dark": 0.75, "group": 1.0}
"""Of the shades of bars, from the back to the front."""


@dataclass(frozen=True)
class Bar:
    """A part of a patient's course, months from the start of the rechallenge.

    Attributes:
        place: row of the patient, from the top.
        group: the patient's group.
        kind: 'follow-up', 'initial treatment', 'rechallenge' or 'another treatment'.
        shade: 'pale', 'grey', 'dark' or 'group': the colour of the group, where it names what
            was given.
        given: the regimen; empty for follow-up.
        begin: where it starts.
        end: where it ends.
    """

    place: int
    group: str
    kind: str
    shade: str
    given: str
    begin: float
    end: float

    @property
    def length(self) -> float:
        """Months, as drawn."""
        return max(self.end - self.begin, SHORTEST if self.given else 0.0)


@dataclass(frozen=True)
class Mark:
    """A mark on a patient's course; `month` is None for the one in the margin."""

    place: int
    group: str
    kind: str
    shape: str
    month: float | None


def course_figure(
    bars: Sequence[Bar],
    marks: Sequence[Mark],
    groups: Sequence[tuple[str, str, str]],
    rows: int,
    ends: tuple[float, float],
) -> str:
    """The courses as Plotly JSON.

    Args:
        bars: drawn in this order, later ones in front.
        marks: drawn over the bars.
        groups: key, name and colour of each.
        rows: patients drawn.
        ends: where the axis begins and ends, in months.
    """
    from plotly import graph_objects

    figure = graph_objects.Figure()
    names = {group: name for group, name, _ in groups}
    colours = {group: colour for group, _, colour in groups}
    parts: dict[tuple[str, str], list[Bar]] = defaultdict(list)
    for bar in bars:
        parts[bar.shade, bar.group].append(bar)
    for shade in OPACITY:
        for group, _, _ in groups:
            if found := parts.get((shade, group)):
                figure.add_bar(**_bars(found, shade, names[group], colours[group]))
    points: dict[tuple[str, str, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        points[mark.group, mark.kind, mark.shape].append(mark)
    for (group, kind, shape), marked in points.items():
        figure.add_scatter(**_marks(marked, names[group], kind, shape, ends[0]))
    figure.update_layout(
        **LAYOUT | {"margin": {"l": 20, "r": 20, "t": 16, "b": 54}},
        height=round(110 + min(13 * rows, 2100)),
        barmode="overlay",
        bargap=0.3,
        hovermode="closest",
        xaxis=AXIS
        | {
            "title": {"text": "Months from the start of the rechallenge"},
            "range": list(ends),
            "showgrid": True,
            "zeroline": True,
            "zerolinecolor": INK,
        },
        yaxis={"range": [rows - 0.3, -0.7], "visible": False},
    )
    return as_json(figure, groups)


def _bars(bars: Sequence[Bar], shade: str, name: str, colour: str) -> dict[str, Any]:
    return {
        "orientation": "h",
        "y": [bar.place for bar in bars],
        "base": in_csv([bar.begin for bar in bars], 3),
        "x": in_csv([bar.length for bar in bars], 3),
        "marker": {
            "color": {"grey": GREY, "dark": INK}.get(shade, colour),
            "opacity": OPACITY[shade],
            "line": {"width": 0},
        },
        "text": [
            f"{name}<br>{bar.kind}{f' with {bar.given}' if bar.given else ''}: "
            f"{rounded(bar.end - bar.begin)} months"
            f"<br>from {rounded(bar.begin)} to {rounded(bar.end)}"
            for bar in bars
        ],
        "textposition": "none",
        "hoverinfo": "text",
        "legendgroup": bars[0].group,
        "name": f"{name}: {shade}",
    }


def _marks(marks: Sequence[Mark], name: str, kind: str, shape: str, begin: float) -> dict[str, Any]:
    return {
        "mode": "markers",
        "x": in_csv([begin - 1 if mark.month is None else mark.month for mark in marks], 3),
        "y": [mark.place for mark in marks],
        "marker": {"symbol": SYMBOLS[shape], "size": 6, "color": INK},
        "text": [
            f"{name}<br>{kind}"
            + ("" if mark.month is None else f" at {rounded(mark.month)} months")
            for mark in marks
        ],
        "hoverinfo": "text",
        "legendgroup": marks[0].group,
        "name": f"{name}: {kind}",
    }
