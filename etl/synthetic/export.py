"""Writing a synthetic registry as a delivery.

Belongs here: the files of native format 1 and of any mapped registry, a manifest, and the truth
file. Does not belong here: what stands in them (`registry.py`).

A foreign dialect is written *inversely through its mapping*: the same file that tells the pipeline
how to read it tells this module how to write it, so the two cannot disagree.
"""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pandas as pd

from etl.errors import WrongUseError
from etl.sources import load_mapping
from etl.sources.mapping import ColumnMapping, Mapping, SourceFile, TablePart
from etl.synthetic.registry import Registry
from etl.synthetic.truth import truth_of
from expectations.export_format import TABLES, Column

_LABEL_EVERY = 211  # some data managers write the label of a code instead of the code
_OTHER_UNIT_HOSPITAL = "H07"  # one hospital's laboratory reports in another unit


def write_export(
    registry: Registry,
    out_dir: Path,
    dialect: Literal["native", "dmtr"] = "native",
    faults_path: Path | None = None,
) -> Path:
    """Write the registry as a delivery of that dialect, with its manifest.

    Args:
        registry: what to write.
        out_dir: folder of the delivery, made when absent.
        dialect: a registry of `etl/sources` that is read as text files.
        faults_path: where to write what is true of the registry (cohort, decoys, faults).

    Returns:
        The folder of the delivery.

    Raises:
        WrongUseError: the dialect cannot be written, or the truth would lie inside the delivery.
    """
    out_dir = Path(out_dir)
    if faults_path is not None and Path(faults_path).resolve().is_relative_to(out_dir.resolve()):
        raise WrongUseError(
            f"{faults_path}: the truth must not lie inside the delivery {out_dir}. "
            "Name a file outside it."
        )
    mapping = load_mapping(dialect)
    out_dir.mkdir(parents=True, exist_ok=True)
    listed: dict[str, dict[str, object]] = {}
    for name, parts in mapping.tables.items():
        if len(parts) != 1 or mapping.files[parts[0].file].format != "csv":
            raise WrongUseError(
                f"The layout of {dialect} cannot be written: {name} is not one text file."
            )
        part = parts[0]
        file = mapping.files[part.file]
        rows = _written(registry, name, part, file, mapping)
        content = _csv(rows, file)
        (out_dir / file.name).write_bytes(content)
        listed[file.name] = {
            "rows": len(rows),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    manifest = {
        "format": 1,
        "registry": registry.name,
        "export_date": registry.export_date,
        "scope": "full",
        "files": listed,
    }
    (out_dir / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    if faults_path is not None:
        faults_path = Path(faults_path)
        faults_path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(truth_of(registry, mapping), indent=2)
        faults_path.write_text(text + "\n", encoding="utf-8")
    return out_dir


def _csv(rows: pd.DataFrame, file: SourceFile) -> bytes:
    text = rows.to_csv(index=False, sep=file.delimiter_character, lineterminator="\r\n")
    return text.encode(file.encoding)


def _written(
    registry: Registry, name: str, part: TablePart, file: SourceFile, mapping: Mapping
) -> pd.DataFrame:
    """The rows of one native table as the source writes them."""
    table = registry.tables[name]
    columns: dict[str, pd.Series] = {}
    for native, mapped in part.columns_of(TABLES[name]).items():
        if mapped.column is None:
            raise WrongUseError(
                f"The layout of {mapping.registry} cannot be written: {name}.{native} is not one "
                "column of the file."
            )
        column = TABLES[name].column(native)
        values = table[native]
        if mapped.unit is not None:
            unit = _units(registry, name, part, mapped)
            values = _in_unit(values, unit, mapped)
            columns[mapped.unit.column] = unit.where(table[native] != "", "")
        columns[mapped.column] = _column(values, column, mapped, file)
    return pd.DataFrame(columns)


def _column(
    values: pd.Series, column: Column, mapped: ColumnMapping, file: SourceFile
) -> pd.Series:
    """Each distinct value written once."""
    distinct = {value: _cell(str(value), column, mapped, file) for value in values.unique()}
    written = values.map(distinct)
    if mapped.codes is None or mapped.list_separator is not None:
        return written
    labels = {entry.to: entry.label for entry in mapped.codes.values() if entry.label}
    spelled = values.map(labels)
    by_label = spelled.notna() & (
        pd.Series(range(len(values)), index=values.index) % _LABEL_EVERY == 7
    )
    return written.where(~by_label, spelled)


def _cell(value: str, column: Column, mapped: ColumnMapping, file: SourceFile) -> str:
    if not value:
        return ""
    if mapped.codes is not None:
        codes = {entry.to: code for code, entry in reversed(mapped.codes.items())}
        if mapped.list_separator is None:
            return codes.get(value, value)
        return mapped.list_separator.join(codes.get(item, item) for item in value.split(";"))
    if column.kind == "date" and (mapped.dates or file.dates) == "day_month_year":
        return "-".join(reversed(value.split("-")))
    if column.kind in ("integer", "number"):
        return _number(value, file)
    return value


def _number(value: str, file: SourceFile) -> str:
    """A number with the file's decimal and thousands signs; anything else as it is."""
    if not value.replace(".", "", 1).isdigit():
        return value
    whole, _, fraction = value.partition(".")
    if file.numbers.thousands != "none" and len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", file.numbers.thousands)
    return f"{whole}{file.numbers.decimal}{fraction}" if fraction else whole


def _units(registry: Registry, name: str, part: TablePart, mapped: ColumnMapping) -> pd.Series:
    """The unit of each row: the native one, and another where one hospital's values allow it.

    Only rows whose values can be converted and back without rounding are written otherwise.
    """
    assert mapped.unit is not None  # noqa: S101  # only called for columns with a unit
    factors = mapped.unit.factors
    native = next(unit for unit, factor in factors.items() if factor == 1)
    others = [unit for unit, factor in factors.items() if factor != 1]
    table = registry.tables[name]
    unit = pd.Series(native, index=table.index, dtype=object)
    if not others:
        return unit
    factor = factors[others[0]]
    homes = registry.tables["patients"].set_index("patient_id")["hospital_id"]
    homes = homes[~homes.index.duplicated()]
    allowed = table["patient_id"].map(homes) == _OTHER_UNIT_HOSPITAL
    for native_name, other in part.columns_of(TABLES[name]).items():
        if other.unit is not None:
            allowed &= table[native_name].map(lambda value: _divides(str(value), factor))
    return unit.where(~allowed, others[0])


def _divides(value: str, factor: Decimal) -> bool:
    return not value or (value.isdigit() and (Decimal(value) * 10 % factor) == 0)


def _in_unit(values: pd.Series, unit: pd.Series, mapped: ColumnMapping) -> pd.Series:
    assert mapped.unit is not None  # noqa: S101  # only called for columns with a unit
    factors = mapped.unit.factors
    return pd.Series(
        [
            value if not value or factors[name] == 1 else _plain(Decimal(value) / factors[name])
            for value, name in zip(values, unit, strict=True)
        ],
        index=values.index,
        dtype=object,
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
