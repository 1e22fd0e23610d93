"""docs/studies.md names every key of a study definition."""

from pathlib import Path

from pydantic import BaseModel

from etl.studies.definition import Study

DOCUMENT = Path(__file__).parents[2] / "docs" / "studies.md"
DESCRIBED_TOGETHER = ("publication",)


def keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        nested = isinstance(inner, type) and issubclass(inner, BaseModel)
        if nested and name not in DESCRIBED_TOGETHER:
            found += keys(inner, f"{prefix}{name}.")
        else:
            found.append(prefix + name)
    return found


def test_every_key_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    missing = [key for key in keys(Study) if f"`{key}`" not in text]
    assert missing == []
    assert len(keys(Study)) > 25
