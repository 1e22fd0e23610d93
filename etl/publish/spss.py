"""The marts as SPSS files, with variable and value labels: what registry analysts open.

Belongs here: how a table with a contract becomes a `.sav` file. Does not belong here: which tables
are published and when (`snapshot`).

A column with a code list becomes a number with value labels, in the order of the list; a truth
value becomes 0 and 1; a day becomes an SPSS date. Missing is system-missing.
"""

from datetime import date
from pathlib import Path

import duckdb

from expectations.codelists import code_labels
from expectations.contracts import Contract, PhysicalColumn, physical_columns, table_comment

_LABEL_BYTES = 255
_FORMATS = {"BIGINT": "F8.0", "BOOLEAN": "F1.0", "DATE": "DATE11", "DOUBLE": "F12.4"}
_MEASURES = {"BIGINT": "scale", "DOUBLE": "scale", "DATE": "scale"}
# Where the file's header keeps when it was made: the same table must give the same bytes.
_MADE_AT, _MADE_LENGTH = 92, 17


def write_sav(
    con: duckdb.DuckDBPyConnection, contract: type[Contract], path: Path, made: date
) -> int:
    """Write one table as an SPSS system file.

    Args:
        con: session that holds the table.
        contract: of the table.
        path: the file to write.
        made: day that the header gives; the data cut-off.

    Returns:
        The rows written.
    """
    import pyreadstat

    columns = physical_columns(contract)
    order = ", ".join(f'"{name}" nulls last' for name in contract.primary_key)
    frame = con.execute(
        f"select {', '.join(map(_coded, columns))} from {contract.key()} order by {order}"
    ).df()
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=_short(table_comment(contract), 64),
        column_labels=[_short(column.comment, _LABEL_BYTES) for column in columns],
        variable_value_labels=_value_labels(columns),
        variable_format={c.name: _FORMATS[c.sql_type] for c in columns if _is_formatted(c)},
        variable_measure={c.name: _measure(c) for c in columns},
        row_compress=True,
    )
    _date_header(path, made)
    return len(frame)


def _coded(column: PhysicalColumn) -> str:
    """The column as SPSS takes it: codes by their place in the list, truth values as 0 and 1."""
    name = f'"{column.name}"'
    if column.codelist:
        places = "".join(
            f" when {_quoted(code)} then {place}"
            for place, code in enumerate(code_labels()[column.codelist], start=1)
        )
        return f"cast(case {name}{places} end as double) as {name}"
    if column.sql_type in ("BIGINT", "BOOLEAN"):
        return f"cast({name} as double) as {name}"
    if column.sql_type == "VARCHAR":
        return f"coalesce({name}, '') as {name}"
    return name


def _value_labels(columns: tuple[PhysicalColumn, ...]) -> dict[str, dict[int | float, str]]:
    labels: dict[str, dict[int | float, str]] = {}
    for column in columns:
        if column.codelist:
            named = code_labels()[column.codelist]
            labels[column.name] = {
                place: code if label == code else f"{code}: {label}"
                for place, (code, label) in enumerate(named.items(), start=1)
            }
        elif column.sql_type == "BOOLEAN":
            labels[column.name] = {0: "No", 1: "Yes"}
    return labels


def _is_formatted(column: PhysicalColumn) -> bool:
    return column.codelist is None and column.sql_type in _FORMATS


def _measure(column: PhysicalColumn) -> str:
    return "nominal" if column.codelist else _MEASURES.get(column.sql_type, "nominal")


def _short(text: str, most: int) -> str:
    """The text cut to so many bytes, at a character."""
    return text.encode("utf-8")[:most].decode("utf-8", errors="ignore")


def _date_header(path: Path, made: date) -> None:
    stamp = f"{made:%d %b %y}00:00:00".encode("ascii")
    assert len(stamp) == _MADE_LENGTH  # noqa: S101 - fixed by the format
    with path.open("r+b") as file:
        file.seek(_MADE_AT)
        file.write(stamp)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
