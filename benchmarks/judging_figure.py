"""The figure of the benchmark of judging: time against patients, both logarithmic.

Belongs here: drawing. Does not belong here: timing (`judging`).
"""

from pathlib import Path
from typing import Any

from etl.outputs.figures import COLOURS, STYLES, drawing


def draw(results: list[dict[str, Any]], folder: Path) -> None:
    """Draw the CPU seconds of each size, one line a share of faulty rows."""
    sizes = sorted({int(result["size"]) for result in results})
    with drawing("judging", folder, 6.4, 4.0) as canvas:
        axes = canvas.subplots()
        for place, share in enumerate(sorted({float(result["share"]) for result in results})):
            of_share = sorted(
                (int(result["size"]), float(result["cpu_seconds"]))
                for result in results
                if result["share"] == share
            )
            axes.plot(
                [size for size, _ in of_share],
                [seconds for _, seconds in of_share],
                marker="o",
                color=COLOURS[place],
                ls=STYLES[place],
                label=f"{share:.0%} of the rows faulty",
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("patients")
        axes.set_ylabel("CPU seconds")
        axes.legend(frameon=False)
