"""Mappings: the ones that are here are sound, and every mistake gets a sentence with its key."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.errors import InputUnreadableError, WrongUseError
from etl.sources import Mapping, available_sources, load_mapping, read_mapping
from etl.sources.load import _TextLoader
from expectations.export_format import TABLES

ROOT = Path(__file__).parents[2]
DMTR = ROOT / "etl/sources/dmtr/mapping.yaml"


def test_the_registries_from_the_start_are_there():
    assert {"native", "dmtr", "tcga_skcm"} <= set(available_sources())


@pytest.mark.parametrize("name", available_sources())
def test_every_mapping_loads_and_maps_what_it_reads(name):
    mapping = load_mapping(name)
    assert {*mapping.tables, *mapping.not_collected} == set(TABLES)


def test_an_unknown_source_is_wrong_use_and_lists_the_known():
    with pytest.raises(WrongUseError, match=r"no source 'dmrt'.*dmtr.*native.*tcga_skcm"):
        load_mapping("dmrt")


def test_yaml_scalars_are_the_text_that_was_written():
    dmtr = load_mapping("dmtr")
    codes = dmtr.tables["treatments"][0].columns["rechallenge"].codes  # type: ignore[index]
    assert codes is not None
    assert {code: entry.to for code, entry in codes.items()} == {"ja": "yes", "nee": "no"}
    versions = dmtr.tables["adverse_events"][0].columns["ctcae_version"].codes  # type: ignore[index]
    assert versions is not None
    assert versions["3"].to == "5.0"


def test_a_file_inherits_the_common_reading_and_may_differ():
    dmtr = load_mapping("dmtr")
    assert dmtr.files["patient"].encoding == "cp1252"
    assert dmtr.files["vervolg"].optional
    assert not dmtr.files["patient"].optional


def mapping_with(change: Any) -> dict[str, Any]:
    data = yaml.load(DMTR.read_text(encoding="utf-8"), Loader=_TextLoader)  # noqa: S506
    data = copy.deepcopy(data)
    change(data)
    return data


def mistake(tmp_path: Path, change: Any) -> str:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump(mapping_with(change), allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputUnreadableError) as caught:
        read_mapping(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def put(*keys: str, value: Any) -> Any:
    def change(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("colour", value="red"), "key colour: Extra inputs are not permitted"),
        (put("registry", value=["x"]), "key registry: Input should be a valid string"),
        (put("reading", "encoding", value="latin-99"), "encoding 'latin-99' is not known"),
        (put("reading", "delimiter", value=";;"), "delimiter must be one character"),
        (put("reading", "dates", value="dd-mm-yyyy"), "dates: Input should be 'iso', 'day_month"),
        (
            put("reading", "numbers", value={"decimal": ".", "thousands": "."}),
            "the decimal sign and the thousands sign are the same",
        ),
        (put("files", "patient", "name", value="../x.csv"), "a file name without a folder"),
        (
            put("files", "patient", "first_data_row", value="1"),
            "key files.patient.first_data_row",
        ),
        (put("tables", "patiens", value={"from": "patient", "columns": {}}), "patiens: is not a t"),
        (put("tables", "drugs", "from", value="middelen"), "no file 'middelen' under `files`"),
        (
            put("tables", "drugs", "columns", "colour", value="kleur"),
            "tables.drugs.colour: is not a column of format 1",
        ),
        (
            put("tables", "drugs", "not_collected", value=["dose"]),
            "tables.drugs.dose: is both mapped and not_collected",
        ),
        (
            put("tables", "drugs", "columns", "dose", value={"constant": "1", "from": "dosis"}),
            "give exactly one of `from`, `concat` and `constant`",
        ),
        (
            put("tables", "treatments", "columns", "ongoing", "codes", value="ja_nee_misschien"),
            "there is no code list 'ja_nee_misschien' under `codelists`",
        ),
        (
            put("tables", "drugs", "columns", "start_date", value={"from": "x", "dates": "maya"}),
            "key tables.drugs.columns.start_date.dates",
        ),
        (
            put("reading", "dates", value="days_since_anchor"),
            "anchor_date: is needed for dates in days_since_anchor",
        ),
        (
            put("tables", "treatments", "columns", "setting", value={"constant": "advancd"}),
            "'advancd' is no code of setting. Allowed are neoadjuvant, adjuvant, advanced, unknown",
        ),
        (
            put("tables", "patients", "columns", "sex", "codes", value={"1": "mael"}),
            "is no code of sex. Allowed are male, female, other, unknown. Near to it: male",
        ),
        (
            put("codelists", "vitale_status", "1", value="alife"),
            "tables.patients.repeated.vital_status.codes.1: 'alife' is no code of vital_status",
        ),
        (
            put("tables", "adverse_events", "columns", "management", "codes", value={"1": "rest"}),
            "tables.adverse_events.management.codes.1: 'rest' is no code of management",
        ),
        (
            put("tables", "patients", "columns", "birth_date", value={"constant": "14-6-1950"}),
            "tables.patients.birth_date.constant: '14-6-1950' is no date",
        ),
        (
            put("tables", "drugs", "columns", "doses", value={"constant": "vier"}),
            "tables.drugs.doses.constant: 'vier' is no integer",
        ),
        (
            put("tables", "drugs", "columns", "dose", value={"from": "dosis", "codes": {"a": "x"}}),
            "tables.drugs.dose.codes.a: 'x' is no number",
        ),
        (
            put(
                "tables",
                "drugs",
                "columns",
                "stop_date",
                value={"from": "x", "codes": {"1": "2021"}},
            ),
            "tables.drugs.stop_date.codes: cannot be said of a date",
        ),
        (
            put("tables", "drugs", "columns", "drug", value={"from": "x", "list_separator": "|"}),
            "tables.drugs.drug.list_separator: drug holds one value and no list",
        ),
        (
            put("tables", "drugs", "columns", "drug", value={"from": "x", "dates": "iso"}),
            "tables.drugs.drug.dates: cannot be said of a text",
        ),
        (
            put("tables", "drugs", "columns", "drug", value={"from": "x", "factor": "2"}),
            "tables.drugs.drug.factor: cannot be said of a text",
        ),
        (
            put("tables", "drugs", "columns", "drug", value={"constant": "x", "codes": {"x": "y"}}),
            "tables.drugs.drug.constant: is taken as it is",
        ),
        (
            put(
                "tables",
                "drugs",
                "columns",
                "dose",
                value={"from": "x", "codes": {"a": "1"}, "factor": "2"},
            ),
            "tables.drugs.dose.factor: is not applied beside `codes`",
        ),
        (
            put(
                "tables",
                "patients",
                "repeated",
                value=[
                    {
                        "from": "vervolg",
                        "key": {"patient_id": "p"},
                        "dated_by": "d",
                        "columns": {"vital_status": "v"},
                        "may_move": {"vital_status": ["alive", "daed"]},
                    },
                ],
            ),
            "tables.patients.repeated.may_move.vital_status: 'daed' is no code of vital_status",
        ),
        (put("not_collected", value=["drugs"]), "tables.drugs: is both mapped and listed"),
        (put("declares", "responses", value="scans"), "key declares.responses"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path, change, sentence):
    assert sentence in mistake(tmp_path, change)


def test_a_column_left_out_must_be_declared_not_collected(tmp_path):
    sentence = mistake(tmp_path, lambda data: data["tables"]["drugs"]["columns"].pop("dose"))
    assert "tables.drugs.dose: is neither mapped nor listed under not_collected" in sentence


def test_a_table_left_out_must_be_declared_not_collected(tmp_path):
    sentence = mistake(tmp_path, lambda data: data["tables"].pop("drugs"))
    assert "tables.drugs: is neither mapped nor listed under not_collected" in sentence


def test_a_repeated_form_updates_mapped_columns_only(tmp_path):
    def change(data: Any) -> None:
        data["tables"]["patients"]["repeated"][0]["columns"]["colour"] = "kleur"

    assert "tables.patients.repeated.colour: is not a mapped column" in mistake(tmp_path, change)


def test_yaml_that_is_none_or_gives_a_key_twice_is_refused(tmp_path):
    path = tmp_path / "mapping.yaml"
    for text, problem in [
        ("a: [", "is not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "key 'a' is given twice (line 3)"),
        ("- a\n", "must be a YAML mapping"),
    ]:
        path.write_text(text)
        with pytest.raises(InputUnreadableError) as caught:
            read_mapping(path)
        assert problem in str(caught.value)
    with pytest.raises(InputUnreadableError, match="the mapping cannot be read"):
        read_mapping(tmp_path / "nowhere.yaml")


def test_a_mapping_is_frozen():
    mapping: Mapping = load_mapping("native")
    with pytest.raises(ValueError, match="frozen"):
        mapping.title = "other"  # type: ignore[misc]


def test_a_part_of_several_is_named_by_its_number(tmp_path):
    def change(data: Any) -> None:
        part = data["tables"]["drugs"]
        second = copy.deepcopy(part)
        second["columns"]["dose"] = {"constant": "much"}
        data["tables"]["drugs"] = [part, second]

    assert "tables.drugs.1.dose.constant: 'much' is no number" in mistake(tmp_path, change)


@pytest.mark.parametrize("version", ["5", "5.0", "5.00"])
def test_a_code_that_is_a_number_may_be_written_without_its_decimals(tmp_path, version):
    path = tmp_path / "mapping.yaml"
    change = put(
        "tables", "adverse_events", "columns", "ctcae_version", value={"constant": version}
    )
    path.write_text(yaml.safe_dump(mapping_with(change), allow_unicode=True), encoding="utf-8")
    assert read_mapping(path).tables["adverse_events"][0].columns["ctcae_version"].constant


def test_codes_make_no_difference_of_capitals(tmp_path):
    path = tmp_path / "mapping.yaml"
    data = mapping_with(
        put("tables", "treatments", "columns", "setting", value={"constant": "Advanced"})
    )
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert read_mapping(path).tables["treatments"][0].columns["setting"].constant == "Advanced"
