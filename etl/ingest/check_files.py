"""Holding files against the mapping: the columns it reads and the labels it knows.

Belongs here: what can be said of a file's header and labels before a row is translated. Does not
belong here: translating (`conform.py`).
"""

from collections.abc import Iterator

from etl.errors import InputUnreadableError
from etl.ingest.conform import LoadedFile
from etl.ingest.header import shown
from etl.sources import Code, ColumnMapping, Mapping
from expectations.export_format import TABLES

_JOINED = ", concat"


def check_columns(mapping: Mapping, files: dict[str, LoadedFile]) -> list[str]:
    """Hold each file's header against what the mapping reads.

    Returns:
        A sentence for each column that is kept in raw and not read.

    Raises:
        InputUnreadableError: a column that is read is not there, or holds quarters or weeks.
    """
    read: dict[str, set[str]] = {key: set() for key in mapping.files}
    for key, column, reader, optional in _columns_read(mapping, files):
        read[key].add(column)
        if key in files and column not in files[key].columns and not optional:
            raise _missing_column(mapping, key, files[key], column, reader)
        if key in files and column in files[key].periods:
            raise InputUnreadableError(
                f"{files[key].name}: the column {column!r} holds {files[key].periods[column]}; it "
                f"is read for {reader}. Expected a date, or a month and year (MOYR in SPSS), "
                "which is a partial date. Have the date itself exported, or list the column under "
                f"not_collected in the mapping of {mapping.registry}."
            )
    sentences = []
    for key, file in files.items():
        extra = [
            shown(name, number, ())
            for number, name in enumerate(file.columns, start=1)
            if name not in read[key]
        ]
        if extra:
            names = ", ".join(extra[:10]) + (f" and {len(extra) - 10} more" if extra[10:] else "")
            sentences.append(f"{file.name}: columns kept in raw and not read: {names}.")
    return sentences


def columns_read(mapping: Mapping, key: str) -> set[str]:
    """The columns of one file that the mapping reads."""
    return {column for file, column, _, _ in _columns_read(mapping, {}) if file == key}


def _columns_read(
    mapping: Mapping, files: dict[str, LoadedFile]
) -> list[tuple[str, str, str, bool]]:
    """File key, column, what reads it, and whether it may be absent."""
    reads = [(c.file, c.column, "export_dated_by", False) for c in mapping.export_dated_by]
    for name, parts in mapping.tables.items():
        for part in parts:
            reads += [(part.file, column, f"{name}, where", False) for column in part.where]
            for target, mapped in part.columns_of(TABLES[name]).items():
                reads += _reads(part.file, f"{name}.{target}", mapped, files.get(part.file))
            for form in part.repeated:
                own = [*form.key.values(), form.dated_by]
                reads += [(form.file, column, f"{name}, repeated", False) for column in own]
                if form.base_dated_by:
                    reads.append((part.file, form.base_dated_by, f"{name}, repeated", False))
                for target, mapped in form.columns.items():
                    reads += _reads(form.file, f"{name}.{target}", mapped, files.get(form.file))
    return reads


def _reads(
    key: str, reader: str, mapped: ColumnMapping, file: LoadedFile | None
) -> Iterator[tuple[str, str, str, bool]]:
    """The columns that one is made of; an optional one may be absent as a whole, not in part."""
    some = file is not None and any(column in file.columns for column in mapped.columns_read)
    for column in mapped.columns_read:
        joined = mapped.concat is not None and column in mapped.concat
        yield key, column, reader + (_JOINED if joined else ""), mapped.optional and not some


def _missing_column(
    mapping: Mapping, key: str, file: LoadedFile, column: str, reader: str
) -> InputUnreadableError:
    row = mapping.files[key].header_row
    alike = [name for name in file.columns if name.lower() == column.lower()]
    hint = f" The header has {alike[0]!r}, written differently." if alike else ""
    if reader.endswith(_JOINED):
        hint += " `concat` joins columns; it takes no fixed text."
    return InputUnreadableError(
        f"{file.name}, line {row}: the column {column!r} is missing; it is read for {reader}."
        f"{hint} The header has {len(file.columns)} columns. Ask for the complete file, or correct "
        f"the mapping of {mapping.registry}."
    )


def check_labels(mapping: Mapping, files: dict[str, LoadedFile]) -> list[str]:
    """Hold the value labels that a file carries (SPSS) against those of the mapping.

    Returns:
        A sentence for each code whose label differs, or that the mapping does not translate.
    """
    sentences = []
    for key, column, codes in _coded_columns(mapping):
        if key not in files:
            continue
        for code, label in files[key].labels.get(column, {}).items():
            known = codes.get(code)
            if known is None and code not in files[key].empty_codes.get(column, ()):
                sentences.append(
                    f"{files[key].name}: column {column}: code {code} ({label}) is not in the "
                    "mapping; it passes untranslated and becomes a finding."
                )
            elif known is not None and known.label and known.label.lower() != label.lower():
                sentences.append(
                    f"{files[key].name}: column {column}: code {code} is labelled {label!r} in "
                    f"the file and {known.label!r} in the mapping. Check which is meant."
                )
    return sentences


def _coded_columns(mapping: Mapping) -> list[tuple[str, str, dict[str, Code]]]:
    """File key, column and codes of every coded column, once each."""
    coded: dict[tuple[str, str], dict[str, Code]] = {}
    for name, parts in mapping.tables.items():
        for part in parts:
            columns = [(part.file, column) for column in part.columns_of(TABLES[name]).values()]
            columns += [(form.file, c) for form in part.repeated for c in form.columns.values()]
            coded |= {
                (key, mapped.column): mapped.codes
                for key, mapped in columns
                if mapped.codes and mapped.column
            }
    return [(key, column, codes) for (key, column), codes in coded.items()]
