"""The interactive Sankey diagram: counts and shares of every category and flow.

Belongs here: turning counted flows into Plotly. Does not belong here: counting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.outputs import wording
from etl.outputs.interactive.house import LAYOUT, as_json, see_through

Flows = Mapping[tuple[str, str], int]
SIDES = ("initial treatment", "rechallenge")
GAP = 0.03


def flow_figure(
    flows: Flows, order: Sequence[str], names: Mapping[str, str], colours: Mapping[str, str]
) -> str:
    """Categories at the first treatment and at the second as Plotly JSON.

    Args:
        flows: patients by category at the first and at the second.
        order: categories from the top down.
        names: of the categories.
        colours: of the categories, '#rrggbb'.
    """
    from plotly import graph_objects

    total = sum(flows.values())
    sizes = [_sizes(flows, order, side) for side in (0, 1)]
    nodes = [(side, code) for side in (0, 1) for code in sizes[side]]
    links = [
        (first, second, number)
        for first in order
        for second in order
        if (number := flows.get((first, second), 0))
    ]
    figure = graph_objects.Figure(
        graph_objects.Sankey(
            arrangement="fixed",
            node={
                "label": [f"{names[code]}: {sizes[side][code]}" for side, code in nodes],
                "color": [colours[code] for _, code in nodes],
                "x": [0.001 if side == 0 else 0.999 for side, _ in nodes],
                "y": [*_centres(sizes[0], total), *_centres(sizes[1], total)],
                "pad": 12,
                "thickness": 22,
                "line": {"width": 0},
                "customdata": [
                    f"{names[code]}, {SIDES[side]}: {wording.share(sizes[side][code], total)}"
                    for side, code in nodes
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            link={
                "source": [nodes.index((0, first)) for first, _, _ in links],
                "target": [nodes.index((1, second)) for _, second, _ in links],
                "value": [number for _, _, number in links],
                "color": [see_through(colours[first], 0.4) for first, _, _ in links],
                "customdata": [
                    f"{names[first]}, then {_small(names[second])}: {wording.share(number, total)}"
                    f"<br>of those with {_small(names[first])} at first: "
                    f"{wording.share(number, sizes[0][first])}"
                    for first, second, number in links
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    figure.update_layout(
        **LAYOUT | {"margin": {"l": 16, "r": 16, "t": 40, "b": 16}},
        height=460,
        annotations=[
            {"text": f"<b>{words}</b>", "x": x, "y": 1.09, "xanchor": anchor, "showarrow": False}
            for words, x, anchor in (("Initial treatment", 0, "left"), ("Rechallenge", 1, "right"))
        ],
    )
    return as_json(figure)


def _sizes(flows: Flows, order: Sequence[str], side: int) -> dict[str, int]:
    found = {
        code: sum(number for pair, number in flows.items() if pair[side] == code) for code in order
    }
    return {code: number for code, number in found.items() if number}


def _centres(sizes: Mapping[str, int], total: int) -> list[float]:
    """Middle of each category from the top down, between 0 and 1."""
    room = 1 - GAP * (len(sizes) - 1)
    centres, top = [], 0.0
    for number in sizes.values():
        height = room * number / total
        centres.append(round(min(max(top + height / 2, 0.001), 0.999), 4))
        top += height + GAP
    return centres


def _small(name: str) -> str:
    return name[0].lower() + name[1:]
