"""Small drawings in the page: lines and bars over the nights, as SVG that needs no other file.

Belongs here: geometry and colour classes. Does not belong here: what is drawn. Every drawing is
told in words beside it (its label) and stands above the table it was drawn from. Colours are
classes of the style sheet, so that they follow the reader's light or dark; lines differ in their
dashes too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 640, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 96, 12, 28
_GAP = 13  # between two words at the right end, in user units


@dataclass(frozen=True)
class Line:
    """A series: its name, its class in the style sheet, and a value a night."""

    name: str
    mark: str
    values: Sequence[int]


def lines(label: str, days: Sequence[str], series: Sequence[Line]) -> Markup:
    """Counts over the nights, one line a series, each named at its right end.

    Args:
        label: what is seen, in words.
        days: the nights, oldest first.
        series: one value a night each.
    """
    top = _round_up(max((max(one.values) for one in series), default=0))
    parts = [_frame(top), _days(days)]
    ends = _apart([(_y(one.values[-1], top), one) for one in series])
    for one in series:
        points = " ".join(
            f"{_x(index, len(days)):.1f},{_y(value, top):.1f}"
            for index, value in enumerate(one.values)
        )
        parts.append(f'<polyline class="line {one.mark}" points="{points}"/>')
        x, y = _x(len(days) - 1, len(days)), _y(one.values[-1], top)
        parts.append(f'<circle class="dot {one.mark}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
    for y, one in ends:
        parts.append(
            f'<text x="{_WIDTH - _RIGHT + 8}" y="{y + 4:.1f}">'
            f"{escape(one.name)} {one.values[-1]:,}</text>"
        )
    return _svg(label, parts)


def bars(label: str, days: Sequence[str], up: Line, down: Line) -> Markup:
    """What came (above the line) and what went (below it), a pair of bars a night."""
    most = _round_up(max([*up.values, *down.values], default=0))
    height = _HEIGHT - _TOP - _BOTTOM
    middle = _TOP + height / 2
    width = min(26.0, (_WIDTH - _LEFT - _RIGHT) / max(len(days), 1) * 0.6)
    parts = [
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{middle}" y2="{middle}"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 8}" text-anchor="end">{most:,}</text>',
        f'<text x="{_LEFT - 6}" y="{middle + 4}" text-anchor="end">0</text>',
        f'<text x="{_LEFT - 6}" y="{_TOP + height}" text-anchor="end">{most:,}</text>',
        _days(days),
    ]
    for index, (came, went) in enumerate(zip(up.values, down.values, strict=True)):
        x = _x(index, len(days), width / 2 + 2) - width / 2
        for value, mark, is_up in ((came, up.mark, True), (went, down.mark, False)):
            tall = value / most * height / 2
            y = middle - tall if is_up else middle
            parts.append(
                f'<rect class="bar {mark}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{tall:.1f}"/>'
            )
    x = _WIDTH - _RIGHT + 8
    parts += [
        f'<text x="{x}" y="{_TOP + 12}">▲ {escape(up.name)} {up.values[-1]:,}</text>',
        f'<text x="{x}" y="{_TOP + height}">▼ {escape(down.name)} {down.values[-1]:,}</text>',
    ]
    return _svg(label, parts)


def sparkline(label: str, values: Sequence[int]) -> Markup:
    """A small line for a cell; nothing for less than two nights."""
    if len(values) < 2:
        return Markup("")
    top = max(values) or 1
    step = 84 / (len(values) - 1)
    points = " ".join(
        f"{3 + index * step:.1f},{19 - value / top * 16:.1f}" for index, value in enumerate(values)
    )
    last = 19 - values[-1] / top * 16
    parts = [
        f'<polyline class="line" points="{points}"/>',
        f'<circle class="dot" cx="87" cy="{last:.1f}" r="2.5"/>',
    ]
    return drawing(label, parts, 90, 22, "spark")


def drawing(
    label: str, parts: Sequence[str], width: int, height: int, mark: str = "chart"
) -> Markup:
    """A drawing of parts, told in words.

    Args:
        label: what is seen, in words.
        parts: SVG elements; words in them are escaped already.
        width: in user units.
        height: in user units.
        mark: its class in the style sheet; a chart fills its figure, others keep their size.
    """
    size = "" if mark == "chart" else f' width="{width}" height="{height}"'
    return Markup(  # noqa: S704 - numbers, and escaped words
        f'<svg class="{mark}" viewBox="0 0 {width} {height}"{size} role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _svg(label: str, parts: Sequence[str]) -> Markup:
    return drawing(label, parts, _WIDTH, _HEIGHT)


def _frame(top: int) -> str:
    made = []
    for value in (0, top // 2, top):
        y = _y(value, top)
        made.append(
            f'<line class="{"axis" if value == 0 else "grid"}" x1="{_LEFT}" '
            f'x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>'
        )
    return "".join(made)


def _days(days: Sequence[str]) -> str:
    """The first, the last, and where there is room the middle night."""
    shown = {0, len(days) - 1, len(days) // 2} if len(days) > 4 else set(range(len(days)))
    anchors = {0: "start", len(days) - 1: "end"}
    return "".join(
        f'<text x="{_x(index, len(days)):.1f}" y="{_HEIGHT - 8}" '
        f'text-anchor="{anchors.get(index, "middle")}">{escape(days[index])}</text>'
        for index in sorted(shown)
    )


def _x(index: int, of: int, margin: float = 0.0) -> float:
    left, right = _LEFT + margin, _WIDTH - _RIGHT - margin
    return left + (right - left) * (index / (of - 1) if of > 1 else 0.5)


def _y(value: int, top: int) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)


def _round_up(value: int) -> int:
    """An even number that a reader can halve: 10, 20, 40, 60, 80, 100, 200 ..."""
    size = int("1" + "0" * max(len(str(value)) - 1, 1))
    return next(factor * size for factor in (1, 2, 4, 6, 8, 10) if factor * size >= value)


def _apart(ends: list[tuple[float, Line]]) -> list[tuple[float, Line]]:
    """The words at the right end, moved so that none covers another."""
    placed: list[tuple[float, Line]] = []
    for y, one in sorted(ends, key=lambda end: -end[0]):
        lowest = placed[-1][0] - _GAP if placed else y
        placed.append((min(y, lowest), one))
    lift = max(0.0, _TOP - placed[-1][0]) if placed else 0.0
    return [(y + lift, one) for y, one in placed]
