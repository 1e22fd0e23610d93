"""Names of columns, codes and hospitals are the same in every form of Unicode."""

import unicodedata
from pathlib import Path

import duckdb
import pytest

from etl.errors import InputUnreadableError
from etl.ingest import load_export
from etl.sources import Mapping, read_mapping
from tests.support import rows
from tests.unit.ingest_support import (
    columns_read,
    native_header,
    native_row,
    write_manifest,
    write_native,
)

DUTCH = Path(__file__).parents[2] / "etl" / "sources" / "dmtr" / "mapping.yaml"
NAMES = {
    "geslacht": "ges\u00e4cht",
    "man": "m\u00e4n",
    "ziekenhuiscode": "zi\u00ebkenhuiscode",
}
WOMAN = "v\u00e8"


def formed(text: str, form: str) -> str:
    """A text in another form; `width` puts a space of no width behind it."""
    if form == "width":
        return f"{text}\u200b"
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


def dutch(tmp_path: Path, form: str) -> Mapping:
    """The Dutch mapping as UTF-8, with names, a code and a label that have an accent."""
    text = DUTCH.read_text(encoding="utf-8").replace("encoding: cp1252", "encoding: utf-8")
    text = text.replace("from: geslacht", f'from: "{formed(NAMES["geslacht"], form)}"')
    text = text.replace(
        "hospital_id: ziekenhuiscode\n      sex",
        f'hospital_id: "{formed(NAMES["ziekenhuiscode"], form)}"\n      sex',
    )
    text = text.replace("label: man}", f'label: "{formed(NAMES["man"], form)}"}}')
    text = text.replace('"2": {to: female', f'"{formed(WOMAN, form)}": {{to: female')
    path = tmp_path / f"mapping-{form}.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


@pytest.mark.parametrize("mapping_form", ["NFC", "NFD", "width"])
@pytest.mark.parametrize("file_form", ["NFC", "NFD", "width"])
def test_a_mapping_finds_its_columns_and_codes_in_every_form(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, mapping_form: str, file_form: str
) -> None:
    mapping = dutch(tmp_path, mapping_form)
    folder = tmp_path / "export"
    folder.mkdir()
    for key, file in mapping.files.items():
        if file.optional:
            continue
        names = columns_read(mapping, key)
        lines = [";".join(formed(name, file_form) for name in names)]
        if key == "patient":
            for number, sex in enumerate((NAMES["man"], WOMAN), start=1):
                given = {
                    "patientnr": f"P{number}",
                    NAMES["geslacht"]: formed(sex, file_form),
                    NAMES["ziekenhuiscode"]: formed("Z\u00fcrich", file_form),
                }
                lines.append(";".join(given.get(name, "") for name in names))
        (folder / file.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    load_export(con, folder, "dmtr", mapping=mapping)
    assert rows(con, "select patient_id, hospital_id, sex from source.patients order by 1") == [
        ("P1", "Z\u00fcrich", "male"),
        ("P2", "Z\u00fcrich", "female"),
    ]


def test_a_code_that_is_given_in_two_forms_is_refused(tmp_path: Path) -> None:
    text = DUTCH.read_text(encoding="utf-8").replace(
        '"3": {to: other, label: anders}',
        '"\u00e8": {to: other}\n          "e\u0300": {to: unknown}',
    )
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputUnreadableError, match="two forms") as refused:
        read_mapping(path)
    assert "mapping.yaml" in str(refused.value)


def test_two_columns_that_differ_in_form_alone_are_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    header = native_header("patients").rstrip("\n") + ",caf\u00e9,cafe\u0301\n"
    folder = write_native(tmp_path / "export", patients=header)
    with pytest.raises(InputUnreadableError, match=r"patients\.csv, line 1"):
        load_export(con, folder, "native")


def test_a_scope_in_another_form_is_that_hospital(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Two parts of one hospital, written in two forms: the newer takes the place of the older."""
    for day, form, patient in (("2025-03-03", "NFD", "P1"), ("2025-03-04", "NFC", "P2")):
        hospital = formed("Z\u00fcrich", form)
        patients = native_header("patients") + native_row(
            "patients", patient_id=patient, hospital_id=hospital
        )
        folder = write_native(tmp_path / day, patients=patients)
        write_manifest(folder, scope=[hospital], export_date=day)
        load_export(con, folder, "native")
    assert rows(con, "select patient_id, hospital_id from source.patients") == [
        ("P2", "Z\u00fcrich")
    ]
