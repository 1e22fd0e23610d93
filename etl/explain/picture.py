"""The timeline as a drawing: bars for substances, marks for what has a day, shades for lines.

Belongs here: an SVG of one patient's course, readable without colour. Does not belong here: what
is drawn (`timeline`), the page around it (`render_html`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape

from etl.explain.document import Entry, Explanation, Span

WIDTH, LEFT, RIGHT = 960, 190, 24
HEAD, ROW, FOOT = 46, 24, 40
_CHARACTER = 6.4
_STEPS = (7, 14, 30, 60, 90, 180, 365, 730, 1461)
KINDS = {
    "assessment": "Assessments",
    "event": "Adverse events",
    "local": "Local treatment",
    "end": "Follow-up",
}


@dataclass(frozen=True)
class Scale:
    """Days to positions."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Length of the drawing."""
        return max((self.last - self.first).days, 1)

    def x(self, when: date) -> float:
        """Where a day stands."""
        share = (when - self.first).days / self.days
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def picture(explanation: Explanation) -> str:
    """The drawing as SVG with a title and a description; empty without a dated event."""
    entries = explanation.timeline
    if not entries:
        return ""
    ends = [one.stop or one.start for one in entries]
    scale = Scale(min(one.start for one in entries), max(ends))
    rows = _rows(entries)
    height = HEAD + ROW * len(rows) + FOOT
    body = [
        *_shades(explanation.spans, scale, height),
        *_axis(entries, scale, height),
        *(part for place, row in enumerate(rows) for part in _row(row, place, rows, scale)),
    ]
    said = escape(_description(explanation))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="picture-title '
        f'picture-text" xmlns="http://www.w3.org/2000/svg">'
        '<title id="picture-title">Course of treatment</title>'
        f'<desc id="picture-text">{said}</desc>{"".join(body)}</svg>'
    )


Rows = list[tuple[str, str, list[Entry]]]


def _rows(entries: tuple[Entry, ...]) -> Rows:
    """The rows of the drawing: one a substance in order of first start, then one a kind."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for one in entries:
        if one.kind == "substance":
            found.setdefault(("substance", one.row), []).append(one)
    for kind in KINDS:
        kinds = ("death", "contact") if kind == "end" else (kind,)
        points = [one for one in entries if one.kind in kinds]
        if points:
            found[(kind, KINDS[kind])] = points
    return [(kind, name, ones) for (kind, name), ones in found.items()]


def _shades(spans: tuple[Span, ...], scale: Scale, height: int) -> Iterator[str]:
    taken = -1.0
    for place, one in enumerate(spans):
        left, right = scale.x(one.start), max(scale.x(one.stop), scale.x(one.start) + 2)
        yield (
            f'<rect class="line shade-{place % 2}" x="{left}" y="22" width="{right - left:.1f}" '
            f'height="{height - FOOT - 20}"><title>{escape(one.name)}: {escape(one.label)}, '
            f"{one.start} to {one.stop}</title></rect>"
        )
        if left > taken:
            yield f'<text class="line-name" x="{left + 2}" y="16">{escape(one.name)}</text>'
            taken = left + 2 + _CHARACTER * (len(one.name) + 1)


def _axis(entries: tuple[Entry, ...], scale: Scale, height: int) -> Iterator[str]:
    zero = entries[0].start.toordinal() - entries[0].day
    step = next((one for one in _STEPS if scale.days / one <= 9), 365 * 10)
    first = scale.first.toordinal() - zero
    y = height - FOOT + 6
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
    for day in range(-(-first // step) * step, first + scale.days + 1, step):
        x = scale.x(date.fromordinal(zero + day))
        yield f'<line class="axis" x1="{x}" x2="{x}" y1="{y}" y2="{y + 5}"/>'
        yield f'<text class="tick" x="{x}" y="{y + 18}">{day}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text class="tick" x="{middle}" y="{height - 3}">days from the start of line 1</text>'


def _row(row: tuple[str, str, list[Entry]], place: int, rows: Rows, scale: Scale) -> Iterator[str]:
    del rows
    kind, name, entries = row
    y = HEAD + ROW * place
    yield f'<text class="row" x="{LEFT - 10}" y="{y + 4}">{escape(name)}</text>'
    taken = -1.0
    for one in entries:
        title = f"<title>{one.start} (day {one.day}): {escape(one.what)}</title>"
        if kind == "substance":
            yield _bar(one, y, scale, title)
            continue
        x = scale.x(one.start)
        yield f"<g>{title}{_mark(one, x, y)}</g>"
        label = _label(one)
        if label and x - 3 * len(label) > taken:
            yield f'<text class="mark-text" x="{x}" y="{y - 7}">{escape(label)}</text>'
            taken = x + 3 * len(label) + 2


def _bar(one: Entry, y: float, scale: Scale, title: str) -> str:
    left = scale.x(one.start)
    if one.stop is None:
        end = scale.x(scale.last) if one.is_open and "ongoing" in one.what else left + 8
        return (
            f'<path class="open" d="M{left} {y - 6}H{end}L{end + 6} {y}L{end} {y + 6}H{left}Z">'
            f"{title}</path>"
        )
    width = max(scale.x(one.stop) - left, 2)
    return (
        f'<rect class="given" x="{left}" y="{y - 6}" width="{width:.1f}" height="12">{title}</rect>'
    )


def _mark(one: Entry, x: float, y: float) -> str:
    if one.kind == "assessment":
        kind = "bad" if one.row in ("PD", "iCPD", "iUPD") else "good"
        kind = kind if one.row not in ("SD", "iSD", "NE") else "same"
        return f'<circle class="{kind}" cx="{x}" cy="{y}" r="4"/>'
    if one.kind == "event":
        return f'<path class="event" d="M{x} {y - 5}L{x + 5} {y + 4}H{x - 5}Z"/>'
    if one.kind == "local":
        return f'<rect class="local" x="{x - 4}" y="{y - 4}" width="8" height="8"/>'
    if one.kind == "death":
        return f'<path class="death" d="M{x - 5} {y - 5}l10 10m0 -10l-10 10"/>'
    return f'<path class="contact" d="M{x - 5} {y - 5}L{x + 4} {y}L{x - 5} {y + 5}"/>'


def _label(one: Entry) -> str:
    if one.kind == "assessment":
        return one.row
    if one.kind == "event":
        return f"G{one.row}"
    return {"death": "died", "contact": "alive"}.get(one.kind, "")


def _description(explanation: Explanation) -> str:
    parts = [
        f"{one.name}, {one.label}, from {one.start} to {one.stop}" for one in explanation.spans
    ]
    lines = "; ".join(parts) or "no line of therapy"
    return f"Lines of therapy: {lines}. The table of the timeline says the same in words."
