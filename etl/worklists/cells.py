"""Text that is safe in a cell: never a formula, never a character that XML cannot hold.

Belongs here: what becomes of a text on its way into a workbook and out of it. Does not belong
here: which texts there are.
"""

import re
from collections.abc import MutableMapping
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from openpyxl.cell.cell import WriteOnlyCell

Sheet: TypeAlias = Any
"""A sheet that is streamed; the stubs of openpyxl leave out most of what it has."""

LONGEST = 1000
"""Characters of a value that are shown; a cell could hold 32,767."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_NO_XML = re.compile("[\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LINE_ENDS = re.compile(r"(_x000D_|\r)\n?")


_STYLES: MutableMapping[Any, dict[str, Any]] = WeakKeyDictionary()


def shown(text: str, longest: int = LONGEST) -> str:
    """A text as a cell shows it.

    Control characters become their pictures (U+2400 and on), what XML cannot hold becomes the
    replacement character, a text that is too long is cut and says so. Line ends stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\t", "⇥")  # LibreOffice drops a tab
    text = _CONTROL.sub(lambda found: chr(0x2400 + ord(found.group())), text)
    text = _NO_XML.sub("\ufffd", text)
    if len(text) > longest:
        text = f"{text[:longest]} … (+{len(text) - longest:,})"
    return text


def on_one_line(text: str) -> str:
    """A value on one line, so that names and values of several fields stay beside each other."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "⏎").replace("\t", "⇥")


def text_cell(sheet: Sheet, text: str, style: str = "Normal") -> Any:
    """A cell that holds a text and nothing else.

    The type is string whatever the text begins with, the number format is text and the prefix
    says so too: a person who edits the cell does not turn `=1+1` into a formula or `007` into 7.
    """
    cell: Any = WriteOnlyCell(sheet)
    # Set past openpyxl's own reading of the text, which takes a leading "=" for a formula.
    # What looks like an escape of the format (_x0041_) is escaped itself, or it would be read.
    cell._value = _LOOKS_ESCAPED.sub("_x005F_", shown(text))
    cell.data_type = "s"
    # Working a style out takes a hundred times longer than the cell: once a workbook.
    styles = _STYLES.setdefault(sheet.parent, {})
    if style not in styles:
        cell.style = style
        cell.number_format = "@"
        cell.quotePrefix = True
        styles[style] = cell._style
    cell._style = styles[style]
    return cell


def number_cell(sheet: Sheet, number: int, style: str) -> Any:
    """A cell that holds a whole number of ours."""
    cell: Any = WriteOnlyCell(sheet, number)
    styles = _STYLES.setdefault(sheet.parent, {})
    if style not in styles:
        cell.style = style
        styles[style] = cell._style
    cell._style = styles[style]
    return cell


def read_text(value: object) -> str:
    """A cell's content as the text that stands in it, without blanks around; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Excel writes the carriage return of a pasted text as _x000D_.
    # An underscore that we escaped comes back escaped where no program saved the file since.
    return _LINE_ENDS.sub("\n", str(value)).replace("_x005F_", "_").strip()
