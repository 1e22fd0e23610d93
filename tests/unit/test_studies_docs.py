"""docs/studies.md names every key of a study definition."""

import re
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel

from etl.studies.defaults import defaults, written_into
from etl.studies.definition import Study

DOCUMENT = Path(__file__).parents[2] / "docs" / "studies.md"
DESCRIBED_TOGETHER = ("publication",)


def keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        nested = [
            one
            for one in (field.annotation, *get_args(field.annotation))
            if get_origin(field.annotation) is not tuple
            if isinstance(one, type) and issubclass(one, BaseModel)
        ]
        if nested and name not in DESCRIBED_TOGETHER:
            found += keys(nested[0], f"{prefix}{name}.")
        else:
            found.append(prefix + name)
    return found


def test_every_key_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    missing = [key for key in keys(Study) if f"`{key}`" not in text]
    assert missing == []
    assert len(keys(Study)) > 60


def test_no_key_is_documented_that_is_none() -> None:
    known = {*keys(Study), "first_benefit", "endpoints.recurrence"}
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if "|" in line]
    tables = rows[: next(n for n, line in enumerate(rows) if line.startswith("| endpoint"))]
    written = {key for row in tables for key in re.findall(r"`([a-z_.]+)`", row.split("|")[1])}
    assert written - known == set()


def test_every_default_is_documented_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written_into(text) == text, "A default changed: run python -m etl.studies.defaults"
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    for key in keys(Study):
        said = [row[2] for row in rows if f"`{key}`" in row[0]]
        assert any(defaults()[key] in one for one in said), key


def test_a_default_that_is_not_written_is_noticed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "`first_stop_toxicity.led_to_stop`" in line)
    assert row.split(" | ")[2] == "`true`"
    assert written_into(text.replace(row, row.replace("| `true` | the", "| `false` | the"))) == text
