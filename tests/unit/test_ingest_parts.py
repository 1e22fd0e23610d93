"""A table made of several files, of some rows of a file, or of columns put together."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.errors import InputUnreadableError
from etl.ingest import load_export
from etl.sources import read_mapping
from etl.warehouse import open_memory
from expectations.export_format import LOCAL_TREATMENTS, TABLES
from tests.unit.ingest_support import rows


def mapping(folder: Path, parts: list[dict[str, Any]]) -> Path:
    """A registry with two files and local treatments alone."""
    data = {
        "registry": "trial",
        "title": "Trial",
        "description": "Two files.",
        "files": {
            "events": {"name": "events.csv"},
            "rays": {"name": "rays.csv", "optional": "yes"},
        },
        "tables": {"local_treatments": parts},
        "not_collected": [table for table in TABLES if table != LOCAL_TREATMENTS.name],
    }
    path = folder / "mapping.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


SURGERY = {
    "from": "events",
    "where": {"type": ["operation", "excision"]},
    "columns": {
        "procedure_id": {"concat": ["patient", "number"]},
        "patient_id": "patient",
        "kind": {"constant": "surgery"},
        "site": "site",
        "start_date": "day",
    },
    "not_collected": ["intent"],
}
RAYS = {
    "from": "rays",
    "columns": {
        "procedure_id": "id",
        "patient_id": "patient",
        "kind": {"constant": "radiotherapy"},
        "intent": "intent",
    },
    "not_collected": ["site", "start_date"],
}


def write(folder: Path) -> None:
    (folder / "events.csv").write_text(
        "patient,number,type,site,day\n"
        "P1,1,operation,skin,2021-01-01\n"
        "P1,2,visit,,2021-02-01\n"
        "P2,,excision,skin,2021-03\n"
        "P3,1,,skin,2021-03\n"
    )
    (folder / "rays.csv").write_text("id,patient,intent\nR1,P1,curative\n")


def test_parts_rows_and_put_together_columns(tmp_path):
    write(tmp_path)
    with open_memory() as con:
        registration = load_export(
            con, tmp_path, "trial", mapping=read_mapping(mapping(tmp_path, [SURGERY, RAYS]))
        )
        assert rows(
            con,
            "select procedure_id, patient_id, kind, site, start_date, intent, _file, _line "
            "from source.local_treatments order by _file, _line",
        ) == [
            ("P1|1", "P1", "surgery", "skin", "2021-01-01", None, "events.csv", 2),
            (None, "P2", "surgery", "skin", "2021-03", None, "events.csv", 4),
            ("R1", "P1", "radiotherapy", None, None, "curative", "rays.csv", 2),
        ]
        assert rows(con, "select count(*) from raw.events") == [(4,)]
        assert (
            "events.csv: 2 rows are not taken as local_treatments, only those whose type is "
            "operation or excision." in registration.warnings
        )
        assert rows(con, "select column_name from source.collected where collected order by 1") == [
            ("intent",),
            ("kind",),
            ("patient_id",),
            ("procedure_id",),
            ("site",),
            ("start_date",),
        ]


def test_what_only_an_absent_file_holds_is_not_collected(tmp_path):
    write(tmp_path)
    (tmp_path / "rays.csv").unlink()
    with open_memory() as con:
        load_export(
            con, tmp_path, "trial", mapping=read_mapping(mapping(tmp_path, [SURGERY, RAYS]))
        )
        assert rows(
            con,
            "select collected from source.collected where table_name = 'local_treatments' "
            "and column_name = 'intent'",
        ) == [(False,)]


def test_a_column_of_a_condition_must_be_there(tmp_path):
    write(tmp_path)
    (tmp_path / "events.csv").write_text("patient,number,site,day\n")
    with (
        open_memory() as con,
        pytest.raises(InputUnreadableError, match=r"column 'type' is missing.*local_treatments"),
    ):
        load_export(con, tmp_path, "trial", mapping=read_mapping(mapping(tmp_path, [SURGERY])))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"procedure_id": {"concat": ["patient", "_number"]}}, r"'_number' is missing.*fixed text"),
        (
            {"site": {"concat": ["site", "sides"], "optional": "yes"}},
            r"'sides' is missing; it is read for local_treatments\.site, concat",
        ),
    ],
)
def test_what_is_put_together_must_be_columns_of_the_file(tmp_path, changed, sentence):
    write(tmp_path)
    part = {**SURGERY, "columns": {**SURGERY["columns"], **changed}}
    with open_memory() as con, pytest.raises(InputUnreadableError, match=sentence):
        load_export(con, tmp_path, "trial", mapping=read_mapping(mapping(tmp_path, [part])))


def test_what_is_put_together_may_be_absent_as_a_whole(tmp_path):
    write(tmp_path)
    site = {"site": {"concat": ["place", "sides"], "optional": "yes"}}
    part = {**SURGERY, "columns": {**SURGERY["columns"], **site}}
    with open_memory() as con:
        load_export(con, tmp_path, "trial", mapping=read_mapping(mapping(tmp_path, [part])))
        assert rows(con, "select collected from source.collected where column_name = 'site'") == [
            (False,)
        ]
