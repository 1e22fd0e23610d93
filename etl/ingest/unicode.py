"""One form of a text: Unicode NFC, and ids and codes without characters of no width.

Belongs here: how a text is normalised when `source` is made, in SQL and in Python, how a text
that was not is shown, and how many cells of a file were. Does not belong here: blanks around a
cell (`values.py`). Only `raw` keeps a text as delivered.
"""

import re
import unicodedata

import duckdb

from etl.ingest.raw_tables import identifier, literal
from etl.sources import Mapping
from expectations.export_format import TABLES

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
    """An id that was not read from a delivery (a manifest, a list) in the same form."""
    return normal_text(text, strips=True)


def shown(sql: str) -> str:
    """SQL of a text as a person can tell it from another that prints alike: `P1<U+200B>`."""
    return (
        f"array_to_string(list_transform(regexp_extract_all({sql}, '(?s).'), lambda c: "
        "case when unicode(c) > 126 then printf('<U+%04X>', unicode(c)) else c end), '')"
    )


def count_normalised(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, files: dict[str, tuple[str, tuple[str, ...]]]
) -> None:
    """Fill `source.normalised_cells`: for each mapped column of a file the cells that changed.

    Args:
        con: the warehouse, the files in raw.
        mapping: the registry.
        files: name and columns of each file in raw, by key.
    """
    strips: dict[tuple[str, str], bool] = {}
    for _, table, part in mapping.numbered_parts():
        for name, mapped in part.columns_of(TABLES[table]).items():
            stripped = TABLES[table].column(name).kind in STRIPPED_KINDS
            for column in mapped.columns_read:
                place = part.file, column
                strips[place] = strips.get(place, False) or stripped
    for key, (file_name, columns) in files.items():
        counted = [
            f"struct_pack(name := {literal(column)}, cells := count(*) filter "
            f"({identifier(column)} <> {normal(identifier(column), strips=strips[key, column])}))"
            for column in columns
            if (key, column) in strips
        ]
        if counted:
            con.execute(
                "insert into source.normalised_cells "
                f"select {literal(file_name)}, c.name, c.cells from (select unnest("
                f"[{', '.join(counted)}]) as c from raw.{identifier(key)})"
            )
