"""The model of a `mapping.yaml`: how one registry's export becomes the native format.

Belongs here: what may be said in a mapping, and the checks that need no data. Does not belong
here: finding and reading the YAML (`load.py`), reading exports (`etl/ingest`).

All YAML scalars arrive as text (see `load.py`), so `9`, `yes` and `5.0` are what was written.
"""

import codecs
import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from etl.sources.mapping_values import column_problems, in_one_form, movement_problems
from expectations.export_format import TABLES, Table

DateStyle = Literal[
    "iso", "day_month_year", "month_day_year", "year_month_day", "days_since_anchor"
]


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_one_or_more)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Numbers(_Strict):
    """How numbers are written: `{decimal: ",", thousands: "."}` reads 3.759,5 as 3759.5."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["none", ".", ",", " ", "'"] = "none"

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("the decimal sign and the thousands sign are the same")
        return self


class SourceFile(_Strict):
    """One file of an export and how it is written.

    `header_row` and `first_data_row` count from 1; what stands before, between and in the header
    is not data. `null_tokens` are cells that mean "nothing was entered" in this file; a column
    may name its own. `quote: none` reads quotation marks as text.
    """

    name: str
    optional: bool = False
    format: Literal["csv", "xlsx", "sav"] = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: Literal['"', "'", "none"] = '"'
    header_row: int = Field(1, ge=1)
    first_data_row: int | None = Field(None, ge=2)
    sheet: str | None = None
    null_tokens: Texts = ()
    dates: DateStyle = "iso"
    numbers: Numbers = Numbers()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError(f"encoding {self.encoding!r} is not known to Python") from None
        if len(self.delimiter) != 1 and self.delimiter != "tab":
            raise ValueError("delimiter must be one character or the word `tab`")
        if self.data_row <= self.header_row:
            raise ValueError("first_data_row must come after header_row")
        if "/" in self.name or "\\" in self.name or self.name in ("", ".", ".."):
            raise ValueError("name must be a file name without a folder")
        return self

    @property
    def data_row(self) -> int:
        """The line of the first record, counted from 1."""
        return self.first_data_row or self.header_row + 1

    @property
    def delimiter_character(self) -> str:
        """The delimiter itself, also where the mapping says `tab`."""
        return "\t" if self.delimiter == "tab" else self.delimiter


class Code(_Strict):
    """A native code and, for people, the label of the code that was written."""

    to: str
    label: str | None = None


def _code(value: Any) -> Any:
    return {"to": value} if isinstance(value, str) else value


def _named_list(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(f"there is no code list {value!r} under `codelists`")
    return value


Codes = Annotated[dict[str, Annotated[Code, BeforeValidator(_code)]], BeforeValidator(_named_list)]


class UnitColumn(_Strict):
    """The column that holds a value's unit, and the factor to the native unit for each."""

    column: str = Field(alias="from")
    factors: dict[str, Decimal]


class ColumnMapping(_Strict):
    """Where one native column comes from; exactly one of `from`, `concat` and `constant`.

    `codes` translates written codes (or their labels) to native codes; with `list_separator` the
    cell holds several. `factor` or `unit` converts a number to the native unit. `optional`: the
    export may come without the column, which is then not collected.
    """

    column: str | None = Field(None, alias="from")
    concat: Texts | None = None
    constant: str | None = None
    codes: Codes | None = None
    list_separator: str | None = None
    dates: DateStyle | None = None
    null_tokens: Texts | None = None
    factor: Decimal | None = None
    unit: UnitColumn | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [self.column is not None, self.concat is not None, self.constant is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of `from`, `concat` and `constant`")
        if self.factor is not None and self.unit is not None:
            raise ValueError("give `factor` or `unit`, not both")
        return self

    @property
    def columns_read(self) -> tuple[str, ...]:
        """The columns of the file that this one is made of."""
        own = self.concat if self.concat is not None else (self.column,) if self.column else ()
        return (*own, self.unit.column) if self.unit else own


def _column(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Columns = dict[str, Annotated[ColumnMapping, BeforeValidator(_column)]]


Movement = Literal["forward"] | tuple[str, ...]


class RepeatedForm(_Strict):
    """A form that is filled in again and again and updates columns of the table.

    The latest value wins, column by column, by the form's `dated_by`; the table's own form takes
    part with its `base_dated_by`, or as the earliest. `may_move` lists what time explains:
    `forward` for a date that only grows, or the codes in the order they may be passed through.
    Any other difference is a contradiction.
    """

    file: str = Field(alias="from")
    key: dict[str, str]
    dated_by: str
    dates: DateStyle | None = None
    base_dated_by: str | None = None
    columns: Columns
    may_move: dict[str, Movement] = {}


class TablePart(_Strict):
    """The rows of a native table that come from one file.

    `where` keeps the rows whose column holds one of the values; the others are counted in the
    report of the load. `columns: native` takes every native column under its own name.
    """

    file: str = Field(alias="from")
    where: dict[str, Texts] = {}
    columns: Columns = {}
    native: bool = False
    not_collected: Texts = ()
    repeated: tuple[RepeatedForm, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _native(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("columns") == "native":
            return {**data, "columns": {}, "native": True}
        return data

    def columns_of(self, table: Table) -> dict[str, ColumnMapping]:
        """The mapped native columns, those of a native file written out."""
        if not self.native:
            return self.columns
        return {
            column.name: ColumnMapping.model_validate(
                {"from": column.name, "optional": column.optional}
            )
            for column in table.columns
        }


class Declarations(_Strict):
    """What a source can and cannot say, which no column shows."""

    calendar_dates: Literal["yes", "no"] = "yes"
    responses: Literal["assessments", "best_response"] = "assessments"
    vital_status: Literal["not_declared", "linkage_complete"] = "not_declared"
    toxicity_capture: Literal["not_declared", "complete_grade3plus", "complete_all_grades"] = (
        "not_declared"
    )
    severe_grades_only: Literal["yes", "no"] = "no"
    person_key: Literal["one_disease", "several_diseases"] = "several_diseases"

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, data: Any) -> Any:
        """`captures_all_grades: yes` is how `toxicity_capture: complete_all_grades` was written."""
        if not isinstance(data, dict) or "captures_all_grades" not in data:
            return data
        data = dict(data)
        if data.pop("captures_all_grades") in ("yes", True):
            data.setdefault("toxicity_capture", "complete_all_grades")
        return data


class DateColumn(_Strict):
    """A column whose newest full date is the data cut-off of an export without a manifest."""

    file: str
    column: str
    dates: DateStyle = "iso"


def _parts(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


_SHOWN = 10
Parts = Annotated[tuple[TablePart, ...], BeforeValidator(_parts)]


class Mapping(_Strict):
    """One registry: its files, and each native table made from them or not collected."""

    registry: str
    title: str
    description: str
    anchor_date: dt.date | None = None
    declares: Declarations = Declarations()
    export_dated_by: tuple[DateColumn, ...] = ()
    files: dict[str, SourceFile]
    tables: dict[str, Parts]
    not_collected: Texts = ()

    @model_validator(mode="before")
    @classmethod
    def _write_out(cls, data: Any) -> Any:
        """Give each file the common `reading`, and each column its named code list."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        reading = data.pop("reading", {})
        if isinstance(reading, dict) and isinstance(data.get("files"), dict):
            data["files"] = {
                key: {**reading, **file} if isinstance(file, dict) else {**reading, "name": file}
                for key, file in data["files"].items()
            }
        data = {key: in_one_form(node, key) for key, node in data.items()}
        codelists = data.pop("codelists", {})
        return _with_codelists(data, codelists if isinstance(codelists, dict) else {})

    @model_validator(mode="after")
    def _sound(self) -> Self:
        problems = [*self._table_problems(), *self._file_problems()]
        if problems:
            more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
            raise ValueError("; ".join(problems[:_SHOWN]) + more)
        return self

    def numbered_parts(self) -> list[tuple[int, str, TablePart]]:
        """Every part: its number over all tables, from 1, the table it is of, and the part."""
        parts = [(name, part) for name, parts in self.tables.items() for part in parts]
        return [(number, name, part) for number, (name, part) in enumerate(parts, start=1)]

    def _table_problems(self) -> list[str]:
        known = set(TABLES)
        named = {*self.tables, *self.not_collected}
        problems = [f"tables.{name}: is not a table of format 1" for name in sorted(named - known)]
        problems += [
            f"tables.{name}: is neither mapped nor listed under not_collected"
            for name in sorted(known - named)
        ]
        problems += [
            f"tables.{name}: is both mapped and listed under not_collected"
            for name in sorted(set(self.tables) & set(self.not_collected))
        ]
        for name in sorted(set(self.tables) & known):
            several = len(self.tables[name]) > 1
            for number, part in enumerate(self.tables[name]):
                where = f"tables.{name}.{number}" if several else f"tables.{name}"
                problems += _part_problems(where, TABLES[name], part)
        return problems

    def _file_problems(self) -> list[str]:
        named: list[tuple[str, str]] = []
        styles = {file.dates for file in self.files.values()}
        for table, parts in self.tables.items():
            for part in parts:
                named.append((f"tables.{table}.from", part.file))
                named += [(f"tables.{table}.repeated.from", form.file) for form in part.repeated]
                styles |= {c.dates for c in part.columns.values() if c.dates}
        named += [("export_dated_by", column.file) for column in self.export_dated_by]
        problems = [
            f"{key}: no file {file!r} under `files`"
            for key, file in named
            if file not in self.files
        ]
        if "days_since_anchor" in styles and self.anchor_date is None:
            problems.append("anchor_date: is needed for dates in days_since_anchor")
        return problems


def _part_problems(where: str, table: Table, part: TablePart) -> list[str]:
    mapped, absent = part.columns_of(table), set(part.not_collected)
    known = {column.name: column for column in table.columns}
    problems = [
        f"{where}.{name}: is not a column of format 1"
        for name in sorted({*mapped, *absent} - {*known})
    ]
    problems += [
        f"{where}.{name}: is both mapped and not_collected" for name in sorted(absent & set(mapped))
    ]
    problems += [
        f"{where}.{name}: is neither mapped nor listed under not_collected"
        for name in known
        if name not in mapped and name not in absent and not known[name].optional
    ]
    for name, column in mapped.items():
        if name in known:
            problems += column_problems(f"{where}.{name}", known[name], column)
    for form in part.repeated:
        for name in (*form.columns, *form.key, *form.may_move):
            if name not in mapped:
                problems.append(f"{where}.repeated.{name}: is not a mapped column of the table")
        for name, column in form.columns.items():
            if name in known:
                problems += column_problems(f"{where}.repeated.{name}", known[name], column)
        problems += movement_problems(f"{where}.repeated", table, form)
    return problems


def _with_codelists(node: Any, codelists: dict[str, Any]) -> Any:
    """Replace `codes: <name>` by the named list, everywhere below `node`."""
    if isinstance(node, list):
        return [_with_codelists(item, codelists) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: codelists.get(value, value)
        if key == "codes" and isinstance(value, str)
        else _with_codelists(value, codelists)
        for key, value in node.items()
    }
