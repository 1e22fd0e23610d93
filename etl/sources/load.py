"""Finding and reading `mapping.yaml` files.

Belongs here: YAML in, `Mapping` out, and a sentence for every mistake in between. Does not
belong here: what a mapping may say (`mapping.py`).
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from etl.errors import InputUnreadableError, WrongUseError
from etl.sources.mapping import Mapping

_HERE = Path(__file__).parent


class _TextLoader(yaml.BaseLoader):
    """Reads every scalar as the text that was written, and refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"key {key!r} is given twice (line {line})")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def available_sources() -> tuple[str, ...]:
    """Names of the registries that have a mapping."""
    return tuple(sorted(path.parent.name for path in _HERE.glob("*/mapping.yaml")))


@cache
def load_mapping(name: str) -> Mapping:
    """The mapping of one registry.

    Args:
        name: a folder of `etl/sources`, see `available_sources`.

    Raises:
        WrongUseError: there is no such registry.
        InputUnreadableError: the mapping has a mistake; the sentence names file and key.
    """
    if name not in available_sources():
        raise WrongUseError(
            f"There is no source {name!r}. Known are {', '.join(available_sources())}. "
            "A new one needs a folder in etl/sources with a mapping.yaml."
        )
    return read_mapping(_HERE / name / "mapping.yaml")


def mapping_if_known(name: str) -> Mapping | None:
    """The mapping of a registry by which something was once read; None where it is gone."""
    return load_mapping(name) if name in available_sources() else None


def read_mapping(path: Path) -> Mapping:
    """Read one mapping file.

    Raises:
        InputUnreadableError: it cannot be read or has a mistake; names file and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputUnreadableError(f"{path}: the mapping cannot be read: {error}.") from error
    try:
        data = yaml.load(text, Loader=_TextLoader)  # noqa: S506  # builds text, lists and dicts only
    except yaml.YAMLError as error:
        raise InputUnreadableError(
            f"{path}: the mapping is not valid YAML: {' '.join(str(error).split())}. "
            "Correct the line named and run again."
        ) from error
    if not isinstance(data, dict):
        raise InputUnreadableError(f"{path}: the mapping must be a YAML mapping with keys.")
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise InputUnreadableError(_sentence(path, error)) from None


def _sentence(path: Path, error: ValidationError) -> str:
    mistakes = []
    for mistake in error.errors():
        key = ".".join(str(step) for step in mistake["loc"] if step != 0)  # 0: the only part
        message = str(mistake["msg"]).removeprefix("Value error, ")
        mistakes.append(f"key {key}: {message}" if key else message)
    more = f" (and {len(mistakes) - 5} more)" if len(mistakes) > 5 else ""
    return f"{path}: the mapping has a mistake. {'; '.join(mistakes[:5])}{more}."
