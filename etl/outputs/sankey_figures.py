"""The Sankey diagrams of responses: five categories, and responder or not.

Belongs here: drawing pairs of responses. Does not belong here: style and saving (`figures`), what
a response is (`outcome_tables`, `etl/studies/pairs`), the interactive diagram
(`interactive/flows`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs import wording
from etl.outputs.figures import WIDTH, Figure, drawing
from etl.outputs.interactive.flows import flow_figure
from etl.outputs.outcome_tables import RESPONSE_NAMES, responses_of
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.studies.pairs import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Flows = Counter[tuple[str, str]]
GAP = 0.035
SMALLEST_NUMBERED = 0.021
"""Height of the thinnest flow that has its number written on it, as a share of the panel."""


@dataclass(frozen=True)
class Kind:
    """A way to part the patients at both exposures.

    Attributes:
        name: file name without ending.
        title: heading of the figure.
        caption: sentence above the table of the flows.
        names: categories from the top down, as a reader writes them.
        colours: of the categories.
        of: category of a pair at the initial treatment and at the rechallenge.
        note: what a reader needs to know.
    """

    name: str
    title: str
    caption: str
    names: Mapping[str, str]
    colours: Mapping[str, str]
    of: Callable[[Pair], tuple[str, str]]
    note: str


def _status(pair: Pair) -> tuple[str, str]:
    """Responder, non-responder or not evaluable, both times."""

    def one(evaluable: bool, responder: bool | None) -> str:
        if not evaluable or responder is None:
            return "not_evaluable"
        return "responder" if responder else "non_responder"

    return (
        one(pair["initial_response_evaluable"], pair["initial_responder"]),
        one(pair["response_evaluable"], pair["rechallenge_responder"]),
    )


CATEGORIES = Kind(
    "sankey",
    "Response to the initial treatment and to the rechallenge",
    "Patients by response to the initial treatment (rows) and to the rechallenge (columns).",
    RESPONSE_NAMES,
    {"CR": "#0072B2", "PR": "#56B4E9", "SD": "#E69F00", "PD": "#D55E00", "NE": "#8a8a8a"},
    responses_of,
    "Every rechallenged patient is drawn, those not evaluable too. Stable disease includes "
    "non-complete response/non-progression. Thin flows carry no number; the table has all.",
)
STATUS = Kind(
    "sankey_binary",
    "Responders to the initial treatment and to the rechallenge",
    "Patients by responder status, initial treatment (rows) and rechallenge (columns).",
    {
        "responder": "Responder",
        "non_responder": "Non-responder",
        "not_evaluable": "Not evaluable",
    },
    {"responder": "#0072B2", "non_responder": "#D55E00", "not_evaluable": "#8a8a8a"},
    _status,
    "A responder had a complete or partial response. Every rechallenged patient is drawn, those "
    "not evaluable too. Thin flows carry no number.",
)


def sankey(results: Results, folder: Path, kind: Kind = CATEGORIES) -> Figure | None:
    """The initial treatment on the left, the rechallenge on the right; None without patients."""
    flows = Counter(kind.of(pair) for pair in results.pairs)
    if not flows:
        return None
    name = kind.name
    with drawing(name, folder, WIDTH, 4.9 if len(kind.names) > 3 else 3.9) as canvas:
        axes = canvas.subplots()
        axes.axis("off")
        axes.set_xlim(-0.36, 1.36)
        axes.set_ylim(-0.02, 1.1)
        left, right = _stack(flows, kind, 0), _stack(flows, kind, 1)
        _draw_flows(axes, flows, kind, dict(left), dict(right))
        _draw_nodes(axes, left, flows, kind, 0)
        _draw_nodes(axes, right, flows, kind, 1)
        axes.text(0, 1.06, "Initial treatment", ha="center", fontweight="bold")
        axes.text(1, 1.06, "Rechallenge", ha="center", fontweight="bold")
    kept = sum(number for (first, second), number in flows.items() if first == second)
    return Figure(
        name,
        kind.title,
        f"Sankey diagram of {len(results.pairs)} patients. {kept} had the same category both "
        "times; every flow stands in the table below the figure.",
        folder / f"{name}.svg",
        _flows_table(results, flows, kind),
        kind.note,
        pdf=folder / f"{name}.pdf",
        interactive=flow_figure(flows, tuple(kind.names), kind.names, kind.colours),
    )


def _sizes(flows: Flows, kind: Kind, side: int) -> dict[str, int]:
    found = dict.fromkeys(kind.names, 0)
    for pair, number in flows.items():
        found[pair[side]] += number
    return {code: number for code, number in found.items() if number}


def _stack(flows: Flows, kind: Kind, side: int) -> list[tuple[str, tuple[float, float]]]:
    """Top and height of each category, from the top down."""
    sizes = _sizes(flows, kind, side)
    scale = (1 - GAP * (len(kind.names) - 1)) / sum(flows.values())
    top, stacked = 1.0, []
    for code, number in sizes.items():
        stacked.append((code, (top, number * scale)))
        top -= number * scale + GAP
    return stacked


def _draw_nodes(
    axes: Axes,
    nodes: list[tuple[str, tuple[float, float]]],
    flows: Flows,
    kind: Kind,
    side: int,
) -> None:
    from matplotlib.patches import Rectangle

    sizes, total = _sizes(flows, kind, side), sum(flows.values())
    for code, (top, height) in nodes:
        axes.add_patch(
            Rectangle((side - 0.02, top - height), 0.04, height, color=kind.colours[code])
        )
        axes.text(
            side + (-0.045 if side == 0 else 0.045),
            top - height / 2,
            f"{kind.names[code]}\n{wording.part_of(sizes[code], total)}",
            ha="right" if side == 0 else "left",
            va="center",
            fontsize=8.5,
        )


def _draw_flows(
    axes: Axes,
    flows: Flows,
    kind: Kind,
    left: dict[str, tuple[float, float]],
    right: dict[str, tuple[float, float]],
) -> None:
    scale = (1 - GAP * (len(kind.names) - 1)) / sum(flows.values())
    leaving = {code: top for code, (top, _) in left.items()}
    arriving = {code: top for code, (top, _) in right.items()}
    for first in kind.names:
        for second in kind.names:
            number = flows[first, second]
            if number == 0:
                continue
            height = number * scale
            _draw_flow(axes, leaving[first], arriving[second], height, kind.colours[first])
            if height > SMALLEST_NUMBERED:
                axes.text(
                    0.035,
                    leaving[first] - height / 2,
                    str(number),
                    fontsize=7.5,
                    va="center",
                    ha="left",
                )
            leaving[first] -= height
            arriving[second] -= height


def _draw_flow(axes: Axes, start: float, end: float, height: float, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    x0, x1, middle = 0.02, 0.98, 0.5
    points = [
        (x0, start),
        (middle, start),
        (middle, end),
        (x1, end),
        (x1, end - height),
        (middle, end - height),
        (middle, start - height),
        (x0, start - height),
        (x0, start),
    ]
    codes = [
        Outline.MOVETO,
        *[Outline.CURVE4] * 3,
        Outline.LINETO,
        *[Outline.CURVE4] * 3,
        Outline.CLOSEPOLY,
    ]
    axes.add_patch(PathPatch(Outline(points, codes), facecolor=colour, alpha=0.38, linewidth=0))


def _flows_table(results: Results, flows: Flows, kind: Kind) -> Table:
    sides = _sizes(flows, kind, 1)
    rows = [
        (
            kind.names[first],
            *(str(flows[first, second]) for second in kind.names),
            str(sum(flows[first, second] for second in kind.names)),
        )
        for first in kind.names
    ]
    total = ("Total", *(str(sides.get(code, 0)) for code in kind.names), str(len(results.pairs)))
    return Table(
        kind.name,
        kind.caption,
        ("Initial response", *(kind.names[code] for code in kind.names), "Total"),
        (*rows, total),
    )
