"""What each key of a study is when it is left out, as `docs/studies.md` prints it.

Run as `python -m etl.studies.defaults` to write the column anew after a default changed.
"""

import re
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from etl.studies.definition import Study

DOCUMENT = Path(__file__).parents[2] / "docs" / "studies.md"
HEADER = "| key | values | default | meaning |"
_KEY = re.compile(r"`([a-z_.]+)`")


def defaults(model: type[BaseModel] = Study, prefix: str = "") -> dict[str, str]:
    """Every key of a study with its default in words, keys within keys written with dots."""
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        found[prefix + name] = _in_words(field)
        for inner in _models(field):
            found |= defaults(inner, f"{prefix}{name}.")
    return found


def _models(field: FieldInfo) -> list[type[BaseModel]]:
    if get_origin(field.annotation) is tuple:
        return []
    named = (field.annotation, *get_args(field.annotation))
    return [one for one in named if isinstance(one, type) and issubclass(one, BaseModel)]


def _in_words(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "left out"
    if isinstance(value, BaseModel):
        return "those of its keys" if value.model_fields_set == set() else f"`{value}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value) or "none"
    return f"`{value}`"


def written_into(text: str) -> str:
    """The document with the defaults of the keys in the third column of its tables of keys."""
    known = defaults()
    lines = []
    is_table = False
    for line in text.splitlines():
        is_table = line == HEADER or (is_table and line.startswith("|"))
        cells = line.split(" | ")
        keys = _KEY.findall(cells[0]) if is_table else []
        if keys:
            said = [known[key] for key in keys]
            named = [
                f"{key.rpartition('.')[2]}: {one}" for key, one in zip(keys, said, strict=True)
            ]
            cells[2] = said[0] if len(set(said)) == 1 else "; ".join(named)
        lines.append(" | ".join(cells))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(written_into(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
