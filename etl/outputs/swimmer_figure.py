"""The swimmer plot: each rechallenged patient's course, without any identifier.

Belongs here: who is drawn, what parts and marks a course has, and drawing them. Does not belong
here: style and saving (`figures`), the interactive plot (`interactive/courses`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs import wording
from etl.outputs.figures import GREY, INK, WIDTH, Figure, colour_of, drawing
from etl.outputs.interactive.courses import Bar, Mark, course_figure
from etl.outputs.outcome_tables import RESPONSE_NAMES, responses_of
from etl.outputs.results import Record, Results
from etl.outputs.tables import Table
from etl.parameters import DAYS_PER_MONTH
from etl.rounding import rounded
from etl.studies.pairs import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "swimmer"
MOST_PATIENTS = 150
"""Bars that can be told apart on one page of paper."""
PAGE = 9.2
"""Inches that the bars may fill, so that the plot fits a page."""
THICKEST = 0.115
"""Inches of a patient's row where there are few."""
MARGIN = 0.035
"""Share of the panel left of the first bar, where the marks of the responders stand."""
SHORTEST = 0.2
"""Months: a shorter treatment is drawn this long, or it could not be seen."""

INITIAL, AGAIN, OTHER, FOLLOWED = (
    "initial treatment",
    "rechallenge",
    "another treatment",
    "follow-up",
)
RESPONDED, ENDED, DIED, ALIVE = (
    "responded to rechallenge",
    "progression or death",
    "died",
    "last known alive",
)
SHAPES = {RESPONDED: "o", ENDED: "D", DIED: "x", ALIVE: ">"}
SIZES = {RESPONDED: 3.0, ENDED: 3.0, DIED: 4.0, ALIVE: 3.6}


def swimmer_plot(results: Results, folder: Path) -> Figure | None:
    """One bar a patient around the start of the rechallenge; no identifier is drawn.

    Where patients are too many for one page, evenly spaced ones of the same order are drawn, and
    the figure says how many of how many.
    """
    if not results.pairs:
        return None
    pairs = in_order(results)
    drawn = evenly_spaced(len(pairs), MOST_PATIENTS)
    bars, marks = [], []
    for place, number in enumerate(drawn):
        bars += list(_bars(results, place, pairs[number]))
        marks += list(_marks(place, pairs[number]))
    thickness = min(THICKEST, PAGE / len(drawn))
    with drawing(NAME, folder, WIDTH, 1.5 + thickness * max(len(drawn), 6)) as canvas:
        axes = canvas.subplots()
        for bar in bars:
            _draw_bar(axes, results, bar)
        for mark in marks:
            _draw_mark(axes, results, mark, min(1.0, thickness / 0.09))
        _finish(axes, results, len(drawn))
        begin, end = min(bar.begin for bar in bars), max(bar.end for bar in bars)
        margin = MARGIN * (end - begin + 1)
        axes.set_xlim(begin - margin, end + margin / 2)
    groups = [
        (group, wording.group_name(group), colour_of(results, group))
        for group in results.groups or ("all",)
    ]
    return Figure(
        NAME,
        "Course of each rechallenged patient",
        f"Swimmer plot of {len(drawn)} patients, one bar each, in months from the start of the "
        f"rechallenge.{_how_many(len(drawn), len(pairs))} The lengths drawn stand in the table "
        "below the figure.",
        folder / f"{NAME}.svg",
        _table(results, pairs, set(drawn)),
        f"{_how_many(len(drawn), len(pairs)).strip()} Dark: on one of the two treatments, in the "
        "colour of the group. Grey: on another. Pale: off treatment. Diamond: progression or "
        "death. Cross: died. Triangle: last known alive. A dot at the left marks who "
        "responded to the rechallenge. No identifier is drawn.",
        pdf=folder / f"{NAME}.pdf",
        interactive=course_figure(bars, marks, groups, len(drawn)),
        more=(_parts_table(drawn, bars, marks),),
    )


def in_order(results: Results) -> list[Pair]:
    """Patients from the top down: by group, then the longest followed first."""
    order = {name: place for place, name in enumerate(results.strata)}
    return sorted(
        results.pairs,
        key=lambda pair: (
            order[pair["stratum"]],
            -(_since_rechallenge(pair, "os") or 0),
            _since_rechallenge(pair, "pfs") or 0,
        ),
    )


def evenly_spaced(there: int, most: int) -> list[int]:
    """Places of at most `most` of `there` patients, the same distance apart."""
    kept = min(there, most)
    return [place * there // kept for place in range(kept)]


def _how_many(drawn: int, there: int) -> str:
    if drawn == there:
        return f" All {there} patients are drawn."
    return (
        f" {drawn} of {there} patients are drawn, evenly spaced in the order of the plot, because "
        "more could not be told apart; the table holds all."
    )


def _bars(results: Results, place: int, pair: Pair) -> Iterator[Bar]:
    """Parts of a course, from the back to the front."""
    zero, group = pair["rechallenge_start_date"], pair["stratum"]
    known = _since_rechallenge(pair, "os")
    begin = _months(zero, pair["initial_start_date"]) or 0.0
    yield Bar(place, group, FOLLOWED, begin, known or 0.0)
    for line in results.lines.get(pair["patient_id"], []):
        if not results.counts_as_line(line):
            continue
        start = _months(zero, line["start_date"])
        if start is None or (known is not None and start > known):
            continue
        end = _end_of(zero, line, start, known)
        kind = {pair["initial_line_id"]: INITIAL, pair["rechallenge_line_id"]: AGAIN}
        yield Bar(place, group, kind.get(line["line_id"], OTHER), start, max(end, start + SHORTEST))


def _end_of(zero: date, line: Record, start: float, known: float | None) -> float:
    """End of a line; of one without an end, the next one's start or the end of follow-up."""
    for day in (line["end_date"], line["next_line_start_date"]):
        found = _months(zero, day)
        if found is not None:
            return found
    return max(start, known or start)


def _marks(place: int, pair: Pair) -> Iterator[Mark]:
    group = pair["stratum"]
    known = _since_rechallenge(pair, "os")
    ended = _since_rechallenge(pair, "pfs") if pair["pfs_event"] else None
    if ended is not None:
        yield Mark(place, group, ENDED, SHAPES[ENDED], ended)
    if known is not None:
        last = DIED if pair["os_event"] else ALIVE
        yield Mark(place, group, last, SHAPES[last], known)
    if pair["rechallenge_responder"]:
        yield Mark(place, group, RESPONDED, SHAPES[RESPONDED], None)


def _draw_bar(axes: Axes, results: Results, bar: Bar) -> None:
    colour = GREY if bar.kind == OTHER else colour_of(results, bar.group)
    opacity = {FOLLOWED: 0.16, OTHER: 0.45}.get(bar.kind, 1.0)
    axes.barh(
        bar.place, bar.end - bar.begin, left=bar.begin, height=0.68, color=colour, alpha=opacity
    )


def _draw_mark(axes: Axes, results: Results, mark: Mark, scale: float) -> None:
    size = SIZES[mark.kind] * scale
    if mark.month is None:
        axes.plot(
            MARGIN / 3,
            mark.place,
            marker=mark.shape,
            markersize=size,
            color=INK,
            linestyle="none",
            transform=axes.get_yaxis_transform(),
        )
        return
    colour = colour_of(results, mark.group) if mark.kind == ALIVE else INK
    axes.plot(
        mark.month, mark.place, marker=mark.shape, markersize=size, color=colour, linestyle="none"
    )


def _finish(axes: Axes, results: Results, rows: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set_ylim(max(rows, 1) - 0.3, -0.7)
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
        for label, shape in SHAPES.items()
    ]
    other = [Patch(color=GREY, alpha=0.45, label="another treatment")]
    axes.figure.legend(
        handles=[*groups, *other, *marks],
        loc="outside upper center",
        ncols=4,
        fontsize=8,
    )


def _table(results: Results, pairs: Sequence[Pair], drawn: set[int]) -> Table:
    rows = []
    for number, pair in enumerate(pairs):
        zero = pair["rechallenge_start_date"]
        rows.append(
            (
                str(number + 1),
                wording.group_name(pair["stratum"]),
                wording.number(_months(zero, pair["initial_start_date"])),
                wording.number(_months(zero, pair["initial_end_date"])),
                wording.number(_months(zero, pair["rechallenge_end_date"])),
                RESPONSE_NAMES[responses_of(pair)[1]],
                wording.number(_since_rechallenge(pair, "pfs") if pair["pfs_event"] else None),
                wording.number(_since_rechallenge(pair, "os")),
                "yes" if pair["os_event"] else "no",
                "yes" if number in drawn else "no",
            )
        )
    return Table(
        NAME,
        "The patients of the swimmer plot, in months from the start of the rechallenge.",
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
            "Drawn",
        ),
        tuple(rows),
        "Patients are numbered in the order of the plot; the numbers lead nowhere.",
    )


def _parts_table(drawn: Sequence[int], bars: Sequence[Bar], marks: Sequence[Mark]) -> Table:
    """Every bar and mark as drawn."""
    rows = [
        (bar.place, bar.group, bar.kind, str(rounded(bar.begin, 3)), str(rounded(bar.end, 3)))
        for bar in bars
    ] + [
        (
            mark.place,
            mark.group,
            mark.kind,
            "" if mark.month is None else str(rounded(mark.month, 3)),
            "",
        )
        for mark in marks
    ]
    rows.sort(key=lambda row: row[0])
    return Table(
        f"{NAME}_parts",
        "Bars and marks of the swimmer plot, in months from the start of the rechallenge.",
        ("Patient", "Group", "Part", "From", "To"),
        tuple((str(drawn[place] + 1), *others) for place, *others in rows),
    )


def _since_rechallenge(pair: Pair, time: str) -> float | None:
    """Months from the rechallenge to the end of a time, whatever day it counts from."""
    days = pair[f"{time}_days"]
    if days is None:
        return None
    before = pair["entry_days"] if pair[f"{time}_index"] == "initial_start" else 0
    return float(days - before) / DAYS_PER_MONTH


def _months(zero: date | None, day: date | None) -> float | None:
    if zero is None or day is None:
        return None
    as_days = [value.date() if hasattr(value, "date") else value for value in (zero, day)]
    return float((as_days[1] - as_days[0]).days) / DAYS_PER_MONTH
