"""Loading one export: register, read, reconcile, translate; all of it or nothing.

Belongs here: the order of the steps and the transaction around them. Does not belong here: any
step itself.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from etl.errors import InputUnreadableError
from etl.governance import NOBODY, Governance
from etl.ingest.check_files import check_columns, check_labels, columns_read
from etl.ingest.compose import compose, keep_last_state
from etl.ingest.conform import LoadedFile, conform
from etl.ingest.delivery import (
    Delivery,
    check_promise,
    export_id,
    newest_day,
    open_delivery,
    refuse_impossible,
)
from etl.ingest.header import check_header, refuse_all_rejected
from etl.ingest.manifest import NAME as MANIFEST
from etl.ingest.merges import apply_merges
from etl.ingest.normalised import count_normalised
from etl.ingest.opt_outs import honour_opt_outs
from etl.ingest.raw_tables import column_names, create_raw_tables, identifier, write_raw
from etl.ingest.read_csv import read_csv
from etl.ingest.read_sav import read_sav
from etl.ingest.read_xlsx import read_xlsx
from etl.ingest.received import Delivered
from etl.ingest.records import Records, UnreadCells
from etl.ingest.registration import FileCount, Registration
from etl.ingest.repeated import join_repeated_forms
from etl.ingest.source_tables import create_source_tables, declare
from etl.ingest.values import date, trimmed
from etl.settings import ZONE
from etl.sources import Mapping, SourceFile, load_mapping
from etl.unicode import normal_id


def load_export(
    con: duckdb.DuckDBPyConnection,
    export_dir: Path,
    source: str,
    *,
    mapping: Mapping | None = None,
    governance: Governance = NOBODY,
    as_of: dt.date | None = None,
    zone: str = ZONE,
    withdrawn: Sequence[str] = (),
) -> Registration:
    """Load a delivery into the schemas `raw` and `source`, in one transaction.

    Args:
        con: the warehouse; what an earlier export left in `raw` and `source` is replaced.
        export_dir: the folder of the delivery.
        source: name of the registry, see `etl.sources.available_sources`.
        mapping: its mapping, when it is not the one in `etl/sources`.
        governance: the opt-outs and merges in force.
        as_of: the ledger's day, which no data cut-off lies after; None where there is no ledger.
        zone: the site's zone, in which an export without a manifest is dated.
        withdrawn: deliveries of that registry, by export_id, that its state does without.

    Raises:
        InputUnreadableError: something of the delivery cannot be read; nothing was changed.
    """
    mapping = load_mapping(source) if mapping is None else mapping
    delivery = open_delivery(Path(export_dir), mapping)
    con.execute("begin")
    try:
        registration = _load(con, delivery, source, mapping, governance, as_of, zone, withdrawn)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return registration


def _load(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    source: str,
    mapping: Mapping,
    governance: Governance,
    as_of: dt.date | None,
    zone: str,
    withdrawn: Sequence[str],
) -> Registration:
    hospitals = (
        tuple(normal_id(one) for one in delivery.manifest.hospitals) if delivery.manifest else ()
    )
    if delivery.manifest is not None:
        named = f"{delivery.folder / MANIFEST}, export_date"
        refuse_impossible(delivery.manifest.cut_off, named, as_of)
    keep_last_state(con, source, partial=bool(hospitals), withdrawn=withdrawn)
    create_raw_tables(con)
    create_source_tables(con)
    counts: list[FileCount] = []
    loaded: dict[str, LoadedFile] = {}
    warnings = [*delivery.warnings, *governance.remarks]
    for key, path in delivery.paths.items():
        count, records = _load_file(
            con, delivery, source, key, path, mapping.files[key], columns_read(mapping, key)
        )
        counts.append(count)
        loaded[key] = LoadedFile(
            path.name,
            column_names(records),
            records.empty_codes,
            records.labels,
            records.periods,
        )
        warnings += records.warnings
        _note_unread(con, path.name, column_names(records), records.unread)
        if count.rejected:
            warnings.append(
                f"{count.name}: {count.rejected} of {count.lines} records rejected, the first on "
                f"line {min(reject.line for reject in records.rejects)}; see raw.rejects."
            )
    warnings += check_columns(mapping, loaded)
    warnings += check_labels(mapping, loaded)
    warnings += conform(con, mapping, loaded)
    warnings += join_repeated_forms(con, mapping, loaded)
    count_normalised(con, mapping, {key: (one.name, one.columns) for key, one in loaded.items()})
    names = {key: file.name for key, file in loaded.items()}
    gone = honour_opt_outs(con, governance, mapping, names, source)
    counts = [
        replace(one, loaded=one.loaded - gone.get(one.name, 0), opted_out=gone.get(one.name, 0))
        for one in counts
    ]
    delivered = Delivered(
        source,
        export_id(source, delivery, {count.name: count.sha256 for count in counts}),
        _cut_off(con, delivery, mapping, warnings, zone),
        hospitals or None,
        delivery.folder.name,
        as_of,
    )
    refuse_impossible(delivered.export_date, f"{delivery.folder}, without a manifest", as_of)
    state_id, ages, about = compose(con, delivered)
    warnings += [*ages, *about]
    apply_merges(con, governance)
    registration = Registration(
        source=source,
        registry=delivery.manifest.registry if delivery.manifest else mapping.registry,
        export_id=state_id,
        export_date=_newest(con),
        scope=",".join(hospitals) or "full",
        files=tuple(counts),
        warnings=tuple(warnings),
        about_deliveries=tuple(about),
    )
    _register(con, registration, mapping)
    return registration


def _load_file(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    source: str,
    key: str,
    path: Path,
    file: SourceFile,
    known: Collection[str],
) -> tuple[FileCount, Records]:
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    promised = delivery.promised(path.name)
    check_promise(path, promised, len(data), lambda: sha256)
    records = read_records(path, data, file)
    check_header(path, file, records.header, known)
    refuse_all_rejected(path, file, records)
    if promised.rows is not None and promised.rows != records.lines:
        raise InputUnreadableError(
            f"{path}: the file has {records.lines} records and the manifest promises "
            f"{promised.rows}. One of the two is not complete. Ask for the delivery again."
        )
    count = FileCount(path.name, sha256, len(data), file.encoding, records.lines, 0, 0)
    return write_raw(con, source, key, count, records), records


def _note_unread(
    con: duckdb.DuckDBPyConnection,
    file: str,
    columns: tuple[str, ...],
    unread: list[UnreadCells],
) -> None:
    for one in unread:
        con.execute(
            "insert into source.unread_cells values (?, ?, ?, ?, ?, ?)",
            [file, columns[one.column], one.kind, one.cells, one.first, one.line],
        )


def read_records(path: Path, data: bytes, file: SourceFile) -> Records:
    """Read a file in its format.

    Raises:
        InputUnreadableError: see the reader of that format.
    """
    if not data:
        raise InputUnreadableError(
            f"{path}: the file is empty (0 bytes). A table without rows still has its header. Ask "
            "for the file again."
        )
    if file.format == "xlsx":
        records = read_xlsx(path, data, file)
    elif file.format == "sav":
        records = read_sav(path, file)
    else:
        records = read_csv(path, data, file)
    # Names and codes are held against a mapping, which is in one form; cells stay as delivered.
    return replace(
        records,
        header=tuple(map(normal_id, records.header)),
        empty_codes={normal_id(name): codes for name, codes in records.empty_codes.items()},
        labels={
            normal_id(name): {code: normal_id(label) for code, label in labels.items()}
            for name, labels in records.labels.items()
        },
        periods={normal_id(name): period for name, period in records.periods.items()},
    )


def _cut_off(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    mapping: Mapping,
    warnings: list[str],
    zone: str,
) -> dt.date:
    if delivery.manifest is not None:
        return delivery.manifest.cut_off
    days: list[dt.date] = []
    for column in mapping.export_dated_by:
        if column.file in delivery.paths:
            text = date(trimmed(column.column), column.dates, mapping)
            row = con.execute(
                f"select max(try_cast({text} as date)) from raw.{identifier(column.file)}"
            ).fetchone()
            days += [row[0]] if row and row[0] else []
    if days:
        return max(days)
    day = newest_day(delivery, zone)
    warnings.append(f"The export is dated by its newest file: {day} ({zone}).")
    return day


def _newest(con: duckdb.DuckDBPyConnection) -> dt.date:
    """The newest data cut-off of the deliveries that the state is composed of."""
    row = con.execute("select max(export_date) from source.deliveries").fetchone()
    if row is None or not isinstance(row[0], dt.date):
        raise InputUnreadableError(
            "No delivery covers any hospital. Check `scope` in the manifest."
        )
    return row[0]


def _register(con: duckdb.DuckDBPyConnection, registration: Registration, mapping: Mapping) -> None:
    con.execute(
        "insert into source.export values (?, ?, ?, ?, ?)",
        [
            registration.source,
            registration.registry,
            registration.export_id,
            registration.export_date,
            registration.scope,
        ],
    )
    declare(con, mapping.declares)
