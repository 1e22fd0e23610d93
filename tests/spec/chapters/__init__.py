"""The chapters of the spec, one module each, in the order of their file names.

Belongs here: finding them. Does not belong here: any paragraph.
"""

import importlib
import pkgutil
from functools import cache

from tests.spec.language import Chapter


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters in order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").CHAPTER for name in names)
