"""Deliveries of very many files, or of names that are none: answered in a few words."""

from pathlib import Path

import pytest

from etl.errors import InputUnreadableError
from etl.ingest import load_export
from etl.ingest.delivery import problem_of
from etl.warehouse import open_memory
from tests.unit.ingest_support import write_manifest, write_native


@pytest.mark.parametrize(
    "files",
    [
        {f"{'n' * 200}{n}.csv": {"rows": 1, "sha256": "0" * 64} for n in range(16_000)},
        {f"{n}.csv": {"rows": "none"} for n in range(16_000)},
        {"n" * 1_000_000: {}},
        {"n" * 256: {}},
        {"n" * 1_000_000: {"rows": -1}},
        {f"{n}/{'n' * 1_000}": {} for n in range(16_000)},
        {"\ud800.csv": {}},
    ],
    ids=["missing", "wrong", "long", "256", "long and wrong", "no names", "no text"],
)
def test_a_manifest_of_many_or_long_names_gets_one_sentence_of_a_bounded_length(
    tmp_path, monkeypatch, files
):
    asked = []
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda path: asked.append(path) or is_file(path))
    export = write_native(tmp_path)
    write_manifest(export, files=files)
    with open_memory() as con, pytest.raises(InputUnreadableError) as caught:
        load_export(con, export, "native")
    sentence = str(caught.value)
    assert str(export) in sentence
    assert len(sentence) < 1_000
    assert problem_of(export, "native") == sentence
    assert len(asked) < 10  # the first missing file is enough


def test_files_that_nobody_reads_are_named_up_to_twenty_and_then_counted(tmp_path):
    export = write_native(tmp_path)
    for number in range(30):
        (export / f"other{number:02}.csv").touch()
    write_manifest(export, files={f"other{number:02}.csv": {} for number in range(24)})
    with open_memory() as con:
        warnings = load_export(con, export, "native").warnings
    listed = [text for text in warnings if "listed in manifest.json, not mapped" in text]
    assert [text.split(":")[0] for text in listed[-2:]] == ["other19.csv", "4 more files"]
    others = [text for text in warnings if "not part of the mapping" in text]
    assert [text[:7] for text in others] == [f"other{number}" for number in range(24, 30)]
