"""Drawings of a hospital beside the others: a strip of values, a funnel plot; inline SVG.

Belongs here: geometry. Does not belong here: what is drawn and what may be shown of the others
(`facts`). Colours are classes of the style sheet; what is own differs in shape as well.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from etl.deliveries.funnel import TAIL, TAIL_95, drawn_limits
from etl.outputs.quality.charts import drawing
from etl.rounding import percent, rounded

_STRIP_WIDTH, _STRIP_HEIGHT, _EDGE = 228, 30, 40
_WIDTH, _HEIGHT = 360, 232
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 40, 10, 38
_STEPS = 90
_NICE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)


@dataclass(frozen=True)
class Point:
    """A point of a funnel plot: how many were asked about, the share, and words beside it."""

    denominator: int
    share: float
    label: str = ""


def strip(
    label: str, own: float, registry: float, others: Sequence[float], ends: tuple[str, str]
) -> Markup:
    """The values of the others as dots in order, the own one as a diamond, the registry's a tick.

    Args:
        label: what is seen, in words.
        own: the hospital's value.
        registry: the value over all hospitals.
        others: values of the others, rounded and in order; equal ones are put on each other.
        ends: the lowest and the highest value drawn, in words.
    """
    low, high = min(own, registry, *others), max(own, registry, *others)
    if low == high:
        low, high = low - 1, high + 1

    def x(value: float) -> float:
        return _EDGE + (value - low) / (high - low) * (_STRIP_WIDTH - 2 * _EDGE)

    floor = _STRIP_HEIGHT - 6
    middle = f"{x(registry):.1f}"
    parts = [
        f'<line class="axis" x1="{_EDGE}" x2="{_STRIP_WIDTH - _EDGE}" y1="{floor}" y2="{floor}"/>',
        f'<line class="target" x1="{middle}" x2="{middle}" y1="3" y2="{_STRIP_HEIGHT - 1}"/>',
    ]
    for value, number in Counter(others).items():
        rise = min(5.0, (floor - 4) / number)
        parts += [
            f'<circle class="other" cx="{x(value):.1f}" cy="{floor - 3 - rise * place:.1f}" '
            'r="2.6"/>'
            for place in range(number)
        ]
    parts.append(_diamond(x(own), floor - 3, 5))
    parts += [
        f'<text x="{place}" y="{floor}" text-anchor="{anchor}">{escape(word)}</text>'
        for place, anchor, word in (
            (_EDGE - 8, "end", ends[0]),
            (_STRIP_WIDTH - _EDGE + 8, "start", ends[1]),
        )
    ]
    return drawing(label, parts, _STRIP_WIDTH, _STRIP_HEIGHT, "strip")


def funnel(
    label: str,
    target: float,
    points: Sequence[Point],
    *,
    own: Point | None = None,
    others: Sequence[float] = (),
) -> Markup:
    """A funnel plot: shares by denominator between the exact binomial limits of 95% and 99.8%.

    Args:
        label: what is seen, in words.
        target: the registry's share.
        points: hospitals that may be seen with their denominators.
        own: the hospital whose page it is, drawn as a diamond.
        others: shares of hospitals whose denominators may not be seen, drawn at the right edge.
    """
    shown = [*points, *([own] if own else [])]
    largest = max(point.denominator for point in shown)
    most = largest * 2 if own and not points else round(largest * 1.08) + 1
    grid = np.unique(np.linspace(max(1, most / 40), most, _STEPS).astype(int))
    inner = {tail: drawn_limits(grid, target, tail) for tail in (TAIL_95, TAIL)}
    # The limits at the smallest hospital seen decide how high the plot must be.
    seen = grid >= min(point.denominator for point in shown) * 0.8
    shares = [target, *(point.share for point in shown), *others]
    low = max(0.0, min(*shares, float(inner[TAIL][0][seen].min())) - 0.01)
    high = min(1.0, max(*shares, float(inner[TAIL][1][seen].max())) + 0.01)
    scale = _Scale(most, low, high)
    parts = [_band(scale, grid, inner[TAIL_95])]
    parts += [
        f'<polyline class="limit" points="{scale.line(grid, side)}"/>' for side in inner[TAIL]
    ]
    y = scale.y(target)
    parts.append(f'<line class="target" x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y}" y2="{y}"/>')
    parts += _axes(scale)
    if others:
        parts += _margin(scale, others)
    for point in points:
        at = f'cx="{scale.x(point.denominator)}" cy="{scale.y(point.share)}"'
        parts.append(f'<circle class="seen" {at} r="3.4"/>')
        parts += _word(scale, point)
    if own:
        parts.append(_diamond(scale.x(own.denominator), scale.y(own.share), 6))
        parts += _word(scale, own)
    return drawing(label, parts, _WIDTH, _HEIGHT)


@dataclass(frozen=True)
class _Scale:
    most: int
    low: float
    high: float

    def x(self, denominator: float) -> float:
        return round(_LEFT + denominator / self.most * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, share: float) -> float:
        clipped = min(max(share, self.low), self.high)
        part = (clipped - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM), 1)

    def line(self, grid: np.ndarray, side: np.ndarray) -> str:
        return " ".join(
            f"{self.x(float(n))},{self.y(float(share))}"
            for n, share in zip(grid, side, strict=True)
        )


def _band(scale: _Scale, grid: np.ndarray, limits: tuple[np.ndarray, np.ndarray]) -> str:
    lower, upper = limits
    there, back = scale.line(grid, upper), scale.line(grid[::-1], lower[::-1])
    return f'<polygon class="within" points="{there} {back}"/>'


def _axes(scale: _Scale) -> list[str]:
    floor = _HEIGHT - _BOTTOM
    parts = [f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{floor}" y2="{floor}"/>']
    step = next((one for one in _NICE if (scale.high - scale.low) / one <= 5), 0.25)
    first = int(np.ceil(scale.low / step - 1e-9))
    for place in range(first, int(np.floor(scale.high / step + 1e-9)) + 1):
        y = scale.y(place * step)
        parts.append(
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{percent(place * step, 0)}</text>"
        )
    for part, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        number = int(rounded(scale.most * part, 0))
        parts.append(
            f'<text x="{scale.x(number)}" y="{floor + 15}" text-anchor="{anchor}">{number:,}</text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">patients or lines</text>'
    )
    return parts


def _margin(scale: _Scale, others: Sequence[float]) -> list[str]:
    """The others at the right edge: their shares, and nothing of their size."""
    left = _WIDTH - _RIGHT + 10
    parts = []
    for value, number in Counter(others).items():
        run = min(6.0, (_RIGHT - 16) / number)
        parts += [
            f'<circle class="other" cx="{left + run * place:.1f}" cy="{scale.y(value)}" r="2.6"/>'
            for place in range(number)
        ]
    parts.append(f'<text x="{_WIDTH - 2}" y="{_HEIGHT - 6}" text-anchor="end">others</text>')
    return parts


def _word(scale: _Scale, point: Point) -> list[str]:
    if not point.label:
        return []
    x, y = scale.x(point.denominator), scale.y(point.share)
    is_right = x > (_WIDTH - _RIGHT) * 0.7
    beside = f'x="{x - 9 if is_right else x + 9}" text-anchor="{"end" if is_right else "start"}"'
    return [f'<text class="word" {beside} y="{y + 4:.1f}">{escape(point.label)}</text>']


def _diamond(x: float, y: float, size: float) -> str:
    corners = f"{x:.1f},{y - size:.1f} {x + size:.1f},{y:.1f} {x:.1f},{y + size:.1f} "
    return f'<polygon class="own" points="{corners}{x - size:.1f},{y:.1f}"/>'
