"""The script of a page with interactive figures, and the policy under which only it may run.

Belongs here: one packed copy of plotly.js, the few lines that start it (`figure.js`), and the
Content-Security-Policy. Does not belong here: any figure.

The policy names both texts by their digest, so nothing else can run, and it allows no address at
all, so nothing can be fetched or sent. A page without an interactive figure has no script.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from etl.outputs.figures import Figure

STARTER = Path(__file__).parent / "figure.js"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What every page is held to."""


@dataclass(frozen=True)
class Script:
    """What a page with interactive figures carries.

    Attributes:
        packed: plotly.js, gzip, in base64.
        starter: the few lines that unpack it and show the figures.
        policy: the page's Content-Security-Policy.
    """

    packed: str
    starter: str
    policy: str


def script_for(items: Iterable[object]) -> Script | None:
    """The script that the figures among these items need; None where no figure needs any."""
    if any(isinstance(item, Figure) and item.interactive for item in items):
        return _script()
    return None


def as_script(text: str) -> str:
    """JSON that may stand inside a script element: no tag can end it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _script() -> Script:
    from plotly.offline import get_plotlyjs

    library = get_plotlyjs()
    starter = STARTER.read_text(encoding="utf-8")
    packed = gzip.compress(library.encode("utf-8"), compresslevel=9, mtime=0)
    return Script(
        base64.b64encode(packed).decode("ascii"),
        starter,
        f"{POLICY}; script-src {_digest(library)} {_digest(starter)}",
    )


def _digest(text: str) -> str:
    found = base64.b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{found}'"
