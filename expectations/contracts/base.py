"""What every table promises: a pandera model that also gives the DDL, COMMENTs and UI schema.

Belongs here: the `Contract` base class, the `column` helper and what is read from a contract
(physical columns, DDL, comments, frame validation). Does not belong here: the contracts of
particular tables (the other modules of this package), how a table is filled (`etl/sql`), or the
judging of records (rules).

A table is declared once, as a class; nothing has to be registered:

    class TreatmentLines(Contract):
        '''Lines of therapy as derived.'''

        layer = "marts"
        table = "treatment_lines"
        grain = "One row per patient and line of therapy."
        primary_key = ("line_id",)
        owner = "team:registry"

        line_id: Series[str] = column("Key of the line.", nullable=False)
        line_number: Series[int] = column("Number of the line per setting.", nullable=False, ge=1)
        start_date: Series[date] = column("First day of the line.")
        pfs_days: Series[int] = column("Progression-free survival.", unit="days", ge=0)
        is_label: Series[bool] = column("Whether the substance is in the regimen's label.")
        best_overall_response: Series[str] = column("Best response.", codelist="response")

The types are `str`, `int`, `float`, `bool` and `date`; in DuckDB VARCHAR, BIGINT, DOUBLE, BOOLEAN
and DATE. Further keywords of `column` (`ge`, `le`, `isin`, `str_matches`, ...) are pandera's.
"""

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.dtypes import immutable
from pandera.engines import pandas_engine
from pandera.errors import SchemaErrors

from expectations.codelists import codes

if TYPE_CHECKING:
    from pandera.typing import Series as Series
else:

    class Series:
        """Marks the type of a column, as pandera's `Series` does; `date` is allowed too."""

        def __class_getitem__(cls, item: type) -> type:
            """The type itself: the contract decides which pandas and SQL type it becomes."""
            return item


@pandas_engine.Engine.register_dtype
@immutable
class Day(pandas_engine.DataType):
    """A calendar day, held in pandas as microseconds, as DuckDB hands it over.

    pandera's own datetime is in nanoseconds, which cannot hold a mistyped year such as 0201.
    """

    type = np.dtype("datetime64[us]")

    def coerce(self, data_container: Any) -> Any:
        """Bring days to microseconds; anything that is no day fails."""
        return data_container.astype(self.type)

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:  # noqa: ARG002
        """Whether a column has this type."""
        return isinstance(pandera_dtype, (Day, pandas_engine.DateTime))


_PANDAS_TYPES: Mapping[type, Any] = {
    str: str,
    int: pd.Int64Dtype,
    float: float,
    bool: pd.BooleanDtype,
    date: Day,
}
_SQL_TYPES: Mapping[type, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    date: "DATE",
}
PLACE = ("source_file", "source_line", "source_part", "source_number")
"""Where a staged row stands in what was delivered: one row of one table."""
_ABOUT_THE_TABLE = frozenset({"layer", "table", "grain", "primary_key", "owner"})


class ContractError(Exception):
    """A contract is declared wrongly, or asked for and not there."""


class ContractBrokenError(Exception):
    """A frame does not keep its contract. The message names columns and counts, never values."""


@dataclass(frozen=True)
class PhysicalColumn:
    """One column as it stands in DuckDB."""

    name: str
    sql_type: str
    nullable: bool
    description: str
    unit: str | None
    codelist: str | None

    @property
    def comment(self) -> str:
        """The description with unit and code list, as the COMMENT of the column."""
        unit = f" Unit: {self.unit}." if self.unit else ""
        codelist = f" Code list: {self.codelist}." if self.codelist else ""
        return f"{self.description}{unit}{codelist}"


def column(
    description: str,
    *,
    nullable: bool = True,
    unit: str | None = None,
    codelist: str | None = None,
    **checks: Any,
) -> Any:
    """Declare a column of a contract.

    Args:
        description: One sentence; it becomes the COMMENT and the dictionary entry.
        nullable: Whether the value may be missing.
        unit: Unit of a measured value or duration.
        codelist: Name of the code list that holds the allowed values.
        checks: Further pandera checks (`ge`, `le`, `isin`, `str_matches`, ...).
    """
    if codelist is not None:
        checks["isin"] = codes(codelist)
    return pa.Field(
        nullable=nullable,
        description=description,
        metadata={"unit": unit, "codelist": codelist},
        **checks,
    )


class Contract(pa.DataFrameModel):
    """The promise of one table; see the example at the head of this module."""

    if TYPE_CHECKING:
        layer: ClassVar[str]
        table: ClassVar[str]
        grain: ClassVar[str]
        primary_key: ClassVar[tuple[str, ...]]
        owner: ClassVar[str]

    _sql_types: ClassVar[dict[str, str]] = {}

    class Config:
        """Frames are brought to the declared types and may hold no undeclared column."""

        coerce = True
        strict = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Translate the plain types of the class into pandas and SQL types."""
        types = {name: _plain_type(cls, name, hint) for name, hint in _hints(cls).items()}
        cls._sql_types = {**cls._sql_types, **{n: _SQL_TYPES[t] for n, t in types.items()}}
        cls.__annotations__ = {n: _PANDAS_TYPES[t] for n, t in types.items()}
        super().__init_subclass__(**kwargs)  # type: ignore[no-untyped-call]

    @classmethod
    def _get_model_attrs(cls) -> dict[str, Any]:
        attributes = super()._get_model_attrs()
        return {n: value for n, value in attributes.items() if n not in _ABOUT_THE_TABLE}

    @classmethod
    def key(cls) -> str:
        """Layer and table, as in `staging.patients`."""
        return f"{cls.layer}.{cls.table}"


def _hints(cls: type) -> dict[str, Any]:
    hints = inspect.get_annotations(cls)
    return {name: hint for name, hint in hints.items() if not name.startswith("_")}


def _plain_type(cls: type, name: str, hint: Any) -> type:
    plain = get_args(hint)[0] if get_args(hint) else hint
    if plain not in _SQL_TYPES:
        expected = ", ".join(t.__name__ for t in _SQL_TYPES)
        raise ContractError(
            f"{cls.__module__}.{cls.__name__}.{name} has type {plain!r}; "
            f"expected one of {expected}."
        )
    return plain  # type: ignore[no-any-return]


@cache
def physical_columns(contract: type[Contract]) -> tuple[PhysicalColumn, ...]:
    """The columns of the table, in order."""
    return tuple(
        PhysicalColumn(
            name=name,
            sql_type=contract._sql_types[name],
            nullable=declared.nullable,
            description=declared.description or "",
            unit=(declared.metadata or {}).get("unit"),
            codelist=(declared.metadata or {}).get("codelist"),
        )
        for name, declared in contract.to_schema().columns.items()
    )


def create_table_sql(contract: type[Contract]) -> str:
    """The CREATE TABLE statement. Keys are judged by rules, not enforced by an index."""
    lines = ",\n".join(
        f'  "{c.name}" {c.sql_type}{"" if c.nullable else " not null"}'
        for c in physical_columns(contract)
    )
    return f'create table {contract.layer}."{contract.table}" (\n{lines}\n)'


def version(contract: type[Contract]) -> str:
    """A short hash of the table's columns: types, nullability, units and descriptions."""
    return hashlib.sha256(repr(physical_columns(contract)).encode()).hexdigest()[:12]


def table_comment(contract: type[Contract]) -> str:
    """Grain, key, owner and version of the contract in one line."""
    key = ", ".join(contract.primary_key)
    return f"{contract.grain} Key: {key}. Owner: {contract.owner}. Contract: {version(contract)}."


def comment_sql(contract: type[Contract]) -> list[str]:
    """COMMENT statements of the table and of each of its columns."""
    name = f'{contract.layer}."{contract.table}"'
    return [
        f"comment on table {name} is {_quoted(table_comment(contract))}",
        *(
            f'comment on column {name}."{c.name}" is {_quoted(c.comment)}'
            for c in physical_columns(contract)
        ),
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def validate_frame(
    contract: type[Contract], frame: pd.DataFrame, *, partial: bool = False
) -> pd.DataFrame:
    """Check a frame that leaves DuckDB for Python; returns it with the declared types.

    Args:
        contract: The contract of the table the frame was read from.
        frame: All columns of the table, or some of them when `partial`.
        partial: Check only the columns present; others and the key are not asked for.

    Raises:
        ContractBrokenError: names the columns and the number of rows, without any value.
    """
    schema = contract.to_schema()
    if partial:
        declared = [name for name in frame.columns if name in schema.columns]
        schema = schema.select_columns(declared)
        schema.strict = False
    elif contract.primary_key:
        _assert_unique(contract, frame)
    try:
        return schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        raise ContractBrokenError(
            f"A frame read from {contract.key()} breaks its contract: {_summary(error)}. "
            "Correct the SQL that fills the table, or the contract in expectations/contracts."
        ) from None


def _assert_unique(contract: type[Contract], frame: pd.DataFrame) -> None:
    key = list(contract.primary_key)
    repeated = int(frame.duplicated(key).sum()) if set(key) <= set(frame.columns) else 0
    if repeated:
        raise ContractBrokenError(
            f"A frame read from {contract.key()} repeats its key ({', '.join(key)}) in "
            f"{repeated} rows; expected {contract.grain.lower().rstrip('.')}."
        )


def _summary(error: SchemaErrors) -> str:
    cases = error.failure_cases
    # For a missing or undeclared column the name stands where values usually stand.
    of_table = cases["check"].isin(["column_in_dataframe", "column_in_schema"])
    named = cases["column"].where(~of_table, cases["failure_case"])
    counts = cases.groupby([named, cases["check"]], dropna=False).size()
    return "; ".join(f"{name} {check} ({n})" for (name, check), n in counts.items())
