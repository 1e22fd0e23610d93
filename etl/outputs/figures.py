"""A figure as the outputs hold it, and the one house style that every figure is drawn in.

Belongs here: the `Figure` value, colours, line styles, and saving as SVG and PDF. Does not belong
here: what any figure shows (the modules beside this one), estimation.

Colours are those of Okabe and Ito, told apart by readers with any colour vision; every colour has
a line style beside it as a second code, so that a figure can be read when printed in grey. In SVG
letters are outlines, so it looks the same everywhere and needs no font; a PDF carries the fonts it
uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.outputs import fonts
from etl.outputs.results import Results
from etl.outputs.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

INK = "#222222"
GREY = "#767676"
RULE = "#e3e3e3"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
ALL_COLOUR = "#444444"
MOST_GROUPS = 8
"""Groups that colour and line style can tell apart in one panel."""
WIDTH = 7.4
"""Inches: a figure fills the text of an A4 page."""

STYLE: dict[str, Any] = {
    "font.size": 9.5,
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
"""What matplotlib is told, for every figure."""


@dataclass(frozen=True)
class Figure:
    """A drawn figure.

    Attributes:
        name: file name without ending.
        title: heading.
        alt: what the figure shows, for who cannot see it.
        path: the SVG.
        data: what it draws.
        note: what a reader needs to know below the figure.
        pdf: the same drawing for print, its fonts embedded.
        interactive: the same as a Plotly figure in JSON; None where a drawing is enough.
        more: further numbers that it draws, each a CSV of its own.
    """

    name: str
    title: str
    alt: str
    path: Path
    data: Table
    note: str = ""
    pdf: Path | None = None
    interactive: str | None = None
    more: tuple[Table, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """The drawing in every form it was saved in."""
        return (self.path,) if self.pdf is None else (self.path, self.pdf)


@contextmanager
def drawing(name: str, folder: Path, width: float, height: float) -> Iterator[Canvas]:
    """A canvas in the house style, saved as `<name>.svg` and `<name>.pdf`.

    No date and no random mark is written, so the same data give the same bytes.

    Args:
        name: file name without ending.
        folder: where the files go.
        width: in inches.
        height: in inches.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as NewCanvas

    style: Any = STYLE | {"svg.hashsalt": name, "font.family": fonts.families()}
    with mpl.rc_context(style):
        canvas = NewCanvas(figsize=(width, height), layout="constrained")
        yield canvas
        canvas.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": "rechallenge"})
        canvas.set_layout_engine("none")  # everything stays where it is, and is not found again
        canvas.savefig(
            folder / f"{name}.pdf", metadata={"CreationDate": None, "Creator": "rechallenge"}
        )


def place_of(results: Results, stratum: str) -> int | None:
    """Place of a group among those of its study; None for all patients together."""
    names = results.groups
    return names.index(stratum) if stratum in names else None


def colour_of(results: Results, stratum: str) -> str:
    """Colour of a group, the same in every figure."""
    place = place_of(results, stratum)
    return ALL_COLOUR if place is None else COLOURS[place % len(COLOURS)]


def style_place(place: int | None) -> int:
    """Which of the line styles a group at a place has.

    The fifth group has the first one's colour again, and must not have its style too; so colour
    and style tell `MOST_GROUPS` groups apart.
    """
    return 0 if place is None else (place + place // len(COLOURS)) % len(STYLES)


def line_style_of(results: Results, stratum: str) -> Any:
    """Line style of a group, the same in every figure."""
    return STYLES[style_place(place_of(results, stratum))]


def mark_of(stratum: str) -> str:
    """The name that a group's curve has in an SVG, so that a program can read it off again."""
    return "curve-" + "".join(letter if letter.isalnum() else "-" for letter in stratum)
