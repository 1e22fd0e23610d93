"""Figures of patients' ways: the Sankey diagram of responses and the swimmer plot.

Belongs here: drawing pairs of responses, and each patient's course without any identifier. Does
not belong here: style and saving (`figures`), counting beyond what is drawn.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs import wording
from etl.outputs.figures import GREY, INK, Figure, colour_of, drawing
from etl.outputs.outcome_tables import RESPONSE_NAMES, RESPONSES, responses_of
from etl.outputs.results import Record, Results
from etl.outputs.tables import Table
from etl.parameters import DAYS_PER_MONTH
from etl.studies.pairs import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RESPONSE_COLOURS = {
    "CR": "#0072B2",
    "PR": "#56B4E9",
    "SD": "#E69F00",
    "PD": "#D55E00",
    "NE": "#8a8a8a",
}
GAP = 0.035


def sankey(results: Results, folder: Path) -> Figure | None:
    """Response to the initial treatment on the left, to the rechallenge on the right."""
    flows = Counter(responses_of(pair) for pair in results.pairs)
    if not flows:
        return None
    with drawing("sankey", folder, 7.4, 5.0) as canvas:
        axes = canvas.subplots()
        axes.axis("off")
        axes.set_xlim(-0.36, 1.36)
        axes.set_ylim(-0.02, 1.1)
        left, right = _stack(flows, 0), _stack(flows, 1)
        _draw_flows(axes, flows, dict(left), dict(right))
        _draw_nodes(axes, left, flows, 0)
        _draw_nodes(axes, right, flows, 1)
        axes.text(0, 1.06, "Initial treatment", ha="center", fontweight="bold")
        axes.text(1, 1.06, "Rechallenge", ha="center", fontweight="bold")
    kept = sum(number for (first, second), number in flows.items() if first == second)
    return Figure(
        "sankey",
        "Response to the initial treatment and to the rechallenge",
        f"Sankey diagram of {len(results.pairs)} patients. {kept} had the same category both "
        "times; every flow stands in the table below the figure.",
        folder / "sankey.svg",
        _flows_table(results, flows),
        "Every rechallenged patient is drawn, those not evaluable too. Stable disease includes "
        "non-complete response/non-progression.",
        pdf=folder / "sankey.pdf",
    )


def _sizes(flows: Counter[tuple[str, str]], side: int) -> dict[str, int]:
    found = dict.fromkeys(RESPONSES, 0)
    for pair, number in flows.items():
        found[pair[side]] += number
    return {code: number for code, number in found.items() if number}


def _stack(flows: Counter[tuple[str, str]], side: int) -> list[tuple[str, tuple[float, float]]]:
    """Top and height of each category, from the top down."""
    sizes = _sizes(flows, side)
    scale = (1 - GAP * (len(RESPONSES) - 1)) / sum(flows.values())
    top, stacked = 1.0, []
    for code, number in sizes.items():
        stacked.append((code, (top, number * scale)))
        top -= number * scale + GAP
    return stacked


def _draw_nodes(
    axes: Axes,
    nodes: list[tuple[str, tuple[float, float]]],
    flows: Counter[tuple[str, str]],
    side: int,
) -> None:
    from matplotlib.patches import Rectangle

    sizes, total = _sizes(flows, side), sum(flows.values())
    for code, (top, height) in nodes:
        axes.add_patch(
            Rectangle((side - 0.02, top - height), 0.04, height, color=RESPONSE_COLOURS[code])
        )
        axes.text(
            side + (-0.045 if side == 0 else 0.045),
            top - height / 2,
            f"{RESPONSE_NAMES[code]}\n{wording.part_of(sizes[code], total)}",
            ha="right" if side == 0 else "left",
            va="center",
            fontsize=8.5,
        )


def _draw_flows(
    axes: Axes,
    flows: Counter[tuple[str, str]],
    left: dict[str, tuple[float, float]],
    right: dict[str, tuple[float, float]],
) -> None:
    scale = (1 - GAP * (len(RESPONSES) - 1)) / sum(flows.values())
    leaving = {code: top for code, (top, _) in left.items()}
    arriving = {code: top for code, (top, _) in right.items()}
    for first in RESPONSES:
        for second in RESPONSES:
            number = flows[first, second]
            if number == 0:
                continue
            height = number * scale
            _draw_flow(axes, leaving[first], arriving[second], height, RESPONSE_COLOURS[first])
            if height > 0.025:
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


def _flows_table(results: Results, flows: Counter[tuple[str, str]]) -> Table:
    sides = _sizes(flows, 1)
    rows = [
        (
            RESPONSE_NAMES[first],
            *(str(flows[first, second]) for second in RESPONSES),
            str(sum(flows[first, second] for second in RESPONSES)),
        )
        for first in RESPONSES
    ]
    total = ("Total", *(str(sides.get(code, 0)) for code in RESPONSES), str(len(results.pairs)))
    return Table(
        "sankey",
        "Patients by response to the initial treatment (rows) and to the rechallenge (columns).",
        ("Initial response", *(RESPONSE_NAMES[code] for code in RESPONSES), "Total"),
        (*rows, total),
    )


def swimmer_plot(results: Results, folder: Path) -> Figure | None:
    """One bar a patient around the start of the rechallenge; no identifier is drawn."""
    if not results.pairs:
        return None
    order = {name: place for place, name in enumerate(results.strata)}
    pairs = sorted(
        results.pairs,
        key=lambda pair: (
            order[pair["stratum"]],
            -(_since_rechallenge(pair, "os") or 0),
            _since_rechallenge(pair, "pfs") or 0,
        ),
    )
    rows = []
    with drawing("swimmer", folder, 7.4, 1.6 + min(0.115 * len(pairs), 22)) as canvas:
        axes = canvas.subplots()
        for place, pair in enumerate(pairs):
            rows.append(_draw_patient(axes, results, place, pair))
        _finish_swimmer(axes, results, pairs)
    return Figure(
        "swimmer",
        "Course of each rechallenged patient",
        f"Swimmer plot of {len(pairs)} patients, one bar each, in months from the start of the "
        "rechallenge. The lengths drawn stand in the table below the figure.",
        folder / "swimmer.svg",
        Table(
            "swimmer",
            "What the swimmer plot draws, in months from the start of the rechallenge.",
            (
                "Patient",
                wording.STRATA_HEADS[results.study.strata],
                "Initial start",
                "Initial end",
                "Rechallenge end",
                "Best response",
                "Progression or death",
                "End of follow-up",
                "Died",
            ),
            tuple(rows),
            "Patients are numbered in the order drawn; the numbers lead nowhere.",
        ),
        "Dark: on one of the two treatments, in the colour of the group. Grey: on another. "
        "Pale: off treatment. A dot at the "
        "left marks who responded to the rechallenge. No identifier is drawn.",
        pdf=folder / "swimmer.pdf",
    )


def _draw_patient(axes: Axes, results: Results, place: int, pair: Pair) -> tuple[str, ...]:
    zero = pair["rechallenge_start_date"]
    lines = results.lines.get(pair["patient_id"], [])
    colour = colour_of(results, pair["stratum"])
    known = _since_rechallenge(pair, "os")
    begin = _months(zero, pair["initial_start_date"]) or 0.0
    axes.barh(place, (known or 0) - begin, left=begin, height=0.62, color=colour, alpha=0.16)
    for line in lines:
        if results.counts_as_line(line):
            _draw_line(axes, place, zero, line, pair, colour, known)
    ended = _since_rechallenge(pair, "pfs") if pair["pfs_event"] else None
    if ended is not None:
        axes.plot(ended, place, marker="D", markersize=3, color=INK, linestyle="none")
    if pair["os_event"] and known is not None:
        axes.plot(known, place, marker="x", markersize=4, color=INK, linestyle="none")
    elif known is not None:
        axes.plot(known, place, marker=">", markersize=3.6, color=colour, linestyle="none")
    if pair["rechallenge_responder"]:
        axes.plot(
            -0.012,
            place,
            marker="o",
            markersize=3,
            color=INK,
            linestyle="none",
            transform=axes.get_yaxis_transform(),
            clip_on=False,
        )
    return (
        str(place + 1),
        wording.group_name(pair["stratum"]),
        wording.number(begin),
        wording.number(_months(zero, pair["initial_end_date"])),
        wording.number(_months(zero, pair["rechallenge_end_date"])),
        RESPONSE_NAMES[responses_of(pair)[1]],
        wording.number(ended),
        wording.number(known),
        "yes" if pair["os_event"] else "no",
    )


def _since_rechallenge(pair: Pair, time: str) -> float | None:
    """Months from the rechallenge to the end of a time, whatever day it counts from."""
    days = pair[f"{time}_days"]
    if days is None:
        return None
    before = pair["entry_days"] if pair[f"{time}_index"] == "initial_start" else 0
    return float(days - before) / DAYS_PER_MONTH


def _draw_line(
    axes: Axes,
    place: int,
    zero: date,
    line: Record,
    pair: Pair,
    colour: str,
    known: float | None,
) -> None:
    start = _months(zero, line["start_date"])
    if start is None or (known is not None and start > known):
        return
    end = _months(zero, line["end_date"])
    if end is None:
        next_start = _months(zero, line["next_line_start_date"])
        end = next_start if next_start is not None else max(start, known or start)
    is_pair = line["line_id"] in (pair["initial_line_id"], pair["rechallenge_line_id"])
    axes.barh(
        place,
        max(end - start, 0.2),
        left=start,
        height=0.62,
        color=colour if is_pair else GREY,
        alpha=1 if is_pair else 0.45,
    )


def _finish_swimmer(axes: Axes, results: Results, pairs: list[Pair]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set_ylim(len(pairs) - 0.3, -0.7)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Months from the start of the rechallenge")
    axes.grid(axis="x")
    groups = [
        Patch(color=colour_of(results, name), label=wording.group_name(name))
        for name in results.groups or ("all",)
    ]
    marks = [
        Line2D([], [], marker=shape, color=INK, linestyle="none", markersize=5, label=label)
        for shape, label in (
            ("o", "responded to rechallenge"),
            ("D", "progression or death"),
            ("x", "died"),
            (">", "last known alive"),
        )
    ]
    other = [Patch(color=GREY, alpha=0.45, label="another treatment")]
    axes.figure.legend(
        handles=[*groups, *other, *marks],
        loc="outside upper center",
        ncols=4,
        fontsize=8,
    )


def _months(zero: date | None, day: date | None) -> float | None:
    if zero is None or day is None:
        return None
    as_days = [value.date() if hasattr(value, "date") else value for value in (zero, day)]
    return float((as_days[1] - as_days[0]).days) / DAYS_PER_MONTH
