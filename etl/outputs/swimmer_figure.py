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
from etl.outputs.interactive.courses import OPACITY, Bar, Mark, course_figure
from etl.outputs.outcome_tables import RESPONSE_NAMES, responses_of
from etl.outputs.panels import MOST_MONTHS
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

INITIAL, AGAIN, OTHER, FOLLOWED = (
    "initial treatment",
    "rechallenge",
    "another treatment",
    "follow-up",
)
COMPLETE, PARTIAL, ENDED, DIED, ALIVE, GOES_ON = (
    "complete response to rechallenge",
    "partial response to rechallenge",
    "progression or death",
    "died",
    "last known alive",
    "rechallenge goes on",
)
SHAPES = {COMPLETE: "o", PARTIAL: "s", ENDED: "D", DIED: "x", ALIVE: ">", GOES_ON: "P"}
SIZES = {COMPLETE: 3.0, PARTIAL: 3.0, ENDED: 3.0, DIED: 4.0, ALIVE: 3.6, GOES_ON: 4.0}
RESPONSES = {"CR": COMPLETE, "PR": PARTIAL}

NAMED = {
    "initial_regimen": (INITIAL,),
    "rechallenge_regimen": (AGAIN,),
    "rechallenge_class": (AGAIN,),
}
"""Which treatment the groups of a study name, so that its bars have their colours; the other of the
two is dark, whatever was given. Groups that name no treatment colour both."""


def swimmer_plot(results: Results, folder: Path) -> Figure | None:
    """One bar a patient around the start of the rechallenge; no identifier is drawn.

    Where patients are too many for one page, evenly spaced ones of the same order are drawn, and
    the figure says how many of how many.
    """
    if not results.pairs:
        return None
    pairs = in_order(results)
    drawn = evenly_spaced(len(pairs), MOST_PATIENTS)
    bars, marks = courses(results, [pairs[number] for number in drawn])
    thickness = min(THICKEST, PAGE / len(drawn))
    with drawing(NAME, folder, WIDTH, 1.5 + thickness * max(len(drawn), 6)) as canvas:
        axes = canvas.subplots()
        for bar in bars:
            _draw_bar(axes, results, bar)
        for mark in marks:
            _draw_mark(axes, results, mark, min(1.0, thickness / 0.09))
        _finish(axes, results, len(drawn))
        axes.set_xlim(*_ends(bars))
    groups = [
        (group, _group(results, group), colour_of(results, group))
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
        f"{_how_many(len(drawn), len(pairs)).strip()} {_colours(results)} Grey: on another "
        "treatment. Pale: off treatment. Dot: complete response to the rechallenge, square: "
        "partial response, on the first day of the best response; at the left where that day is "
        "not known. Diamond: progression or death. Cross: died. Triangle: last known alive. Plus: "
        "the rechallenge goes on. What each patient was given stands in the data of the figure, "
        f"`{NAME}_parts.csv`. The axis ends {MOST_MONTHS} months before and after at the latest. "
        "No identifier is drawn.",
        pdf=folder / f"{NAME}.pdf",
        interactive=course_figure(bars, marks, groups, len(drawn), _ends(bars)),
        more=(_parts_table(results, drawn, bars, marks),),
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


def courses(results: Results, pairs: Sequence[Pair]) -> tuple[list[Bar], list[Mark]]:
    """What each patient was given from when to when, and what became of it.

    Args:
        results: what the study found.
        pairs: the patients, from the top down.
    """
    bars, marks = [], []
    for place, pair in enumerate(pairs):
        bars += list(_bars(results, place, pair))
        marks += list(_marks(results, place, pair))
    return bars, marks


def _ends(bars: Sequence[Bar]) -> tuple[float, float]:
    """Where the axis begins and ends: room for the marks at the left, and never without end."""
    begin = max(min(bar.begin for bar in bars), -MOST_MONTHS)
    end = min(max(bar.begin + bar.length for bar in bars), MOST_MONTHS)
    margin = MARGIN * (end - begin + 1)
    return begin - margin, end + margin / 2


def _group(results: Results, group: str) -> str:
    """'Initial treatment: ipilimumab': a group, and what it is a group of."""
    name = wording.group_name(group)
    return name if group == "all" else f"{wording.STRATA_HEADS[results.study.strata]}: {name}"


def _named(results: Results) -> tuple[str, ...]:
    return NAMED.get(results.study.strata, (INITIAL, AGAIN))


def _colours(results: Results) -> str:
    named = _named(results)
    if len(named) > 1:
        return "In the colour of the group: on one of the two treatments."
    [other] = {INITIAL, AGAIN} - {*named}
    return f"In the colour of the group: the {named[0]}. Dark: the {other}, whatever was given."


def _bars(results: Results, place: int, pair: Pair) -> Iterator[Bar]:
    """Parts of a course, from the back to the front."""
    zero, group = pair["rechallenge_start_date"], pair["stratum"]
    known = _since_rechallenge(pair, "os")
    begin = _months(zero, pair["initial_start_date"]) or 0.0
    yield Bar(place, group, FOLLOWED, "pale", "", begin, known or 0.0)
    kinds = {pair["initial_line_id"]: INITIAL, pair["rechallenge_line_id"]: AGAIN}
    for line in results.lines.get(pair["patient_id"], []):
        if not results.counts_as_line(line):
            continue
        start = _months(zero, line["start_date"])
        if start is None or (known is not None and start > known):
            continue
        end = _end_of(zero, line, start, known)
        kind = kinds.get(line["line_id"], OTHER)
        shade = "grey" if kind == OTHER else "group" if kind in _named(results) else "dark"
        yield Bar(place, group, kind, shade, wording.group_name(line["regimen"]), start, end)


def _end_of(zero: date, line: Record, start: float, known: float | None) -> float:
    """End of a line; of one without an end, the next one's start or the end of follow-up."""
    for day in (line["end_date"], line["next_line_start_date"]):
        found = _months(zero, day)
        if found is not None:
            return found
    return max(start, known or start)


def _marks(results: Results, place: int, pair: Pair) -> Iterator[Mark]:
    zero, group = pair["rechallenge_start_date"], pair["stratum"]
    known = _since_rechallenge(pair, "os")
    ended = _since_rechallenge(pair, "pfs") if pair["pfs_event"] else None
    if ended is not None:
        yield Mark(place, group, ENDED, SHAPES[ENDED], ended)
    if known is not None:
        last = DIED if pair["os_event"] else ALIVE
        yield Mark(place, group, last, SHAPES[last], known)
    line = next(
        line
        for line in results.lines[pair["patient_id"]]
        if line["line_id"] == pair["rechallenge_line_id"]
    )
    response = RESPONSES.get(responses_of(pair)[1])
    if response is not None:
        is_confirmed = results.study.endpoints.response.best_response == "confirmed"
        met = line[f"best_overall_response_{'confirmed_' if is_confirmed else ''}date"]
        yield Mark(place, group, response, SHAPES[response], _months(zero, met))
    if line["end_date"] is None and line["end_reason"] == "ongoing":
        end = _end_of(zero, line, 0.0, known)
        yield Mark(place, group, GOES_ON, SHAPES[GOES_ON], end)


def _draw_bar(axes: Axes, results: Results, bar: Bar) -> None:
    colour = {"grey": GREY, "dark": INK}.get(bar.shade) or colour_of(results, bar.group)
    opacity = OPACITY[bar.shade]
    axes.barh(bar.place, bar.length, left=bar.begin, height=0.68, color=colour, alpha=opacity)


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
        Patch(color=colour_of(results, name), label=_group(results, name))
        for name in results.groups or ("all",)
    ]
    marks = [
        Line2D([], [], marker=shape, color=INK, linestyle="none", markersize=5, label=label)
        for label, shape in SHAPES.items()
    ]
    other = [
        *(
            Patch(color=INK, alpha=OPACITY["dark"], label=f"{kind}, whatever was given")
            for kind in (INITIAL, AGAIN)
            if kind not in _named(results)
        ),
        Patch(color=GREY, alpha=OPACITY["grey"], label=OTHER),
    ]
    axes.figure.legend(
        handles=[*groups, *other, *marks],
        loc="outside upper center",
        ncols=3,
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
                wording.group_name(pair["initial_regimen"]),
                wording.group_name(pair["rechallenge_regimen"]),
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
            "Given first",
            "Given again",
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


def _parts_table(
    results: Results, drawn: Sequence[int], bars: Sequence[Bar], marks: Sequence[Mark]
) -> Table:
    """Every bar and mark."""
    rows = [
        (
            bar.place,
            bar.group,
            bar.kind,
            bar.given,
            str(rounded(bar.begin, 3)),
            str(rounded(bar.end, 3)),
        )
        for bar in bars
    ] + [
        (
            mark.place,
            mark.group,
            mark.kind,
            "",
            "" if mark.month is None else str(rounded(mark.month, 3)),
            "",
        )
        for mark in marks
    ]
    rows.sort(key=lambda row: row[0])
    return Table(
        f"{NAME}_parts",
        "What the patients of the swimmer plot were given from when to when, and what became of "
        "it, in months from the start of the rechallenge.",
        ("Patient", wording.STRATA_HEADS[results.study.strata], "Part", "Given", "From", "To"),
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
