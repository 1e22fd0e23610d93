"""Kaplan-Meier panels: curves with bands, medians, censored patients and numbers at risk.

Belongs here: drawing the curves of a time to event. Does not belong here: any estimation, the
style (`figures`), cumulative incidence (`incidence_figure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from etl.outputs import prose, wording
from etl.outputs.figures import (
    MOST_GROUPS,
    WIDTH,
    Figure,
    colour_of,
    drawing,
    line_style_of,
)
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.parameters import DAYS_PER_MONTH
from etl.studies.endpoints import TimeEndpoint, time_endpoints
from etl.studies.estimates import fit_endpoint, members_of
from etl.survival.kaplan_meier import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def kaplan_meier(
    results: Results, folder: Path, endpoint_name: str, subset: str = "all"
) -> Figure | None:
    """Curves of a time to event by group with bands and numbers at risk; None without patients."""
    endpoint = next(found for found in time_endpoints(results.study) if found.name == endpoint_name)
    groups = _groups_drawn(results, subset)
    curves = {
        stratum: curve
        for stratum in groups
        if (curve := _curve(results, endpoint, stratum, subset)).subjects > 0
    }
    if not curves:
        return None
    name = f"km_{endpoint_name}" + ("" if subset == "all" else "_responders")
    last = max(curve.steps[-1].time for curve in curves.values()) / DAYS_PER_MONTH
    ticks = _ticks(last)
    with drawing(name, folder, WIDTH, 4.2 + 0.22 * len(curves)) as canvas:
        panel, risk = canvas.subplots(
            2, 1, height_ratios=[10, 0.9 + 0.75 * len(curves)], sharex=True
        )
        for stratum, curve in curves.items():
            # Three bands on top of each other cannot be read; all patients' is the one kept.
            has_band = "all" not in curves or stratum == "all"
            _draw_curve(panel, results, stratum, curve, has_band=has_band)
        _finish_panel(panel, endpoint, ticks)
        _draw_numbers_at_risk(risk, results, curves, ticks)
    title = wording.ENDPOINT_NAMES[endpoint_name]
    if subset != "all":
        title += f", {wording.SUBSET_NAMES[subset]}"
    return Figure(
        name,
        title,
        _kaplan_meier_in_words(results, endpoint_name, subset, tuple(curves)),
        folder / f"{name}.svg",
        _steps_table(name, title, curves),
        f"{'Band of all patients' if 'all' in curves else 'Bands'}: pointwise 95% log(-log) "
        "intervals. Ticks: censored patients. "
        "Below: patients still at risk."
        + (
            " There are too many groups to draw each."
            if "all" in groups[:1] and results.groups
            else ""
        )
        + (f" {prose.IMMORTAL_TIME}" if endpoint.is_immortal else ""),
        pdf=folder / f"{name}.pdf",
    )


def _groups_drawn(results: Results, subset: str) -> tuple[str, ...]:
    """Groups with a curve: those of the study, unless they could not be told apart."""
    if not results.groups or len(results.groups) > MOST_GROUPS:
        return ("all",)
    return results.groups if subset == "all" else results.strata


def _curve(results: Results, endpoint: TimeEndpoint, stratum: str, subset: str) -> Curve:
    members, _ = members_of(endpoint, results.members(stratum), "as_registered", subset)
    return fit_endpoint(endpoint, members, results.study.endpoints.confidence)


def _draw_curve(
    panel: Axes, results: Results, stratum: str, curve: Curve, *, has_band: bool
) -> None:
    colour = colour_of(results, stratum)
    style = line_style_of(results, stratum)
    times = [0.0, *(step.time / DAYS_PER_MONTH for step in curve.steps)]
    survival = [1.0, *(float(step.survival) for step in curve.steps)]
    lower = [1.0, *(_band(step.lower, float(step.survival)) for step in curve.steps)]
    upper = [1.0, *(_band(step.upper, float(step.survival)) for step in curve.steps)]
    if has_band:
        panel.fill_between(times, lower, upper, step="post", color=colour, alpha=0.14, linewidth=0)
    panel.step(
        times,
        survival,
        where="post",
        color=colour,
        linestyle=style,
        linewidth=1.9,
        label=f"{wording.group_name(stratum)} (N = {curve.subjects})",
    )
    censored = [step for step in curve.steps if step.censored]
    panel.plot(
        [step.time / DAYS_PER_MONTH for step in censored],
        [float(step.survival) for step in censored],
        linestyle="none",
        marker="|",
        markersize=8,
        color=colour,
    )


def _band(limit: float | None, survival: float) -> float:
    return survival if limit is None else limit


def _finish_panel(panel: Axes, endpoint: TimeEndpoint, ticks: Sequence[int]) -> None:
    labels = {
        "pfs": "Alive without progression",
        "pfs_delayed_entry": "Alive without progression",
        "os": "Alive",
        "os_delayed_entry": "Alive",
        "dor": "Still in response",
    }
    since = "initial treatment" if endpoint.index == "initial_start" else "rechallenge"
    panel.set_ylim(0, 1.02)
    panel.set_xlim(0, ticks[-1])
    panel.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    panel.set_ylabel(labels[endpoint.name])
    panel.grid(axis="y")
    panel.tick_params(axis="x", labelbottom=True)
    panel.set_xticks(ticks)
    panel.set_xlabel(
        "Months from the first response" if endpoint.name == "dor" else f"Months from {since}"
    )
    panel.legend(loc="upper right")


def _draw_numbers_at_risk(
    axes: Axes, results: Results, curves: dict[str, Curve], ticks: Sequence[int]
) -> None:
    axes.set_ylim(len(curves) - 0.4, -1.1)
    axes.axis("off")
    axes.text(0, -0.9, "At risk", fontweight="bold", va="center", ha="left", fontsize=8.5)
    for row, (stratum, curve) in enumerate(curves.items()):
        for tick in ticks:
            axes.text(
                tick,
                row,
                str(curve.at_risk(tick * DAYS_PER_MONTH)),
                ha="center",
                va="center",
                fontsize=8.5,
            )
        axes.annotate(
            "\n".join(wrap(wording.group_name(stratum), 24)),
            (0, row),
            xytext=(-14, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8.5,
            color=colour_of(results, stratum),
        )


def _ticks(last: float) -> list[int]:
    step = next((width for width in (1, 2, 3, 6, 12, 24) if last / width <= 9), 60)
    return list(range(0, int(last) + step + 1, step))


def _kaplan_meier_in_words(
    results: Results, endpoint: str, subset: str, groups: Sequence[str]
) -> str:
    parts = []
    for stratum in groups:
        row = results.estimate(endpoint, stratum, statistic="median", subset=subset)
        parts.append(
            f"{wording.group_name(stratum)}: median {wording.median_cell(row)} months, "
            f"{row['numerator']} events in {row['denominator']} patients"
        )
    return f"Kaplan-Meier curves. {'; '.join(parts)}."


def _steps_table(name: str, title: str, curves: dict[str, Curve]) -> Table:
    rows = [
        (
            stratum,
            f"{step.time / DAYS_PER_MONTH:.3f}",
            str(step.at_risk),
            str(step.events),
            str(step.censored),
            f"{float(step.survival):.4f}",
            "" if step.lower is None else f"{step.lower:.4f}",
            "" if step.upper is None else f"{step.upper:.4f}",
        )
        for stratum, curve in curves.items()
        for step in curve.steps
    ]
    return Table(
        name,
        f"{title}: the steps of the curves.",
        ("Group", "Months", "At risk", "Events", "Censored", "Survival", "Lower", "Upper"),
        tuple(rows),
    )
