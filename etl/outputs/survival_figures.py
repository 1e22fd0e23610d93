"""Kaplan-Meier panels: curves with bands, medians, censored patients and numbers at risk.

Belongs here: drawing the curves of a time to event. Does not belong here: any estimation, the
style (`figures`), what panels share (`panels`), cumulative incidence (`incidence_figure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs import panels, prose, wording
from etl.outputs.figures import GREY, WIDTH, Figure, colour_of, drawing, mark_of, place_of
from etl.outputs.interactive import curves as interactive
from etl.outputs.panels import months
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.parameters import DAYS_PER_MONTH
from etl.rounding import percent, rounded
from etl.studies.endpoints import TimeEndpoint, time_endpoints
from etl.studies.estimates import fit_endpoint, members_of
from etl.survival.kaplan_meier import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 3.2
"""Of the panel with the curves, in inches."""

SURVIVING = {
    "pfs": "Alive without progression",
    "pfs_delayed_entry": "Alive without progression",
    "os": "Alive",
    "os_delayed_entry": "Alive",
    "dor": "Still in response",
}


def kaplan_meier(
    results: Results, folder: Path, endpoint_name: str, subset: str = "all"
) -> Figure | None:
    """Curves of a time to event by group with bands and numbers at risk; None without patients."""
    endpoint = next(found for found in time_endpoints(results.study) if found.name == endpoint_name)
    groups = panels.groups_drawn(results, with_all=subset != "all")
    curves = {
        stratum: curve
        for stratum in groups
        if (curve := _curve(results, endpoint, stratum, subset)).subjects > 0
    }
    if not curves:
        return None
    name = f"km_{endpoint_name}" + ("" if subset == "all" else "_responders")
    title = wording.ENDPOINT_NAMES[endpoint_name]
    if subset != "all":
        title += f", {wording.SUBSET_NAMES[subset]}"
    drawn = {
        stratum: replace(curve, steps=panels.cut(results, curve.steps, curve.subjects))
        for stratum, curve in curves.items()
    }
    ticks = panels.ticks_of(max(max(outline(curve)[0]) for curve in drawn.values()))
    at = {
        stratum: [curve.at_risk(tick * DAYS_PER_MONTH) for tick in ticks]
        for stratum, curve in curves.items()
    }
    medians = {
        stratum: results.estimate(endpoint_name, stratum, statistic="median", subset=subset)
        for stratum in curves
    }
    labels = {
        stratum: f"{wording.group_name(stratum)} (N = {curve.subjects}), "
        f"median {wording.median_cell(medians[stratum])}"
        for stratum, curve in curves.items()
    }
    since = _since(endpoint)
    with drawing(name, folder, WIDTH, panels.height_of([HEIGHT], tuple(curves))) as canvas:
        (panel,), risk, small = panels.panels_with_risk(canvas, [HEIGHT], tuple(curves))
        for stratum, curve in drawn.items():
            _draw_median(panel, curve)
            _draw_curve(panel, results, stratum, curve, labels[stratum], has_band=not small)
        panels.percent_axis(panel)
        panel.set_ylabel(SURVIVING[endpoint_name])
        panels.finish_time_axis(panel, ticks, since)
        panels.legend_above(panel)
        panels.draw_numbers_at_risk(risk, results, at, ticks)
        for axes, stratum in zip(small, curves, strict=False):
            _draw_small(axes, results, drawn, stratum, ticks)
    return Figure(
        name,
        title,
        _in_words(results, endpoint_name, subset, tuple(curves)),
        folder / f"{name}.svg",
        _steps_table(name, title, curves, drawn),
        _note(results, endpoint, groups, len(curves)),
        pdf=folder / f"{name}.pdf",
        interactive=interactive.time_figure(
            [_drawn(results, stratum, curve, endpoint) for stratum, curve in drawn.items()],
            SURVIVING[endpoint_name],
            since,
            ticks,
        ),
        more=(panels.risk_table(name, at, ticks), _medians_table(name, title, curves)),
    )


def _curve(results: Results, endpoint: TimeEndpoint, stratum: str, subset: str) -> Curve:
    members, _ = members_of(endpoint, results.members(stratum), "as_registered", subset)
    return fit_endpoint(endpoint, members, results.study.endpoints.confidence)


def _since(endpoint: TimeEndpoint) -> str:
    if endpoint.name == "dor":
        return "Months from the first response"
    start = "initial treatment" if endpoint.index == "initial_start" else "rechallenge"
    return f"Months from {start}"


def outline(curve: Curve) -> tuple[list[float], list[float], list[float], list[float]]:
    """Months, survival and limits of every step from time 0; without limits the curve itself."""
    steps = curve.steps
    survival = [float(step.survival) for step in steps]
    lower = [step.lower for step in steps]
    upper = [step.upper for step in steps]
    return (
        [0.0, *(months(step.time) for step in steps)],
        [1.0, *survival],
        [1.0, *map(_or_curve, lower, survival)],
        [1.0, *map(_or_curve, upper, survival)],
    )


def _or_curve(limit: float | None, survival: float) -> float:
    return survival if limit is None else limit


def _drawn(
    results: Results, stratum: str, curve: Curve, endpoint: TimeEndpoint
) -> interactive.DrawnCurve:
    """The curve with what is said when a reader points at it."""
    times, survival, lower, upper = outline(curve)
    name = wording.group_name(stratum)
    hover = [f"{name}<br>0 months: {curve.subjects} patients"]
    for step in curve.steps:
        limits = wording.limits(step.lower, step.upper)
        hover.append(
            f"{name}<br>{rounded(months(step.time))} months<br>"
            f"{SURVIVING[endpoint.name].lower()}: {wording.percent(float(step.survival))}{limits}"
            f"<br>at risk {step.at_risk}, events {step.events}, censored {step.censored}"
        )
    return interactive.DrawnCurve(
        group=stratum,
        name=name,
        colour=colour_of(results, stratum),
        dash=interactive.dash_of(place_of(results, stratum)),
        width=round(1.25 * panels.line_of(results, stratum)["linewidth"], 2),
        times=times,
        values=survival,
        lower=lower,
        upper=upper,
        hover=hover,
        censored=[place for place, step in enumerate(curve.steps, 1) if step.censored],
    )


def _draw_curve(
    panel: Axes, results: Results, stratum: str, curve: Curve, label: str, *, has_band: bool
) -> None:
    times, survival, lower, upper = outline(curve)
    line = panels.line_of(results, stratum)
    mark = mark_of(stratum) if label else None  # a small panel repeats a curve
    if has_band:
        panel.fill_between(
            times, lower, upper, step="post", color=line["color"], alpha=0.15, linewidth=0
        )
        for limit in (lower, upper):
            panel.step(times, limit, where="post", **line | {"linewidth": 0.6, "alpha": 0.7})
    panel.step(times, survival, where="post", label=label, gid=mark, **line)
    censored = [step for step in curve.steps if step.censored]
    panel.plot(
        [months(step.time) for step in censored],
        [float(step.survival) for step in censored],
        linestyle="none",
        marker="|",
        markersize=8,
        color=line["color"],
    )


def _draw_median(panel: Axes, curve: Curve) -> None:
    """From one half to the curve and down to the axis, where the median is reached."""
    median = curve.median().value
    if median is not None:
        at = months(median)
        panel.plot([0, at, at], [0.5, 0.5, 0], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))


def _draw_small(
    axes: Axes, results: Results, curves: Mapping[str, Curve], about: str, ticks: Sequence[int]
) -> None:
    """One group with its band in front of the others."""
    for stratum, curve in curves.items():
        if stratum != about:
            times, survival, _, _ = outline(curve)
            axes.step(times, survival, where="post", **panels.pale_line())
    _draw_curve(axes, results, about, curves[about], "", has_band=True)
    panels.percent_axis(axes)
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks[:: 2 if len(ticks) > 6 else 1])
    panels.name_small_panel(axes, about)


def _note(results: Results, endpoint: TimeEndpoint, groups: Sequence[str], drawn: int) -> str:
    level = f"pointwise {percent(results.study.endpoints.confidence, 0)} log(-log) intervals"
    where = "each group has its own, in the small panels" if drawn > panels.MOST_BANDS else "shaded"
    words = [
        f"Bands: {level}, {where}.",
        (
            "Ticks on the curves: censored patients. Dotted: the median, where half are left; it "
            "stands in the legend with its interval, in months. Below: patients still at risk."
        ),
    ]
    words.append(panels.cut_in_words(results))
    if panels.is_merged(results, groups):
        words.append("There are too many groups to draw each.")
    if endpoint.is_immortal:
        words.append(prose.IMMORTAL_TIME)
    return " ".join(words)


def _in_words(results: Results, endpoint: str, subset: str, groups: Sequence[str]) -> str:
    parts = []
    for stratum in groups:
        row = results.estimate(endpoint, stratum, statistic="median", subset=subset)
        parts.append(
            f"{wording.group_name(stratum)}: median {wording.median_cell(row)} months, "
            f"{row['numerator']} events in {row['denominator']} patients"
        )
    return f"Kaplan-Meier curves. {'; '.join(parts)}."


def _steps_table(
    name: str, title: str, curves: Mapping[str, Curve], drawn: Mapping[str, Curve]
) -> Table:
    rows = [
        (
            stratum,
            str(rounded(months(step.time), 3)),
            str(step.at_risk),
            str(step.events),
            str(step.censored),
            str(rounded(float(step.survival), 4)),
            "" if step.lower is None else str(rounded(step.lower, 4)),
            "" if step.upper is None else str(rounded(step.upper, 4)),
            "yes" if place < len(drawn[stratum].steps) else "no",
        )
        for stratum, curve in curves.items()
        for place, step in enumerate(curve.steps)
    ]
    return Table(
        name,
        f"{title}: the steps of the curves.",
        ("Group", "Months", "At risk", "Events", "Censored", "Survival", "Lower", "Upper", "Drawn"),
        tuple(rows),
    )


def _medians_table(name: str, title: str, curves: Mapping[str, Curve]) -> Table:
    """What the dotted lines and the legend give."""
    found = {stratum: curve.median() for stratum, curve in curves.items()}
    return Table(
        f"{name}_medians",
        f"{title}: medians in months.",
        ("Group", "Patients", "Events", "Median", "Lower", "Upper"),
        tuple(
            (
                stratum,
                str(curves[stratum].subjects),
                str(curves[stratum].events),
                *(
                    "not reached" if days is None else str(rounded(months(days), 3))
                    for days in (median.value, median.lower, median.upper)
                ),
            )
            for stratum, median in found.items()
        ),
    )
