"""Cumulative incidence of a severe immune-related event, the next line and death competing.

Belongs here: drawing Aalen-Johansen curves by group. Does not belong here: the estimator
(`etl/survival/cumulative_incidence`), Kaplan-Meier (`survival_figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs import panels, wording
from etl.outputs.figures import WIDTH, Figure, colour_of, drawing, mark_of, place_of
from etl.outputs.interactive import curves as interactive
from etl.outputs.panels import months
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.parameters import DAYS_PER_MONTH
from etl.rounding import percent, rounded
from etl.studies.endpoints import incidence_set
from etl.studies.pairs import Pair
from etl.survival.cumulative_incidence import IncidenceCurve, fit_aalen_johansen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "incidence_irae"
EVENT, NEXT_LINE, DEATH = 1, 2, 3
CAUSES = {EVENT: "Severe event", NEXT_LINE: "Next line first", DEATH: "Death first"}
HEIGHTS = (2.6, 1.5)
"""Of the panel of the event and of the panel of what competes, in inches."""
SINCE = "Months from rechallenge"
GRADE_OF_THE_LINES = 3
"""Grade from which `marts.treatment_lines` times a severe event."""


@dataclass(frozen=True)
class IncidencePoint:
    """One step of the curves of a group; limits are None where the incidence is 0 or 1."""

    months: float
    at_risk: int
    events: int
    competing: int
    censored: int
    incidence: float
    lower: float | None
    upper: float | None
    other: float


def incidence_figure(results: Results, folder: Path) -> Figure | None:
    """Curves by group; None where no event is timed at the study's grade."""
    groups = panels.groups_drawn(results)
    curves = {
        stratum: curve
        for stratum in groups
        if (curve := _fit(results, stratum)) is not None and curve.subjects > 0
    }
    if not curves:
        return None
    points = {stratum: points_of(curve) for stratum, curve in curves.items()}
    drawn = {
        stratum: panels.cut(results, found, curves[stratum].subjects)
        for stratum, found in points.items()
    }
    ticks = panels.ticks_of(max(max(_times(found)) for found in drawn.values()))
    at = {
        stratum: [curve.at_risk(tick * DAYS_PER_MONTH) for tick in ticks]
        for stratum, curve in curves.items()
    }
    top = _top(drawn)
    labels = {
        stratum: f"{wording.group_name(stratum)} (N = {curve.subjects}), "
        f"{curve.events_by(curve.steps[-1].time)} events"
        for stratum, curve in curves.items()
    }
    with drawing(NAME, folder, WIDTH, panels.height_of(HEIGHTS, tuple(curves))) as canvas:
        (panel, other), risk, small = panels.panels_with_risk(canvas, HEIGHTS, tuple(curves))
        for stratum, found in drawn.items():
            _draw(panel, results, stratum, found, labels[stratum], has_band=not small)
            _draw_other(other, results, stratum, found)
        panels.percent_axis(panel)
        panel.set_ylim(0, top)
        panel.set_yticks(*_percents(top))
        panel.set_ylabel("Had a severe\nevent")
        panels.percent_axis(other)
        other.set_ylabel("Next line or\ndeath first")
        panels.finish_time_axis(other, ticks, SINCE)
        panels.legend_above(panel)
        panels.draw_numbers_at_risk(risk, results, at, ticks)
        for axes, stratum in zip(small, drawn, strict=False):
            _draw_small(axes, results, drawn, stratum, ticks, top)
    grade = results.study.endpoints.toxicity.minimum_grade
    title = f"Cumulative incidence of a severe immune-related event (grade {grade} or higher)"
    return Figure(
        NAME,
        title,
        _in_words(curves),
        folder / f"{NAME}.svg",
        _steps_table(title, points, drawn),
        _note(results, groups, top, len(curves)),
        pdf=folder / f"{NAME}.pdf",
        interactive=interactive.time_figure(
            [_drawn(results, stratum, curves[stratum], found) for stratum, found in drawn.items()],
            "Had a severe event",
            SINCE,
            ticks,
            top,
        ),
        more=(panels.risk_table(NAME, at, ticks),),
    )


def dated(results: Results, stratum: str) -> list[tuple[int, int]]:
    """Days and cause of each patient whose toxicity is known and dated.

    A study that asks for the incidence has them at its own grade. For the others they are those
    of the rechallenge's line, if the line counts from the same grade.
    """
    asked = results.study.endpoints.toxicity
    members = results.members(stratum)
    if asked.cumulative_incidence_months:
        found = incidence_set().of(members, "as_registered")
        return [(pair["irae_days"], pair["irae_cause"]) for pair in found]
    if asked.minimum_grade != GRADE_OF_THE_LINES:
        return []
    timed = (_of_the_line(results, pair) for pair in members if pair["toxicity_known"])
    return [(days, cause) for days, cause in timed if days is not None and cause is not None]


def _of_the_line(results: Results, pair: Pair) -> tuple[int | None, int | None]:
    for line in results.lines.get(pair["patient_id"], []):
        if line["line_id"] == pair["rechallenge_line_id"]:
            return line["severe_irae_days"], line["severe_irae_cause"]
    return None, None


def _fit(results: Results, stratum: str) -> IncidenceCurve | None:
    found = dated(results, stratum)
    if not found:
        return None
    days, causes = zip(*found, strict=True)
    return fit_aalen_johansen(days, causes, results.study.endpoints.confidence)


def points_of(curve: IncidenceCurve) -> list[IncidencePoint]:
    """Every step with limits, and how many of the patients at risk left otherwise."""
    after = [*(step.at_risk for step in curve.steps[1:]), 0]
    found = []
    for step, left in zip(curve.steps, after, strict=True):
        events = step.events.get(EVENT, 0)
        competing = sum(step.events.values()) - events
        estimate = curve.incidence_at(step.time, EVENT)
        found.append(
            IncidencePoint(
                months=months(step.time),
                at_risk=step.at_risk,
                events=events,
                competing=competing,
                censored=step.at_risk - left - events - competing,
                incidence=float(step.incidence.get(EVENT, 0)),
                lower=estimate.lower,
                upper=estimate.upper,
                other=float(sum(value for cause, value in step.incidence.items() if cause > 1)),
            )
        )
    return found


def outline(points: Sequence[IncidencePoint]) -> tuple[list[float], list[float], list[float]]:
    """Incidence and its limits from time 0; without limits the curve itself."""
    return (
        [0.0, *(one.incidence for one in points)],
        [0.0, *(one.incidence if one.lower is None else one.lower for one in points)],
        [0.0, *(one.incidence if one.upper is None else one.upper for one in points)],
    )


def _times(points: Sequence[IncidencePoint]) -> list[float]:
    return [0.0, *(one.months for one in points)]


def _drawn(
    results: Results, stratum: str, curve: IncidenceCurve, points: Sequence[IncidencePoint]
) -> interactive.DrawnCurve:
    """The curve with what is said when a reader points at it."""
    values, lower, upper = outline(points)
    name = wording.group_name(stratum)
    hover = [f"{name}<br>0 months: {curve.subjects} patients"]
    for one in points:
        limits = wording.limits(one.lower, one.upper)
        hover.append(
            f"{name}<br>{rounded(one.months)} months<br>"
            f"had a severe event: {wording.percent(one.incidence)}{limits}<br>"
            f"next line or death first: {wording.percent(one.other)}<br>"
            f"at risk {one.at_risk}, events {one.events}, competing {one.competing}, "
            f"censored {one.censored}"
        )
    return interactive.DrawnCurve(
        group=stratum,
        name=name,
        colour=colour_of(results, stratum),
        dash=interactive.dash_of(place_of(results, stratum)),
        width=round(1.25 * panels.line_of(results, stratum)["linewidth"], 2),
        times=_times(points),
        values=values,
        lower=lower,
        upper=upper,
        hover=hover,
        censored=[place for place, one in enumerate(points, 1) if one.censored],
    )


def _draw(
    panel: Axes,
    results: Results,
    stratum: str,
    points: Sequence[IncidencePoint],
    label: str,
    *,
    has_band: bool,
) -> None:
    times = _times(points)
    curve, lower, upper = outline(points)
    line = panels.line_of(results, stratum)
    mark = mark_of(stratum) if label else None  # a small panel repeats a curve
    if has_band:
        panel.fill_between(
            times, lower, upper, step="post", color=line["color"], alpha=0.15, linewidth=0
        )
        for limit in (lower, upper):
            panel.step(times, limit, where="post", **line | {"linewidth": 0.6, "alpha": 0.7})
    panel.step(times, curve, where="post", label=label, gid=mark, **line)
    censored = [one for one in points if one.censored]
    panel.plot(
        [one.months for one in censored],
        [one.incidence for one in censored],
        linestyle="none",
        marker="|",
        markersize=8,
        color=line["color"],
    )


def _draw_other(
    panel: Axes, results: Results, stratum: str, points: Sequence[IncidencePoint]
) -> None:
    line = panels.line_of(results, stratum) | {"linewidth": 1.5}
    panel.step(_times(points), [0.0, *(one.other for one in points)], where="post", **line)


def _draw_small(
    axes: Axes,
    results: Results,
    points: Mapping[str, Sequence[IncidencePoint]],
    about: str,
    ticks: Sequence[int],
    top: float,
) -> None:
    for stratum, found in points.items():
        if stratum != about:
            axes.step(_times(found), outline(found)[0], where="post", **panels.pale_line())
    _draw(axes, results, about, points[about], "", has_band=True)
    axes.grid(axis="y")
    axes.set_ylim(0, top)
    axes.set_yticks(*_percents(top))
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks[:: 2 if len(ticks) > 6 else 1])
    panels.name_small_panel(axes, about)


def _top(points: Mapping[str, Sequence[IncidencePoint]]) -> float:
    """The end of the axis: the next fifth above every limit."""
    highest = max(max(outline(found)[2]) for found in points.values())
    return min(1.0, max(0.2, ceil(highest * 5 - 1e-9) / 5))


def _percents(top: float) -> tuple[list[float], list[str]]:
    ticks = [tenth / 10 for tenth in range(0, round(top * 10) + 1, 1 if top < 0.5 else 2)]
    return ticks, [percent(tick, 0) for tick in ticks]


def _note(results: Results, groups: Sequence[str], top: float, drawn: int) -> str:
    level = f"pointwise {percent(results.study.endpoints.confidence, 0)} log(-log) intervals"
    where = "each group has its own, in the small panels" if drawn > panels.MOST_BANDS else "shaded"
    words = [
        (
            "Aalen-Johansen; the next line and death compete, and the end of the window in which "
            "an event belongs to the rechallenge is a censoring (ticks on the curves). Patients "
            f"whose toxicity is known, and when it happened. Bands: {level}, {where}."
        )
    ]
    if top < 1:
        words.append(f"The upper axis ends at {percent(top, 0)}.")
    words.append(panels.cut_in_words(results))
    if panels.is_merged(results, groups):
        words.append("There are too many groups to draw each.")
    return " ".join(words)


def _in_words(curves: Mapping[str, IncidenceCurve]) -> str:
    parts = []
    for stratum, curve in curves.items():
        end = curve.steps[-1].time
        counts = ", ".join(
            f"{words.lower()} {curve.events_by(end, cause)}" for cause, words in CAUSES.items()
        )
        parts.append(f"{wording.group_name(stratum)}, {curve.subjects} patients: {counts}")
    return f"Cumulative incidence curves with competing events. {'; '.join(parts)}."


def _steps_table(
    title: str,
    points: Mapping[str, Sequence[IncidencePoint]],
    drawn: Mapping[str, Sequence[IncidencePoint]],
) -> Table:
    rows = [
        (
            stratum,
            str(rounded(one.months, 3)),
            str(one.at_risk),
            str(one.events),
            str(one.competing),
            str(one.censored),
            str(rounded(one.incidence, 4)),
            "" if one.lower is None else str(rounded(one.lower, 4)),
            "" if one.upper is None else str(rounded(one.upper, 4)),
            str(rounded(one.other, 4)),
            "yes" if place < len(drawn[stratum]) else "no",
        )
        for stratum, found in points.items()
        for place, one in enumerate(found)
    ]
    return Table(
        NAME,
        f"{title}: the steps of the curves.",
        (
            "Group",
            "Months",
            "At risk",
            "Events",
            "Next line or death",
            "Censored",
            "Incidence",
            "Lower",
            "Upper",
            "Incidence of next line or death",
            "Drawn",
        ),
        tuple(rows),
    )
