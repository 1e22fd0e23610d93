"""The sensitivity of a study: a table of all alternatives, and a figure of how far they move.

Belongs here: laying out and drawing `marts.sensitivity`. Does not belong here: the alternatives or
the measures (`etl/sensitivity`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs import wording
from etl.outputs.figures import COLOURS, GREY, INK, Figure, drawing
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table
from etl.rounding import rounded
from etl.sensitivity import SCENARIOS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PARAMETERS = {
    "combination_window_days": "Combination window, days",
    "gap_days": "Gap that opens a line (intravenous), days",
    "stable_disease_days": "Stable disease from day",
    "best_response": "Best response",
    "pfs_next_therapy": "PFS: next therapy",
    "pfs_censoring": "PFS: censored at",
    "toxicity_window_days": "Toxicity window after the line, days",
    "scenario": "Several together",
}
"""What is changed, in words."""

PANELS = {
    "lines": "{lines} in the registry",
    "patients": "Rechallenged patients",
    "orr": "Objective response, %",
    "pfs_median": "Median PFS, months",
}
"""Measures that are drawn, from left to right."""


def _lines(results: Results) -> str:
    """Which lines are counted: those in the setting of the study."""
    setting = results.study.population.setting
    return "Lines" if setting == "any" else f"{setting.capitalize()} lines"


def alternatives_table(results: Results) -> Table | None:
    """Every alternative with every measure over all patients; None where nothing was tried."""
    if not results.sensitivity:
        return None
    return Table(
        "alternatives",
        "What the study finds when one definition is changed, and under three sets of definitions.",
        (
            "Definition and value",
            _lines(results),
            "Patients (entered, left)",
            "Objective response",
            "Median PFS, months",
            "Grade 3+ irAE",
        ),
        tuple(_table_row(those) for those in _by_alternative(results)),
        "All patients, as registered. * what the study uses. Patients who entered or left are "
        "counted against the study's own definitions.",
    )


def sensitivity_figure(results: Results, folder: Path) -> Figure | None:
    """How far lines, patients, response and PFS move; None where nothing was tried."""
    alternatives = _by_alternative(results)
    if not alternatives:
        return None
    name = "sensitivity_alternatives"
    places = _places(alternatives)
    with drawing(name, folder, 9.6, 1.1 + 0.235 * places[-1]) as canvas:
        panels = canvas.subplots(1, len(PANELS), sharey=True)
        for panel, (measure, named) in zip(panels, PANELS.items(), strict=True):
            _draw_panel(panel, measure, alternatives, places)
            panel.set_title(
                named.format(lines=_lines(results)), fontsize=9.5, color=INK, loc="left"
            )
        _label_rows(panels[0], alternatives, places)
    return Figure(
        name,
        "How far the conclusions move with the definitions",
        f"One row for each alternative definition, four columns: {_lines(results).lower()}, "
        "rechallenged patients, objective response and median progression-free survival, the last "
        "two with 95% intervals. A line marks what the study's own definitions give. The table "
        "beside it holds every number.",
        folder / f"{name}.svg",
        _data(results),
        "Filled marks and the line are what the study uses; a number stands where an alternative "
        "gives another. An interval without an upper limit ends with the panel.",
        pdf=folder / f"{name}.pdf",
    )


def _by_alternative(results: Results) -> list[dict[str, Record]]:
    """Rows of all patients by measure, one dictionary an alternative, in the order tried."""
    found: dict[tuple[str, str], dict[str, Record]] = {}
    for row in results.sensitivity:
        if row["stratum"] == "all":
            found.setdefault((row["parameter"], row["tried"]), {})[row["measure"]] = row
    order = [(scenario.parameter, scenario.tried) for scenario in SCENARIOS]
    return [found[one] for one in order if one in found]


def _any(those: dict[str, Record]) -> Record:
    return next(iter(those.values()))


def _table_row(those: dict[str, Record]) -> Row:
    one = _any(those)
    tried = one["title"] if one["parameter"] == "scenario" else one["tried"].replace("_", " ")
    entered, left = (int(those[name]["value"]) for name in ("patients_entered", "patients_left"))
    definition = PARAMETERS[one["parameter"]].replace(": ", ", ")
    return (
        f"{definition}: {tried}{' *' if one['is_default'] else ''}",
        wording.count(int(those["lines"]["value"])),
        f"{wording.count(int(those['patients']['value']))} (+{entered}, -{left})",
        wording.proportion_cell(those["orr"]),
        wording.median_cell(those["pfs_median"]),
        wording.proportion_cell(those["irae_grade3plus"]),
    )


def _places(alternatives: Sequence[dict[str, Record]]) -> list[float]:
    """The height of each row, with a gap where another definition begins."""
    places, place, before = [], 0.0, None
    for those in alternatives:
        parameter = _any(those)["parameter"]
        place += 1 if parameter == before else 2
        places.append(place)
        before = parameter
    return places


def _draw_panel(
    panel: Axes, measure: str, alternatives: Sequence[dict[str, Record]], places: Sequence[float]
) -> None:
    scale = 100 if measure == "orr" else 1
    rows = [those[measure] for those in alternatives]
    own = next((row["value"] for row in rows if row["is_default"]), None)
    limits = [row[limit] for row in rows for limit in ("value", "upper") if row[limit] is not None]
    end = 1.18 * scale * max(limits, default=1)
    if own is not None:
        panel.axvline(own * scale, color=COLOURS[0], linewidth=0.7, zorder=0)
    for place, row in zip(places, rows, strict=True):
        _draw_row(panel, row, place, scale, end, is_moved=row["value"] != own)
    panel.set_ylim(places[-1] + 1, 0)
    panel.set_xlim(0, end)
    panel.tick_params(left=False, labelsize=8.5)
    panel.spines["left"].set_visible(False)


def _draw_row(
    panel: Axes, row: Record, place: float, scale: int, end: float, *, is_moved: bool
) -> None:
    """One mark with its interval; a value that is not the study's own is written beside it."""
    if row["value"] is None:
        panel.text(end / 2, place, "not reached", va="center", ha="center", fontsize=8, color=GREY)
        return
    value = row["value"] * scale
    right = value
    if row["lower"] is not None:
        right = end if row["upper"] is None else row["upper"] * scale
        panel.plot([row["lower"] * scale, right], [place, place], color=GREY, linewidth=1)
    face = COLOURS[0] if row["is_default"] else "white"
    panel.plot(value, place, "o", markersize=5, color=COLOURS[0], markerfacecolor=face)
    if is_moved:
        shown = f"{rounded(value, 0 if row['denominator'] is None else 1):,}"
        panel.annotate(
            shown,
            (right if right < end else value, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=INK,
        )


def _label_rows(
    panel: Axes, alternatives: Sequence[dict[str, Record]], places: Sequence[float]
) -> None:
    labels = []
    before = None
    for place, those in zip(places, alternatives, strict=True):
        one = _any(those)
        if one["parameter"] != before:
            panel.text(
                -0.02,
                place - 1,
                PARAMETERS[one["parameter"]],
                transform=panel.get_yaxis_transform(),
                ha="right",
                va="center",
                fontweight="bold",
                fontsize=8.5,
            )
        before = one["parameter"]
        labels.append(one["tried"].replace("_", " ") + (" (used)" if one["is_default"] else ""))
    panel.set_yticks(list(places), labels)


def _data(results: Results) -> Table:
    names = ("parameter", "tried", "stratum", "measure", "value", "lower", "upper")
    rows = tuple(
        tuple("" if row[name] is None else str(row[name]) for name in names)
        for row in results.sensitivity
    )
    return Table("sensitivity_alternatives", "What the figure draws.", names, rows)
