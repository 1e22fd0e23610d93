"""Reading YAML with its lines, and the sentence that a wrong entry gets.

Belongs here: lists of entries in a file, on which line each entry and each of its fields stands,
and saying of a wrong field what was expected. Does not belong here: what a rule is (catalogue).
Every scalar is read as text: YAML 1.1 would turn `yes`, `5.0` and `007` into other things.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from expectations.errors import CatalogueError

# libyaml's parser where PyYAML was built with it: eight times quicker, the same nodes and marks.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_Model = TypeVar("_Model", bound=BaseModel)

_EXPECTED: Mapping[str, str] = {
    "id": "two or three capitals, a dash, a capital with two digits, such as AE-T19",
    "name": "lower-case words joined by underscores, such as resolved_before_onset",
    "family": "lower-case words joined by dashes, such as ae-dates",
    "title": "one sentence that says what must be true",
    "why": "a sentence that says what goes wrong when the rule is violated",
    "fix": "a sentence that says how to put it right",
    "standard": "where the rule comes from",
    "examples": "at least one worked example, each with its verdict",
    "shadow_nights": "a whole number of nights, 1 to 365",
}


@dataclass(frozen=True)
class Entry:
    """One entry of a file: its value, and where it and its fields stand."""

    value: Any
    file: str
    node: yaml.Node

    @property
    def place(self) -> str:
        """File and line of the entry: `adverse_events.yaml, line 12`."""
        return f"{self.file}, line {_line(self.node)}"

    @property
    def name(self) -> str:
        """The entry's id as written."""
        found = self.value.get("id") if isinstance(self.value, dict) else None
        return str(found) if found else "without id"

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line of a field, or of the deepest part of its path that is written."""
        node, line = self.node, _line(self.node)
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line


def read_entries(path: Path, what: str) -> list[Entry]:
    """The entries of a YAML file that holds one list.

    Args:
        path: The file.
        what: What the list is of, for the sentence: "rules, each starting with '- '".

    Raises:
        CatalogueError: the file cannot be read, is not valid YAML, is no list, or an entry
            says one field twice.
    """
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(
            f"{path.name}: the file cannot be read ({type(error).__name__}). Expected a text file "
            "in UTF-8."
        ) from None
    try:
        node = loader.get_single_node()
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise CatalogueError(f"{path.name}: expected a list of {what}.")
        for item in node.value:
            _check_fields_once(item, path.name)
        return [
            Entry(loader.construct_object(item, deep=True), path.name, item) for item in node.value
        ]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not readable"
        raise CatalogueError(
            f"{path.name}{line}: this is not valid YAML: {problem}. A text that holds ': ' or "
            "starts with a bracket, quote or star has to stand in quotes."
        ) from None
    finally:
        loader.dispose()


def validated(entry: Entry, model: type[_Model], what: str) -> _Model:
    """The entry as its model.

    Raises:
        CatalogueError: something is wrong; the sentence names file, line, entry, and of each
            wrong field its line and what was expected.
    """
    try:
        return model.model_validate(entry.value)
    except ValidationError as error:
        fields = [*model.model_fields]
        problems = _without_misspelt(error.errors(), fields)
        said = "; ".join(_sentence(problem, entry, fields) for problem in problems)
        end = "" if said.endswith("?") else "."
        raise CatalogueError(f"{entry.place}, {what} {entry.name}: {said}{end}") from None


def _without_misspelt(problems: Iterable[Any], fields: Iterable[str]) -> list[Any]:
    """A field that is missing because its name is misspelt is told once."""
    listed = list(problems)
    meant = {
        match
        for problem in listed
        if problem["type"] == "extra_forbidden"
        for match in _close_to(str(problem["loc"][-1]), fields)
    }
    return [one for one in listed if one["type"] != "missing" or one["loc"][-1] not in meant]


def _close_to(name: str, fields: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name, list(fields), n=1)


def _sentence(problem: Mapping[str, Any], entry: Entry, fields: Iterable[str]) -> str:
    path = tuple(problem["loc"])
    if not path:
        return _without_prefix(problem["msg"])
    where = ".".join(str(part) for part in path)
    said = _SAYINGS.get(problem["type"], _other)(problem, where, fields)
    line = entry.line_of(path)
    return said if line == _line(entry.node) else f"line {line}: {said}"


def _missing(_: Mapping[str, Any], where: str, __: Iterable[str]) -> str:
    expected = _EXPECTED.get(where)
    return f"`{where}` is missing" + (f"; expected {expected}" if expected else "")


def _extra(_: Mapping[str, Any], where: str, fields: Iterable[str]) -> str:
    close = _close_to(where, fields)
    return f"`{where}` is not a field of a rule" + (f"; did you mean {close[0]}?" if close else "")


def _wrong_choice(problem: Mapping[str, Any], where: str, _: Iterable[str]) -> str:
    expected = problem["ctx"]["expected"]
    return f"`{where}` is {_quoted(problem)}; expected {expected}"


def _other(problem: Mapping[str, Any], where: str, _: Iterable[str]) -> str:
    expected = _EXPECTED.get(where)
    if expected and problem["type"] != "value_error":
        return f"`{where}` is {_quoted(problem)}; expected {expected}"
    return f"`{where}`: {_without_prefix(problem['msg'])}"


_SAYINGS: Mapping[str, Callable[[Mapping[str, Any], str, Iterable[str]], str]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "literal_error": _wrong_choice,
}


def _quoted(problem: Mapping[str, Any]) -> str:
    given = problem["input"]
    return f"'{given}'" if isinstance(given, str) else "something else"


def _without_prefix(message: str) -> str:
    return message.removeprefix("Value error, ")


def _check_fields_once(node: yaml.Node, file: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_fields_once(item, file)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        if key.value in seen:
            raise CatalogueError(
                f"{file}, line {_line(key)}: `{key.value}` is said a second time; it stands at "
                f"line {seen[key.value]} already. Keep one of the two."
            )
        seen[key.value] = _line(key)
        _check_fields_once(value, file)


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return _line(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return _line(node.value[part]), node.value[part]
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
