"""Reading a study's report in a browser: what it says, and what an estimate should read as.

Belongs here: watching a page, reading its tables, axe-core, and writing an estimate out again
without the code that wrote the page. Does not belong here: any claim about a report.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

WIDTHS = {"desktop": 1440, "tablet": 820, "print": 680}
"""Widths in pixels; print is the width of an A4 page between its margins."""

PRINTED_HEIGHT = 990
"""Pixels of an A4 page between its margins."""

_READ = """
(id) => {
  const table = document.getElementById(id);
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const rows = [];
  for (const body of table.tBodies) {
    let group = '';
    for (const row of body.rows) {
      const cells = [...row.cells].map((cell) => cell.textContent.trim());
      if (row.classList.contains('group')) group = cells[0] + ': ';
      else rows.push([group + cells[0], ...cells.slice(1)]);
    }
  }
  return {heads: heads.map((cell) => cell.textContent.trim()), rows};
}
"""


@contextmanager
def opened(
    browser: Any, report: Path, *, width: str = "desktop", script: bool = True
) -> Iterator[tuple[Any, list[str]]]:
    """The report from its file, and what it said on the console or asked the network for."""
    context = browser.new_context(
        viewport={"width": WIDTHS[width], "height": 1000}, java_script_enabled=script
    )
    page = context.new_page()
    page.set_default_timeout(45_000)
    said: list[str] = []
    watch(page, said, report.as_uri())
    if width == "print":
        page.emulate_media(media="print")
    page.goto(report.as_uri())
    try:
        yield page, said
    finally:
        context.close()


def watch(page: Any, said: list[str], address: str) -> None:
    """Collect console lines, errors, and every request but the file itself and its own data."""
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.split("#")[0] == address or asked.url.startswith("data:")
            else said.append(f"request: {asked.url}")
        ),
    )


def table(page: Any, name: str) -> dict[str, dict[str, str]]:
    """A table of the page: row head (after its group) to column head to cell."""
    read = page.evaluate(_READ, f"table-{name}")
    heads = [head.replace("\u00a0", " ") for head in read["heads"]]
    width = {len(row) for row in read["rows"]}
    assert len(width) == 1
    # Under a spanner the head of the first column stands in the row above.
    columns = heads if len(heads) == width.pop() else ["", *heads]
    return {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in read["rows"]}


def violations(page: Any, rule: str | None = None) -> list[str]:
    """What axe-core finds against WCAG 2.1 A and AA, or one rule, as 'rule: first element'."""
    from axe_playwright_python.sync_playwright import Axe

    asked: dict[str, Any] = {"resultTypes": ["violations"]}
    wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    asked["runOnly"] = wcag if rule is None else {"type": "rule", "values": [rule]}
    found = Axe().run(page, options=asked).response
    assert found["testEngine"]["name"] == "axe-core"
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def estimates(folder: Path) -> list[dict[str, str]]:
    """The rows of estimates.csv, as they stand."""
    with (folder / "estimates.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def estimate(rows: list[dict[str, str]], **keys: str) -> dict[str, str]:
    """The one row with these keys; of all patients, as registered, unless said otherwise."""
    asked = {"edition": "as_registered", "subset": "all", "stratum": "all", "at": ""} | keys
    [found] = [row for row in rows if all(row[key] == value for key, value in asked.items())]
    return found


def written(row: dict[str, str]) -> str:
    """An estimate as the page should print it, made from the text of estimates.csv alone."""
    of = f"{row['numerator']}/{row['denominator']}"
    if row["statistic"] == "proportion":
        if not row["value"]:
            return of
        return f"{of} = {_with_limits(row)}"
    if row["statistic"] == "median":
        if row["denominator"] == "0":
            return "\u2013"
        limits = [_months(row[name]) for name in ("value", "lower", "upper")]
        return f"{limits[0]} ({limits[1]} to {limits[2]})"
    if not row["value"]:
        return "\u2013"
    if not row["lower"]:
        return f"{_percent(row['value'])}%"
    return _with_limits(row)


def _with_limits(row: dict[str, str]) -> str:
    return f"{_percent(row['value'])}% ({_percent(row['lower'])} to {_percent(row['upper'])})"


def _percent(text: str) -> Decimal:
    value = Decimal(str(round(100 * float(text), 9)))
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _months(text: str) -> str:
    return f"{float(text):.1f}" if text else "not reached"
