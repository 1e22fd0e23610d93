"""One form of a text: Unicode NFC, and ids and codes without characters of no width.

Belongs here: how a text is normalised when `source` is made, in SQL and in Python, how a text
that was not is shown. Does not belong here: blanks around a cell (`etl/ingest/values.py`), how
many cells of a file were (`etl/ingest/normalised.py`). Only `raw` keeps a text as delivered.
"""

import re
import unicodedata

WITHOUT_WIDTH = (
    r"[\x{AD}\x{34F}\x{61C}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}]"
)
"""Soft hyphens, joiners, marks of direction, byte order marks: print nothing, tell ids apart."""
_WITHOUT_WIDTH = re.compile(re.sub(r"\\x\{(\w+)\}", lambda m: chr(int(m[1], 16)), WITHOUT_WIDTH))
STRIPPED_KINDS = ("id", "code")


def normal(sql: str, *, strips: bool = False) -> str:
    """SQL of a text in its one form.

    Args:
        sql: the text as delivered. ASCII, most of all texts, is left alone.
        strips: whether characters without width go: in ids, codes and hospital ids.
    """
    form = f"nfc_normalize({sql})"
    if strips:
        form = f"regexp_replace({form}, '{WITHOUT_WIDTH}', '', 'g')"
    return f"case when strlen({sql}) = length({sql}) then {sql} else {form} end"


def normal_text(text: str, *, strips: bool) -> str:
    """A text that was not read from a delivery in the same form, see `normal`."""
    form = unicodedata.normalize("NFC", text)
    return _WITHOUT_WIDTH.sub("", form) if strips else form


def normal_id(text: str) -> str:
    """An id, column or code that stands in no cell (of a manifest, list, header or mapping)."""
    return normal_text(text, strips=True)


def shown(sql: str) -> str:
    """SQL of a text as a person can tell it from another that prints alike: `P1<U+200B>`."""
    return (
        f"array_to_string(list_transform(regexp_extract_all({sql}, '(?s).'), lambda c: "
        "case when unicode(c) > 126 then format('<U+{:04X}>', unicode(c)) else c end), '')"
    )
