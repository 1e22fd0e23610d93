"""The typed kinds of rule: what each may say and which columns it reads.

Belongs here: one small model a kind, as written in a rule's YAML. Does not belong here: SQL
(compile_rules) and whole rules (catalogue).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

KindName = Literal[
    "required",
    "in_codelist",
    "range",
    "ordered",
    "unique",
    "exists",
    "matches",
    "agrees",
    "sql",
]
KIND_NAMES: tuple[KindName, ...] = (
    "required",
    "in_codelist",
    "range",
    "ordered",
    "unique",
    "exists",
    "matches",
    "agrees",
    "sql",
)


def as_list(value: Any) -> Any:
    """A single text becomes a list of one, so that `required: sex` may be written."""
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(as_list), Field(min_length=1)]


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ColumnsSpec(_Spec):
    """A kind that may be written as its bare list of columns."""

    columns: Names

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, value: Any) -> Any:
        return {"columns": value} if isinstance(value, str | list | tuple) else value


class Threshold(_Spec):
    """How many records, and what share of them, a rule about many records lets pass.

    In SQL `$threshold_count` and `$threshold_share`.
    """

    count: str | None = Field(default=None, pattern=r"^\d+$")
    share: str | None = Field(default=None, pattern=r"^\d+(\.\d+)?$")

    @model_validator(mode="after")
    def _has_one(self) -> "Threshold":
        if self.count is None and self.share is None:
            raise ValueError("a threshold has a count, a share (0.10 is 10%) or both")
        return self

    def as_parameters(self) -> dict[str, str]:
        """The limits by the name they have in SQL."""
        named = {"threshold_count": self.count, "threshold_share": self.share}
        return {name: value for name, value in named.items() if value is not None}


class RequiredSpec(_ColumnsSpec):
    """Every column has a value."""


class InCodelistSpec(_ColumnsSpec):
    """Every value given is a code of its list; the list of the native column when not named."""

    codelist: str | None = None


class MatchesSpec(_ColumnsSpec):
    """Every value given has the form of its declared type, or matches the pattern."""

    pattern: str | None = None


class RangeSpec(_Spec):
    """The value lies between two limits, both inside."""

    column: str
    min: str | None = None
    max: str | None = None

    @model_validator(mode="after")
    def _has_a_limit(self) -> "RangeSpec":
        if self.min is None and self.max is None:
            raise ValueError("range needs min, max or both")
        return self


class OrderedSpec(_ColumnsSpec):
    """Each column is not after (not more than) the next, give or take a tolerance in days."""

    tolerance_days: str = "0"
    strict: bool = False

    @model_validator(mode="after")
    def _has_two(self) -> "OrderedSpec":
        if len(self.columns) < 2:
            raise ValueError("ordered needs at least two columns")
        return self


class AgreesSpec(_ColumnsSpec):
    """Two columns have the same value, give or take a tolerance (days for dates)."""

    tolerance: str = "0"

    @model_validator(mode="after")
    def _has_two(self) -> "AgreesSpec":
        if len(self.columns) != 2:
            raise ValueError("agrees needs exactly two columns")
        return self


class UniqueSpec(_ColumnsSpec):
    """No two records share the values of these columns."""


class ExistsSpec(_Spec):
    """A matching row stands in another table: its column for each of ours."""

    table: str
    on: dict[str, str] = Field(min_length=1)
    where: str | None = None


class SqlSpec(_Spec):
    """A condition: true holds, false is violated, NULL cannot be judged."""

    holds: str

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, value: Any) -> Any:
        return {"holds": value} if isinstance(value, str) else value


Spec = (
    RequiredSpec
    | InCodelistSpec
    | RangeSpec
    | OrderedSpec
    | UniqueSpec
    | ExistsSpec
    | MatchesSpec
    | AgreesSpec
    | SqlSpec
)


def columns_of(spec: Spec) -> tuple[str, ...]:
    """The columns a typed kind judges; none for `sql`, which lists its own."""
    if isinstance(spec, RangeSpec):
        return (spec.column,)
    if isinstance(spec, ExistsSpec):
        return tuple(spec.on)
    if isinstance(spec, SqlSpec):
        return ()
    return spec.columns
