"""Reading study definitions: one YAML file a study, each error a sentence with file and key.

Belongs here: finding and parsing the files beside this module. Does not belong here: what the
keys mean (`definition`).
"""

from collections.abc import Hashable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from etl.errors import WrongUseError
from etl.studies.definition import Study

HERE = Path(__file__).parent
SEE = "See docs/studies.md."


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key given twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping whose keys differ."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"line {line} gives the key '{key}' a second time")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def load_studies(folder: Path = HERE) -> dict[str, Study]:
    """All studies defined in a folder, by id, in order of id.

    Raises:
        WrongUseError: a file cannot be read as a study; the sentence names file and key.
    """
    return dict(_shipped()) if folder == HERE else _of_folder(folder)


@cache
def _shipped() -> dict[str, Study]:
    """The studies beside this module, read once a process."""
    return _of_folder(HERE)


def _of_folder(folder: Path) -> dict[str, Study]:
    studies = [load_study(path) for path in sorted(folder.glob("*.yaml"))]
    return {study.id: study for study in studies}


def load_study(path: Path) -> Study:
    """Read one study definition.

    Raises:
        WrongUseError: the file is not YAML, a key is unknown or missing, or a value is wrong or
            not implemented.
    """
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongUseError(f"{path} is not readable as YAML: {error}. Correct the file.") from None
    if not isinstance(written, dict):
        raise WrongUseError(f"{path} holds no study: expected keys and values, as `study: my-id`.")
    try:
        study = Study.model_validate(written)
    except ValidationError as error:
        raise WrongUseError(_sentences(path, error)) from None
    if study.id != path.stem:
        raise WrongUseError(
            f"{path}, key study: is '{study.id}', and the file is named '{path.stem}'. "
            "Give both the same name."
        )
    return study


def _sentences(path: Path, error: ValidationError) -> str:
    by_key: dict[str, list[Any]] = {}
    for problem in error.errors():
        by_key.setdefault(_key(problem["loc"]), []).append(problem)
    return "\n".join(
        f"{path}, key {sentence}"
        for key, problems in by_key.items()
        for sentence in _told(key, _of_the_kind_meant(problems, _has_deeper(key, by_key)))
    )


def _has_deeper(key: str, keys: Iterable[str]) -> bool:
    return any(other.startswith(f"{key}.") for other in keys)


def _of_the_kind_meant(problems: list[Any], has_deeper: bool) -> list[Any]:
    """Problems of a key with several forms, less those of forms that were not written."""
    if has_deeper or any(isinstance(one["input"], dict | list) for one in problems):
        meant = [one for one in problems if one["type"] != "literal_error"]
        return meant if meant or has_deeper else problems
    return problems


def _told(key: str, problems: list[Any]) -> list[str]:
    """Key and sentence; a mistake across keys brings its own key, one a line."""
    if not problems:
        return []
    first = problems[0]
    if first["type"] == "value_error" and not first["loc"]:
        lines = first["msg"].removeprefix("Value error, ").splitlines()
        return [f"{line}. {SEE}" for line in lines]
    if len(problems) > 1:
        forms = " or ".join(_form(problem) for problem in problems)
        return [f"{key}: Input should be {forms}, not {first['input']!r}."]
    return [f"{key}: {_what(first)}"]


def _form(problem: Any) -> str:
    """One form in which a key with several may be written."""
    forms = {
        "bool_parsing": "true or false",
        "bool_type": "true or false",
        "model_type": "keys beneath it",
        "tuple_type": "a list",
    }
    return forms.get(problem["type"]) or str(problem.get("ctx", {}).get("expected", "a value"))


def _key(location: tuple[int | str, ...]) -> str:
    # Union members are named by pydantic with brackets or a class; a reader knows only the keys.
    named = [str(part) for part in location if not _is_union_member(part)]
    return ".".join(named) or "(whole file)"


def _is_union_member(part: int | str) -> bool:
    text = str(part)
    return "[" in text or text in ("FirstBenefit", "str", "constrained-str", "bool")


def _what(problem: Any) -> str:
    kind, message = problem["type"], problem["msg"]
    if kind == "extra_forbidden":
        return "this key is unknown. Check its spelling against docs/studies.md."
    if kind == "missing":
        return "this key is required. Add it."
    if kind == "value_error":
        return f"{message.removeprefix('Value error, ')}. {SEE}"
    return f"{message}, not {problem['input']!r}."
