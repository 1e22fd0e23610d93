"""What a figure draws is what its CSV says: read off the SVG and the Plotly figure again.

Belongs here: drawing against file. Does not belong here: whether the file is right
(`test_figures_against_r`), whether a browser shows it (tests/ui/test_interactive.py).
"""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from etl.outputs.figures import mark_of
from etl.outputs.interactive.courses import SHORTEST
from etl.outputs.report import write_outputs
from tests.pipeline.test_figures_against_r import (
    INCIDENCE,
    KAPLAN_MEIER,
    drawn,
    of_group,
)
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import build, cohort, seed_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs")
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set severe_irae_days = 1 + pfs_days % 90, "
            "severe_irae_cause = case when worst_irae_grade = 3 then 1 else pfs_days % 4 end"
        )
        build(con)
        write_outputs(con, seed_study(), path, context())
    return path


def plotly(folder: Path, name: str) -> dict[str, list[dict[str, object]]]:
    """The interactive figure as it stands on the page."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    figure = page.split(f'<figure id="figure-{name}"')[1].split("</figure>")[0]
    text = figure.split('<script type="application/json" class="plotly">')[1].split("</script>")[0]
    found: dict[str, list[dict[str, object]]] = json.loads(text)
    return found


@pytest.mark.parametrize(
    ("name", "value"), [*((one, "Survival") for one in KAPLAN_MEIER), (INCIDENCE, "Incidence")]
)
def test_interactive_curves_are_those_of_the_csv(folder: Path, name: str, value: str) -> None:
    rows = [row for row in drawn(folder, name) if row["Drawn"] == "yes"]
    assert 0 < len(rows) < len(drawn(folder, name))
    traces = plotly(folder, name)["data"]
    start = 1.0 if value == "Survival" else 0.0
    for group in {row["Group"] for row in rows}:
        own = of_group(rows, group)
        upper, lower, line, censored = [one for one in traces if one["legendgroup"] == group]
        times = [0.0, *(float(row["Months"]) for row in own)]
        assert line["x"] == upper["x"] == lower["x"] == times
        assert line["y"] == [start, *(float(row[value]) for row in own)]
        for trace, limit in ((upper, "Upper"), (lower, "Lower")):
            assert trace["y"] == [start, *(float(row[limit] or row[value]) for row in own)]
        ticks = [float(row["Months"]) for row in own if int(row["Censored"])]
        assert censored["x"] == ticks
        assert len(line["text"]) == len(times)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sankey", "sankey_binary"])
def test_the_interactive_sankey_is_that_of_the_csv(folder: Path, name: str) -> None:
    *rows, total = drawn(folder, name)
    [trace] = plotly(folder, name)["data"]
    link, node = trace["link"], trace["node"]
    assert isinstance(link, dict)
    assert isinstance(node, dict)
    labels = [label.rsplit(":", 1)[0] for label in node["label"]]
    flows = {
        (labels[source], labels[target]): number
        for source, target, number in zip(
            link["source"], link["target"], link["value"], strict=True
        )
    }
    names = [column for column in total if column not in ("Initial response", "Total")]
    assert flows == {
        (row["Initial response"], column): int(row[column])
        for row in rows
        for column in names
        if int(row[column])
    }


def test_the_interactive_swimmer_plot_is_that_of_the_csv(folder: Path) -> None:
    rows = drawn(folder, "swimmer_parts")
    traces = plotly(folder, "swimmer")["data"]
    bars = sorted(
        (place + 1, base, round(base + length, 3))
        for trace in traces
        if trace["type"] == "bar"
        for place, base, length in zip(trace["y"], trace["base"], trace["x"], strict=True)  # type: ignore[call-overload]
    )
    kept = sorted(
        (
            int(row["Patient"]),
            float(row["From"]),
            max(float(row["To"]), float(row["From"]) + (SHORTEST if row["Given"] else 0)),
        )
        for row in rows
        if row["To"]
    )
    assert len(bars) == len(kept) >= 73 * 3
    for bar, row in zip(bars, kept, strict=True):
        assert bar == pytest.approx(row, abs=0.0021)
    marks = [trace for trace in traces if trace["type"] == "scatter"]
    assert sum(len(trace["y"]) for trace in marks) == sum(not row["To"] for row in rows)  # type: ignore[arg-type]


def on_paper(folder: Path, name: str, group: str, top: float) -> list[tuple[float, float]]:
    """Corners of a group's curve as the SVG draws it, in months and shares."""
    root = ElementTree.parse(folder / "figures" / f"{name}.svg").getroot()  # noqa: S314 - our own
    ids = {one.get("id"): one for one in root.iter() if one.get("id")}
    last = int(list(drawn(folder, f"{name}_at_risk")[0])[-1])

    def points(mark: str) -> list[tuple[float, float]]:
        path = next(one for one in ids[mark].iter() if one.tag.endswith("path"))
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", path.get("d") or "")]
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    frame = points("panel")  # the background of the first panel: its whole range
    left, right = min(x for x, _ in frame), max(x for x, _ in frame)
    high, low = min(y for _, y in frame), max(y for _, y in frame)
    return [
        (last * (x - left) / (right - left), top * (low - y) / (low - high))
        for x, y in points(mark_of(group))
    ]


@pytest.mark.parametrize(
    ("name", "value"), [*((one, "Survival") for one in KAPLAN_MEIER), (INCIDENCE, "Incidence")]
)
def test_the_drawing_is_that_of_the_csv(folder: Path, name: str, value: str) -> None:
    rows = [row for row in drawn(folder, name) if row["Drawn"] == "yes"]
    top = 1.02  # a curve of survival ends just above 100%
    if name == INCIDENCE:
        note = re.search(
            r"The upper axis ends at (\d+)%", (folder / "report.html").read_text("utf-8")
        )
        top = int(note[1]) / 100 if note else 1.0
    for group in {row["Group"] for row in rows}:
        corners = on_paper(folder, name, group, top)
        before = 1.0 if value == "Survival" else 0.0
        last = max(float(row["Months"]) for row in of_group(rows, group))
        assert max(x for x, _ in corners) == pytest.approx(last, abs=0.1)
        for row in of_group(rows, group):
            after = float(row[value])
            asked = {(float(row["Months"]), before), (float(row["Months"]), after)}
            for month, share in asked if before != after else ():
                near = min(abs(x - month) / 100 + abs(y - share) for x, y in corners)
                assert near < 0.004, (group, month, share)
            before = after
        assert min(y for _, y in corners) >= -0.001
        assert len(corners) >= 2 * len({row[value] for row in of_group(rows, group)}) - 1
