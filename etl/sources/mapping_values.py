"""What a mapping may say of one column: nothing that its kind cannot hold, and known codes only."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from etl.nearest import near
from etl.unicode import normal_id
from expectations.codelists import codes
from expectations.export_format import Column, Table

if TYPE_CHECKING:
    from etl.sources.mapping import ColumnMapping, RepeatedForm

_OF_KIND = {
    "codes": ("code", "text", "id", "integer", "number"),
    "dates": ("date",),
    "factor": ("integer", "number"),
    "unit": ("integer", "number"),
}
"""The kinds of native columns that a key of a mapping can be said of."""
_NUMBER = {"integer": r"[+-]?\d{1,18}(\.0{1,2})?", "number": r"[+-]?\d{1,18}(\.\d+)?"}


def column_problems(where: str, native: Column, mapped: "ColumnMapping") -> Iterator[str]:
    """Sentences for what is said of a column and would be ignored, or make a finding of each row.

    Args:
        where: the key of the column in the mapping, for the sentences.
        native: the native column.
        mapped: what the mapping says of it.
    """
    given = {name: getattr(mapped, name) is not None for name in (*_OF_KIND, "list_separator")}
    for name, kinds in _OF_KIND.items():
        if given[name] and native.kind not in kinds:
            yield f"{where}.{name}: cannot be said of a {native.kind}, which {native.name} is"
    if given["list_separator"] and native.item_codelist is None:
        yield f"{where}.list_separator: {native.name} holds one value and no list"
    said = [name for name in ("codes", "dates", "factor", "unit") if given[name]]
    if mapped.column is None and (said or given["list_separator"] or mapped.null_tokens):
        origin = "constant" if mapped.constant is not None else "concat"
        yield f"{where}.{origin}: is taken as it is; leave out what else is said of the column"
    elif "codes" in said and len(said) > 1:
        yield f"{where}.{said[1]}: is not applied beside `codes`; leave out one of them"
    if mapped.constant is not None:
        for item in mapped.constant.split(";") if native.item_codelist else [mapped.constant]:
            yield from _value_problems(f"{where}.constant", native, item)
    for code, entry in (mapped.codes or {}).items():
        yield from _value_problems(f"{where}.codes.{code}", native, entry.to)


def movement_problems(where: str, table: Table, form: "RepeatedForm") -> Iterator[str]:
    """Sentences for an order of codes in `may_move` that names others than the column's."""
    for name, movement in form.may_move.items():
        if name not in table.column_names:
            continue
        native = table.column(name)
        if movement == "forward":
            if native.kind != "date":
                yield f"{where}.may_move.{name}: `forward` is said of dates, and {name} is none"
            continue
        for code in movement:
            yield from _value_problems(f"{where}.may_move.{name}", native, code)


def _value_problems(where: str, native: Column, value: str) -> Iterator[str]:
    codelist = native.codelist or native.item_codelist
    if codelist is not None:
        allowed = codes(codelist)
        if _read_as(value) not in {_read_as(code) for code in allowed}:
            known = ", ".join(allowed)
            yield (
                f"{where}: {value!r} is no code of {native.name}. Allowed are {known}."
                f"{near(value, allowed)}"
            ).rstrip(".")
    elif native.kind in _NUMBER and not re.fullmatch(_NUMBER[native.kind], value):
        yield f"{where}: {value!r} is no {native.kind}"
    elif native.kind == "date" and not _is_date(value):
        yield f"{where}: {value!r} is no date; write 2021, 2021-06 or 2021-06-14"


def _read_as(code: str) -> str:
    """A code as staging compares it: without regard to case, `5` for `5.0`."""
    return re.sub(r"^(\d+)\.0{1,2}$", r"\1", code.casefold())


def _is_date(value: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        return False
    try:
        dt.date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        return False
    return True


def in_one_form(node: Any, where: str) -> Any:
    """Names of columns, codes and labels as those of a file are read, everywhere below `node`.

    The name of a file stays: by that name it lies in the folder.
    """
    if isinstance(node, str):
        return normal_id(node)
    if isinstance(node, list | tuple):
        return [in_one_form(item, where) for item in node]
    if not isinstance(node, dict):
        return node
    formed: dict[Any, Any] = {}
    for key, value in node.items():
        name = normal_id(key) if isinstance(key, str) else key
        if name in formed:
            raise ValueError(f"{where}: key {name!r} is given twice, in two forms of Unicode")
        within = f"{where}.{name}"
        formed[name] = (
            value if within.startswith("files.") and name == "name" else in_one_form(value, within)
        )
    return formed
