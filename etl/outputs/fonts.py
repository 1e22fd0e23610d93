"""The fonts that figures are drawn in: DejaVu Sans, cut to the letters that figures may hold.

Belongs here: making them. Does not belong here: sizes and where letters stand (`figures`).

A PDF carries the letters it uses, and matplotlib reads the whole font again for each figure to find
them: 0.15 s a font, a quarter of what a study's outputs cost. So the font is cut once a process to
the letters of Europe's Latin and Greek scripts with signs and arrows; whatever else a hospital
writes is drawn from the whole font, which stays behind it in the list.
"""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

FAMILY = "Rechallenge Sans"
WHOLE = "DejaVu Sans"
_WEIGHTS = {"DejaVuSans.ttf": "Regular", "DejaVuSans-Bold.ttf": "Bold"}
_LETTERS = (
    range(0x20, 0x7F),
    range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    range(0x391, 0x3CA),  # Greek
    range(0x2010, 0x2027),  # dashes, quotes, dots
    (0x2030, 0x20AC, *range(0x2190, 0x2194), 0x2212, 0x2248, 0x2264, 0x2265),
)


@cache
def families() -> list[str]:
    """Names of the fonts in the order they are asked for, registered with matplotlib."""
    from matplotlib import font_manager, get_data_path

    folder = Path(mkdtemp(prefix="rechallenge-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for file, weight in _WEIGHTS.items():
        path = folder / file
        _cut(Path(get_data_path()) / "fonts" / "ttf" / file, path, weight)
        font_manager.fontManager.addfont(path)
    return [FAMILY, WHOLE]


def _cut(whole: Path, part: Path, weight: str) -> None:
    """Write the letters of a font as a font of its own name; the same bytes each time."""
    from fontTools import subset

    options = subset.Options(hinting=False, recalc_timestamp=False, layout_features=["kern"])
    options.drop_tables += ["FFTM"]  # when the font was last edited
    font = subset.load_font(str(whole), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[letter for letters in _LETTERS for letter in letters])
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            said = f"{FAMILY} {weight}" if record.nameID in (3, 4, 6) else FAMILY
            record.string = said.replace(" ", "") if record.nameID == 6 else said
    subset.save_font(font, str(part), options)
    font.close()
