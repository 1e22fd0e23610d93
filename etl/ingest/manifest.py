"""The manifest of a delivery: what it promises about its files.

Belongs here: reading and checking `manifest.json`. Does not belong here: comparing it with the
files in the folder (`delivery.py`).
"""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, field_validator

from etl.errors import InputUnreadableError

NAME = "manifest.json"
_MOST_BYTES = 20_000_000
_LONGEST_NAME = 255
_SHOWN = 100
"""Characters of a name in a manifest that are told back."""


class PromisedFile(BaseModel):
    """What the manifest says of one file; what it leaves out is not checked."""

    model_config = ConfigDict(frozen=True)

    rows: StrictInt | None = Field(default=None, ge=0)
    bytes: StrictInt | None = Field(default=None, ge=0)
    sha256: str | None = None

    @field_validator("sha256")
    @classmethod
    def _hash(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch("[0-9a-fA-F]{64}", value):
            raise ValueError("must be 64 hexadecimal digits")
        return value.lower() if value else value


class Manifest(BaseModel):
    """A delivery: its registry, data cut-off, scope and files."""

    model_config = ConfigDict(frozen=True)

    format: StrictInt
    registry: str = Field(min_length=1)
    export_date: str
    scope: str | list[str] = "full"
    files: dict[str, PromisedFile]

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: int) -> int:
        if value != 1:
            raise ValueError(f"is {value}, and this version reads format 1")
        return value

    @field_validator("export_date")
    @classmethod
    def _full_date(cls, value: str) -> str:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError("must be a full date such as 2025-03-03")
        dt.date.fromisoformat(value)
        return value

    @field_validator("scope")
    @classmethod
    def _known_scope(cls, value: str | list[str]) -> str | list[str]:
        if isinstance(value, str) and value != "full":
            raise ValueError('must be "full" or a list of hospital codes')
        if not value or any(not code.strip() or "," in code for code in value):
            raise ValueError("must name at least one hospital, and codes have no comma")
        return value

    @field_validator("files")
    @classmethod
    def _plain_names(cls, value: dict[str, PromisedFile]) -> dict[str, PromisedFile]:
        for name in value:
            is_long = len(name.encode()) > _LONGEST_NAME
            if name in ("", ".", "..") or is_long or any(mark in name for mark in "/\\\0"):
                said = repr(_short(name))
                raise ValueError(f"{said} is not a plain file name; files lie in the folder")
        return value

    @property
    def cut_off(self) -> dt.date:
        """The data cut-off."""
        return dt.date.fromisoformat(self.export_date)

    @property
    def hospitals(self) -> tuple[str, ...]:
        """The hospitals a partial delivery covers, sorted; empty for a full one."""
        return () if isinstance(self.scope, str) else tuple(sorted(set(self.scope)))


def read_manifest(export_dir: Path) -> Manifest | None:
    """Read the manifest of a delivery, or None where there is none.

    Raises:
        InputUnreadableError: it is there and cannot be read or says something impossible.
    """
    path = export_dir / NAME
    if not path.exists():
        return None
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=_once)
        return Manifest.model_validate(data)
    except ValidationError as error:
        mistake = error.errors()[0]
        key = ".".join(_short(str(step)) for step in mistake["loc"]) or "the whole"
        message = str(mistake["msg"]).removeprefix("Value error, ")
        raise _unreadable(path, f"{key}: {message}") from None
    except json.JSONDecodeError as error:
        raise _unreadable(path, f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise _unreadable(path, "it is nested too deep") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from None


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}\u2026"


def _unreadable(path: Path, problem: str) -> InputUnreadableError:
    return InputUnreadableError(
        f"{path}: the manifest cannot be used: {problem.rstrip('.')}. Expected "
        '{"format": 1, "registry": ..., "export_date": "2025-03-03", "scope": "full", '
        '"files": {"patients.csv": {"rows": ..., "sha256": ...}}}. Ask for the delivery again, '
        "or correct the manifest."
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise ValueError(f"the key {_short(key)!r} is given twice")
        data[key] = value
    return data
