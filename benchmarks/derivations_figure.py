"""The figure of the benchmark of derivations: time against patients, both logarithmic.

Belongs here: drawing. Does not belong here: timing (`derivations`).
"""

from pathlib import Path
from typing import Any

from etl.outputs.figures import COLOURS, GREY, STYLES, drawing


def draw(results: list[dict[str, Any]], folder: Path) -> None:
    """Draw what was counted and everything, with the line of linear growth."""
    ordered = sorted(results, key=lambda result: int(result["patients"]))
    sizes = [result["patients"] for result in ordered]
    with drawing("derivations", folder, 6.4, 4.0) as canvas:
        axes = canvas.subplots()
        series = (
            ("lines, best responses, times, pairs", "counted_seconds"),
            ("all derived tables and marts", "all_seconds"),
        )
        for place, (label, key) in enumerate(series):
            seconds = [result[key] for result in ordered]
            axes.plot(
                sizes, seconds, marker="o", color=COLOURS[place], ls=STYLES[place], label=label
            )
        last, first = sizes[-1], sizes[0]
        end = ordered[-1]["counted_seconds"]
        axes.plot(
            [first, last], [end * first / last, end], color=GREY, lw=0.8, label="linear growth"
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("patients")
        axes.set_ylabel("seconds")
        axes.legend(frameon=False)
