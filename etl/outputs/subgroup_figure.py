"""Subgroups as a figure: one row a level, its estimates with their intervals.

Belongs here: drawing `marts.subgroups`. Does not belong here: its tables and the names of levels
(`subgroup_tables`), any estimation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs.figures import ALL_COLOUR, COLOURS, GREY, INK, Figure, drawing
from etl.outputs.results import Record, Results
from etl.outputs.subgroup_tables import (
    ENDPOINTS,
    VARIABLES,
    by_level,
    has_estimates,
    is_estimated,
    level_name,
)
from etl.outputs.tables import Table
from etl.studies.subgroups import ALL, MISSING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "subgroups_forest"
_TITLES = {
    "orr": "Objective response, %",
    "irae_grade3plus": "Severe irAE, %",
    "pfs": "Median PFS, months",
}
Levels = Mapping[tuple[str, str], Mapping[str, Record]]


def subgroup_figure(results: Results, folder: Path) -> Figure | None:
    """Estimates with intervals by level, as registered; None where no level is estimated."""
    if not has_estimates(results):
        return None
    levels = {
        key: those for key, those in by_level(results, "as_registered").items() if key[1] != MISSING
    }
    places = _places(levels)
    with drawing(NAME, folder, 9.6, 1.0 + 0.215 * places[-1]) as canvas:
        panels = canvas.subplots(1, len(_TITLES), sharey=True)
        for panel, (endpoint, title) in zip(panels, _TITLES.items(), strict=True):
            _draw_panel(panel, [those[endpoint] for those in levels.values()], places)
            panel.set_title(title, fontsize=9.5, color=INK, loc="left")
        _label_rows(panels[0], list(levels), places)
    minimum = results.study.subgroups.minimum_evaluable
    return Figure(
        NAME,
        "Estimates by level of baseline variables",
        f"{len(levels) - 1} levels of {len({variable for variable, _ in levels}) - 1} baseline "
        "variables, one row each, below a row of all patients; three columns: objective response, "
        "severe immune-related event, median progression-free survival, each a mark with its 95% "
        "interval. A dashed line marks all patients. The table beside it holds every number.",
        folder / f"{NAME}.svg",
        _data(results),
        "Exploratory: nothing was tested. Diamond and dashed line: all patients. An interval "
        "without an upper limit ends in an arrow. "
        f"No mark: fewer than {minimum} evaluable patients, whose number is given.",
        pdf=folder / f"{NAME}.pdf",
    )


def _places(levels: Levels) -> list[float]:
    """The height of each row, with a heading where another variable begins."""
    places: list[float] = []
    place, before = 0.0, None
    for variable, _ in levels:
        place += 1 if variable == before else 2.2
        places.append(place)
        before = variable
    return places


def _draw_panel(panel: Axes, rows: Sequence[Record], places: Sequence[float]) -> None:
    is_share = rows[0]["statistic"] == "proportion"
    scale = 100 if is_share else 1
    limits = [row[name] for row in rows for name in ("value", "upper") if row[name] is not None]
    end = 100.0 if is_share else 1.1 * max(limits, default=1.0)
    whole = rows[0]["value"]
    if whole is not None:
        panel.axvline(whole * scale, color=ALL_COLOUR, linewidth=0.8, linestyle="--", zorder=0)
    for row, place in zip(rows, places, strict=True):
        _draw_row(panel, row, place, scale, end)
    panel.set_ylim(places[-1] + 1, 0.6)
    panel.set_xlim(0, end)
    panel.tick_params(left=False, labelsize=8.5)
    panel.spines["left"].set_visible(False)


def _draw_row(panel: Axes, row: Record, place: float, scale: int, end: float) -> None:
    if row["value"] is None:
        said = "not reached" if is_estimated(row) else f"N = {row['denominator']}"
        panel.text(end / 2, place, said, va="center", ha="center", fontsize=7.5, color=GREY)
        return
    is_all = row["variable"] == ALL
    colour = ALL_COLOUR if is_all else COLOURS[0]
    if row["lower"] is not None:
        right = end if row["upper"] is None else row["upper"] * scale
        panel.plot([row["lower"] * scale, right], [place, place], color=GREY, linewidth=1)
        if row["upper"] is None:
            panel.plot(end, place, ">", markersize=4, color=GREY, clip_on=False)
    marker = "D" if is_all else "o"
    panel.plot(row["value"] * scale, place, marker, markersize=4.5, color=colour)


def _label_rows(panel: Axes, levels: Sequence[tuple[str, str]], places: Sequence[float]) -> None:
    before = None
    labels = []
    for (variable, level), place in zip(levels, places, strict=True):
        if variable not in (before, ALL):
            panel.text(
                -0.02,
                place - 1,
                VARIABLES[variable],
                transform=panel.get_yaxis_transform(),
                ha="right",
                va="center",
                fontweight="bold",
                fontsize=8.5,
            )
        before = variable
        labels.append(VARIABLES[ALL] if variable == ALL else level_name(level))
    panel.set_yticks(list(places), labels)


def _data(results: Results) -> Table:
    names = ("variable", "level", "endpoint", "value", "lower", "upper", "numerator", "denominator")
    rows = tuple(
        tuple("" if row[name] is None else str(row[name]) for name in names)
        for row in results.subgroups
        if row["edition"] == "as_registered" and row["endpoint"] in ENDPOINTS
    )
    return Table(NAME, "What the figure draws.", names, rows)
