"""The spec as pages: each chapter with its questions, timelines and expected rows.

Belongs here: drawing a timeline and writing `docs/spec`. Run `python -m tests.spec.render` after
editing a chapter. Does not belong here: paragraphs, or checking them (test_spec).
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.spec.chapters import chapters
from tests.spec.language import (
    DAY_ZERO,
    Chapter,
    Event,
    Paragraph,
    as_date,
    expected_rows,
    read_timeline,
)

FOLDER = Path(__file__).parents[2] / "docs" / "spec"
_WIDTH = 48
_HEAD = (
    "<!-- Written from tests/spec/chapters by `python -m tests.spec.render`. Do not edit. -->\n\n"
)


def pages() -> dict[str, str]:
    """Every page of `docs/spec` by file name."""
    found = {
        f"{place:02}-{chapter.name}.md": _page(place, chapter)
        for place, chapter in enumerate(chapters(), start=1)
    }
    return {"README.md": _index(found)} | found


def _index(found: dict[str, str]) -> str:
    titles = zip(found, chapters(), strict=True)
    entries = "\n".join(
        f"{place}. [{chapter.title}]({name}) ({len(chapter.paragraphs)})"
        for place, (name, chapter) in enumerate(titles, start=1)
    )
    total = sum(len(chapter.paragraphs) for chapter in chapters())
    return (
        f"{_HEAD}# What the derivations do, question by question\n\n"
        f"{total} paragraphs, each a test: the timeline is registered, everything is derived, and "
        "the rows shown must come out. Days count from the first start, or as written; `0-63` is "
        "given from day 0 to day 63.\n\n"
        f"{entries}\n"
    )


def _page(place: int, chapter: Chapter) -> str:
    paragraphs = "\n".join(
        _paragraph(f"{place}.{number}", paragraph)
        for number, paragraph in enumerate(chapter.paragraphs, start=1)
    )
    return f"{_HEAD}# {place}. {chapter.title}\n\n{chapter.introduction}\n\n{paragraphs}"


def _paragraph(number: str, paragraph: Paragraph) -> str:
    parts = [f"## {number} {paragraph.question}\n", f"```text\n{draw(paragraph.timeline)}\n```\n"]
    given = {**paragraph.declares, **paragraph.parameters}
    if given:
        told = ", ".join(f"`{name} = {_plain(value)}`" for name, value in sorted(given.items()))
        parts.append(f"With {told}.\n")
    for table, text in paragraph.expectations.items():
        parts.append(f"`{table}`\n\n{_table(text)}\n")
    if paragraph.because:
        parts.append(f"{paragraph.because}\n")
    return "\n".join(parts)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _table(text: str) -> str:
    rows = expected_rows(text)
    if not rows:
        return "no row"
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([row[c] or "" for c in head] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def draw(timeline: str) -> str:
    """Draw a timeline: a bar for what was given, a mark for what happened."""
    events = read_timeline(timeline)
    days = [d for e in events for d in (_day(e.start), _day(e.stop or "?")) if d is not None]
    first, last = min([*days, 0]), max([*days, 1])

    def column(day: int) -> int:
        return round((day - first) * (_WIDTH - 1) / (last - first))

    label = max(len(f"{event.name} {event.what}") for event in events)
    lines = []
    for event in events:
        area = _bar(event, column)
        facts = "".join(f"  {name}={value}" for name, value in event.facts.items())
        when = event.start if event.stop is None else f"{event.start}-{event.stop}"
        lines.append(f"{event.name + ' ' + event.what:<{label}}  {area:<{_WIDTH}}  {when}{facts}")
    return "\n".join(line.rstrip() for line in lines)


def _bar(event: Event, column: Callable[[int], int]) -> str:
    start, stop = _day(event.start), _day(event.stop or "?")
    if start is None:
        return "?"
    if event.stop is None:
        return " " * column(start) + "^"
    if stop is None:
        tail = ">" if event.stop == "ongoing" else "?"
        return " " * column(start) + "|" + "=" * 3 + tail
    length = max(column(stop) - column(start) - 1, 0)
    return " " * column(start) + "|" + "=" * length + ("|" if stop > start else "")


def _day(when: str) -> int | None:
    """Day number of a time, of its middle where partial; None when it is not registered."""
    if when in ("?", "ongoing"):
        return None
    text = as_date(when) or ""
    full = {4: f"{text}-07-01", 7: f"{text}-15"}.get(len(text), text)
    return (date.fromisoformat(full) - DAY_ZERO).days


def main() -> None:
    """Write the pages, and remove those of chapters that are gone."""
    written = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
