"""The shelf of snapshots: current, rollback, frozen names, retention, recovery, integrity."""

import json
from pathlib import Path

import pytest

from etl.errors import InputUnreadableError, WrongUseError
from etl.publish import files
from etl.publish.shelf import MANIFEST, Shelf, problems_of


def put(shelf: Shelf, name: str, sequence: int) -> None:
    """A sealed snapshot with one file."""
    folder = shelf.folder(name)
    (folder / "parquet").mkdir(parents=True)
    data = folder / "parquet" / "t.parquet"
    data.write_text(f"rows of {name}")
    inputs = {"export_id": name}
    manifest = {
        "snapshot_id": name,
        "sequence": sequence,
        "inputs": inputs,
        "inputs_hash": files.hash_of(inputs),
        "files": {"parquet/t.parquet": {"sha256": files.sha256(data), "bytes": 1}},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))
    files.seal(folder)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "published")
    for sequence, name in enumerate(("aaa", "bbb", "ccc"), start=1):
        put(shelf, name, sequence)
        shelf.switch(name)
    return shelf


def ids(shelf: Shelf) -> list[str]:
    return [one.snapshot_id for one in shelf.all()]


def test_snapshots_are_listed_in_the_order_of_publication(shelf: Shelf) -> None:
    assert ids(shelf) == ["aaa", "bbb", "ccc"]
    head = shelf.head()
    assert head is not None
    assert (head.snapshot_id, shelf.current_id()) == ("ccc", "ccc")


def test_an_empty_shelf_has_no_head_and_nothing_to_recover(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "nothing")
    assert shelf.head() is None
    assert shelf.current_id() is None
    assert shelf.recover(lambda _: True) is None


def test_rollback_goes_one_back_or_to_a_named_one(shelf: Shelf) -> None:
    assert shelf.rollback().snapshot_id == "bbb"
    assert shelf.current_id() == "bbb"
    assert shelf.rollback("ccc").snapshot_id == "ccc"
    assert shelf.rollback("aaa").snapshot_id == "aaa"
    with pytest.raises(WrongUseError, match="oldest published snapshot"):
        shelf.rollback()
    assert shelf.current_id() == "aaa"


def test_an_unknown_snapshot_is_a_sentence(shelf: Shelf) -> None:
    with pytest.raises(WrongUseError, match="no published snapshot zzz"):
        shelf.rollback("zzz")


def test_retention_keeps_the_newest_the_current_and_the_frozen(shelf: Shelf) -> None:
    put(shelf, "ddd", 4)
    shelf.freeze("paper-2025", "aaa")
    shelf.rollback("bbb")
    assert shelf.prune(keep=1) == ["ccc"]
    assert ids(shelf) == ["aaa", "bbb", "ddd"]
    assert shelf.get("paper-2025").snapshot_id == "aaa"


def test_retention_of_one_never_removes_the_last(shelf: Shelf) -> None:
    assert shelf.prune(keep=1) == ["aaa", "bbb"]
    assert ids(shelf) == ["ccc"]


def test_a_frozen_name_never_moves(shelf: Shelf) -> None:
    shelf.freeze("paper", "aaa")
    assert shelf.freeze("paper", "aaa").snapshot_id == "aaa"
    with pytest.raises(WrongUseError, match="taken by snapshot aaa"):
        shelf.freeze("paper", "bbb")
    with pytest.raises(WrongUseError, match="taken"):
        shelf.freeze("bbb")  # the id of a snapshot


@pytest.mark.parametrize("name", ["current", "", "a/b", "..", ".hidden", "a" * 65])
def test_names_that_are_paths_or_marks_are_refused(shelf: Shelf, name: str) -> None:
    with pytest.raises(WrongUseError, match="cannot be a name"):
        shelf.freeze(name)


def test_a_snapshot_under_way_is_not_yet_published(shelf: Shelf) -> None:
    shelf.announce("ddd")
    put(shelf, "ddd", 4)
    assert shelf.has_unfinished
    assert ids(shelf) == ["aaa", "bbb", "ccc"]


def test_a_snapshot_that_is_current_counts_even_before_recovery(shelf: Shelf) -> None:
    shelf.announce("ddd")
    put(shelf, "ddd", 4)
    shelf.switch("ddd")
    assert shelf.get("current").snapshot_id == "ddd"
    assert shelf.recover(lambda name: name == "ddd") is not None
    assert not shelf.has_unfinished


def test_recovery_finishes_what_was_committed(shelf: Shelf) -> None:
    shelf.announce("ddd")
    put(shelf, "ddd", 4)
    said = shelf.recover(lambda name: name == "ddd")
    assert said == "Snapshot ddd was committed by a run that was cut off: it is current now."
    assert shelf.current_id() == "ddd"
    assert ids(shelf) == ["aaa", "bbb", "ccc", "ddd"]
    assert shelf.recover(lambda _: True) is None


def test_recovery_removes_what_was_not_committed(shelf: Shelf) -> None:
    shelf.announce("ddd")
    put(shelf, "ddd", 4)
    said = shelf.recover(lambda _: False)
    assert said == "Snapshot ddd of a run that was cut off was never committed: removed."
    assert not shelf.folder("ddd").exists()
    assert shelf.current_id() == "ccc"


def test_recovery_removes_half_built_and_half_removed_folders(shelf: Shelf) -> None:
    half = shelf.building("eee")
    (half / "parquet").mkdir(parents=True)
    files.seal(half)
    (shelf.root / ".removing-fff").mkdir()
    shelf.recover(lambda _: False)
    assert sorted(path.name for path in shelf.root.iterdir()) == ["aaa", "bbb", "ccc", "current"]


def test_recovery_does_not_undo_a_rollback(shelf: Shelf) -> None:
    shelf.rollback("aaa")
    assert shelf.recover(lambda _: True) is None
    assert shelf.current_id() == "aaa"


def test_a_whole_snapshot_has_no_problems_and_is_read_only(shelf: Shelf) -> None:
    published = shelf.get("aaa")
    assert problems_of(published) == []
    modes = {path.stat().st_mode & 0o222 for path in published.folder.rglob("*")}
    assert modes == {0}


def test_every_kind_of_damage_is_found(shelf: Shelf) -> None:
    folder = shelf.folder("aaa")
    for path in (folder, folder / "parquet"):
        path.chmod(0o755)
    data = folder / "parquet" / "t.parquet"
    data.chmod(0o644)
    data.write_text("rows of aab")
    (folder / "added.csv").write_text("x")
    assert problems_of(shelf.get("aaa")) == [
        "added.csv is not in the manifest",
        "parquet/t.parquet was changed: its hash differs from the manifest's",
    ]
    data.unlink()
    assert "parquet/t.parquet is missing" in problems_of(shelf.get("aaa"))


def test_a_manifest_whose_inputs_were_changed_is_found(shelf: Shelf) -> None:
    folder = shelf.folder("aaa")
    folder.chmod(0o755)
    path = folder / MANIFEST
    path.chmod(0o644)
    path.write_text(path.read_text().replace('"export_id": "aaa"', '"export_id": "other"'))
    assert problems_of(shelf.get("aaa")) == [
        "manifest.json was changed: its inputs do not give its inputs_hash"
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"sequence": "two"}', "\udcff", None])
def test_a_damaged_snapshot_stops_nothing_but_is_named(shelf: Shelf, text: str | None) -> None:
    path = shelf.folder("bbb") / MANIFEST
    path.parent.chmod(0o755)
    path.unlink()
    if text is not None:
        path.write_bytes(text.encode(errors="surrogateescape"))
    assert ids(shelf) == ["aaa", "ccc"]
    assert list(shelf.damaged()) == ["bbb"]
    assert str(path) in shelf.damaged()["bbb"]
    assert shelf.rollback().snapshot_id == "aaa"
    assert shelf.freeze("paper", "ccc").snapshot_id == "ccc"
    with pytest.raises(InputUnreadableError, match="manifest of snapshot bbb cannot be read"):
        shelf.get("bbb")
    put(shelf, "ddd", 4)
    assert shelf.prune(keep=1) == []  # aaa is current, ccc frozen, ddd the last
    assert shelf.folder("bbb").exists()


def test_a_damaged_note_of_a_publication_is_a_sentence(shelf: Shelf) -> None:
    shelf.announce("ddd")
    (shelf.root / ".publishing.json").write_text("")
    with pytest.raises(InputUnreadableError, match="note about a publication"):
        shelf.recover(lambda _: True)
