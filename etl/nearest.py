"""The known names that are nearest to one that was mistyped, as a sentence says them."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 3


def near(asked: str, known: Iterable[str]) -> str:
    """` Near to it: A, B.`, or nothing when no known name is near; capitals make no difference."""
    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(asked.casefold(), list(by_fold), n=_SHOWN, cutoff=0.6)
    return f" Near to it: {', '.join(by_fold[name] for name in found)}." if found else ""
