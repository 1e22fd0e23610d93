"""Loading an export: what is registered, what is refused, and that nothing vanishes in silence."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.errors import InputUnreadableError
from etl.ingest import Registration, fingerprint, is_complete, load_export
from etl.warehouse import open_memory
from tests.unit.ingest_support import (
    native_header,
    native_row,
    rows,
    write_manifest,
    write_native,
)

PATIENTS = (
    native_header("patients")
    + native_row("patients", patient_id="P1", hospital_id="H1", birth_date="1950-06")
    + native_row("patients", patient_id="P2", hospital_id="H1", sex="male")
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = write_native(tmp_path / "export", patients=PATIENTS)
    write_manifest(folder)
    return folder


def load(con: duckdb.DuckDBPyConnection, folder: Path, source: str = "native") -> Registration:
    return load_export(con, folder, source)


def refusal(con: duckdb.DuckDBPyConnection, folder: Path) -> str:
    with pytest.raises(InputUnreadableError) as caught:
        load(con, folder)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_an_export_is_registered_with_its_counts(con, export):
    registration = load(con, export)
    assert registration.registry == "trial"
    assert registration.export_date == dt.date(2025, 3, 3)
    assert registration.scope == "full"
    assert registration.warnings == ()
    counts = {file.name: (file.lines, file.loaded, file.rejected) for file in registration.files}
    assert counts["patients.csv"] == (2, 2, 0)
    assert counts["drugs.csv"] == (0, 0, 0)
    assert rows(
        con, "select source, registry, export_id, export_date, scope from source.export"
    ) == [("native", "trial", registration.export_id, dt.date(2025, 3, 3), "full")]
    assert rows(
        con, "select lines, loaded, rejected from raw.files order by lines desc limit 1"
    ) == [(2, 2, 0)]


def test_rows_keep_value_written_text_file_and_line(con, export):
    load(con, export)
    assert rows(
        con,
        "select patient_id, birth_date, birth_date__raw, sex, _file, _line, _ordinal "
        "from source.patients order by _line",
    ) == [
        ("P1", "1950-06", "1950-06", None, "patients.csv", 2, 1),
        ("P2", None, None, "male", "patients.csv", 3, 2),
    ]


def test_white_space_around_a_value_stays_in_the_written_text_only(con, export):
    write_native(export, patients=native_header("patients") + native_row("patients", sex=" male "))
    write_manifest(export)
    load(con, export)
    assert rows(con, "select sex, sex__raw from source.patients") == [("male", " male ")]


def test_the_same_export_twice_has_the_same_id_and_changes_nothing(con, export, tmp_path):
    first = load(con, export)
    before = rows(con, "select * from source.patients order by all")
    second = load(con, export)
    assert second == first
    assert rows(con, "select * from source.patients order by all") == before
    assert fingerprint(export, "native") == first.export_id
    copy = write_native(tmp_path / "copy", patients=PATIENTS)
    write_manifest(copy)
    assert fingerprint(copy, "native") == first.export_id


def test_another_row_or_another_cut_off_is_another_export(export):
    first = fingerprint(export, "native")
    write_manifest(export, export_date="2025-03-04")
    second = fingerprint(export, "native")
    write_native(export, patients=PATIENTS + native_row("patients", patient_id="P3"))
    write_manifest(export, export_date="2025-03-04")
    assert len({first, second, fingerprint(export, "native")}) == 3


def test_rejects_are_kept_with_line_and_reason_and_add_up(con, tmp_path):
    folder = write_native(tmp_path / "export", patients=PATIENTS + "P3,H1\n")
    registration = load(con, folder)
    assert rows(con, "select file_name, line, reason, text from raw.rejects") == [
        ("patients.csv", 4, "has 2 fields where the header has 12", "P3,H1")
    ]
    assert rows(con, "select lines, loaded, rejected from raw.files where rejected > 0") == [
        (3, 2, 1)
    ]
    sentence = next(text for text in registration.warnings if "rejected" in text)
    assert "1 of 3 records rejected, the first on line 4" in sentence
    assert "P3" not in sentence


def test_a_rejected_nul_byte_is_kept(con, tmp_path):
    folder = write_native(tmp_path / "export", patients=PATIENTS.encode() + b"P3\x00,H1\n")
    load(con, folder)
    assert rows(con, "select line, text from raw.rejects") == [(4, "P3\x00,H1")]


def test_a_missing_file_is_refused(con, export):
    (export / "treatments.csv").unlink()
    sentence = refusal(con, export)
    assert "treatments.csv: the file is missing, and manifest.json lists it" in sentence
    (export / "manifest.json").unlink()
    assert "the mapping of native reads it" in refusal(con, export)


def test_a_missing_folder_is_refused(con, tmp_path):
    assert "there is no such folder" in refusal(con, tmp_path / "nowhere")


def test_an_optional_file_may_be_absent_and_is_not_collected(con, export):
    load(con, export)
    assert rows(
        con, "select distinct collected from source.collected where table_name = 'hospitals'"
    ) == [(False,)]


def test_an_empty_file_is_refused(con, export):
    (export / "drugs.csv").write_bytes(b"")
    (export / "manifest.json").unlink()
    assert "drugs.csv: the file is empty (0 bytes)" in refusal(con, export)


def test_a_missing_required_column_is_refused_with_its_reader(con, tmp_path):
    header = native_header("patients").replace("birth_date", "Birth_Date")
    folder = write_native(tmp_path / "export", patients=header)
    sentence = refusal(con, folder)
    assert "patients.csv, line 1: the column 'birth_date' is missing" in sentence
    assert "it is read for patients.birth_date" in sentence
    assert "'Birth_Date', written differently" in sentence


def test_a_missing_optional_column_is_not_collected(con, tmp_path):
    header = native_header("patients").replace(",person_key", "")
    load(con, write_native(tmp_path / "export", patients=header))
    assert rows(
        con,
        "select table_name, column_name from source.collected where not collected "
        "and table_name <> 'hospitals'",
    ) == [("patients", "person_key")]


def test_an_unknown_column_is_kept_in_raw_and_reported(con, tmp_path):
    text = native_header("patients").rstrip() + ",shoe size\n" + "," * 12 + "43\n"
    registration = load(con, write_native(tmp_path / "export", patients=text))
    assert "patients.csv: columns kept in raw and not read: shoe size." in registration.warnings
    assert rows(con, 'select "shoe size" from raw.patients') == [("43",)]


def test_a_column_named_twice_is_refused(con, tmp_path):
    text = native_header("patients").rstrip() + ",SEX\n"
    sentence = refusal(con, write_native(tmp_path / "export", patients=text))
    assert "patients.csv, line 1: columns 3 and 13 are both named 'SEX'" in sentence


def test_a_hash_other_than_promised_is_refused(con, export):
    (export / "patients.csv").write_text(PATIENTS.replace("male", "other"))
    assert "the file's sha256 is" in refusal(con, export)
    assert "the manifest promises" in refusal(con, export)


def test_fewer_records_than_promised_are_refused(con, export):
    write_manifest(export, files={"patients.csv": {"rows": 3}})
    sentence = refusal(con, export)
    assert "the file has 2 records and the manifest promises 3" in sentence


def test_a_size_other_than_promised_is_refused(con, export):
    write_manifest(export, files={"patients.csv": {"bytes": 5}})
    assert "bytes and the manifest promises 5" in refusal(con, export)


def test_a_file_that_the_manifest_leaves_out_is_reported(con, export):
    write_manifest(export, files={"patients.csv": {"rows": 2}})
    warnings = load(con, export).warnings
    assert (
        "drugs.csv: manifest.json does not list it, so its rows and hash could not be checked."
        in (warnings)
    )


def test_a_file_nobody_reads_is_reported(con, export):
    (export / "extra.csv").write_text("a\n")
    assert "extra.csv: not part of the mapping, not read." in load(con, export).warnings


def test_without_a_manifest_the_export_is_full_and_dated_by_its_newest_file(con, tmp_path):
    folder = write_native(tmp_path / "export", patients=PATIENTS)
    for path in folder.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    os.utime(folder / "drugs.csv", (1_700_000_000, 1_700_000_000))
    registration = load(con, folder)
    assert (registration.scope, registration.export_date) == ("full", dt.date(2023, 11, 14))
    first, second = registration.warnings
    assert first.startswith("The export has no manifest.json: it is taken as full")
    assert second == "The export is dated by its newest file: 2023-11-14 (Europe/Amsterdam)."


@pytest.mark.parametrize(
    ("written", "zone", "day"),
    [
        ("2025-03-04T00:30+01:00", "Europe/Amsterdam", dt.date(2025, 3, 4)),
        ("2025-03-03T23:59+01:00", "Europe/Amsterdam", dt.date(2025, 3, 3)),
        ("2025-03-04T00:30+01:00", "UTC", dt.date(2025, 3, 3)),
        ("2025-07-01T00:30+02:00", "Europe/Amsterdam", dt.date(2025, 7, 1)),
    ],
)
def test_without_a_manifest_the_day_is_the_sites(con, tmp_path, written, zone, day):
    folder = write_native(tmp_path / "export", patients=PATIENTS)
    instant = dt.datetime.fromisoformat(written).timestamp()
    for path in folder.iterdir():
        os.utime(path, (instant, instant))
    assert load_export(con, folder, "native", zone=zone, as_of=day).export_date == day
    with pytest.raises(InputUnreadableError, match="lies after the ledger's day"):
        load_export(con, folder, "native", zone=zone, as_of=day - dt.timedelta(days=1))


@pytest.mark.parametrize("scope", ["full", ["H1"]])
@pytest.mark.parametrize(
    ("cut_off", "refused"),
    [
        ("1989-12-31", True),
        ("1990-01-01", False),
        ("2025-03-10", False),
        ("2025-03-11", True),
        ("9999-12-31", True),
    ],
)
def test_a_cut_off_that_cannot_be_is_refused_and_moves_nothing(
    con, export, scope, cut_off, refused
):
    before = load(con, export)
    write_manifest(export, export_date=cut_off, scope=scope)
    if not refused:
        load_export(con, export, "native", as_of=dt.date(2025, 3, 10))
        return
    with pytest.raises(InputUnreadableError) as caught:
        load_export(con, export, "native", as_of=dt.date(2025, 3, 10))
    assert f"manifest.json, export_date: the data cut-off is {cut_off}" in str(caught.value)
    assert caught.value.exit_code == 3
    assert rows(con, "select export_id, export_date from source.export") == [
        (before.export_id, before.export_date)
    ]
    assert rows(con, "select count(*) from deliveries.exports") == [(0,)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "format: is 2, and this version reads format 1"),
        ({"format": "1"}, "format: Input should be a valid integer"),
        ({"export_date": "3-3-2025"}, "export_date: must be a full date"),
        ({"export_date": "2025-02-30"}, "export_date"),
        ({"scope": "half"}, 'scope: must be "full" or a list of hospital codes'),
        ({"scope": []}, "scope: must name at least one hospital"),
        ({"files": ["patients.csv"]}, "files: Input should be a valid dictionary"),
        ({"files": {"patients.csv": {"rows": -1}}}, "files.patients.csv.rows"),
        ({"files": {"patients.csv": {"sha256": "abc"}}}, "must be 64 hexadecimal digits"),
        ({"files": {"../secret.csv": {}}}, "'../secret.csv' is not a plain file name"),
        ({"files": {"/etc/passwd": {}}}, "'/etc/passwd' is not a plain file name"),
        ({"files": {"a\\b.csv": {}}}, "is not a plain file name"),
    ],
)
def test_a_manifest_that_says_something_impossible_is_refused(con, export, change, problem):
    write_manifest(export, **change)
    sentence = refusal(con, export)
    assert "manifest.json: the manifest cannot be used: " in sentence
    assert problem in sentence
    assert not is_complete(export, "native")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "line 1, column 2"),
        ("[]", "the whole: Input should be"),
        ('{"format": 1, "format": 1}', "the key 'format' is given twice"),
        ("{}", "format: Field required"),
        (b"\xff\xfe{}", "codec can't decode byte 0xff"),
        ("", "line 1, column 1"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused(con, export, text, problem):
    data = text if isinstance(text, bytes) else text.encode()
    (export / "manifest.json").write_bytes(data)
    assert problem in refusal(con, export)


def test_a_link_out_of_the_delivery_is_refused(con, export, tmp_path):
    (tmp_path / "elsewhere.csv").write_text(native_header("drugs"))
    (export / "drugs.csv").unlink()
    (export / "drugs.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert "link to a place outside the delivery" in refusal(con, export)


def test_a_refused_export_leaves_the_last_one_in_place(con, export):
    load(con, export)
    (export / "drugs.csv").write_bytes(b"")
    (export / "manifest.json").unlink()
    refusal(con, export)
    assert rows(con, "select count(*) from source.patients") == [(2,)]
    assert rows(con, "select count(*) from raw.files") == [(7,)]


def test_a_delivery_is_complete_when_its_manifest_is_kept(export):
    assert is_complete(export, "native")
    whole = (export / "patients.csv").read_text()
    (export / "patients.csv").write_text(whole[:-5])
    assert not is_complete(export, "native")
    (export / "patients.csv").unlink()
    assert not is_complete(export, "native")


def test_without_a_manifest_a_delivery_is_complete_when_every_file_is_there(tmp_path):
    folder = write_native(tmp_path / "export")
    assert is_complete(folder, "native")
    (folder / "drugs.csv").write_bytes(b"")
    assert not is_complete(folder, "native")
    (folder / "drugs.csv").unlink()
    assert not is_complete(folder, "native")
    assert not is_complete(tmp_path / "nowhere", "native")


def test_declarations_are_those_of_the_mapping(con, export):
    load(con, export)
    assert rows(con, "select name, value from source.declarations order by name") == [
        ("calendar_dates", "yes"),
        ("person_key", "one_disease"),
        ("responses", "assessments"),
        ("severe_grades_only", "no"),
        ("toxicity_capture", "not_declared"),
        ("vital_status", "not_declared"),
    ]


def test_records_that_do_not_add_up_are_refused(con, export, monkeypatch):
    from etl.ingest import load as module

    honest = module.read_records

    def one_too_many(*arguments):
        records = honest(*arguments)
        records.lines += 1
        return records

    (export / "manifest.json").unlink()
    monkeypatch.setattr(module, "read_records", one_too_many)
    assert "which does not add up" in refusal(con, export)
