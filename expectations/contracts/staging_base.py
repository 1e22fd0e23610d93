"""How one declared column of the export becomes the columns of a staging table.

Belongs here: the expansion of `expectations.export_format` into staging contracts. Does not
belong here: parsing (etl/sql/staging) or the tables themselves (`staging_records`).

Every source row has a row in staging, placed or not. A code, number or date is given as parsed,
with `<c>_text` as written beside it: *does not parse* is everywhere `<c>_text is not null and
<c> is null`. A date may be partial: `<c>_earliest` and `<c>_latest` bound it, and `<c>` is its
representative (a full date itself, the 15th of a month, 1 July of a year).
"""

import inspect
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from expectations.contracts.base import PLACE, Contract, Series, column
from expectations.export_format import Column, Table

_TYPES: dict[str, type] = {
    "id": str,
    "text": str,
    "code": str,
    "integer": int,
    "number": float,
    "date": date,
}


class StagingContract(Contract):
    """A staging table: where its rows come from, then the columns of `export` as parsed.

    A subclass names its table of the export format; layer, table, grain and columns follow.
    Columns that a subclass declares itself come after these.
    """

    if TYPE_CHECKING:
        export: ClassVar[Table]

    source_file: Series[str] = column("File the row was read from.", nullable=False)
    source_line: Series[int] = column(
        "Line of the row in that file as delivered, from 1.", nullable=False, ge=1
    )
    source_part: Series[int] = column(
        "Part of the mapping, counted over its tables, that the row was read by.",
        nullable=False,
        ge=1,
    )
    source_number: Series[int] = column("Number of the row within that part.", nullable=False, ge=1)
    record_key: Series[str] = column(
        "Key columns joined by '|'; of drugs treatment, hash of drug and start, and number; of a "
        "record without a key 'no key', hash of its content, and number among equal ones.",
        nullable=False,
    )
    key_forms: Series[str] = column(
        "Forms in which the rows of this key write it, where only Unicode's form or characters "
        "without width differ; these are shown as <U+200B>."
    )
    is_placed: Series[bool] = column("Whether the row is used in derivation.", nullable=False)
    unplaced_because: Series[str] = column(
        "Why the row is left out of derivation.", codelist="unplaced_reason"
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Expand the columns of the export, before those the class declares itself."""
        export = cls.__dict__.get("export")
        if export is not None:
            cls._describe(export)
        super().__init_subclass__(**kwargs)

    @classmethod
    def _describe(cls, export: Table) -> None:
        cls.layer = "staging"
        cls.table = export.name
        cls.grain = export.grain.rstrip(".") + "; every row delivered, placed or not."
        cls.primary_key = PLACE
        cls.owner = "team:registry"
        expanded: dict[str, type] = {}
        for declared in export.columns:
            for name, kind, field in expand(declared):
                field.__set_name__(cls, name)
                setattr(cls, name, field)
                expanded[name] = kind
        cls.__annotations__ = expanded | inspect.get_annotations(cls)

    @classmethod
    def _get_model_attrs(cls) -> dict[str, Any]:
        attributes = super()._get_model_attrs()
        attributes.pop("export", None)
        return attributes


def expand(declared: Column) -> list[tuple[str, type, Any]]:
    """Name, type and field of each column that a declared column becomes."""
    text = declared.description
    kind = _TYPES[declared.kind]
    parsed = column(text, unit=declared.unit, codelist=declared.codelist)
    columns = [(declared.name, kind, parsed)]
    if declared.kind in ("id", "text"):
        return columns
    if declared.kind == "date":
        columns = [
            (declared.name, kind, column(f"{text} Representative day where it is partial.")),
            (f"{declared.name}_earliest", kind, column(f"{text} Earliest possible day.")),
            (f"{declared.name}_latest", kind, column(f"{text} Latest possible day.")),
        ]
    return [*columns, (f"{declared.name}_text", str, column(f"{text} As written in the file."))]
